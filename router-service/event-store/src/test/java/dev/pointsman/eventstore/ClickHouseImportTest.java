package dev.pointsman.eventstore;

final class ClickHouseImportTest extends ImportContract {
  ClickHouseImportTest() {
    super(TestEngine.CLICKHOUSE);
  }
}
