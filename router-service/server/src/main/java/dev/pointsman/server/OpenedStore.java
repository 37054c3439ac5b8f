package dev.pointsman.server;

import dev.pointsman.catalog.StoreSettings;
import dev.pointsman.eventstore.ClickHouseSettings;
import dev.pointsman.eventstore.EventStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

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
   * @param address the ClickHouse database, null for the embedded store
   * @throws CommandFailure if the directory's events went to a server and none is named: they would
   *     be split over two stores
   */
  static EventStore ofStopped(@Nullable String address, Path data) {
    if (address != null) {
      return connect(address, "", data);
    }
    if (Files.isDirectory(data.resolve("plans")) && !Files.exists(data.resolve("events.duckdb"))) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM,
          "the events of %s are kept in a ClickHouse database: name it by TENSORZERO_CLICKHOUSE_URL"
              .formatted(data));
    }
    return EventStore.open(data, EventStore.Settings.DEFAULT);
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
