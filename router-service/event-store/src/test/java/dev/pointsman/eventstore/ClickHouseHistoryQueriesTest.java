package dev.pointsman.eventstore;

final class ClickHouseHistoryQueriesTest extends HistoryQueriesContract {
  ClickHouseHistoryQueriesTest() {
    super(TestEngine.CLICKHOUSE);
  }
}
