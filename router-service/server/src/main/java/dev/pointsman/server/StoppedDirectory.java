package dev.pointsman.server;

import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventstore.Drain;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.EventTable;
import dev.pointsman.eventstore.TableExport;
import java.io.OutputStream;

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
    EventStore store =
        OpenedStore.ofStopped(System.getenv("TENSORZERO_CLICKHOUSE_URL"), directory.path());
    try (Drain drain = new Drain(store, log)) {
      drain.drainNow();
    }
    return new StoppedDirectory(log, store);
  }

  void export(String table, String format, OutputStream out) {
    store.export().write(EventTable.ofName(table), TableExport.Format.ofName(format), out);
  }

  EventStore store() {
    return store;
  }

  @Override
  public void close() {
    store.close();
    log.close();
  }
}
