package dev.pointsman.dashboard.query;

/** A request that is well formed and still gets no answer, with the status that says why. */
public final class QueryRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;

  /**
   * With the reason.
   *
   * @param message what, where and how to mend it
   */
  public QueryRefusedException(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /** A function that is neither configured nor logged. */
  public static QueryRefusedException unknownFunction(String name) {
    return new QueryRefusedException(
        404, "Unknown function: %s. No function of that name is configured.".formatted(name));
  }

  int status() {
    return status;
  }
}
