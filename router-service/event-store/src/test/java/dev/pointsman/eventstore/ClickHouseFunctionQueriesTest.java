package dev.pointsman.eventstore;

final class ClickHouseFunctionQueriesTest extends FunctionQueriesContract {
  ClickHouseFunctionQueriesTest() {
    super(TestEngine.CLICKHOUSE);
  }
}
