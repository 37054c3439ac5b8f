package dev.pointsman.eventlog;

import org.jspecify.annotations.Nullable;

/**
 * An event as the log hands it to a sink: durable and numbered. What was appended a moment ago comes
 * as the event itself, the rest as its bytes, decoded when it is asked for, so that one that cannot be
 * read harms nothing but itself. Which of the two it is makes no difference to the sink.
 */
public final class SpooledEvent {

  private final long seq;
  private final byte kind;
  private final int size;
  private final long end;
  private final @Nullable Event event;
  private final byte @Nullable [] encoded;

  private SpooledEvent(
      long seq, byte kind, int size, long end, @Nullable Event event, byte @Nullable [] encoded) {
    this.seq = seq;
    this.kind = kind;
    this.size = size;
    this.end = end;
    this.event = event;
    this.encoded = encoded;
  }

  /** Read from a file; {@code end} counts the bytes of the log up to and with it. */
  static SpooledEvent read(SpoolRecord record, long end) {
    byte[] encoded = record.payload();
    return new SpooledEvent(record.seq(), record.type(), encoded.length, end, null, encoded);
  }

  /** Just committed; the event itself if decoding would give an equal one. */
  static SpooledEvent committed(long seq, byte kind, EventCodec.Encoding encoding, long end) {
    Event exact = encoding.exact();
    return new SpooledEvent(
        seq, kind, encoding.bytes().length, end, exact, exact == null ? encoding.bytes() : null);
  }

  /** Its number: 1 more than that of the event before it, kept over restarts. */
  public long seq() {
    return seq;
  }

  /** Bytes of the encoded event. */
  public int size() {
    return size;
  }

  /** Whether it is an inference, as far as the log knows without reading it. */
  public boolean isInference() {
    return kind == EventKind.INFERENCE.code;
  }

  /**
   * The event.
   *
   * @throws EventDecodeException if this program cannot read it
   */
  public Event event() {
    return event != null ? event : EventCodec.decode(encoded());
  }

  /** The event as {@link EventCodec} wrote it; not to be changed. */
  public byte[] encoded() {
    if (encoded != null) {
      return encoded;
    }
    if (event == null) {
      throw new IllegalStateException("event %d has neither form".formatted(seq));
    }
    return EventCodec.encode(event);
  }

  /** Bytes of the log up to and with this event. */
  long end() {
    return end;
  }
}
