package dev.pointsman.eventstore;

final class ClickHouseStatisticsTest extends StatisticsContract {
  ClickHouseStatisticsTest() {
    super(TestEngine.CLICKHOUSE);
  }
}
