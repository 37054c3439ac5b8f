package dev.pointsman.server;

import dev.pointsman.catalog.StoreSettings;
import dev.pointsman.eventstore.ClickHouseSettings;
import dev.pointsman.eventstore.EventStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Which event store belongs to a data directory. */
final class OpenedStore {

  private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(30);

  private OpenedStore() {}

  /** The one that the configuration names. */
  static EventStore of(StoreSettings settings, Path data) {
    return settings.isEmbedded()
        ? EventStore.open(data, EventStore.Settings.DEFAULT)
        : connect(settings.events(), settings.cluster(), data);
  }

  /**
   * The one of a service that does not run.
   *
   * @throws CommandFailure if the directory's events are not where the configuration says: what is
   *     still in the spool would go to one store, and what was there before stay in the other
   */
  static EventStore ofStopped(StoreSettings settings, Path data) {
    boolean embedded = Files.exists(data.resolve("events.duckdb"));
    boolean server = Files.isDirectory(data.resolve("plans"));
    if (settings.isEmbedded() && server && !embedded) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM,
          ("the events of %s are kept in a ClickHouse database: name the service's configuration by"
                  + " --config-file, or the database by TENSORZERO_CLICKHOUSE_URL")
              .formatted(data));
    }
    if (!settings.isEmbedded() && embedded && !server) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM,
          ("the events of %s are kept in the directory itself, and the configuration names a"
                  + " ClickHouse database: name the configuration of the directory's service by"
                  + " --config-file")
              .formatted(data));
    }
    return of(settings, data);
  }

  private static EventStore connect(String address, String cluster, Path data) {
    try {
      return EventStore.connect(
          data, new ClickHouseSettings(address, cluster.isEmpty() ? null : cluster, QUERY_TIMEOUT));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(Pointsman.FOUND_A_PROBLEM, String.valueOf(e.getMessage()));
    }
  }
}
