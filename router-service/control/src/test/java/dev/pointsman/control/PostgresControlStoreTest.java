package dev.pointsman.control;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class PostgresControlStoreTest extends ControlStoreContract {

  private static PostgresDatabases databases;

  private String url;

  @BeforeAll
  static void start() throws IOException {
    databases = new PostgresDatabases("postgres");
  }

  @AfterAll
  static void stop() throws IOException {
    databases.close();
  }

  @Override
  ControlStore open() {
    if (url == null) {
      url = databases.fresh();
    }
    return ControlStore.open(url, Path.of("unused"), CLOCK);
  }

  @Test
  void open_wrongPassword_isNotPrinted() {
    String url = "jdbc:postgresql://127.0.0.1:1/none?user=u&password=tr0ub4dor&connectTimeout=1";
    assertThatIllegalStateException()
        .isThrownBy(() -> ControlStore.open(url, Path.of("unused"), CLOCK))
        .withMessageContaining("jdbc:postgresql://127.0.0.1:1/none")
        .withMessageNotContaining("tr0ub4dor");
  }
}
