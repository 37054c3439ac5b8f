package dev.pointsman.eventlog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
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
  private @Nullable Segment segment;
  private volatile @Nullable SegmentReader reader;

  /** Where the next event begins, in bytes of the log. */
  private long at;

  // Guarded by the log's lock; only the reading thread changes the first.
  private long nextSeq;
  private final Condition due;
  private long dueSeq;
  private long dueEnd;
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
    this.due = log.lock.newCondition();
    this.releasedSeq = fromSeq - 1;
    this.releasedEnd = log.window(fromSeq).segment().base;
  }

  /** Finds its place in the files, so that what the sink has already counts as drained. */
  void seek() {
    EventLog.Window window = log.window(nextSeq);
    try {
      SegmentReader from = openAtStart(window);
      for (long seq = window.segment().firstSeq; seq < nextSeq; seq++) {
        if (!from.skip(seq, window.limit()) && !from.skipDamaged(seq, window.limit())) {
          from.seek(window.limit());
          break;
        }
      }
      at = window.segment().base + from.position();
    } catch (IOException e) {
      forgetReader();
      throw unreadable(window.segment(), e);
    }
    log.lock.lock();
    try {
      releasedEnd = at;
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
    return next(maxRecords, maxBytes, timeout, Duration.ZERO);
  }

  /**
   * The next events, in order, as {@link #next(int, long, Duration)}; waits a little longer after the
   * first one, without being woken for each, until as many are there as may be returned.
   *
   * @param gather how long to wait for more
   */
  public List<SpooledEvent> next(int maxRecords, long maxBytes, Duration timeout, Duration gather)
      throws InterruptedException {
    if (closed || log.closed()) {
      throw new IllegalStateException(
          "the cursor of sink %s is closed, or its log is".formatted(sink));
    }
    if (!log.await(this, nextSeq, timeout.toNanos())) {
      return List.of();
    }
    if (gather.isPositive()) {
      log.awaitMore(this, nextSeq + maxRecords, at + maxBytes, gather.toNanos());
    }
    List<SpooledEvent> recent = log.recent(nextSeq, maxRecords, maxBytes);
    if (!recent.isEmpty()) {
      // What was open may be deleted soon.
      forgetReader();
      took(recent, recent.getLast().seq() + 1);
      at = recent.getLast().end();
      return recent;
    }
    EventLog.Window window = log.window(nextSeq);
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

  private void took(List<SpooledEvent> events, long next) {
    log.lock.lock();
    try {
      for (SpooledEvent event : events) {
        delivered.add(new Delivered(event.seq(), event.end()));
      }
      nextSeq = next;
      log.forgetTaken();
    } finally {
      log.lock.unlock();
    }
  }

  /** Moves on only when all was read: after a failure the next call begins where this one did. */
  private List<SpooledEvent> read(EventLog.Window first, int maxRecords, long maxBytes)
      throws IOException {
    List<SpooledEvent> events = new ArrayList<>();
    EventLog.Window window = first;
    long seq = nextSeq;
    long reached = at;
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
        reached = window.segment().base + from.position();
        continue;
      }
      bytes += found.payload().length;
      if (bytes > maxBytes && !events.isEmpty()) {
        from.seek(before);
        break;
      }
      reached = window.segment().base + from.position();
      events.add(SpooledEvent.read(found, reached));
      seq++;
    }
    took(events, seq);
    at = reached;
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

  /** The reader of the window's segment, standing at the given event, which comes next. */
  private SegmentReader readerOf(EventLog.Window window, long seq) throws IOException {
    SegmentReader current = reader;
    if (current != null && window.segment() == segment) {
      return current;
    }
    SegmentReader opened = openAtStart(window);
    if (seq > window.segment().firstSeq) {
      opened.seek(at - window.segment().base);
    }
    return opened;
  }

  private SegmentReader openAtStart(EventLog.Window window) throws IOException {
    forgetReader();
    SegmentReader opened = new SegmentReader(window.segment().path);
    reader = opened;
    segment = window.segment();
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

  /** Waits until the log reaches so far, or this cursor is closed; called under the log's lock. */
  void awaitDue(long untilNextSeq, long untilEnd, long nanos) throws InterruptedException {
    dueSeq = untilNextSeq;
    dueEnd = untilEnd;
    long left = nanos;
    while (left > 0 && !closed && !log.reaches(untilNextSeq, untilEnd)) {
      left = due.awaitNanos(left);
    }
  }

  /** Wakes the reading thread if what it waits for is committed; called under the log's lock. */
  void wakeIfDue(long logNextSeq, long logEnd) {
    if (logNextSeq >= dueSeq || logEnd >= dueEnd) {
      wake();
    }
  }

  /** Wakes the reading thread; called under the log's lock. */
  void wake() {
    due.signalAll();
  }

  /** The number of the last event that was handed out. */
  long takenSeq() {
    return nextSeq - 1;
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
    log.lock.lock();
    try {
      wake();
    } finally {
      log.lock.unlock();
    }
    SegmentReader open = reader;
    if (open != null) {
      closeQuietly(open);
    }
  }
}
