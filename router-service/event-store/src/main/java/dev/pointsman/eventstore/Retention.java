package dev.pointsman.eventstore;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what is too old: texts after their own days, rows after theirs, and revisions that decided
 * nothing that is still there. Sums over expired rows (statistics, rollups) hold no text and stay.
 * One thread, once an hour; the store's owner runs it.
 */
public final class Retention implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
  private static final Duration FIRST = Duration.ofMinutes(1);
  private static final Duration EVERY = Duration.ofHours(1);

  private final EventStore store;
  private final @Nullable Integer rowDays;
  private final @Nullable Integer textDays;
  private final InstantSource clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> Thread.ofPlatform().name("event-store-retention").daemon(true).unstarted(work));
  private volatile boolean closing;

  /**
   * A retention that has not begun.
   *
   * @param rowDays days of rows, null for ever
   * @param textDays days of texts, null for as long as the rows
   */
  public Retention(
      EventStore store,
      @Nullable Integer rowDays,
      @Nullable Integer textDays,
      InstantSource clock) {
    this.store = store;
    this.rowDays = rowDays;
    this.textDays = textDays;
    this.clock = clock;
  }

  /** Begins to apply it in the background. */
  public void start() {
    var unused =
        thread.scheduleWithFixedDelay(
            this::applyQuietly, FIRST.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
  }

  /**
   * Applies it now.
   *
   * @return rows deleted, or whose text was, by table; engines that expire rows by themselves do not
   *     count them
   */
  public Map<String, Long> apply() {
    return store.expire(Expiry.at(clock.instant(), rowDays, textDays), () -> closing);
  }

  private void applyQuietly() {
    try {
      Map<String, Long> deleted = apply();
      if (!deleted.isEmpty()) {
        LOG.info(
            "expired: {}",
            deleted.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", ")));
      }
    } catch (RuntimeException e) {
      LOG.warn("what is too old could not be deleted, it is tried again: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    closing = true;
    thread.shutdown();
    boolean interrupted = false;
    while (!thread.isTerminated()) {
      try {
        thread.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
