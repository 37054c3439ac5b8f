package dev.pointsman.gateway.provider.openai;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A deployment's own settings.
 *
 * @param modelName the model's name at the provider
 * @param apiBase what {@code /chat/completions} and {@code /embeddings} are appended to
 * @param apiKey the resolved secret, null when the provider takes none or it was not found
 * @param missingSecret where a secret was expected and none was, null when all is well
 */
record OpenAiSettings(
    String modelName, URI apiBase, @Nullable String apiKey, @Nullable String missingSecret) {

  static final URI OPENAI = URI.create("https://api.openai.com/v1");

  /** Where chat requests go. */
  URI chatCompletions() {
    return below("chat/completions");
  }

  /** Where texts to embed go. */
  URI embeddings() {
    return below("embeddings");
  }

  private URI below(String path) {
    String base = apiBase.toString();
    return URI.create((base.endsWith("/") ? base : base + "/") + path);
  }

  /** Whether this is OpenAI itself rather than something shaped like it. */
  boolean isOpenAi() {
    return "api.openai.com".equalsIgnoreCase(apiBase.getHost());
  }

  /** Never the secret. */
  @Override
  public String toString() {
    return "openai %s at %s".formatted(modelName, apiBase.getHost());
  }
}
