package dev.pointsman.gateway.inference;

/** Carries a {@link Refusal} to the place that answers with it. */
public final class RefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  /** For the given reason; without a stack trace, since it is no fault of ours. */
  public RefusedException(Refusal refusal) {
    super(refusal.message(), null, false, false);
    this.refusal = refusal;
  }

  /** A malformed request. */
  public static RefusedException malformed(String param, String message) {
    return new RefusedException(new Refusal.Malformed(message, param.isEmpty() ? null : param));
  }

  /** Why. */
  public Refusal refusal() {
    return refusal;
  }
}
