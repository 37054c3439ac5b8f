package dev.pointsman.control;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A PostgreSQL server of this test run, and fresh databases in it. */
final class PostgresDatabases implements AutoCloseable {

  private final EmbeddedPostgres server;
  private int databases;

  PostgresDatabases(String name) throws IOException {
    server =
        EmbeddedPostgres.builder()
            .setLocaleConfig("locale", "C")
            .setOverrideWorkingDirectory(new File("target/" + name))
            .start();
  }

  /** The JDBC URL of a new, empty database. */
  String fresh() {
    String database = "control_" + ++databases;
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + database);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    return server.getJdbcUrl("postgres", database);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
