package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventlog.testing.Events;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DuckDbFileTest {

  @TempDir Path directory;

  @Test
  void open_fileOfTheFirstVersion_keepsMarksAndArrivals() throws Exception {
    try (Connection root = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = root.createStatement()) {
      statement.execute(
          "ATTACH '%s' AS ev (ROW_GROUP_SIZE 8192, STORAGE_VERSION 'latest')"
              .formatted(directory.resolve("events.duckdb")));
      Flyway.configure()
          .dataSource(
              new MigrationSource(
                  () -> {
                    Connection connection = ((org.duckdb.DuckDBConnection) root).duplicate();
                    try (Statement use = connection.createStatement()) {
                      use.execute("USE ev");
                    }
                    return connection;
                  }))
          .locations("classpath:dev/pointsman/eventstore/sql/duckdb/migrations")
          .target("1")
          .load()
          .migrate();
      statement.execute("USE ev");
      statement.execute("UPDATE ingest SET seq = 41, updated_at = TIMESTAMP '2026-01-02 03:04:05'");
      statement.execute(
          "INSERT INTO arrival VALUES (41, 'f', '" + Events.id(1) + "', NULL, NULL, NULL)");
      statement.execute(
          "INSERT INTO statistics_mark VALUES ('f', 'm', 'rule', 40, TIMESTAMP '2026-01-01')");
    }

    try (EventStore store = EventStore.open(directory, EventStore.Settings.DEFAULT)) {
      assertThat(store.lastSequence()).isEqualTo(41);
      assertThat(store.lastSequence("import:elsewhere")).isZero();
      store.append(List.of(Events.inference(1)), 42);
      assertThat(store.lastSequence()).isEqualTo(42);
      assertThat(
              store.refreshStatistics(
                  RewardRule.ofBoolean(
                      "support_reply", "m", RewardRule.Level.INFERENCE, Duration.ofHours(1)),
                  Events.time(9)))
          .isEqualTo(1);
    }
    try (Connection root = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = root.createStatement()) {
      statement.execute("ATTACH '%s' AS ev".formatted(directory.resolve("events.duckdb")));
      String spool = Files.readString(directory.resolve("spool/name")).strip();
      assertThat(rows(statement, "SELECT source, seq FROM ev.ingest"))
          .containsExactly(spool + "|42");
      assertThat(
              rows(
                  statement,
                  "SELECT source, seq, function_name FROM ev.arrival WHERE function_name IS NOT"
                      + " NULL"))
          .containsExactly(spool + "|41|f", spool + "|42|support_reply");
      assertThat(
              rows(
                  statement,
                  "SELECT function_name, source, seq FROM ev.statistics_mark ORDER BY ALL"))
          .containsExactly(
              "f|" + spool + "|40", "support_reply||0", "support_reply|" + spool + "|42");
    }
  }

  @Test
  void open_libraryLeftByACrash_isSwept() throws Exception {
    Files.createDirectories(directory.resolve("tmp"));
    Path left = Files.writeString(directory.resolve("tmp/libduckdb_java123.so"), "left");

    EventStore.open(directory, EventStore.Settings.DEFAULT).close();

    assertThat(left).doesNotExist();
  }

  @Test
  void tables_ofTheEmbeddedStore_haveTheContractsColumnsInOrder() throws Exception {
    EventStore.open(directory, EventStore.Settings.DEFAULT).close();
    try (Connection root = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = root.createStatement()) {
      statement.execute("ATTACH '%s' AS ev".formatted(directory.resolve("events.duckdb")));
      List<TableShape> shapes = new ArrayList<>(List.of(TableShape.ARRIVAL));
      for (EventTable table : EventTable.values()) {
        shapes.add(table.shape());
      }
      for (TableShape shape : shapes) {
        assertThat(
                rows(
                    statement,
                    "SELECT column_name, data_type, is_nullable FROM information_schema.columns"
                        + " WHERE table_catalog = 'ev' AND table_name = '%s'"
                            .formatted(shape.name())
                        + " ORDER BY ordinal_position"))
            .as(shape.name())
            .isEqualTo(
                shape.columns().stream()
                    .map(
                        column ->
                            "%s|%s|%s"
                                .formatted(
                                    column.name(),
                                    type(column.kind()),
                                    column.nullable() ? "YES" : "NO"))
                    .toList());
      }
    }
  }

  private static String type(Column.Kind kind) {
    return switch (kind) {
      case ID -> "UUID";
      case TEXT, NAME -> "VARCHAR";
      case TIME -> "TIMESTAMP";
      case SMALL -> "INTEGER";
      case WHOLE -> "BIGINT";
      case REAL -> "DOUBLE";
      case MONEY -> throw new AssertionError("no table holds money");
      case FLAG -> "BOOLEAN";
      case TEXTS -> "MAP(VARCHAR, VARCHAR)";
      case SHARES -> "MAP(VARCHAR, DOUBLE)";
      case NAMES -> "VARCHAR[]";
      case REALS -> "DOUBLE[]";
      case WHOLES -> "BIGINT[]";
    };
  }

  private static List<String> rows(Statement statement, String sql) throws Exception {
    List<String> rows = new ArrayList<>();
    try (ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          values.add(String.valueOf(result.getObject(i)));
        }
        rows.add(String.join("|", values));
      }
    }
    return rows;
  }
}
