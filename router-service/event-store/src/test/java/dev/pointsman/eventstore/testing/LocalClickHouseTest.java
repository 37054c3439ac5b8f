package dev.pointsman.eventstore.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalClickHouseTest {

  @Test
  void query_ofTheSharedServer_isAnswered() {
    assertThat(LocalClickHouse.shared().query("SELECT 20 + 22")).isEqualTo("42\n");
  }

  @Test
  void restart_afterAKill_hasTheSamePortAndData(@TempDir Path directory) {
    try (LocalClickHouse server = LocalClickHouse.start(directory.resolve("data"))) {
      int port = server.port();
      server.query("CREATE DATABASE d ENGINE = Atomic");
      server.query("CREATE TABLE d.t (a Int64) ENGINE = MergeTree ORDER BY a");
      server.query("INSERT INTO d.t VALUES (7)");
      server.kill();
      server.restart();

      assertThat(server.port()).isEqualTo(port);
      assertThat(server.query("SELECT a FROM d.t")).isEqualTo("7\n");
    }
  }
}
