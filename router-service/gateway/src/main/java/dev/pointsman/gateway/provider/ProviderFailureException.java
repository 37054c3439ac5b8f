package dev.pointsman.gateway.provider;

import org.jspecify.annotations.Nullable;

/** An attempt failed. */
public final class ProviderFailureException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient ProviderFailure failure;
  private final @Nullable String rawRequest;
  private final @Nullable String rawResponse;

  /** Without raw texts. */
  public ProviderFailureException(ProviderFailure failure) {
    this(failure, null, null);
  }

  /**
   * With what was sent and what came back.
   *
   * @param rawRequest without secrets
   * @param rawResponse without secrets
   */
  public ProviderFailureException(
      ProviderFailure failure, @Nullable String rawRequest, @Nullable String rawResponse) {
    super(failure.message(), null, false, false);
    this.failure = failure;
    this.rawRequest = rawRequest;
    this.rawResponse = rawResponse;
  }

  /** How. */
  public ProviderFailure failure() {
    return failure;
  }

  /** What was sent, null when nothing was. */
  public @Nullable String rawRequest() {
    return rawRequest;
  }

  /** What came back, null when nothing did. */
  public @Nullable String rawResponse() {
    return rawResponse;
  }
}
