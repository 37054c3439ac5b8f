package dev.pointsman.eventstore;

final class ClickHouseDrainTest extends DrainContract {
  ClickHouseDrainTest() {
    super(TestEngine.CLICKHOUSE);
  }
}
