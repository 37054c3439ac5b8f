package dev.pointsman.server;

import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventstore.Drain;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.EventTable;
import dev.pointsman.eventstore.TableExport;
import dev.pointsman.eventstore.RollupTags;
import dev.pointsman.trainer.RollupCycle;
import java.io.OutputStream;
import java.time.InstantSource;

/** The data directory of a service that does not run, opened and drained by a command. */
final class StoppedDirectory implements AutoCloseable {

  private final EventLog log;
  private final EventStore store;

  private StoppedDirectory(EventLog log, EventStore store) {
    this.log = log;
    this.store = store;
  }

  static StoppedDirectory open(DataDirectory directory) {
    System.setProperty("java.io.tmpdir", directory.temporary().toString());
    EventLog log =
        EventLog.open(
            directory.spool(),
            new EventLog.Settings(EventLog.Durability.FSYNC, Long.MAX_VALUE / 4));
    EventStore store = EventStore.open(directory.path(), EventStore.Settings.DEFAULT);
    try (Drain drain = new Drain(store, log)) {
      drain.drainNow();
    }
    return new StoppedDirectory(log, store);
  }

  void export(String table, String format, OutputStream out) {
    store.export().write(EventTable.ofName(table), TableExport.Format.ofName(format), out);
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
    store.close();
    log.close();
  }
}
