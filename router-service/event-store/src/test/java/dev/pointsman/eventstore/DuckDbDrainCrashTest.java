package dev.pointsman.eventstore;

final class DuckDbDrainCrashTest extends DrainCrashContract {
  DuckDbDrainCrashTest() {
    super(TestEngine.DUCKDB);
  }
}
