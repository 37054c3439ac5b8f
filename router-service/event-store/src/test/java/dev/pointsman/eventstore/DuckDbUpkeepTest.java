package dev.pointsman.eventstore;

final class DuckDbUpkeepTest extends UpkeepContract {
  DuckDbUpkeepTest() {
    super(TestEngine.DUCKDB);
  }

  @Override
  void settle(EventStore store) {
    // It deletes at once.
  }
}
