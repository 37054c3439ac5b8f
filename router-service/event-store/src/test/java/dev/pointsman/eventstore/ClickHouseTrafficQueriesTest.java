package dev.pointsman.eventstore;

final class ClickHouseTrafficQueriesTest extends TrafficQueriesContract {
  ClickHouseTrafficQueriesTest() {
    super(TestEngine.CLICKHOUSE);
  }
}
