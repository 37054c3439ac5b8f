package dev.pointsman.gateway.snapshot;

import dev.pointsman.routing.TextPublication;
import dev.pointsman.routing.features.ConversationModel;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The text models that revisions may name: of each function the one in use and the one published
 * last. Not safe for concurrent use.
 */
final class TextModels {

  private final Map<String, ConversationModel> newest = new HashMap<>();
  private final Map<String, ConversationModel> inUse = new HashMap<>();

  /**
   * Takes a published model.
   *
   * @throws IllegalArgumentException if its body is broken or not the one it says; nothing changes
   */
  void put(TextPublication publication) {
    ConversationModel model;
    try {
      model = ConversationModel.decode(Base64.getDecoder().decode(publication.body()));
    } catch (IllegalArgumentException broken) {
      throw new IllegalArgumentException(
          "functions.%s: text model %s is refused, the one before it stays: %s"
              .formatted(publication.functionName(), publication.model(), broken.getMessage()),
          broken);
    }
    if (!model.id().equals(publication.model())) {
      throw new IllegalArgumentException(
          "functions.%s: text model %s is refused, the one before it stays: its body is that of %s"
              .formatted(publication.functionName(), publication.model(), model.id()));
    }
    newest.put(publication.functionName(), model);
  }

  /**
   * The model for a revision: the one it names or, where that was refused or never came, the one that
   * is in use.
   *
   * @param named null for a revision that decides by segments alone
   */
  @Nullable ConversationModel of(String function, @Nullable String named) {
    if (named == null) {
      inUse.remove(function);
      return null;
    }
    ConversationModel fresh = newest.get(function);
    if (fresh != null && fresh.id().equals(named)) {
      inUse.put(function, fresh);
    }
    return inUse.get(function);
  }
}
