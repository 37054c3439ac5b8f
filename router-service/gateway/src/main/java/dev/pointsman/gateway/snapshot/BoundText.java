package dev.pointsman.gateway.snapshot;

import dev.pointsman.chat.ChatInput;
import dev.pointsman.chat.ConversationTurns;
import dev.pointsman.routing.TextShift;
import dev.pointsman.routing.features.ConversationFeatures;
import dev.pointsman.routing.features.ConversationModel;
import dev.pointsman.routing.features.FeatureVector;
import dev.pointsman.routing.features.NeighbourQuality;
import dev.pointsman.routing.features.PromptVector;
import dev.pointsman.routing.features.TextQuality;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A function's model of conversations, bound to the candidates of its policy. */
public final class BoundText {

  private final ConversationModel model;
  private final int[] outputs;

  BoundText(ConversationModel model, List<String> candidates) {
    this.model = model;
    this.outputs = model.outputsOf(candidates);
  }

  /**
   * What is asked says of each candidate.
   *
   * @param embedding of the prompt, null where it was left out
   * @return null where the model reads embeddings and there is none that it can compare
   */
  public @Nullable TextShift of(ChatInput input, int tools, @Nullable PromptVector embedding) {
    return switch (model) {
      case TextQuality text -> {
        FeatureVector features = ConversationFeatures.of(ConversationTurns.of(input), tools);
        yield new TextShift(text.id(), text.forecast(features, outputs));
      }
      case NeighbourQuality neighbours -> {
        double[] shifts = embedding == null ? null : neighbours.shifts(embedding, outputs);
        yield shifts == null ? null : new TextShift(neighbours.id(), shifts);
      }
    };
  }
}
