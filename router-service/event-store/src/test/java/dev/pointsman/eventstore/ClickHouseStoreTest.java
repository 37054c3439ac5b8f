package dev.pointsman.eventstore;

final class ClickHouseStoreTest extends EventStoreContract {
  ClickHouseStoreTest() {
    super(TestEngine.CLICKHOUSE);
  }
}
