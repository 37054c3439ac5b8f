package dev.pointsman.eventlog;

import java.nio.file.Path;

/**
 * The durable log of one process: an append returns when the event is in the spool as durably as the
 * settings promise. Appending parks the calling (virtual) thread; one committer thread writes what
 * waits, syncs once, and wakes all of it.
 */
public final class EventLog implements AutoCloseable {

  private EventLog() {}

  /** When an append counts as done, and how much the spool may hold. */
  public record Settings(Durability durability, long maxBytes) {}

  /** When an append counts as done. */
  public enum Durability {
    /** When the disk has it. */
    FSYNC,
    /** When the operating system has it. */
    OS,
    /** When it is queued in memory. */
    NONE
  }

  /** Room in the spool, taken at admission, so that nothing is paid for that cannot be logged. */
  public final class Reservation implements AutoCloseable {
    private Reservation() {}

    /**
     * Appends the event, within the reserved room or beyond it, and gives the room back.
     *
     * @return the event's sequence number in this spool
     * @throws AppendFailedException if the disk refused it
     */
    public long append(Event event) {
      throw new UnsupportedOperationException("in work");
    }

    /** Gives the room back; nothing happens after an append. */
    @Override
    public void close() {}
  }

  /**
   * Opens the spool in a directory, creating it if needed, and cuts a torn tail.
   *
   * @throws java.io.UncheckedIOException if the directory cannot be used
   */
  public static EventLog open(Path directory, Settings settings) {
    throw new UnsupportedOperationException("in work");
  }

  /**
   * Reserves room for one event.
   *
   * @param bytes an upper estimate of its encoded size
   * @throws SpoolFullException if there is none
   */
  public Reservation reserve(int bytes) {
    throw new UnsupportedOperationException("in work");
  }

  /** Appends an event that reserved nothing. */
  public long append(Event event) {
    throw new UnsupportedOperationException("in work");
  }

  @Override
  public void close() {}
}
