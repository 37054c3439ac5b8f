package dev.pointsman.eventstore;

final class ClickHouseSpendViewTest extends SpendViewContract {
  ClickHouseSpendViewTest() {
    super(TestEngine.CLICKHOUSE);
  }
}
