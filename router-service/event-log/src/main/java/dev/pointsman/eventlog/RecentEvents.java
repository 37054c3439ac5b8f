package dev.pointsman.eventlog;

/**
 * The newest committed events, kept in memory for sinks that are close behind: they get the events
 * themselves and nothing is read or decoded. Bounded by encoded bytes; what falls out at the old end
 * is read from the files. Numbers inside have no gaps. Guarded by the log's lock.
 */
final class RecentEvents {

  private static final int FIRST_CAPACITY = 1024;

  private final long maxBytes;

  /** Event n lies at n modulo the length, which is a power of two. */
  private SpooledEvent[] ring = new SpooledEvent[FIRST_CAPACITY];

  private long firstSeq = 1;
  private long nextSeq = 1;
  private long bytes;

  RecentEvents(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  void add(SpooledEvent event) {
    if (event.seq() != nextSeq) {
      dropThrough(nextSeq - 1);
      firstSeq = event.seq();
      nextSeq = firstSeq;
    }
    if (nextSeq - firstSeq == ring.length) {
      grow();
    }
    ring[at(nextSeq++)] = event;
    bytes += event.size();
    while (bytes > maxBytes) {
      dropThrough(firstSeq);
    }
  }

  boolean contains(long seq) {
    return firstSeq <= seq && seq < nextSeq;
  }

  SpooledEvent get(long seq) {
    return ring[at(seq)];
  }

  /** Number after the last event. */
  long nextSeq() {
    return nextSeq;
  }

  /** Forgets the events up to the given number. */
  void dropThrough(long seq) {
    for (; firstSeq < nextSeq && firstSeq <= seq; firstSeq++) {
      int at = at(firstSeq);
      bytes -= ring[at].size();
      clear(at);
    }
  }

  @SuppressWarnings("NullAway") // an empty place is never read
  private void clear(int at) {
    ring[at] = null;
  }

  private int at(long seq) {
    return (int) seq & (ring.length - 1);
  }

  private void grow() {
    SpooledEvent[] old = ring;
    ring = new SpooledEvent[old.length * 2];
    for (long seq = firstSeq; seq < nextSeq; seq++) {
      ring[at(seq)] = old[(int) seq & (old.length - 1)];
    }
  }
}
