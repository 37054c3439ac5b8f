package dev.pointsman.eventlog;

/**
 * An event as the spool hands it to a sink: durable, numbered, and not yet decoded, so that one that
 * cannot be read harms nothing but itself.
 *
 * @param seq its number: 1 more than that of the event before it, kept over restarts
 * @param encoded the event as {@link EventCodec} wrote it; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // a view of the log's bytes, compared by nobody
public record SpooledEvent(long seq, byte[] encoded) {

  /**
   * The event.
   *
   * @throws EventDecodeException if this program cannot read it
   */
  public Event event() {
    return EventCodec.decode(encoded);
  }
}
