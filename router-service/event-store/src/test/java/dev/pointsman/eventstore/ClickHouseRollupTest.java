package dev.pointsman.eventstore;

final class ClickHouseRollupTest extends RollupContract {
  ClickHouseRollupTest() {
    super(TestEngine.CLICKHOUSE);
  }
}
