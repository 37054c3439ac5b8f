package dev.pointsman.eventstore;

final class DuckDbFunctionQueriesTest extends FunctionQueriesContract {
  DuckDbFunctionQueriesTest() {
    super(TestEngine.DUCKDB);
  }
}
