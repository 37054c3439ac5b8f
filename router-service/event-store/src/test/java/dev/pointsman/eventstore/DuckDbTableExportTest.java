package dev.pointsman.eventstore;

final class DuckDbTableExportTest extends TableExportContract {
  DuckDbTableExportTest() {
    super(TestEngine.DUCKDB);
  }
}
