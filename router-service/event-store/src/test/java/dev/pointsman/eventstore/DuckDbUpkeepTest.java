package dev.pointsman.eventstore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

final class DuckDbUpkeepTest extends UpkeepContract {

  @Override
  EventStore open(Path dataDirectory) throws IOException {
    return EventStore.open(Files.createDirectories(dataDirectory), EventStore.Settings.DEFAULT);
  }

  @Override
  void settle(EventStore store) {
    // It deletes at once.
  }
}
