package dev.pointsman.routing;

/** Every candidate and every fallback of a function is excluded for a request. */
public final class NoEligibleVariantException extends RuntimeException {

  private final boolean requestToBlame;

  /**
   * With the exclusions spelled out.
   *
   * @param requestToBlame true when request exclusions alone left nothing
   */
  public NoEligibleVariantException(String message, boolean requestToBlame) {
    super(message);
    this.requestToBlame = requestToBlame;
  }

  /** Whether the request (a 400), rather than the state of the variants (a 503), is to blame. */
  public boolean requestToBlame() {
    return requestToBlame;
  }
}
