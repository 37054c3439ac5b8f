package dev.pointsman.gateway.provider;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt failed. The error class is stored, and what follows from it (another try, another
 * deployment, the circuit, the caller's status) is decided by case.
 */
public sealed interface ProviderFailure {

  /** The stored word. */
  String errorClass();

  /** What happened, without secrets and prompts. */
  String message();

  /** The upstream's status, null when it gave none. */
  default @Nullable Integer httpStatus() {
    return null;
  }

  /** Whether the same deployment may do better a moment later. */
  boolean worthRepeating();

  /** Whether another deployment may do better. */
  default boolean worthMovingOn() {
    return true;
  }

  /** Whether it says something about the deployment's health. */
  default boolean countsForCircuit() {
    return true;
  }

  /** 429, with what the provider asked for. */
  record RateLimited(String message, @Nullable Integer httpStatus, @Nullable Duration retryAfter)
      implements ProviderFailure {
    @Override
    public String errorClass() {
      return "rate_limited";
    }

    @Override
    public boolean worthRepeating() {
      return true;
    }
  }

  /** 401 or 403, or an account without quota: our credential, never the caller's fault. */
  record CredentialRefused(String message, @Nullable Integer httpStatus)
      implements ProviderFailure {
    @Override
    public String errorClass() {
      return "credential_refused";
    }

    @Override
    public boolean worthRepeating() {
      return false;
    }
  }

  /** The request itself was refused (400, 404, 413, 422). */
  record RequestRejected(String message, @Nullable Integer httpStatus) implements ProviderFailure {
    @Override
    public String errorClass() {
      return "request_rejected";
    }

    @Override
    public boolean worthRepeating() {
      return false;
    }

    @Override
    public boolean countsForCircuit() {
      return false;
    }
  }

  /** The conversation does not fit into this model's context. */
  record ContextTooLong(String message, @Nullable Integer httpStatus) implements ProviderFailure {
    @Override
    public String errorClass() {
      return "context_too_long";
    }

    @Override
    public boolean worthRepeating() {
      return false;
    }

    @Override
    public boolean countsForCircuit() {
      return false;
    }
  }

  /** The provider's filter refused the content; it is not shown to further providers. */
  record ContentFiltered(String message, @Nullable Integer httpStatus) implements ProviderFailure {
    @Override
    public String errorClass() {
      return "content_filtered";
    }

    @Override
    public boolean worthRepeating() {
      return false;
    }

    @Override
    public boolean worthMovingOn() {
      return false;
    }

    @Override
    public boolean countsForCircuit() {
      return false;
    }
  }

  /** 5xx, or an error object in an answer. */
  record UpstreamFault(String message, @Nullable Integer httpStatus) implements ProviderFailure {
    @Override
    public String errorClass() {
      return "upstream_fault";
    }

    @Override
    public boolean worthRepeating() {
      return true;
    }
  }

  /** No connection, or one that was lost before the answer. */
  record ConnectionBroken(String message) implements ProviderFailure {
    @Override
    public String errorClass() {
      return "connection_broken";
    }

    @Override
    public boolean worthRepeating() {
      return true;
    }
  }

  /** What was waited for did not come in time. */
  record TimedOut(String message) implements ProviderFailure {
    @Override
    public String errorClass() {
      return "timed_out";
    }

    @Override
    public boolean worthRepeating() {
      return true;
    }
  }

  /** The answer is not what the protocol says. */
  record MalformedAnswer(String message, @Nullable Integer httpStatus) implements ProviderFailure {
    @Override
    public String errorClass() {
      return "malformed_answer";
    }

    @Override
    public boolean worthRepeating() {
      return true;
    }
  }

  /** The answer stopped without an end. */
  record AnswerCut(String message) implements ProviderFailure {
    @Override
    public String errorClass() {
      return "answer_cut";
    }

    @Override
    public boolean worthRepeating() {
      return true;
    }
  }
}
