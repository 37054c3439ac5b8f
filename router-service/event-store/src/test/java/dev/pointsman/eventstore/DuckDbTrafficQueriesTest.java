package dev.pointsman.eventstore;

final class DuckDbTrafficQueriesTest extends TrafficQueriesContract {
  DuckDbTrafficQueriesTest() {
    super(TestEngine.DUCKDB);
  }
}
