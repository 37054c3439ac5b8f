package dev.pointsman.gateway.inference;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why a request got no answer. Each dialect has its own status and words for each case. */
public sealed interface Refusal {

  /** What is wrong, where, and how to mend it. */
  String message();

  /** The request itself is wrong. */
  record Malformed(String message, @Nullable String param) implements Refusal {}

  /** The {@code model} field names nothing that could be looked up. */
  record ModelFieldMalformed(String message) implements Refusal {}

  /** No such function. */
  record UnknownFunction(String name) implements Refusal {
    @Override
    public String message() {
      return "Unknown function: %s. Declare [functions.%s] or ask for one of GET /v1/models."
          .formatted(name, name);
    }
  }

  /** No such model. */
  record UnknownModel(String message) implements Refusal {}

  /** No such variant of the function. */
  record UnknownVariant(String function, String variant) implements Refusal {
    @Override
    public String message() {
      return "Unknown variant: %s. functions.%s has no variant of that name."
          .formatted(variant, function);
    }
  }

  /** The body is larger than allowed. */
  record TooLarge(String message) implements Refusal {}

  /** A page of another site, or a name that is not ours, asked. */
  record ForeignOrigin(String message) implements Refusal {}

  /** Nothing can be taken on right now. */
  record Overloaded(String message, Duration retryAfter) implements Refusal {}

  /** No eligible variant, and the request is to blame. */
  record NothingEligible(String message) implements Refusal {}

  /**
   * Every attempt failed.
   *
   * @param kind what the last failure was
   * @param httpStatus the last upstream's status, null when it gave none
   * @param retryAfter what the upstream asked for, null when it asked for nothing
   * @param attempts one line per attempt
   * @param pinned whether the caller named the variant
   */
  record UpstreamFailed(
      String message,
      Kind kind,
      @Nullable Integer httpStatus,
      @Nullable Duration retryAfter,
      List<String> attempts,
      boolean pinned)
      implements Refusal {

    /** What the last failure was. */
    public enum Kind {
      /** The provider said no to this request. */
      REQUEST_REJECTED,
      /** The conversation is too long for every eligible model. */
      CONTEXT_TOO_LONG,
      /** The provider asked us to slow down. */
      RATE_LIMITED,
      /** It took too long. */
      TIMED_OUT,
      /** Anything else. */
      BROKEN
    }
  }

  /** The request's own deadline passed. */
  record DeadlinePassed(String message, boolean pinned) implements Refusal {}

  /** Our own fault. */
  record Internal(String message) implements Refusal {}
}
