package dev.pointsman.eventlog;

import dev.pointsman.routing.Decision;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One admitted inference, answered or not: who asked, what was decided, what finally answered, and
 * what it cost. A streamed answer is one event, written when the stream ends, breaks, or the caller
 * leaves. Chosen ({@link Decision#chosenVariant()}) and served ({@link Outcome#servedVariant()}) are
 * apart.
 */
public record InferenceEvent(
    Ids ids,
    Asker asker,
    Versions versions,
    Decision decision,
    Outcome outcome,
    Quantities quantities,
    List<Attempt> attempts,
    @Nullable Payload payload)
    implements Event {

  /** The order of fallback serves the request and is not stored. */
  public InferenceEvent {
    decision = decision.withoutFallbackOrder();
  }

  /** This event without what was said: no payload, no raw texts of its attempts. */
  public InferenceEvent withoutTexts() {
    return new InferenceEvent(
        ids,
        asker,
        versions,
        decision,
        outcome,
        quantities,
        attempts.stream().map(Attempt::withoutTexts).toList(),
        null);
  }

  @Override
  public UUID id() {
    return ids.inferenceId();
  }

  @Override
  public Instant at() {
    return ids.startedAt();
  }

  /** The same with another payload. */
  public InferenceEvent with(@Nullable Payload text) {
    return new InferenceEvent(ids, asker, versions, decision, outcome, quantities, attempts, text);
  }

  /**
   * What identifies the inference.
   *
   * @param requestId the caller's {@code x-request-id}, or the one minted for it
   * @param traceId the W3C trace id, null when the caller sent none
   * @param idempotencyKey the caller's {@code Idempotency-Key}, null when there was none
   * @param node the router's name
   * @param startedAt when the request was admitted
   */
  public record Ids(
      UUID inferenceId,
      UUID episodeId,
      String requestId,
      @Nullable String traceId,
      @Nullable String idempotencyKey,
      String node,
      Instant startedAt) {

    /** Cuts the time to microseconds. */
    public Ids {
      startedAt = Event.micros(startedAt);
    }
  }

  /**
   * Who asked for what.
   *
   * @param surface {@code native} or {@code openai}
   * @param functionType {@code chat} or {@code json}
   * @param keyId public id of the API key, null for anonymous callers
   */
  public record Asker(
      String surface,
      @Nullable String namespace,
      String functionName,
      String functionType,
      @Nullable String keyId,
      @Nullable String teamId,
      @Nullable String endUser,
      Map<String, String> tags) {}

  /**
   * What was in force. The policy's version is in the decision.
   *
   * @param priceVersion hash of the price schedule
   * @param featureVersion version of the feature extraction, 0 when none ran
   */
  public record Versions(String configHash, String priceVersion, int featureVersion) {}

  /** How an inference ended. */
  public enum Ending {
    /** Whole answer given. */
    ANSWERED,
    /** No variant could answer. */
    FAILED,
    /** The caller left before the end. */
    ABANDONED,
    /** The upstream broke after the first part of the answer was sent. */
    TRUNCATED,
    /** Nothing was called: whoever asked for the decision calls the model. */
    ROUTED;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The stored value. */
    public String label() {
      return label;
    }
  }

  /**
   * What came of it.
   *
   * @param errorClass class of the last failure, null when answered
   * @param servedVariant the variant that answered (or began to), null when none did
   * @param attempts provider calls made
   * @param fallback whether another variant than the chosen one served
   * @param cache {@code off}, {@code miss} or {@code hit}
   */
  public record Outcome(
      Ending ending,
      @Nullable String errorClass,
      @Nullable String servedVariant,
      @Nullable String servedModel,
      @Nullable String servedProvider,
      int attempts,
      boolean fallback,
      @Nullable String finishReason,
      boolean stream,
      String cache) {}

  /**
   * What it used. Null is unknown; zero is none. Money is nano-dollars, rounded once per attempt.
   *
   * @param tokensEstimated whether the token counts are estimates, as after an abandoned stream
   * @param costNanos cost of all attempts, null when a price is unknown
   * @param baselineCostNanos the served tokens at the baseline's prices
   * @param ttftMicros time to the first part of the answer, null when not streamed
   * @param overheadMicros time not spent waiting for a provider
   */
  public record Quantities(
      Tokens tokens,
      boolean tokensEstimated,
      @Nullable Long costNanos,
      @Nullable String baselineVariant,
      @Nullable Long baselineCostNanos,
      long durationMicros,
      @Nullable Long ttftMicros,
      long overheadMicros) {}

  /** The five token counts; null is unknown. Cached input is part of input. */
  public record Tokens(
      @Nullable Long input,
      @Nullable Long output,
      @Nullable Long cachedInput,
      @Nullable Long cacheWrite,
      @Nullable Long reasoning) {

    /** Nothing known. */
    public static final Tokens UNKNOWN = new Tokens(null, null, null, null, null);
  }

  /**
   * One provider call.
   *
   * @param ordinal counted from 1 within the inference; 0 for a call beside those that answer
   * @param purpose {@code answer}, {@code judge}, {@code candidate} or {@code embedding}
   * @param status {@code ok}, {@code failed}, {@code abandoned} or {@code truncated}
   * @param httpStatus the upstream's status, null when it gave none
   * @param errorClass class of the failure, null when ok
   * @param circuit the circuit's state when asked: {@code closed}, {@code half_open}
   * @param rawRequest what was sent, secrets masked; null where text is not logged
   * @param rawResponse what came back, secrets masked; null where text is not logged
   */
  public record Attempt(
      UUID attemptId,
      int ordinal,
      Instant startedAt,
      String variant,
      String model,
      String provider,
      String purpose,
      String status,
      @Nullable Integer httpStatus,
      @Nullable String errorClass,
      @Nullable String circuit,
      Tokens tokens,
      @Nullable Long costNanos,
      long durationMicros,
      @Nullable Long ttftMicros,
      @Nullable String finishReason,
      boolean cached,
      @Nullable String rawRequest,
      @Nullable String rawResponse) {

    /** Cuts the time to microseconds. */
    public Attempt {
      startedAt = Event.micros(startedAt);
    }

    private Attempt withoutTexts() {
      return new Attempt(
          attemptId,
          ordinal,
          startedAt,
          variant,
          model,
          provider,
          purpose,
          status,
          httpStatus,
          errorClass,
          circuit,
          tokens,
          costNanos,
          durationMicros,
          ttftMicros,
          finishReason,
          cached,
          null,
          null);
    }
  }

  /**
   * The text of an inference, as JSON; absent where the function logs no text.
   *
   * @param shortened whether something above 1 MB was cut to its hash and head
   */
  public record Payload(
      String input,
      @Nullable String output,
      @Nullable String parameters,
      @Nullable String tools,
      boolean shortened) {

    /** The payload of these texts, each above 1 MB cut to its hash and head. */
    public static Payload of(
        String input,
        @Nullable String output,
        @Nullable String parameters,
        @Nullable String tools) {
      return new Payload(
          LoggedText.shortenPresent(input),
          LoggedText.shorten(output),
          LoggedText.shorten(parameters),
          LoggedText.shorten(tools),
          LoggedText.tooLong(input)
              || LoggedText.tooLong(output)
              || LoggedText.tooLong(parameters)
              || LoggedText.tooLong(tools));
    }
  }
}
