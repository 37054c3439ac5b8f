package dev.pointsman.gateway.snapshot;

import dev.pointsman.catalog.EmbeddingModelDefinition;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.ModelDefinition.ProviderDefinition;
import dev.pointsman.gateway.provider.EmbeddingClient;
import dev.pointsman.gateway.provider.ProviderRegistry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A function's embedding model, ready to be asked.
 *
 * @param model its name
 * @param deployments in fallback order, at least one
 * @param space names what the vectors come from: another model, or another name of it at a provider,
 *     is another space
 * @param deadline how long a decision waits
 */
public record BoundEmbedding(String model, List<At> deployments, String space, Duration deadline) {

  /**
   * The model at one provider.
   *
   * @param name {@code embedding/model/provider}, the name of its circuit
   */
  public record At(ProviderDefinition definition, EmbeddingClient client, String name) {}

  /** Copies the deployments. */
  public BoundEmbedding {
    deployments = List.copyOf(deployments);
  }

  static BoundEmbedding of(
      EmbeddingModelDefinition model,
      Experimentation.Embedding settings,
      ProviderRegistry registry) {
    List<At> deployments = new ArrayList<>();
    StringBuilder names = new StringBuilder(model.name());
    for (String name : model.routing()) {
      ProviderDefinition provider = model.providers().get(name);
      if (provider == null) {
        throw new IllegalArgumentException(
            "embedding_models.%s.routing names %s, which is not one of its providers"
                .formatted(model.name(), name));
      }
      EmbeddingClient client = registry.embeddingClient(provider);
      deployments.add(new At(provider, client, "embedding/" + model.name() + "/" + name));
      names.append('\n').append(client.modelName());
    }
    Duration timeout = model.timeout();
    return new BoundEmbedding(
        model.name(),
        deployments,
        hash(names.toString()),
        timeout == null || timeout.compareTo(settings.deadline()) > 0
            ? settings.deadline()
            : timeout);
  }

  private static String hash(String names) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(names.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
