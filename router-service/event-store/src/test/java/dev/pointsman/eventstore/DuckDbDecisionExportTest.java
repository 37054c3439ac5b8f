package dev.pointsman.eventstore;

final class DuckDbDecisionExportTest extends DecisionExportContract {
  DuckDbDecisionExportTest() {
    super(TestEngine.DUCKDB);
  }
}
