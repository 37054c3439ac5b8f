package dev.pointsman.eventstore;

final class DuckDbStatisticsTest extends StatisticsContract {
  DuckDbStatisticsTest() {
    super(TestEngine.DUCKDB);
  }
}
