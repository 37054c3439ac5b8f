package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.testing.Events;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DuckDbFileTest {

  private static final int LAST_SEQUENCE = 41;

  /**
   * By which rule and as of when statistics are right is no contract: a migration may rename it, or
   * set it back so that they are computed again.
   */
  private static final Set<String> MAY_MOVE =
      Set.of("statistics_mark.reward_rule", "statistics_mark.as_of");

  @TempDir Path directory;

  @Test
  void commit_secondOfTwoBatchesFirst_isRefusedAndLeavesNothing() {
    try (EventStore store = EventStore.open(directory, EventStore.Settings.DEFAULT);
        PreparedBatch first = store.prepare(batch(store, 1));
        PreparedBatch second = store.prepare(batch(store, 2))) {
      assertThatThrownBy(second::commit)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("what begins at 2 cannot be committed yet");
      assertThat(store.lastSequence()).isZero();
      first.commit();
      second.commit();
      assertThat(store.lastSequence()).isEqualTo(2);
    }
  }

  @Test
  void commit_twoBatchesAtOnceAgainAndAgain_leavesOneMarkOfTheSource() throws Exception {
    String spool;
    try (EventStore store = EventStore.open(directory, EventStore.Settings.DEFAULT)) {
      spool = store.spool();
      for (int i = 1; i < 8; i += 2) {
        try (PreparedBatch first = store.prepare(batch(store, i));
            PreparedBatch second = store.prepare(batch(store, i + 1))) {
          first.commit();
          second.commit();
        }
      }
      assertThat(store.isWritable()).isTrue();
      store.append(batch(store, 9));
    }
    try (Connection root = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = root.createStatement()) {
      statement.execute("ATTACH '%s' AS ev".formatted(directory.resolve("events.duckdb")));
      assertThat(joined(statement, "SELECT source, seq FROM ev.ingest"))
          .containsExactly(spool + "|9");
    }
  }

  @Test
  void append_afterClose_saysThatTheStoreIsClosed() {
    EventStore store = EventStore.open(directory, EventStore.Settings.DEFAULT);
    EventBatch batch = batch(store, 1);
    store.close();

    assertThatThrownBy(() -> store.append(batch)).isInstanceOf(StoreException.class);
  }

  private static EventBatch batch(EventStore store, int sequence) {
    return new EventBatch(
        store.spool(),
        sequence,
        sequence,
        List.of(new EventBatch.Numbered(sequence, Events.inference(sequence))));
  }

  @Test
  void open_fileOfTheFirstVersion_keepsMarksAndArrivals() throws Exception {
    try (Connection root = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = root.createStatement()) {
      createFirstVersion(root, statement);
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
      assertThat(joined(statement, "SELECT source, seq FROM ev.ingest"))
          .containsExactly(spool + "|42");
      assertThat(
              joined(
                  statement,
                  "SELECT source, seq, function_name FROM ev.arrival WHERE function_name IS NOT"
                      + " NULL"))
          .containsExactly(spool + "|41|f", spool + "|42|support_reply");
      assertThat(
              joined(
                  statement,
                  "SELECT function_name, source, seq FROM ev.statistics_mark ORDER BY ALL"))
          .containsExactly(
              "f|" + spool + "|40", "support_reply||0", "support_reply|" + spool + "|42");
    }
  }

  @Test
  void open_engineLogLargerThanTheMemory_isReadAgain() throws Exception {
    Path crashed = Files.createDirectories(directory.resolve("crashed"));
    Random random = new Random(1);
    try (EventStore store = EventStore.open(directory, EventStore.Settings.DEFAULT)) {
      for (int i = 1; i <= 60; i++) {
        byte[] noise = new byte[700_000];
        random.nextBytes(noise);
        String text = Base64.getEncoder().encodeToString(noise);
        store.append(
            List.of(
                Events.inferenceOf(i)
                    .payload(InferenceEvent.Payload.of(text, text, null, null))
                    .build()),
            i);
      }
      // What a process that dies here leaves behind.
      for (String name : List.of("events.duckdb", "events.duckdb.wal")) {
        Files.copy(directory.resolve(name), crashed.resolve(name));
      }
    }
    assertThat(Files.size(crashed.resolve("events.duckdb.wal"))).isGreaterThan(100_000_000);

    EventStore.Settings little = new EventStore.Settings("96MB", 2, Duration.ofSeconds(30));
    try (EventStore store = EventStore.open(crashed, little)) {
      assertThat(store.inspection().newest().inferenceAt()).isEqualTo(Events.time(60));
    }
  }

  @Test
  void refresh_cutOffFromTheFirstEventOn_startsAfresh() throws Exception {
    RewardRule rule =
        RewardRule.ofBoolean("support_reply", "m", RewardRule.Level.INFERENCE, Duration.ofHours(1));
    List<String> tables =
        List.of("statistics", "usage_rollup", "attempt_rollup", "decision_rollup");
    try (EventStore store = EventStore.open(directory, EventStore.Settings.DEFAULT)) {
      store.append(
          IntStream.range(1, 20).mapToObj(Events::inference).map(Event.class::cast).toList(), 20);
      store.refreshStatistics(rule, Events.time(99));
      store.refreshRollups(List.of(rule), RollupTags.NONE, Events.time(99));
      assertThat(store.traffic().state()).isNotNull();
    }
    Map<String, List<List<String>>> whole = contents(tables);
    whole.forEach((table, rows) -> assertThat(rows).as(table).isNotEmpty());
    try (Connection root = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = root.createStatement()) {
      // As a process leaves it that ends between two of the transactions.
      statement.execute("ATTACH '%s' AS ev".formatted(directory.resolve("events.duckdb")));
      statement.execute("USE ev");
      statement.execute("UPDATE statistics_mark SET rule = chr(30)");
      statement.execute("UPDATE rollup_mark SET rule = chr(30)");
      statement.execute("DELETE FROM statistics WHERE variant = 'large'");
      statement.execute("DELETE FROM decision_rollup WHERE variant = 'large'");
      statement.execute("DELETE FROM usage_rollup");
    }
    try (EventStore store = EventStore.open(directory, EventStore.Settings.DEFAULT)) {
      assertThat(store.traffic().state()).as("nothing to say yet").isNull();
      store.refreshStatistics(rule, Events.time(99));
      store.refreshRollups(List.of(rule), RollupTags.NONE, Events.time(99));
      assertThat(store.traffic().state()).isNotNull();
    }
    assertThat(contents(tables)).isEqualTo(whole);
  }

  private Map<String, List<List<String>>> contents(List<String> tables) throws Exception {
    Map<String, List<List<String>>> contents = new TreeMap<>();
    try (Connection root = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = root.createStatement()) {
      statement.execute("ATTACH '%s' AS ev".formatted(directory.resolve("events.duckdb")));
      for (String table : tables) {
        contents.put(table, rows(statement, "SELECT * FROM ev." + table + " ORDER BY ALL"));
      }
    }
    return contents;
  }

  /** What a table held: its columns at the first version, and its rows as text. */
  private record Contents(List<String> columns, List<List<String>> rows) {}

  @Test
  void open_storeFilledByTheFirstVersion_changesNoRowAndDrainsOn() throws Exception {
    Map<String, Contents> before = new TreeMap<>();
    try (Connection root = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = root.createStatement()) {
      createFirstVersion(root, statement);
      for (List<String> table :
          rows(
              statement,
              "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'ev'"
                  + " AND table_name NOT LIKE 'flyway%'")) {
        fill(statement, table.getFirst());
        List<String> columns =
            columns(statement, table.getFirst()).stream().map(List::getFirst).toList();
        before.put(
            table.getFirst(), new Contents(columns, stored(statement, table.getFirst(), columns)));
      }
    }
    assertThat(before)
        .containsOnlyKeys(
            "arrival",
            "attempt",
            "attempt_payload",
            "change_event",
            "config_snapshot",
            "feedback",
            "inference",
            "inference_payload",
            "ingest",
            "policy_revision",
            "statistics",
            "statistics_mark");
    before.forEach(
        (table, contents) ->
            assertThat(contents.rows()).as(table).hasSize(table.equals("ingest") ? 1 : 3));

    EventStore.open(directory, EventStore.Settings.DEFAULT).close();
    Map<String, List<List<String>>> migrated = storedNow(before);
    before.forEach(
        (table, contents) ->
            assertThat(migrated.get(table))
                .as(table)
                .containsExactlyInAnyOrderElementsOf(contents.rows()));

    EventLog.Settings spool =
        new EventLog.Settings(EventLog.Durability.OS, 1L << 30, 1 << 20, 1L << 20, 0);
    try (EventLog log = EventLog.open(directory.resolve("spool"), spool)) {
      for (int i = 1; i <= LAST_SEQUENCE + 2; i++) {
        log.append(Events.inference(i));
      }
    }
    try (EventStore store = EventStore.open(directory, EventStore.Settings.DEFAULT);
        EventLog log = EventLog.open(directory.resolve("spool"), spool);
        Drain drain = new Drain(store, log)) {
      assertThat(store.lastSequence()).isEqualTo(LAST_SEQUENCE);
      assertThat(drain.drainNow()).isEqualTo(2);
      assertThat(store.lastSequence()).isEqualTo(LAST_SEQUENCE + 2);
    }
    List<List<String>> inferences = new ArrayList<>(storedNow(before).get("inference"));
    inferences.removeAll(before.get("inference").rows());
    assertThat(inferences)
        .extracting(List::getFirst)
        .containsExactly(
            Events.id(LAST_SEQUENCE + 1).toString(), Events.id(LAST_SEQUENCE + 2).toString());
  }

  private Map<String, List<List<String>>> storedNow(Map<String, Contents> before) throws Exception {
    Map<String, List<List<String>>> now = new TreeMap<>();
    try (Connection root = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = root.createStatement()) {
      statement.execute("ATTACH '%s' AS ev".formatted(directory.resolve("events.duckdb")));
      statement.execute("USE ev");
      for (Map.Entry<String, Contents> table : before.entrySet()) {
        now.put(table.getKey(), stored(statement, table.getKey(), table.getValue().columns()));
      }
    }
    return now;
  }

  /** A file as the first version of the tables left it. */
  private void createFirstVersion(Connection root, Statement statement) throws Exception {
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
  }

  /** One row without anything that may be missing, one with everything, one of odd values. */
  private static void fill(Statement statement, String table) throws Exception {
    if (table.equals("ingest")) {
      statement.execute(
          "UPDATE ingest SET seq = %d, updated_at = TIMESTAMP '2026-01-02 03:04:05.000006'"
              .formatted(LAST_SEQUENCE));
      return;
    }
    List<List<String>> columns = columns(statement, table);
    for (int row = 0; row < 3; row++) {
      List<String> values = new ArrayList<>();
      for (int i = 0; i < columns.size(); i++) {
        List<String> column = columns.get(i);
        boolean mayMiss = column.get(2).equals("YES");
        values.add(
            column.getFirst().equals("seq")
                ? String.valueOf(LAST_SEQUENCE - row)
                : row == 0 && mayMiss ? "NULL" : literals(column.get(1), i)[row]);
      }
      statement.execute("INSERT INTO %s VALUES (%s)".formatted(table, String.join(", ", values)));
    }
  }

  private static String[] literals(String type, int column) {
    return switch (type) {
      case "UUID" ->
          new String[] {
            "'%s'".formatted(Events.id(column + 1_000)),
            "'%s'".formatted(Events.id(column + 2_000)),
            "'ffffffff-ffff-ffff-ffff-ffffffffffff'"
          };
      case "VARCHAR" ->
          new String[] {
            "'n%d'".formatted(column), "'f%d'".formatted(column), "' it''s\n\t| \u00e9 '"
          };
      case "TIMESTAMP" ->
          new String[] {
            "TIMESTAMP '2026-01-01'",
            "TIMESTAMP '2026-01-02 03:04:05.000006'",
            "TIMESTAMP '1969-12-31 23:59:59.999999'"
          };
      case "INTEGER" -> new String[] {"0", "1", "-2147483648"};
      case "BIGINT" -> new String[] {"0", "1" + column, "9007199254740993"};
      case "DOUBLE" -> new String[] {"0", "0.1 + 0.2", "-0.0::DOUBLE"};
      case "BOOLEAN" -> new String[] {"false", "true", "true"};
      case "MAP(VARCHAR, VARCHAR)" ->
          new String[] {"MAP {}", "MAP {'kind': 'chat'}", "MAP {'b': '', 'a': 'it''s', '': '='}"};
      case "MAP(VARCHAR, DOUBLE)" ->
          new String[] {"MAP {}", "MAP {'policy': 0.94}", "MAP {'b': 1e-300, 'a': 0.1 + 0.2}"};
      case "VARCHAR[]" -> new String[] {"[]", "['large', 'small']", "['', 'it''s, [1]']"};
      case "DOUBLE[]" -> new String[] {"[]", "[0.3, 0.7]", "[0.1 + 0.2, 1e-300]"};
      case "BIGINT[]" -> new String[] {"[]", "[1, 2]", "[-1, 9007199254740993]"};
      default -> throw new AssertionError("no values of type " + type);
    };
  }

  /** Name, type, and whether null is allowed, in order. */
  private static List<List<String>> columns(Statement statement, String table) throws Exception {
    return rows(
        statement,
        "SELECT column_name, data_type, is_nullable FROM information_schema.columns"
            + " WHERE table_catalog = 'ev' AND table_name = '%s' ORDER BY ordinal_position"
                .formatted(table));
  }

  private static List<List<String>> stored(Statement statement, String table, List<String> columns)
      throws Exception {
    return rows(
        statement,
        "SELECT %s FROM ev.%s"
            .formatted(
                columns.stream()
                    .filter(column -> !MAY_MOVE.contains(table + "." + column))
                    .map("CAST(\"%s\" AS VARCHAR)"::formatted)
                    .collect(Collectors.joining(", ")),
                table));
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
                columns(statement, shape.name()).stream().map(column -> String.join("|", column)))
            .as(shape.name())
            .containsExactlyElementsOf(
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

  private static List<String> joined(Statement statement, String sql) throws Exception {
    return rows(statement, sql).stream().map(row -> String.join("|", row)).toList();
  }

  private static List<List<String>> rows(Statement statement, String sql) throws Exception {
    List<List<String>> rows = new ArrayList<>();
    try (ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          values.add(String.valueOf(result.getObject(i)));
        }
        rows.add(values);
      }
    }
    return rows;
  }
}
