package dev.pointsman.eventstore;

final class ClickHouseInferenceQueriesTest extends InferenceQueriesContract {
  ClickHouseInferenceQueriesTest() {
    super(TestEngine.CLICKHOUSE);
  }
}
