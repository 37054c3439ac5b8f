package dev.pointsman.eventstore;

final class DuckDbDrainTest extends DrainContract {
  DuckDbDrainTest() {
    super(TestEngine.DUCKDB);
  }
}
