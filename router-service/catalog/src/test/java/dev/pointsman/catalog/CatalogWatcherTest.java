package dev.pointsman.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CatalogWatcherTest {

  private static final CatalogReader READER = new CatalogReader(Readings.KINDS, Map.of());

  @TempDir private Path directory;
  private final List<CatalogReading> readings = new ArrayList<>();
  private long writes;

  private Path write(String name, String text) throws IOException {
    Path file = Files.writeString(directory.resolve(name), text);
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_700_000_000 + ++writes)));
    return file;
  }

  private CatalogWatcher watcher() {
    return new CatalogWatcher(READER, List.of(directory + "/pointsman.toml"), readings::add);
  }

  private static String basePath(CatalogReading reading) {
    return Readings.loaded(reading).catalog().gateway().basePath();
  }

  @Test
  void checkNow_firstTime_handsOnWhatThereIs() throws IOException {
    write("pointsman.toml", "gateway.base_path = \"/a\"");

    watcher().checkNow();

    assertThat(readings).extracting(CatalogWatcherTest::basePath).containsExactly("/a");
  }

  @Test
  void checkNow_touchedButEqual_handsOnNothing() throws IOException {
    write("pointsman.toml", "gateway.base_path = \"/a\"");
    CatalogWatcher watcher = watcher();
    watcher.checkNow();

    write("pointsman.toml", "gateway.base_path = \"/a\"");
    watcher.checkNow();

    assertThat(readings).hasSize(1);
  }

  @Test
  void tick_changedFile_isReadOnceItStayed() throws IOException {
    write("pointsman.toml", "gateway.base_path = \"/a\"");
    CatalogWatcher watcher = watcher();
    watcher.checkNow();
    watcher.tick();

    write("pointsman.toml", "gateway.base_path = \"/b");
    watcher.tick();
    write("pointsman.toml", "gateway.base_path = \"/b\"");
    watcher.tick();
    assertThat(readings).hasSize(1);
    watcher.tick();
    watcher.tick();

    assertThat(readings).extracting(CatalogWatcherTest::basePath).containsExactly("/a", "/b");
  }

  @Test
  void tick_brokenThenMended_handsOnBoth() throws IOException {
    write("pointsman.toml", "");
    CatalogWatcher watcher = watcher();
    watcher.checkNow();

    write("pointsman.toml", "gatewya = 1");
    watcher.tick();
    watcher.tick();
    write("pointsman.toml", "gateway.base_path = \"/c\"");
    watcher.tick();
    watcher.tick();

    assertThat(readings).hasSize(3);
    assertThat(readings.get(1)).isInstanceOf(CatalogReading.Rejected.class);
    assertThat(basePath(readings.get(2))).isEqualTo("/c");
  }

  @Test
  void tick_missingSchemaAppearsAndChanges_isNoticed() throws IOException {
    write(
        "pointsman.toml",
        """
        [tools.t]
        description = "d"
        parameters = "t.json"
        """);
    CatalogWatcher watcher = watcher();
    watcher.checkNow();
    assertThat(readings.getFirst()).isInstanceOf(CatalogReading.Rejected.class);

    write("t.json", "{}");
    watcher.tick();
    watcher.tick();
    write("t.json", "{\"type\":\"object\"}");
    watcher.tick();
    watcher.tick();

    assertThat(readings).hasSize(3);
    assertThat(Readings.loaded(readings.get(2)).catalog().tools().get("t").parameters())
        .isEqualTo("{\"type\":\"object\"}");
  }

  @Test
  void start_changedFile_isHandedOnByItsThread() throws Exception {
    write("pointsman.toml", "");
    CountDownLatch first = new CountDownLatch(1);
    try (CatalogWatcher watcher =
        new CatalogWatcher(
            READER, List.of(directory + "/pointsman.toml"), _ -> first.countDown())) {
      watcher.start(Duration.ofMillis(5));

      assertThat(first.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }
}
