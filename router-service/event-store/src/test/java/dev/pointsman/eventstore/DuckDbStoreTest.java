package dev.pointsman.eventstore;

final class DuckDbStoreTest extends EventStoreContract {
  DuckDbStoreTest() {
    super(TestEngine.DUCKDB);
  }
}
