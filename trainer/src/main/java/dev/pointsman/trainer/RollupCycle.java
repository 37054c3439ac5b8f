package dev.pointsman.trainer;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.eventstore.RollupTags;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what pages read in step with what was logged: the rollups of every function, and the
 * statistics of those that learn nothing, which the trainer does not look after. It has a thread of
 * its own, so that a long run, as after an import, holds up no revision; one at a time may run per
 * store. A round that fails is logged and tried again.
 */
public final class RollupCycle implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RollupCycle.class);

  /** The least between the end of one round and the start of the next. */
  private static final Duration PAUSE = Duration.ofSeconds(2);

  /** The most between two rounds, however long they are. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** A round is followed by so many times its own length: pages may be late, requests may not. */
  private static final int PAUSE_PER_ROUND = 99;

  /** How long after its end the last events of a minute are in the store. */
  private static final Duration DRAINED = Duration.ofSeconds(4);

  private final EventStore store;
  private final Supplier<FunctionCatalog> catalog;
  private final RollupTags tags;
  private final InstantSource clock;
  private final RestingThread thread = new RestingThread("rollups", Duration.ZERO, this::round);

  /**
   * A cycle that does nothing until it is started.
   *
   * @param tags kept apart
   */
  public RollupCycle(
      EventStore store, Supplier<FunctionCatalog> catalog, RollupTags tags, InstantSource clock) {
    this.store = store;
    this.catalog = catalog;
    this.tags = tags;
    this.clock = clock;
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  private Duration round() {
    long began = System.nanoTime();
    try {
      refresh(clock.instant());
    } catch (RuntimeException e) {
      LOG.warn("the figures of pages could not be brought up to date, trying again", e);
    }
    return pauseAfter(Duration.ofNanos(System.nanoTime() - began), clock.instant());
  }

  /**
   * How long to rest after a round. Every round computes the minute that is filling anew, so a rest
   * in which a minute ends is cut short to a moment after that: it is then computed once and whole.
   */
  static Duration pauseAfter(Duration round, Instant now) {
    Duration rest = RestingThread.restAfter(round, PAUSE_PER_ROUND, PAUSE, LONGEST_PAUSE);
    Duration untilMinute =
        Duration.between(now, now.plus(rest).truncatedTo(ChronoUnit.MINUTES).plus(DRAINED));
    boolean ends = untilMinute.compareTo(PAUSE) > 0 && untilMinute.compareTo(rest) < 0;
    return ends ? untilMinute : rest;
  }

  /**
   * One round over all functions, configured and logged.
   *
   * @param now the present
   * @return how many minutes were computed
   */
  public int refresh(Instant now) {
    Instant asOf = now.truncatedTo(ChronoUnit.MICROS);
    FunctionCatalog configured = catalog.get();
    List<RewardRule> rules = new ArrayList<>();
    for (FunctionDefinition function : configured.functions().values()) {
      RewardRule rule = RewardRules.of(configured, function);
      rules.add(rule);
      if (!(function.experimentation() instanceof Experimentation.Learned)) {
        store.refreshStatistics(rule, asOf);
      }
    }
    for (String logged : store.traffic().functionNames()) {
      if (!configured.functions().containsKey(logged)) {
        RewardRule rule = RewardRule.unrewarded(logged);
        rules.add(rule);
        store.refreshStatistics(rule, asOf);
      }
    }
    return store.refreshRollups(rules, tags, asOf);
  }

  /** Stops the thread after the round it is in. */
  @Override
  public void close() {
    thread.close();
  }
}
