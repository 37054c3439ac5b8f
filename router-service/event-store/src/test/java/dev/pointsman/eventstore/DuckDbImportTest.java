package dev.pointsman.eventstore;

final class DuckDbImportTest extends ImportContract {
  DuckDbImportTest() {
    super(TestEngine.DUCKDB);
  }
}
