package dev.pointsman.server;

import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.StoreSettings;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.SpoolInUseException;
import dev.pointsman.eventstore.Drain;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RollupTags;
import dev.pointsman.report.Reports;
import dev.pointsman.trainer.RewardRules;
import dev.pointsman.trainer.RollupCycle;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.Optional;

/** The data directory of a service that does not run, opened and drained by a command. */
final class StoppedDirectory implements AutoCloseable {

  private final EventLog log;
  private final EventStore store;
  private final Drain drain;

  private StoppedDirectory(EventLog log, EventStore store) {
    this.log = log;
    this.store = store;
    this.drain = new Drain(store, log);
  }

  /**
   * Opens it, and stores what is in its spool.
   *
   * @param settings of the service: where its events are stored
   * @param what what needs it, as the subject of a sentence
   * @throws CommandFailure if another process has it open, or it cannot be used
   */
  static StoppedDirectory open(DataDirectory directory, StoreSettings settings, String what) {
    System.setProperty("java.io.tmpdir", directory.temporary().toString());
    EventLog log;
    try {
      log =
          EventLog.open(
              directory.spool(),
              new EventLog.Settings(EventLog.Durability.FSYNC, Long.MAX_VALUE / 4));
    } catch (SpoolInUseException e) {
      // It has not said yet where it listens, or says so no more.
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM,
          ("%s needs %s to itself, and another process has it open: a service that is starting or"
                  + " stopping, or another command. Try again in a moment")
              .formatted(what, directory.path()));
    } catch (UncheckedIOException e) {
      throw new CommandFailure(Pointsman.FOUND_A_PROBLEM, String.valueOf(e.getMessage()));
    }
    EventStore store;
    try {
      store = OpenedStore.ofStopped(settings, directory.path());
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
    StoppedDirectory opened = new StoppedDirectory(log, store);
    try {
      opened.drain.drainNow();
      return opened;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  EventStore store() {
    return store;
  }

  EventLog log() {
    return log;
  }

  Drain drain() {
    return drain;
  }

  /** Reports of what is stored, brought up to date. */
  Reports reports(FunctionCatalog catalog, InstantSource clock) {
    refreshRollups(catalog, clock);
    // Those of functions that learn are the trainer's affair, which does not run.
    for (FunctionDefinition function : catalog.functions().values()) {
      store.refreshStatistics(RewardRules.of(catalog, function), clock.instant());
    }
    return new Reports(
        store,
        () -> catalog,
        function -> RewardRules.of(catalog, function),
        (function, revision, challenger, configHash) -> Optional.empty(),
        clock);
  }

  /** Computes again what pages read; returns the number of minutes computed. */
  int rebuildRollups(FunctionCatalog catalog, InstantSource clock) {
    store.forgetRollups();
    return refreshRollups(catalog, clock);
  }

  private int refreshRollups(FunctionCatalog catalog, InstantSource clock) {
    RollupTags tags = RollupTags.of(catalog.store().rollupTags());
    try (RollupCycle cycle = new RollupCycle(store, () -> catalog, tags, clock)) {
      return cycle.refresh(clock.instant());
    }
  }

  @Override
  public void close() {
    drain.close();
    store.close();
    log.close();
  }
}
