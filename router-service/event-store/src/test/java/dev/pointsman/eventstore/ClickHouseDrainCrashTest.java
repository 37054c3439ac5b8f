package dev.pointsman.eventstore;

final class ClickHouseDrainCrashTest extends DrainCrashContract {
  ClickHouseDrainCrashTest() {
    super(TestEngine.CLICKHOUSE);
  }
}
