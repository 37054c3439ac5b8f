package dev.pointsman.eventstore;

final class DuckDbRollupTest extends RollupContract {
  DuckDbRollupTest() {
    super(TestEngine.DUCKDB);
  }
}
