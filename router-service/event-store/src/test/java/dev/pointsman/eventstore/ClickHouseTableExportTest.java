package dev.pointsman.eventstore;

final class ClickHouseTableExportTest extends TableExportContract {
  ClickHouseTableExportTest() {
    super(TestEngine.CLICKHOUSE);
  }
}
