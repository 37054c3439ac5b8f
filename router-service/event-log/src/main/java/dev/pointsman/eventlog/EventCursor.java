package dev.pointsman.eventlog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where one sink stands in the log. It hands out committed events in order, each once, and keeps them
 * in the spool until the sink releases them. The sink's own mark, stored in the same transaction as
 * the events, makes the drain exactly-once: after a restart the next cursor starts behind it.
 *
 * <p>One thread reads; releasing and closing may be done by any.
 */
public final class EventCursor implements AutoCloseable {

  private final EventLog log;
  private final String sink;

  // The reading thread's.
  private long nextSeq;
  private @Nullable Segment segment;
  private volatile @Nullable SegmentReader reader;

  // Guarded by the log's lock.
  private final ArrayDeque<Delivered> delivered = new ArrayDeque<>();
  private long releasedSeq;
  private long releasedEnd;
  private volatile boolean closed;

  /**
   * An event that was handed out.
   *
   * @param end bytes of the log up to and with it
   */
  private record Delivered(long seq, long end) {}

  EventCursor(EventLog log, String sink, long fromSeq) {
    this.log = log;
    this.sink = sink;
    this.nextSeq = fromSeq;
    this.releasedSeq = fromSeq - 1;
    this.releasedEnd = log.window(fromSeq).segment().base;
  }

  /** Finds its place in the files, so that what the sink has already counts as drained. */
  void seek() {
    EventLog.Window window = log.window(nextSeq);
    long place;
    try {
      place = window.segment().base + readerOf(window, nextSeq).position();
    } catch (IOException e) {
      forgetReader();
      throw unreadable(window.segment(), e);
    }
    log.lock.lock();
    try {
      releasedEnd = place;
    } finally {
      log.lock.unlock();
    }
    log.trim();
  }

  /**
   * The next events, in order. Waits until there is at least one.
   *
   * @param maxRecords the most events to return
   * @param maxBytes the most encoded bytes to return; the first event is returned whatever its size
   * @param timeout how long to wait for the first event
   * @return the events; empty when none came in time or the log was closed meanwhile
   * @throws InterruptedException if the thread is interrupted while it waits
   * @throws IllegalStateException if this cursor or the log is closed
   * @throws UncheckedIOException if the files cannot be read; nothing is skipped, call again
   */
  public List<SpooledEvent> next(int maxRecords, long maxBytes, Duration timeout)
      throws InterruptedException {
    if (closed || log.closed()) {
      throw new IllegalStateException(
          "the cursor of sink %s is closed, or its log is".formatted(sink));
    }
    EventLog.Window window = log.await(this, nextSeq, timeout.toNanos());
    if (window == null) {
      return List.of();
    }
    try {
      return read(window, maxRecords, maxBytes);
    } catch (IOException e) {
      // Also after an interrupt, which closes the channel: the next call opens it again.
      forgetReader();
      if (closed) {
        return List.of();
      }
      throw unreadable(window.segment(), e);
    }
  }

  private List<SpooledEvent> read(EventLog.Window first, int maxRecords, long maxBytes)
      throws IOException {
    List<SpooledEvent> events = new ArrayList<>();
    List<Delivered> places = new ArrayList<>();
    EventLog.Window window = first;
    long seq = nextSeq;
    SegmentReader from = readerOf(window, seq);
    long bytes = 0;
    while (events.size() < maxRecords) {
      if (seq >= window.endSeq()) {
        window = log.window(seq);
        if (seq >= window.endSeq()) {
          break;
        }
        from = readerOf(window, seq);
      }
      long before = from.position();
      SpoolRecord found = from.next(seq, window.limit());
      if (found == null) {
        seq = passDamage(from, seq, window);
        continue;
      }
      bytes += found.payload().length;
      if (bytes > maxBytes && !events.isEmpty()) {
        from.seek(before);
        break;
      }
      events.add(new SpooledEvent(seq, found.payload()));
      places.add(new Delivered(seq, window.segment().base + from.position()));
      seq++;
    }
    nextSeq = seq;
    log.lock.lock();
    try {
      delivered.addAll(places);
    } finally {
      log.lock.unlock();
    }
    return events;
  }

  private long passDamage(SegmentReader from, long seq, EventLog.Window window) throws IOException {
    if (from.skipDamaged(seq, window.limit())) {
      log.lost(window.segment(), seq, 1);
      return seq + 1;
    }
    from.seek(window.limit());
    log.lost(window.segment(), seq, window.endSeq() - seq);
    return window.endSeq();
  }

  /** The reader of the window's segment, standing at the given event. */
  private SegmentReader readerOf(EventLog.Window window, long at) throws IOException {
    SegmentReader current = reader;
    if (current != null && window.segment() == segment) {
      return current;
    }
    forgetReader();
    SegmentReader opened = new SegmentReader(window.segment().path);
    reader = opened;
    segment = window.segment();
    for (long seq = window.segment().firstSeq; seq < at; seq++) {
      if (!opened.skip(seq, window.limit()) && !opened.skipDamaged(seq, window.limit())) {
        opened.seek(window.limit());
        break;
      }
    }
    return opened;
  }

  private void forgetReader() {
    SegmentReader old = reader;
    reader = null;
    segment = null;
    if (old != null) {
      closeQuietly(old);
    }
  }

  private static void closeQuietly(SegmentReader reader) {
    try {
      reader.close();
    } catch (IOException e) {
      // It was only read.
    }
  }

  private UncheckedIOException unreadable(Segment where, IOException e) {
    return new UncheckedIOException(
        "sink %s cannot read the spool segment %s (%s)".formatted(sink, where.path, e), e);
  }

  /**
   * Says that the sink holds, durably, all events up to this one; the spool may forget them.
   *
   * @param seq the number of the last stored event
   */
  public void release(long seq) {
    log.lock.lock();
    try {
      while (!delivered.isEmpty() && delivered.peek().seq() <= seq) {
        Delivered done = delivered.remove();
        releasedSeq = done.seq();
        releasedEnd = done.end();
      }
    } finally {
      log.lock.unlock();
    }
    log.trim();
  }

  long releasedSeq() {
    return releasedSeq;
  }

  long releasedEnd() {
    return releasedEnd;
  }

  boolean closed() {
    return closed;
  }

  /** Stops reading. What the sink has not released stays in the spool. */
  @Override
  public void close() {
    closed = true;
    log.wakeReaders();
    SegmentReader open = reader;
    if (open != null) {
      closeQuietly(open);
    }
  }
}
