package dev.pointsman.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.catalog.StoreSettings;
import dev.pointsman.eventstore.EventStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OpenedStoreTest {

  private static final StoreSettings EMBEDDED = StoreSettings.DEFAULT;

  @TempDir private Path directory;

  @Test
  void ofStopped_eventsAreOnAServer_saysHowToNameIt() throws Exception {
    Files.createDirectory(directory.resolve("plans"));

    assertThatThrownBy(() -> OpenedStore.ofStopped(EMBEDDED, directory))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("--config-file")
        .hasMessageContaining("TENSORZERO_CLICKHOUSE_URL");
  }

  @Test
  void ofStopped_eventsAreInTheDirectoryAndAServerIsNamed_touchesNeither() throws Exception {
    OpenedStore.ofStopped(EMBEDDED, directory).close();

    assertThatThrownBy(() -> OpenedStore.ofStopped(onServer(), directory))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("in the directory itself");
    assertThat(directory.resolve("plans")).doesNotExist();
  }

  @Test
  void ofStopped_eventsAreInTheDirectory_opensThem() {
    try (EventStore store = OpenedStore.ofStopped(EMBEDDED, directory)) {
      assertThat(store.lastSequence()).isZero();
    }
  }

  private static StoreSettings onServer() {
    return new StoreSettings(
        "jdbc:clickhouse://127.0.0.1:1/events",
        EMBEDDED.control(),
        EMBEDDED.dataDirectory(),
        EMBEDDED.durability(),
        EMBEDDED.spoolMaxBytes(),
        EMBEDDED.whenSpoolFull(),
        EMBEDDED.rollupTags(),
        EMBEDDED.retention(),
        "");
  }
}
