package dev.pointsman.server;

import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventstore.Drain;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RollupTags;
import dev.pointsman.trainer.RollupCycle;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
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

  static StoppedDirectory open(DataDirectory directory) {
    System.setProperty("java.io.tmpdir", directory.temporary().toString());
    EventLog log =
        EventLog.open(
            directory.spool(),
            new EventLog.Settings(EventLog.Durability.FSYNC, Long.MAX_VALUE / 4));
    EventStore store =
        OpenedStore.ofStopped(System.getenv("TENSORZERO_CLICKHOUSE_URL"), directory.path());
    StoppedDirectory opened = new StoppedDirectory(log, store);
    opened.drain.drainNow();
    return opened;
  }

  /** The directory at a path, which must exist. */
  static DataDirectory existing(Path path) {
    if (!Files.isDirectory(path)) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM,
          "there is no data directory %s; name it with --data".formatted(path));
    }
    return new DataDirectory(path);
  }

  /**
   * Makes sure that no service runs on a directory.
   *
   * @param what what needs it, as the subject of a sentence
   */
  static void refuseRunning(DataDirectory directory, String what) {
    Optional<URI> running = directory.runningService();
    if (running.isPresent()) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM,
          ("%s needs %s to itself, and the service at %s runs on it: stop the service, do it, and"
                  + " start it again")
              .formatted(what, directory.path(), running.get()));
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

  /** Computes again what pages read; returns the number of minutes computed. */
  int rebuildRollups(FunctionCatalog catalog, InstantSource clock) {
    store.forgetRollups();
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
