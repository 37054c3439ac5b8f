package dev.pointsman.eventstore;

import java.sql.Statement;
import java.util.List;

final class ClickHouseUpkeepTest extends UpkeepContract {
  ClickHouseUpkeepTest() {
    super(TestEngine.CLICKHOUSE);
  }

  /** The server expires rows when it merges them, which it is told to do at once here. */
  @Override
  void settle(EventStore store) {
    store
        .readers()
        .use(
            "merging",
            connection -> {
              try (Statement statement = connection.createStatement()) {
                for (String table :
                    List.of(
                        "inference",
                        "inference_payload",
                        "attempt",
                        "attempt_payload",
                        "feedback",
                        "change_event")) {
                  statement.execute(
                      "OPTIMIZE TABLE " + table + " FINAL SETTINGS mutations_sync = 2");
                }
                return statement;
              }
            });
  }
}
