package dev.pointsman.eventstore;

import dev.pointsman.eventlog.EventCursor;
import dev.pointsman.eventlog.EventDecodeException;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.SpooledEvent;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves events from the spool into the store, each exactly once: the rows and the number of the last
 * of them commit together, and after a crash reading begins behind that number. What was committed is
 * released, so that the spool can forget it.
 *
 * <p>A store that takes nothing is asked again, ever less often, up to every ten seconds. An event
 * that a working store refuses is found by halving its batch and laid, with the reason, into
 * {@code dead-letter/} of the data directory, its bytes and as JSON; the rest goes on.
 *
 * <p>With more in the spool than a batch, the next batches are prepared on two threads while one is
 * committed, in their order: after an outage the store is caught up with all the machine has.
 */
public final class Drain implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
  private static final String SINK = "event-store";

  /**
   * As many as the embedded store's groups of rows have: exactly a group is written once, in its
   * place. Less goes into the engine's own log first and is compressed when that is folded in, and
   * what goes beyond is compressed while everything else waits for the commit.
   */
  private static final int BATCH_INFERENCES = 8_192;

  /** A batch has at most this many times as many events. */
  private static final int EVENTS_PER_INFERENCE = 4;

  /** Less where the heap is small: a batch lies in it encoded, decoded and as rows. */
  private static final long BATCH_BYTES =
      Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 32);

  /** Threads that prepare batches; with one processor there is nothing to win by that. */
  private static final int PREPARERS = Math.min(2, Runtime.getRuntime().availableProcessors());

  /** One that is committed beside those that are prepared. */
  private static final int BATCHES_AT_WORK = PREPARERS == 1 ? 1 : PREPARERS + 1;

  private static final Duration GATHER = Duration.ofMillis(200);

  /** So many events within {@link #GATHER} are worth waiting for more: a row costs less in a crowd. */
  private static final int BUSY_EVENTS = 200;

  private static final Duration GATHER_WHEN_BUSY = Duration.ofMillis(2_800);
  private static final Duration IDLE = Duration.ofMillis(500);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final EventStore store;
  private final EventLog log;
  private final EventCursor cursor;
  private final DeadLetters deadLetters;
  private final int batchInferences;
  private final Duration patience;
  // Fair, or the thread that drains all the time would never let drainNow in.
  private final ReentrantLock draining = new ReentrantLock(true);

  /** Batches taken from the spool and not stored yet, in their order; guarded by the lock. */
  private final Deque<List<SpooledEvent>> taken = new ArrayDeque<>(BATCHES_AT_WORK);

  /**
   * Came behind full batches and is less than one, so it waits for more: a few rows between full
   * groups cost the embedded store a group of their own, megabytes of memory until its next
   * checkpoint and its share in that. Guarded by the lock.
   */
  private List<SpooledEvent> begun = List.of();

  private final ExecutorService preparers =
      Executors.newFixedThreadPool(
          PREPARERS,
          Thread.ofPlatform().name("event-store-drain-preparer-", 0).daemon(true).factory());

  private final CountDownLatch stopping = new CountDownLatch(1);
  private @Nullable Thread thread;
  private final AtomicLong drained = new AtomicLong();
  private volatile @Nullable Instant waitingSince;
  private volatile @Nullable String lastError;

  /**
   * How far the store is behind.
   *
   * @param events events in the spool that are not in the store
   * @param waitingSince time of the oldest event at work, null while there is none
   * @param drained events stored by this process
   * @param deadLetters events laid aside by this process
   * @param lastError why the store took nothing the last time it did not, null once it works again
   */
  public record Lag(
      long events,
      @Nullable Instant waitingSince,
      long drained,
      long deadLetters,
      @Nullable String lastError) {}

  /**
   * A drain that stands behind the store's last event. Make it before the log's first append, so
   * that the log keeps everything for it; nothing moves before {@link #start} or {@link #drainNow}.
   */
  public Drain(EventStore store, EventLog log) {
    this(store, log, BATCH_INFERENCES, GATHER_WHEN_BUSY);
  }

  /**
   * With batches of another size.
   *
   * @param batchInferences a few, so that a few events are many batches
   * @param patience how long a batch waits for more where many come in
   */
  Drain(EventStore store, EventLog log, int batchInferences, Duration patience) {
    this.store = store;
    this.batchInferences = batchInferences;
    this.patience = patience;
    this.log = log;
    this.cursor = log.cursor(SINK, store.lastSequence());
    this.deadLetters = store.deadLetters();
  }

  /** Starts the thread that drains until {@link #close}. */
  public void start() {
    Thread started =
        Thread.ofPlatform().name("event-store-drain").daemon(true).unstarted(this::run);
    thread = started;
    started.start();
  }

  /**
   * Moves all that the spool holds now, on the calling thread. For a directory whose service is
   * stopped, and for tests.
   *
   * @return events that were stored, or laid aside, meanwhile
   * @throws StoreException if the store takes nothing
   */
  public long drainNow() {
    long before = store.lastSequence();
    draining.lock();
    try {
      while (true) {
        if (taken.isEmpty()) {
          take(next(Duration.ZERO));
        }
        if (taken.isEmpty()) {
          return store.lastSequence() - before;
        }
        if (!storeTaken()) {
          throw new StoreException(
              "the event store %s takes nothing: %s".formatted(store.dataDirectory(), lastError));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(
          "draining was interrupted after event %d".formatted(store.lastSequence()), e);
    } finally {
      draining.unlock();
    }
  }

  /** How far the store is behind, now. */
  public Lag lag() {
    return new Lag(log.health().lag(), waitingSince, drained.get(), deadLetters.laid(), lastError);
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    try {
      while (!isStopping()) {
        boolean done;
        draining.lockInterruptibly();
        try {
          if (taken.isEmpty()) {
            take(gather());
          }
          done = storeTaken();
        } catch (UncheckedIOException e) {
          // The spool could not be read, or the dead letter not be written; both are tried again.
          noteError(e);
          done = false;
        } finally {
          draining.unlock();
        }
        if (done) {
          pause = FIRST_PAUSE;
        } else {
          pauseFor(pause);
          pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IllegalStateException e) {
      if (!isStopping()) {
        noteError(e);
        LOG.error("the event log was closed before its drain: the rest is drained at next start");
      }
    }
  }

  /** Waits for a first event, then a little for more of them, and longer where many come in. */
  private List<SpooledEvent> gather() throws InterruptedException {
    if (begun.isEmpty()) {
      begun = cursor.next(batchInferences, BATCH_BYTES, IDLE, GATHER);
      if (begun.size() < BUSY_EVENTS) {
        return next(Duration.ZERO);
      }
    }
    return next(patience);
  }

  /** The next batch: takes what comes until it has its inferences, at most for some time. */
  private List<SpooledEvent> next(Duration most) throws InterruptedException {
    List<SpooledEvent> batch = new ArrayList<>(begun);
    // Where the spool cannot be read further, what was taken from it is not lost.
    begun = batch;
    fill(batch, most);
    begun = List.of();
    return batch;
  }

  private void fill(List<SpooledEvent> batch, Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    while (!isFull(batch) && !isStopping()) {
      Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
      List<SpooledEvent> more =
          cursor.next(roomIn(batch), BATCH_BYTES - bytesOf(batch), left, left);
      if (more.isEmpty()) {
        return;
      }
      batch.addAll(more);
    }
  }

  private int roomIn(List<SpooledEvent> batch) {
    int inferences = (int) batch.stream().filter(SpooledEvent::isInference).count();
    return Math.min(
        batchInferences - inferences, EVENTS_PER_INFERENCE * batchInferences - batch.size());
  }

  private static long bytesOf(List<SpooledEvent> batch) {
    return batch.stream().mapToLong(SpooledEvent::size).sum();
  }

  /** Takes a batch to work, and the full ones behind it. */
  private void take(List<SpooledEvent> batch) throws InterruptedException {
    if (!batch.isEmpty()) {
      taken.add(batch);
      takeBehind(batch);
    }
  }

  /** Takes the batches to work that follow a full one and are full; what is less is begun. */
  private void takeBehind(List<SpooledEvent> batch) throws InterruptedException {
    List<SpooledEvent> last = batch;
    while (isFull(last) && taken.size() < BATCHES_AT_WORK) {
      last = next(Duration.ZERO);
      if (isFull(last)) {
        taken.add(last);
      } else {
        begun = last;
      }
    }
  }

  private boolean isFull(List<SpooledEvent> batch) {
    return roomIn(batch) <= 0 || bytesOf(batch) >= BATCH_BYTES;
  }

  /** Stores what was taken; what the store does not take stays taken, and false is returned. */
  private boolean storeTaken() throws InterruptedException {
    if (taken.size() > 1) {
      storeAbreast();
    }
    while (!taken.isEmpty()) {
      if (!store(taken.getFirst())) {
        return false;
      }
      taken.removeFirst();
    }
    return true;
  }

  /**
   * Stores batches that follow each other, and those that come while it does, the next ones prepared
   * while the first is committed. Where anything is wrong with one of them, it and what was prepared
   * behind it stay taken, to be stored by themselves.
   */
  private void storeAbreast() throws InterruptedException {
    if (taken.getFirst().getFirst().seq() != store.lastSequence() + 1) {
      return;
    }
    Deque<Future<PreparedBatch>> ahead = new ArrayDeque<>(BATCHES_AT_WORK);
    try {
      taken.forEach(batch -> ahead.add(prepared(batch)));
      while (!taken.isEmpty() && storePrepared(taken.getFirst(), ahead.removeFirst())) {
        taken.removeFirst();
        // Whoever waits for the lock wants what was in the spool when he came, not what comes.
        if (!taken.isEmpty() && !isStopping() && !draining.hasQueuedThreads()) {
          int before = taken.size();
          takeBehind(taken.getLast());
          taken.stream().skip(before).forEach(batch -> ahead.add(prepared(batch)));
        }
      }
    } finally {
      ahead.forEach(Drain::discard);
    }
  }

  private Future<PreparedBatch> prepared(List<SpooledEvent> batch) {
    return preparers.submit(() -> store.prepare(batchOf(batch)));
  }

  private boolean storePrepared(List<SpooledEvent> batch, Future<PreparedBatch> prepared) {
    try (PreparedBatch rows = resultOf(prepared)) {
      if (rows == null) {
        return false;
      }
      rows.commit();
    } catch (RuntimeException e) {
      // Tried again by itself, where it is told apart whether the batch or the store is at fault.
      LOG.debug("a batch of {} events is stored by itself", batch.size(), e);
      return false;
    }
    stored(batch, batch.size());
    return true;
  }

  private static void discard(Future<PreparedBatch> prepared) {
    PreparedBatch rows = resultOf(prepared);
    if (rows != null) {
      rows.close();
    }
  }

  /** Waits for it however often one is interrupted: what was prepared must be closed. */
  private static @Nullable PreparedBatch resultOf(Future<PreparedBatch> prepared) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return prepared.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          LOG.debug("a batch is stored by itself: it could not be prepared", e);
          return null;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private EventBatch batchOf(List<SpooledEvent> events) {
    List<EventBatch.Numbered> numbered = new ArrayList<>(events.size());
    for (SpooledEvent spooled : events) {
      numbered.add(new EventBatch.Numbered(spooled.seq(), spooled::event));
    }
    return new EventBatch(store.spool(), events.getFirst().seq(), events.getLast().seq(), numbered);
  }

  private void stored(List<SpooledEvent> batch, int events) {
    cursor.release(batch.getLast().seq());
    drained.addAndGet(events);
    waitingSince = null;
    lastError = null;
  }

  /** Stores a batch and lets the spool forget it; false when the store takes nothing at all. */
  private boolean store(List<SpooledEvent> batch) {
    long last = batch.getLast().seq();
    if (last <= store.lastSequence()) {
      return true;
    }
    long first = store.lastSequence() + 1;
    List<EventBatch.Numbered> events = new ArrayList<>(batch.size());
    for (SpooledEvent spooled : batch) {
      if (spooled.seq() >= first) {
        try {
          events.add(new EventBatch.Numbered(spooled.seq(), spooled.event()));
        } catch (EventDecodeException e) {
          layAside(spooled, e);
        }
      }
    }
    waitingSince = events.isEmpty() ? null : events.getFirst().event().at();
    try {
      store.append(new EventBatch(store.spool(), first, last, events));
    } catch (StoreException | EventRefusedException | ArithmeticException e) {
      return storeByHalves(batch, e);
    }
    stored(batch, events.size());
    return true;
  }

  private boolean storeByHalves(List<SpooledEvent> batch, RuntimeException why) {
    if (why instanceof StoreException && !store.isWritable()) {
      noteError(why);
      return false;
    }
    if (batch.size() > 1) {
      int half = batch.size() / 2;
      return store(batch.subList(0, half)) && store(batch.subList(half, batch.size()));
    }
    SpooledEvent poison = batch.getFirst();
    layAside(poison, why);
    store.append(List.of(), poison.seq());
    cursor.release(poison.seq());
    waitingSince = null;
    return true;
  }

  private void layAside(SpooledEvent event, RuntimeException why) {
    LOG.error(
        "event {} cannot be stored and goes to {}", event.seq(), deadLetters.directory(), why);
    deadLetters.lay(store.spool(), event.seq(), event.encoded(), String.valueOf(why.getMessage()));
  }

  private void noteError(RuntimeException e) {
    lastError = e.getMessage();
    LOG.warn("the event store takes nothing, trying again: {}", e.getMessage());
  }

  private void pauseFor(Duration pause) throws InterruptedException {
    if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.info("drain stops with events left in the spool");
    }
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /** Stops after the batch at work; what is left stays in the spool for the next start. */
  @Override
  public void close() {
    stopping.countDown();
    cursor.close();
    Thread started = thread;
    boolean interrupted = false;
    while (started != null && started.isAlive()) {
      try {
        started.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    preparers.shutdown();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
