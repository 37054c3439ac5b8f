package dev.pointsman.eventstore;

final class DuckDbInferenceQueriesTest extends InferenceQueriesContract {
  DuckDbInferenceQueriesTest() {
    super(TestEngine.DUCKDB);
  }
}
