package dev.pointsman.catalog;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One configured way to do a function: model, prompt and parameters ({@code chat_completion}).
 *
 * @param model key into the catalog's models, or a shorthand {@code provider::model}
 * @param templates by template name
 * @param jsonMode {@code off}, {@code on}, {@code strict} or {@code tool}; null when unset
 * @param retries how failed attempts are repeated
 * @param timeouts bounds on one call of the variant
 */
public record VariantDefinition(
    String name,
    String model,
    Map<String, PromptTemplate> templates,
    SamplingParameters sampling,
    @Nullable String jsonMode,
    RetrySettings retries,
    Timeouts timeouts) {

  /** Parameters passed to the model; null is left to the provider. */
  public record SamplingParameters(
      @Nullable Double temperature,
      @Nullable Integer maxTokens,
      @Nullable Long seed,
      @Nullable Double topP,
      @Nullable Double presencePenalty,
      @Nullable Double frequencyPenalty,
      List<String> stopSequences,
      @Nullable String reasoningEffort,
      @Nullable String serviceTier,
      @Nullable String verbosity) {}

  /**
   * Exponential back-off with jitter.
   *
   * @param numRetries repeats after the first attempt
   * @param maxDelay the longest wait
   */
  public record RetrySettings(int numRetries, Duration maxDelay) {
    /** No repeats. */
    public static final RetrySettings NONE = new RetrySettings(0, Duration.ofSeconds(10));
  }

  /**
   * Bounds; null is unset, and the next outer bound holds.
   *
   * @param total for answers that are not streamed
   * @param streamTtft until the first part of a streamed answer
   * @param streamTotal until a streamed answer's end
   * @param streamSilence between two parts of a streamed answer
   */
  public record Timeouts(
      @Nullable Duration total,
      @Nullable Duration streamTtft,
      @Nullable Duration streamTotal,
      @Nullable Duration streamSilence) {
    /** No bounds. */
    public static final Timeouts NONE = new Timeouts(null, null, null, null);
  }
}
