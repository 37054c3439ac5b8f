package dev.pointsman.eventstore;

final class ClickHouseDecisionExportTest extends DecisionExportContract {
  ClickHouseDecisionExportTest() {
    super(TestEngine.CLICKHOUSE);
  }
}
