package dev.pointsman.eventlog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable log of one process: an append returns when the event is in the spool as durably as the
 * settings promise. Appending parks the calling (virtual) thread; one committer thread writes what
 * waits, syncs once, and wakes all of it. There is no timer: while one batch is being synced the next
 * one gathers, so that a slow disk makes larger batches by itself.
 *
 * <p>The spool is a directory of segment files. Records are numbered without gaps from 1, over
 * restarts too. A write or sync that fails poisons its file: the batch's callers are told, the file
 * is closed and never written again, and the next batch, with the same numbers, goes to a new file,
 * whose name ends the old one.
 *
 * <p>Sinks read by {@link #cursor}; what all of them released is deleted, a segment at a time. A sink
 * that is close behind gets the events that were just committed from memory, and reads no file.
 */
public final class EventLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);
  private static final int BATCH_RECORDS = 4096;
  private static final long BATCH_BYTES = 8L << 20;
  private static final long PROBE_NANOS = 1_000_000_000L;
  private static final long WAITING_STEP_NANOS = 1_000_000_000L;

  private final Settings settings;
  private final SpoolDirectory directory;
  private final Thread committer;
  private final ByteBuffer staging = SegmentOutput.newStaging();

  final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition room = lock.newCondition();

  // Guarded by the lock.
  private final ArrayDeque<PendingAppend> queue = new ArrayDeque<>();
  private final NavigableMap<Long, Segment> segments;
  private final Map<String, EventCursor> cursors = new HashMap<>();
  private final RecentEvents recent;
  private long nextSeq;
  private long end;
  private long drained;
  private long unwritten;
  private long reserved;
  private long failedRecords;
  private long shedRecords;
  private long lostRecords;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private boolean appended;
  private boolean jumped;
  private boolean failing;

  /** What the last one that asked wanted and did not get, 0 if it got it: room, room for texts. */
  private long wanted;

  private long textsWanted;
  private boolean closed;
  private @Nullable String lastError;

  /** Where the committer writes; null before the first batch of a file. The committer's alone. */
  private @Nullable SegmentOutput output;

  private long outputBytes;

  /**
   * When an append counts as done, and how much the spool may hold.
   *
   * @param maxBytes the most that reserved, waiting and not yet drained records may take
   * @param segmentBytes the size after which the next file is begun
   * @param queueBytes the most that may wait in memory; appends beyond it wait for room
   * @param growBytes zeros written ahead of the records at a time, so that most syncs change no file
   *     size; 0 lets files grow record by record
   * @param whenFull what happens when the spool holds as much as it may
   * @param recentBytes the most encoded bytes of committed events that are kept in memory for sinks
   *     close behind; 0 makes every sink read files
   */
  public record Settings(
      Durability durability,
      long maxBytes,
      long segmentBytes,
      long queueBytes,
      long growBytes,
      WhenFull whenFull,
      long recentBytes) {

    /** In memory they take about three times as much, decoded and encoded. */
    private static final long RECENT_BYTES =
        Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 16);

    /** Checks that every limit is positive. */
    public Settings {
      if (maxBytes <= 0 || segmentBytes <= 0 || queueBytes <= 0) {
        throw new IllegalArgumentException(
            "a spool's limits must be > 0: maxBytes %d, segmentBytes %d, queueBytes %d"
                .formatted(maxBytes, segmentBytes, queueBytes));
      }
      if (growBytes < 0 || recentBytes < 0) {
        throw new IllegalArgumentException(
            "a spool's growBytes and recentBytes must be >= 0: %d, %d"
                .formatted(growBytes, recentBytes));
      }
    }

    /** With at most 64 MB of recent events in memory, less where the heap is small; what finds no room is refused. */
    public Settings(
        Durability durability, long maxBytes, long segmentBytes, long queueBytes, long growBytes) {
      this(
          durability, maxBytes, segmentBytes, queueBytes, growBytes, WhenFull.REJECT, RECENT_BYTES);
    }

    /** With segments of 64 MB, 64 MB of memory for what waits, and files that grow as needed. */
    public Settings(Durability durability, long maxBytes) {
      this(durability, maxBytes, 64L << 20, 64L << 20, 0);
    }

    /** These with another limit for recent events. */
    public Settings withRecentBytes(long bytes) {
      return new Settings(
          durability, maxBytes, segmentBytes, queueBytes, growBytes, whenFull, bytes);
    }

    /** These with another answer to a full spool. */
    public Settings withWhenFull(WhenFull answer) {
      return new Settings(
          durability, maxBytes, segmentBytes, queueBytes, growBytes, answer, recentBytes);
    }

    /** How far texts may fill the spool; what is left then is for events without them. */
    long textBytes() {
      return whenFull == WhenFull.SHED ? maxBytes - maxBytes / 10 : maxBytes;
    }
  }

  /** What happens when the spool holds as much as it may. */
  public enum WhenFull {
    /** Nothing is admitted until there is room. */
    REJECT,
    /**
     * Texts are left out from nine tenths on; the last tenth takes what is left of the events, and
     * only when that is full is nothing admitted.
     */
    SHED
  }

  /** When an append counts as done. */
  public enum Durability {
    /** When the disk has it. */
    FSYNC,
    /** When the operating system has it: survives the process, not the machine. */
    OS,
    /** When it is queued in memory: a failed write shows in {@link EventLog#health} only. */
    NONE
  }

  /** How a log is doing. */
  public enum State {
    /** Events go in. */
    OPEN,
    /** Events go in without their texts: there was no room for those of the last one that asked. */
    SHEDDING,
    /** There is no room for the last one that asked. */
    FULL,
    /** The last write failed; the next one, or the next probe, tries a new file. */
    FAILING,
    /** Closed. */
    CLOSED
  }

  /**
   * How a log is doing, at one moment.
   *
   * @param storedBytes bytes in the spool, or waiting, that not every sink has released
   * @param reservedBytes bytes promised to admitted requests
   * @param maxBytes the most that both may be
   * @param lastSeq number of the last durable event, 0 before the first
   * @param lag events that the slowest sink has not released
   * @param lagTime since when the oldest of them waits, to a second; since the start of this process
   *     at the longest
   * @param failedRecords appends that failed in this process
   * @param shedRecords events of this process whose texts were left out for want of room
   * @param lostRecords events found unreadable in the files by this process
   * @param lastError the last failure of a write or read, null if there was none
   */
  public record Health(
      State state,
      long storedBytes,
      long reservedBytes,
      long maxBytes,
      long lastSeq,
      long lag,
      Duration lagTime,
      long failedRecords,
      long shedRecords,
      long lostRecords,
      @Nullable String lastError) {}

  /**
   * Room in the spool, taken at admission, so that nothing is paid for that cannot be logged. It
   * serves one append; append or close it once, on any thread.
   */
  public final class Reservation implements AutoCloseable {
    private final boolean withTexts;
    private long bytes;
    private boolean used;

    private Reservation(long bytes, boolean withTexts) {
      this.bytes = bytes;
      this.withTexts = withTexts;
    }

    /**
     * Appends the event, within the reserved room or beyond it, and gives the room back. If there
     * was no room for texts, an inference is appended without them. An interrupted thread waits on
     * and finds its flag set afterwards.
     *
     * @return the event's sequence number in this spool; 0, not known yet, with durability none
     * @throws AppendFailedException if the disk refused it
     */
    public long append(Event event) {
      boolean sheds = !withTexts && event instanceof InferenceEvent;
      return EventLog.this.append(
          sheds ? ((InferenceEvent) event).withoutTexts() : event, this, sheds);
    }

    /** Gives the room back; nothing happens after an append. */
    @Override
    public void close() {
      lock.lock();
      try {
        release();
      } finally {
        lock.unlock();
      }
    }

    private void release() {
      reserved -= bytes;
      bytes = 0;
      used = true;
    }
  }

  private EventLog(Settings settings, SpoolDirectory directory, SpoolDirectory.Contents contents) {
    this.settings = settings;
    this.directory = directory;
    this.segments = contents.segments();
    this.nextSeq = contents.nextSeq();
    this.recent = new RecentEvents(settings.recentBytes());
    if (!segments.isEmpty() && nextSeq > segments.firstKey()) {
      noteWaiting(segments.firstKey());
    }
    this.end = segments.isEmpty() ? 0 : endOf(segments.lastEntry().getValue());
    this.committer =
        Thread.ofPlatform().daemon(true).name("event-log-committer").unstarted(this::commitAll);
  }

  private static long endOf(Segment segment) {
    return segment.base + segment.length;
  }

  /**
   * Opens the spool in a directory, creating it if needed, and cuts a torn tail.
   *
   * @throws SpoolInUseException if another process (or another log of this one) uses the directory
   * @throws UncheckedIOException if the directory cannot be used
   */
  public static EventLog open(Path directory, Settings settings) {
    return open(
        directory,
        settings,
        path -> FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  /** Opens the spool with another way to open its files. */
  static EventLog open(Path directory, Settings settings, SegmentOutput.Opener opener) {
    SpoolDirectory spool = SpoolDirectory.open(directory, opener);
    try {
      EventLog log = new EventLog(settings, spool, spool.recover());
      log.beginSegment();
      log.committer.start();
      return log;
    } catch (IOException e) {
      spool.close();
      throw new UncheckedIOException(
          "the spool directory %s takes no new file (%s): make it writable, or free space"
              .formatted(directory, e),
          e);
    } catch (RuntimeException e) {
      spool.close();
      throw e;
    }
  }

  /**
   * Reserves room for one event.
   *
   * @param bytes an upper estimate of its encoded size without texts
   * @param textBytes the same for its texts
   * @throws SpoolFullException if there is none
   */
  public Reservation reserve(int bytes, int textBytes) {
    lock.lock();
    try {
      requireOpen();
      boolean withTexts = reserved + storedBytes() + bytes + textBytes <= settings.textBytes();
      if (withTexts || settings.whenFull() == WhenFull.REJECT) {
        requireRoom((long) bytes + textBytes);
        textsWanted = 0;
      } else {
        requireRoom(bytes);
        textsWanted = bytes + textBytes;
      }
      Reservation reservation =
          new Reservation(withTexts ? (long) bytes + textBytes : bytes, withTexts);
      reserved += reservation.bytes;
      return reservation;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Appends an event that reserved nothing.
   *
   * @return the event's sequence number in this spool; 0, not known yet, with durability none
   * @throws SpoolFullException if there is no room
   * @throws AppendFailedException if the disk refused it
   */
  public long append(Event event) {
    return append(event, null, false);
  }

  private long append(Event event, @Nullable Reservation reservation, boolean shed) {
    PendingAppend pending = new PendingAppend(EventKind.of(event).code, EventCodec.encoding(event));
    lock.lock();
    try {
      if (reservation != null && reservation.used) {
        throw new IllegalStateException("a reservation serves one append, this one is used up");
      }
      requireOpen();
      // An event larger than the queue goes in alone.
      while (unwritten > 0 && unwritten + pending.size() > settings.queueBytes()) {
        room.awaitUninterruptibly();
        requireOpen();
      }
      if (reservation == null) {
        requireRoom(pending.size());
      } else {
        reservation.release();
      }
      unwritten += pending.size();
      shedRecords += shed ? 1 : 0;
      appended = true;
      queue.add(pending);
      work.signal();
    } finally {
      lock.unlock();
    }
    return settings.durability() == Durability.NONE ? 0 : pending.await(directory.path());
  }

  private void requireOpen() {
    if (closed) {
      String message = "the event log in %s is closed".formatted(directory.path());
      throw new AppendFailedException(message, new IllegalStateException(message));
    }
  }

  private void requireRoom(long bytes) {
    long used = reserved + storedBytes();
    wanted = used + bytes > settings.maxBytes() ? bytes : 0;
    if (wanted > 0) {
      throw new SpoolFullException(
          ("the spool %s is full: %d bytes wait for the event store and %d are reserved, of"
               + " store.spool_max_bytes = %d. Mend the event store so that it drains, or raise the"
               + " limit")
              .formatted(directory.path(), storedBytes(), reserved, settings.maxBytes()));
    }
  }

  private long storedBytes() {
    return unwritten + end - drained;
  }

  /** How the log is doing. */
  public Health health() {
    lock.lock();
    try {
      Waiting oldest = waiting.peek();
      return new Health(
          state(),
          storedBytes(),
          reserved,
          settings.maxBytes(),
          nextSeq - 1,
          nextSeq - 1 - lowestReleased(),
          oldest == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - oldest.nanos()),
          failedRecords,
          shedRecords,
          lostRecords,
          lastError);
    } finally {
      lock.unlock();
    }
  }

  private State state() {
    long used = reserved + storedBytes();
    if (closed) {
      return State.CLOSED;
    }
    if (failing) {
      return State.FAILING;
    }
    // Asked anew: a router that gets no requests because it was full must hear that it no longer
    // is.
    if (wanted > 0 && used + wanted > settings.maxBytes()) {
      return State.FULL;
    }
    return textsWanted > 0 && used + textsWanted > settings.textBytes()
        ? State.SHEDDING
        : State.OPEN;
  }

  // Committing.

  private void commitAll() {
    List<PendingAppend> batch = new ArrayList<>();
    while (takeBatch(batch)) {
      if (batch.isEmpty()) {
        probe();
      } else {
        commit(batch);
        // Where the cores are taken, those who have events to log come first, and the next batch is
        // larger; where they are not, this returns at once.
        Thread.yield();
      }
      batch.clear();
    }
    SegmentOutput last = output;
    if (last != null) {
      try {
        last.seal();
      } catch (IOException e) {
        // All its records are committed; the next open cuts what seal would have cut.
        LOG.warn("the last segment of {} could not be closed", directory.path(), e);
      }
    }
  }

  /**
   * Waits for work; false when the log is closed and all is written. While the disk fails it returns
   * without work every now and then.
   */
  private boolean takeBatch(List<PendingAppend> batch) {
    lock.lock();
    try {
      while (queue.isEmpty()) {
        if (closed) {
          return false;
        }
        if (failing && !awaitWork(PROBE_NANOS)) {
          return true;
        }
        if (!failing) {
          work.awaitUninterruptibly();
        }
      }
      long bytes = 0;
      while (batch.size() < BATCH_RECORDS) {
        PendingAppend next = queue.peek();
        if (next == null || (bytes > 0 && bytes + next.size() > BATCH_BYTES)) {
          break;
        }
        bytes += next.size();
        batch.add(queue.remove());
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether something happened in time; nobody interrupts the committer. */
  private boolean awaitWork(long nanos) {
    try {
      return work.awaitNanos(nanos) > 0;
    } catch (InterruptedException e) {
      return true;
    }
  }

  /**
   * Tries whether a failed disk takes writes again: a router that gets no requests because its log
   * fails would never find out by a request. What is written are zeros, which are no record.
   */
  private void probe() {
    try {
      SegmentOutput to = output;
      if (to == null) {
        to = beginSegment();
      }
      to.probe();
      lock.lock();
      try {
        failing = false;
      } finally {
        lock.unlock();
      }
      LOG.info("the spool {} takes writes again", directory.path());
    } catch (IOException | RuntimeException e) {
      abandonOutput();
    }
  }

  private void abandonOutput() {
    SegmentOutput poisoned = output;
    output = null;
    if (poisoned != null) {
      poisoned.abandon();
    }
  }

  private void commit(List<PendingAppend> batch) {
    long bytes = 0;
    for (PendingAppend pending : batch) {
      bytes += pending.size();
    }
    long firstSeq;
    try {
      firstSeq = write(batch, bytes);
    } catch (Throwable e) {
      // Whatever it was, the file's content is unknown now, and the callers must hear of it.
      failed(batch, bytes, e);
      return;
    }
    lock.lock();
    try {
      Segment segment = segments.lastEntry().getValue();
      segment.length += bytes;
      if (isRead()) {
        keepForReaders(batch, firstSeq);
      }
      noteWaiting(firstSeq);
      end += bytes;
      unwritten -= bytes;
      nextSeq += batch.size();
      failing = false;
      cursors.values().forEach(cursor -> cursor.wakeIfDue(nextSeq, end));
      room.signalAll();
    } finally {
      lock.unlock();
    }
    for (int i = 0; i < batch.size(); i++) {
      batch.get(i).complete(firstSeq + i);
    }
  }

  /** Since when the events from a number on wait for a sink, a value of the monotonic clock. */
  private record Waiting(long fromSeq, long nanos) {}

  private void noteWaiting(long fromSeq) {
    long now = System.nanoTime();
    Waiting newest = waiting.peekLast();
    if (newest == null || now - newest.nanos() >= WAITING_STEP_NANOS) {
      waiting.add(new Waiting(fromSeq, now));
    }
  }

  private void forgetWaiting(long released) {
    if (released >= nextSeq - 1) {
      waiting.clear();
      return;
    }
    Waiting oldest = waiting.poll();
    for (Waiting next = waiting.peek(); next != null && next.fromSeq() <= released + 1; ) {
      oldest = waiting.poll();
      next = waiting.peek();
    }
    if (oldest != null) {
      waiting.addFirst(oldest);
    }
  }

  private boolean isRead() {
    for (EventCursor cursor : cursors.values()) {
      if (!cursor.closed()) {
        return true;
      }
    }
    return false;
  }

  private void keepForReaders(List<PendingAppend> batch, long firstSeq) {
    long seq = firstSeq;
    long upTo = end;
    for (PendingAppend pending : batch) {
      upTo += pending.size();
      recent.add(SpooledEvent.committed(seq++, pending.type, pending.encoding, upTo));
    }
  }

  private long write(List<PendingAppend> batch, long bytes) throws IOException {
    SegmentOutput to = output;
    boolean full = outputBytes > 0 && outputBytes + bytes > settings.segmentBytes();
    if (to != null && (takeJump() || full)) {
      output = null;
      to.seal();
      to = null;
    }
    if (to == null) {
      to = beginSegment();
    }
    long firstSeq = committedThrough() + 1;
    long seq = firstSeq;
    to.allocate(bytes);
    for (PendingAppend pending : batch) {
      to.append(seq++, pending.type, pending.encoding.bytes());
    }
    to.flush();
    if (settings.durability() == Durability.FSYNC) {
      to.sync();
    }
    outputBytes += bytes;
    return firstSeq;
  }

  private SegmentOutput beginSegment() throws IOException {
    Segment segment = new Segment(directory.path(), committedThrough() + 1, end, 0);
    FileChannel channel = directory.create(segment, settings.durability() == Durability.FSYNC);
    SegmentOutput opened = new SegmentOutput(channel, staging, settings.growBytes());
    lock.lock();
    try {
      segments.put(segment.firstSeq, segment);
    } finally {
      lock.unlock();
    }
    output = opened;
    outputBytes = 0;
    return opened;
  }

  private void failed(List<PendingAppend> batch, long bytes, Throwable cause) {
    LOG.error(
        "{} events could not be written to the spool {}", batch.size(), directory.path(), cause);
    abandonOutput();
    try {
      // At once, not with the next batch: the new file's name is what ends the old one.
      beginSegment();
    } catch (IOException | RuntimeException e) {
      LOG.error("the spool {} takes no new file; the next event tries again", directory.path(), e);
    }
    lock.lock();
    try {
      unwritten -= bytes;
      failedRecords += batch.size();
      failing = true;
      lastError = cause.toString();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    for (PendingAppend pending : batch) {
      pending.fail(cause);
    }
  }

  private long committedThrough() {
    lock.lock();
    try {
      return nextSeq - 1;
    } finally {
      lock.unlock();
    }
  }

  // Reading.

  /**
   * The cursor of a sink, behind the event that the sink stored last. Open the cursors of all sinks
   * before the first append and the first release: what every known sink has released is deleted. A
   * second cursor for the same sink replaces the first.
   *
   * @param sink the sink's name
   * @param afterSeq the sink's own mark: the number of the last event that it stored, 0 for none
   * @throws IllegalStateException if the sink is ahead of the spool and events were appended already
   */
  public EventCursor cursor(String sink, long afterSeq) {
    EventCursor cursor;
    lock.lock();
    try {
      if (afterSeq >= nextSeq) {
        jumpTo(sink, afterSeq + 1);
      }
      long from = Math.max(afterSeq + 1, firstSeq());
      if (from > afterSeq + 1) {
        LOG.info(
            "sink {} stored events up to {}, the spool {} starts at {}",
            sink,
            afterSeq,
            directory.path(),
            from);
      }
      cursor = new EventCursor(this, sink, from);
      EventCursor before = cursors.put(sink, cursor);
      if (before != null) {
        before.close();
      }
    } finally {
      lock.unlock();
    }
    cursor.seek();
    return cursor;
  }

  /**
   * The sink holds events that the spool has not: its directory was replaced, or a machine without
   * durability fsync lost power. New events must get numbers above the sink's mark.
   */
  private void jumpTo(String sink, long seq) {
    if (appended) {
      throw new IllegalStateException(
          ("sink %s stored events up to %d, but the spool %s only goes to %d and has taken new ones"
                  + " already: open every sink's cursor before the first append")
              .formatted(sink, seq - 1, directory.path(), nextSeq - 1));
    }
    LOG.warn(
        "sink {} stored events up to {}, the spool {} only goes to {}: its numbers go on from {}",
        sink,
        seq - 1,
        directory.path(),
        nextSeq - 1,
        seq);
    nextSeq = seq;
    jumped = true;
  }

  /** Takes the mark that says that a new file must be begun because numbers were left out. */
  private boolean takeJump() {
    lock.lock();
    try {
      boolean jump = jumped;
      jumped = false;
      return jump;
    } finally {
      lock.unlock();
    }
  }

  /**
   * What may be read of a segment.
   *
   * @param limit the byte after the last committed record
   * @param endSeq the number after the last committed record
   */
  record Window(Segment segment, long limit, long endSeq) {}

  /** Waits until the given event is committed; false if it is not in time, or its reader closed. */
  boolean await(EventCursor reader, long seq, long nanos) throws InterruptedException {
    lock.lock();
    try {
      reader.awaitDue(seq + 1, Long.MAX_VALUE, nanos);
      return !reader.closed() && seq < nextSeq;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until so many events or bytes of the log are committed, for no longer than given. */
  void awaitMore(EventCursor reader, long untilNextSeq, long untilEnd, long nanos)
      throws InterruptedException {
    lock.lock();
    try {
      reader.awaitDue(untilNextSeq, untilEnd, nanos);
    } finally {
      lock.unlock();
    }
  }

  /** Whether the committed events go so far; asked under the lock. */
  boolean reaches(long untilNextSeq, long untilEnd) {
    return nextSeq >= untilNextSeq || end >= untilEnd || closed;
  }

  /** The events from the given one on that are still in memory, as many as may be taken at once. */
  List<SpooledEvent> recent(long fromSeq, int maxRecords, long maxBytes) {
    List<SpooledEvent> events = new ArrayList<>();
    lock.lock();
    try {
      long bytes = 0;
      for (long seq = fromSeq; recent.contains(seq) && events.size() < maxRecords; seq++) {
        SpooledEvent event = recent.get(seq);
        bytes += event.size();
        if (bytes > maxBytes && !events.isEmpty()) {
          break;
        }
        events.add(event);
      }
      return events;
    } finally {
      lock.unlock();
    }
  }

  /** Forgets the recent events that every reader has taken; called under the lock. */
  void forgetTaken() {
    long taken = Long.MAX_VALUE;
    for (EventCursor cursor : cursors.values()) {
      if (!cursor.closed()) {
        taken = Math.min(taken, cursor.takenSeq());
      }
    }
    recent.dropThrough(taken);
  }

  /** What may be read of the segment that holds, or would hold, the given event. */
  Window window(long seq) {
    lock.lock();
    try {
      Segment segment = segments.floorEntry(seq).getValue();
      Long next = segments.higherKey(segment.firstSeq);
      return new Window(segment, segment.length, next == null ? nextSeq : next);
    } finally {
      lock.unlock();
    }
  }

  boolean closed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Notes events that the files should hold and that could not be read. */
  void lost(Segment segment, long fromSeq, long count) {
    String message =
        "spool segment %s is damaged: event %d and %d after it cannot be read"
            .formatted(segment.path, fromSeq, count - 1);
    LOG.error(message);
    lock.lock();
    try {
      lostRecords += count;
      lastError = message;
    } finally {
      lock.unlock();
    }
  }

  /** Frees what every sink has released; called after a cursor moved. */
  void trim() {
    List<Segment> done = new ArrayList<>();
    lock.lock();
    try {
      long released = lowestReleased();
      forgetWaiting(released);
      drained = cursors.values().stream().mapToLong(EventCursor::releasedEnd).min().orElse(drained);
      while (segments.size() > 1) {
        Segment first = segments.firstEntry().getValue();
        if (segments.higherKey(first.firstSeq) > released + 1) {
          break;
        }
        segments.remove(first.firstSeq);
        done.add(first);
      }
    } finally {
      lock.unlock();
    }
    done.forEach(directory::delete);
  }

  private long lowestReleased() {
    return cursors.values().stream()
        .mapToLong(EventCursor::releasedSeq)
        .min()
        .orElse(firstSeq() - 1);
  }

  private long firstSeq() {
    return segments.firstKey();
  }

  /** Writes what waits, then gives the directory back. Appends that come later fail. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      work.signalAll();
      room.signalAll();
      cursors.values().forEach(EventCursor::wake);
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (committer.isAlive()) {
      try {
        committer.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    directory.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
