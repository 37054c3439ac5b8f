package dev.pointsman.eventstore;

final class DuckDbHistoryQueriesTest extends HistoryQueriesContract {
  DuckDbHistoryQueriesTest() {
    super(TestEngine.DUCKDB);
  }
}
