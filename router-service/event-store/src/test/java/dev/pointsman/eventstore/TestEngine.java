package dev.pointsman.eventstore;

import dev.pointsman.eventstore.testing.LocalClickHouse;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The engines that every behaviour of the store is tested on. */
enum TestEngine {
  DUCKDB {
    @Override
    EventStore open(Path directory) {
      return EventStore.open(directory, EventStore.Settings.DEFAULT);
    }

    @Override
    String address(Path directory) {
      return "";
    }

    @Override
    int manyHistories() {
      return 100;
    }
  },
  CLICKHOUSE {
    private final Map<Path, String> databases = new ConcurrentHashMap<>();

    @Override
    EventStore open(Path directory) {
      return EventStore.connect(directory, ClickHouseSettings.of(address(directory)));
    }

    @Override
    String address(Path directory) {
      return databases.computeIfAbsent(
          directory.toAbsolutePath(), d -> LocalClickHouse.shared().database());
    }

    @Override
    int manyHistories() {
      return 25;
    }
  };

  /** The store of a directory; opened again, it is the same one. */
  abstract EventStore open(Path directory);

  /** Where the server is that a directory's store is in; empty for the embedded one. */
  abstract String address(Path directory);

  /** How many random histories a build has time for. */
  abstract int manyHistories();
}
