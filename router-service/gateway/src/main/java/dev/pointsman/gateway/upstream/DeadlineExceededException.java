package dev.pointsman.gateway.upstream;

/** What was awaited did not come before the deadline of the call. */
public final class DeadlineExceededException extends UpstreamException {

  private static final long serialVersionUID = 1L;

  /** What was being waited for. */
  public enum Awaited {
    /** The connection, including its encryption; the request has not been sent. */
    CONNECTION("connection"),
    /** Status and headers. */
    HEAD("head"),
    /** The next bytes of the body, or its end. */
    CHUNK("next chunk");

    private final String words;

    Awaited(String words) {
      this.words = words;
    }
  }

  private final Awaited awaited;

  DeadlineExceededException(UpstreamTarget target, Awaited awaited) {
    super(
        "deadline passed while waiting for the %s of %s".formatted(awaited.words, target),
        awaited != Awaited.CONNECTION,
        null);
    this.awaited = awaited;
  }

  /** What was being waited for. */
  public Awaited awaited() {
    return awaited;
  }
}
