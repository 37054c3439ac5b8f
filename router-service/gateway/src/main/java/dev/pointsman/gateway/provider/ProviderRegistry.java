package dev.pointsman.gateway.provider;

import dev.pointsman.catalog.ModelDefinition;
import dev.pointsman.catalog.ModelDefinition.ProviderDefinition;
import dev.pointsman.catalog.ProviderKind;
import dev.pointsman.catalog.VariantDefinition.Timeouts;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kinds of providers of this process, by name. */
public final class ProviderRegistry {

  private final Map<String, ProviderType> types = new LinkedHashMap<>();

  /**
   * Of the given kinds.
   *
   * @throws IllegalArgumentException if two have one name
   */
  public ProviderRegistry(Collection<ProviderType> types) {
    for (ProviderType type : types) {
      if (this.types.put(type.kind().name(), type) != null) {
        throw new IllegalArgumentException(
            "two kinds of providers are named " + type.kind().name());
      }
    }
  }

  /** What the catalog needs to read their configuration. */
  public List<ProviderKind> kinds() {
    return types.values().stream().map(ProviderType::kind).toList();
  }

  /**
   * A client for a configured deployment.
   *
   * @throws IllegalArgumentException if the kind is not known
   */
  public ProviderClient client(ProviderDefinition definition) {
    ProviderType type = types.get(definition.type());
    if (type == null) {
      throw new IllegalArgumentException(
          "provider type %s is not one of %s".formatted(definition.type(), types.keySet()));
    }
    return type.client().apply(definition.settings());
  }

  /**
   * A client for a configured deployment of an embedding model.
   *
   * @throws IllegalArgumentException if the kind is not known, or makes no embeddings
   */
  public EmbeddingClient embeddingClient(ProviderDefinition definition) {
    ProviderType type = types.get(definition.type());
    if (type == null || type.embedding() == null) {
      throw new IllegalArgumentException(
          "provider type %s makes no embeddings".formatted(definition.type()));
    }
    return type.embedding().apply(definition.settings());
  }

  /**
   * The model that a shorthand {@code provider::model} stands for: one deployment, no price.
   *
   * @return null when the text is no shorthand of a known kind
   */
  public @Nullable ModelDefinition shorthand(String text) {
    int separator = text.indexOf("::");
    if (separator <= 0 || separator + 2 == text.length()) {
      return null;
    }
    ProviderType type = types.get(text.substring(0, separator));
    if (type == null || type.shorthand() == null) {
      return null;
    }
    String name = type.kind().name();
    Object settings = type.shorthand().apply(text.substring(separator + 2));
    return new ModelDefinition(
        text,
        List.of(name),
        Map.of(name, new ProviderDefinition(name, name, settings, List.of(), Timeouts.NONE)),
        Timeouts.NONE);
  }
}
