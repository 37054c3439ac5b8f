package dev.pointsman.eventstore;

import java.nio.file.Path;

final class DuckDbInferenceQueriesTest extends InferenceQueriesContract {

  @Override
  EventStore open(Path directory) {
    return EventStore.open(directory, EventStore.Settings.DEFAULT);
  }
}
