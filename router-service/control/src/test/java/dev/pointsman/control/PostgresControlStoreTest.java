package dev.pointsman.control;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class PostgresControlStoreTest extends ControlStoreContract {

  private static EmbeddedPostgres postgres;
  private static int databases;

  private String database;

  @BeforeAll
  static void start() throws IOException {
    postgres =
        EmbeddedPostgres.builder()
            .setLocaleConfig("locale", "C")
            .setOverrideWorkingDirectory(new File("target/postgres"))
            .start();
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  @Override
  ControlStore open() {
    if (database == null) {
      database = "control_" + ++databases;
      try (Connection connection = postgres.getPostgresDatabase().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE DATABASE " + database);
      } catch (SQLException e) {
        throw new AssertionError(e);
      }
    }
    return ControlStore.open(postgres.getJdbcUrl("postgres", database), Path.of("unused"), CLOCK);
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
