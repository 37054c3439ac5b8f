package dev.pointsman.catalog;

import dev.pointsman.catalog.ModelDefinition.ProviderDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model that turns a text into a vector, and where it can be reached.
 *
 * @param routing names of providers, in fallback order
 * @param providers by name; all of one model, since their vectors are compared
 * @param timeout bound on one call; null = none of its own
 */
public record EmbeddingModelDefinition(
    String name,
    List<String> routing,
    Map<String, ProviderDefinition> providers,
    @Nullable Duration timeout) {

  /** Copies the routing. */
  public EmbeddingModelDefinition {
    routing = List.copyOf(routing);
  }
}
