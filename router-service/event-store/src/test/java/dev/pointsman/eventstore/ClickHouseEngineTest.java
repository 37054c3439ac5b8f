package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventstore.testing.LocalClickHouse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a server does to a store: half batches, refused rows, migrations by many. */
final class ClickHouseEngineTest {

  private static final RewardRule RULE =
      RewardRule.ofBoolean(
          "support_reply", "resolved", RewardRule.Level.INFERENCE, Duration.ofDays(1));
  private static final Instant NEVER = Instant.parse("2100-01-01T00:00:00Z");

  @TempDir Path directory;
  private LocalClickHouse server;
  private String url;
  private String database;

  @BeforeEach
  void takeADatabase() {
    server = LocalClickHouse.shared();
    url = server.database();
    database = url.substring(url.lastIndexOf('/') + 1);
  }

  @Test
  void append_cutOffBetweenTables_storesEveryRowOnceAfterARestart() {
    List<Event> events = inferences(0, 50);
    cutOff(events);
    assertThat(count("inference")).isEqualTo(50);

    try (EventStore store = open()) {
      assertThat(store.lastSequence()).isZero();
      store.append(events, 50);
      assertStoredOnce(store, 50);
    }
  }

  @Test
  void append_cutOffAndForgottenByTheServer_storesEveryRowOnce() {
    createTables();
    server.query(
        "ALTER TABLE %s.inference MODIFY SETTING non_replicated_deduplication_window = 0"
            .formatted(database));
    List<Event> events = inferences(0, 50);
    cutOff(events);

    try (EventStore store = open()) {
      store.append(events, 50);
      assertStoredOnce(store, 50);
    }
  }

  /** As after a kill between the server's note of a block's name and the block's way into the table. */
  @Test
  void append_blockForgottenAndItsNameRemembered_storesEveryRowOnce() {
    List<Event> events = inferences(0, 50);
    cutOff(events);
    server.query(
        "ALTER TABLE %s.inference DELETE WHERE true SETTINGS mutations_sync = 2"
            .formatted(database));
    assertThat(count("inference")).isZero();

    try (EventStore store = open()) {
      store.append(events, 50);
      assertStoredOnce(store, 50);
    }
  }

  @Test
  void append_moreAfterARestart_finishesThePlannedBatchFirst() {
    List<Event> events = inferences(0, 80);
    cutOff(events.subList(0, 50));

    try (EventStore store = open()) {
      store.append(events, 80);
      assertStoredOnce(store, 80);
    }
    assertThat(server.query("SELECT seq FROM %s.ingest ORDER BY seq".formatted(database)))
        .isEqualTo("50\n80\n");
  }

  @Test
  void append_lessAfterARestart_storesEveryRowOnce() {
    List<Event> events = inferences(0, 50);
    cutOff(events);

    try (EventStore store = open()) {
      store.append(events.subList(0, 20), 20);
      store.append(events.subList(20, 50), 50);
      assertStoredOnce(store, 50);
    }
  }

  @Test
  void append_planLost_isAskedOfTheServer() throws IOException {
    try (EventStore store = open()) {
      store.append(inferences(0, 10), 10);
    }
    try (var plans = Files.list(directory.resolve("plans"))) {
      for (Path plan : plans.toList()) {
        Files.delete(plan);
      }
    }
    try (EventStore store = open()) {
      assertThat(store.lastSequence()).isEqualTo(10);
      store.append(inferences(10, 20), 20);
      assertStoredOnce(store, 20);
    }
  }

  @Test
  void append_rowThatATableRefuses_goesAloneToDeadLetters() throws IOException {
    createTables();
    try (EventStore store = open()) {
      server.query(
          "ALTER TABLE %s.inference ADD CONSTRAINT no_37 CHECK request_id <> 'request-37'"
              .formatted(database));
      store.append(inferences(0, 100), 100);

      assertThat(store.lastSequence()).isEqualTo(100);
      assertThat(count("inference")).isEqualTo(99);
      assertThat(count("inference_payload")).isEqualTo(100);
      assertThat(count("attempt")).isEqualTo(100);
      assertThat(store.history().inference(Events.id(37))).isNull();
      assertThat(store.deadLetters().laid()).isEqualTo(1);
      Path letter = directory.resolve("dead-letter/38.inference.0.event");
      assertThat(EventCodec.decode(Files.readAllBytes(letter)).id()).isEqualTo(Events.id(37));
      assertThat(Files.readString(directory.resolve("dead-letter/38.inference.0.reason.txt")))
          .contains("469")
          .doesNotContain("request-37");
    }
  }

  @Test
  void retryRefused_tableMended_storesTheRowOnceAndRefreshesItsUnit() throws IOException {
    createTables();
    server.query(
        "ALTER TABLE %s.inference ADD CONSTRAINT no_7 CHECK request_id <> 'request-7'"
            .formatted(database));
    try (EventStore store = open()) {
      store.append(inferences(0, 10), 10);
      store.refreshStatistics(RULE, NEVER);
      assertThat(store.refused())
          .singleElement()
          .satisfies(letter -> assertThat(letter.table()).isEqualTo(EventTable.INFERENCE));
      LetterRetry before = store.retryRefused();
      assertThat(before.stored()).isZero();
      assertThat(before.refused()).hasSize(1);
      server.query("ALTER TABLE %s.inference DROP CONSTRAINT no_7".formatted(database));
      Path letter = directory.resolve("dead-letter/8.inference.0.event");
      byte[] encoded = Files.readAllBytes(letter);

      assertThat(store.retryRefused()).isEqualTo(new LetterRetry(1, List.of()));
      // As after a crash between storing and removing.
      Files.write(letter, encoded);
      assertThat(store.retryRefused().stored()).isEqualTo(1);

      assertThat(store.refused()).isEmpty();
      assertThat(count("inference")).isEqualTo(10);
      assertThat(count("inference_payload")).isEqualTo(10);
      assertThat(store.lastSequence()).isEqualTo(10);
      store.refreshStatistics(RULE, NEVER);
      assertThat(statistics(store).stream().mapToLong(StatisticsRow::pulls).sum()).isEqualTo(10);
    }
  }

  @Test
  void append_tableGone_saysSoAndGoesOnWhenItIsBack() {
    try (EventStore store = open()) {
      store.append(inferences(0, 10), 10);
      server.query("RENAME TABLE %1$s.feedback TO %1$s.away".formatted(database));
      List<Event> events = List.of(Events.inference(10), Events.feedback(10, true));
      for (int attempt = 0; attempt < 2; attempt++) {
        assertThatThrownBy(() -> store.append(events, 12))
            .isInstanceOf(StoreException.class)
            .hasMessageContaining("feedback");
      }
      server.query("RENAME TABLE %1$s.away TO %1$s.feedback".formatted(database));
      awaitRetry(() -> store.append(events, 12));

      assertStoredOnce(store, 11);
      assertThat(count("feedback")).isEqualTo(1);
    }
  }

  @Test
  void open_halfOfTheTablesThere_createsTheRest() throws IOException {
    server.query("CREATE DATABASE %s ENGINE = Atomic".formatted(database));
    List<String> statements = firstMigration();
    for (String statement : statements.subList(0, statements.size() / 2)) {
      server.query(statement);
    }
    try (EventStore store = open()) {
      store.append(inferences(0, 5), 5);
      assertStoredOnce(store, 5);
    }
  }

  @Test
  void open_tablesOfTheFirstVersionFilled_migratesWithoutChangingARow() throws Exception {
    server.query("CREATE DATABASE %s ENGINE = Atomic".formatted(database));
    ClickHouseServer first =
        new ClickHouseServer(ClickHouseAddress.parse(url), null, Duration.ofSeconds(30));
    Flyway.configure()
        .configuration(first.flyway().getConfiguration())
        .target("1")
        .load()
        .migrate();
    Map<String, String> columns = new TreeMap<>();
    Map<String, List<String>> before = new TreeMap<>();
    for (String table : lines("SELECT name FROM system.tables WHERE database = '%s'")) {
      if (!table.startsWith("flyway")) {
        fill(table);
        columns.put(table, columnsOf(table, "name"));
        before.put(table, rows(table, columns.get(table)));
      }
    }
    assertThat(before).containsKeys("inference", "attempt_payload", "feedback", "policy_revision");
    // Where rows are kept for a while only, those of the past are gone at once.
    assertThat(before.values()).allSatisfy(rows -> assertThat(rows).isNotEmpty());
    assertThat(before.get("inference")).hasSize(20);

    createTables();

    before.forEach(
        (table, rows) ->
            assertThat(rows(table, columns.get(table)))
                .as(table)
                .containsExactlyInAnyOrderElementsOf(rows));
    assertThat(lines("SELECT max(version) FROM %s.flyway_schema_history"))
        .isNotEqualTo(List.of("1"));
  }

  /** Rows of every kind of value that the columns take. */
  private void fill(String table) {
    // Quotes come escaped, as a literal needs them.
    String structure = columnsOf(table, "concat(name, ' ', type)");
    server.query(
        "INSERT INTO %1$s.%2$s (%3$s) SELECT * FROM generateRandom('%4$s', 7, 20, 3) LIMIT 20"
            .formatted(database, table, columnsOf(table, "name"), structure));
  }

  private String columnsOf(String table, String what) {
    return String.join(
        ", ",
        lines(
            "SELECT %s FROM system.columns WHERE database = '%%s' AND table = '%s' ORDER BY position"
                .formatted(what, table)));
  }

  private List<String> rows(String table, String columns) {
    return lines("SELECT %s FROM %%s.%s".formatted(columns, table));
  }

  private List<String> lines(String query) {
    return server.query(query.formatted(database)).lines().toList();
  }

  @Test
  void open_afterAMigrationThatFailed_runsItAgain() {
    createTables();
    try (EventStore store = open()) {
      store.append(inferences(0, 5), 5);
    }
    server.query(
        "ALTER TABLE %s.flyway_schema_history UPDATE success = 0 WHERE 1 SETTINGS mutations_sync = 1"
            .formatted(database));
    server.query("DROP TABLE %s.statistics SYNC".formatted(database));
    try (EventStore store = open()) {
      assertThat(store.refreshStatistics(RULE, NEVER)).isEqualTo(1);
      assertStoredOnce(store, 5);
    }
  }

  @Test
  void open_byManyAtOnce_works(@TempDir Path others) throws Exception {
    try (ExecutorService routers = Executors.newFixedThreadPool(4)) {
      List<Future<?>> done = new ArrayList<>();
      for (int r = 0; r < 4; r++) {
        Path own = others.resolve("router-" + r);
        int first = r * 100;
        done.add(
            routers.submit(
                () -> {
                  try (EventStore store = EventStore.connect(own, ClickHouseSettings.of(url))) {
                    awaitRetry(() -> store.append(inferences(first, first + 10), 10));
                  }
                }));
      }
      for (Future<?> each : done) {
        each.get();
      }
    }
    try (EventStore store = open()) {
      assertStoredOnce(store, 40);
    }
    assertThat(server.query("SELECT uniqExact(source) FROM %s.ingest".formatted(database)))
        .isEqualTo("4\n");
  }

  @Test
  void open_columnOfAnotherType_isNamed() {
    createTables();
    try (EventStore store = open()) {
      store.append(inferences(0, 1), 1);
    }
    server.query(
        "ALTER TABLE %s.attempt MODIFY COLUMN duration_us Nullable(Int64)".formatted(database));
    try (EventStore store = open()) {
      assertThatThrownBy(() -> store.history().latestRevision("f"))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("column duration_us of table " + database + ".attempt");
    }
  }

  @Test
  void statistics_refreshCutOff_doNotCount() {
    try (EventStore store = open()) {
      store.append(List.of(Events.inference(1), Events.feedback(1, true)), 2);
      store.refreshStatistics(RULE, NEVER);
      List<StatisticsRow> before = statistics(store);
      assertThat(before).isNotEmpty();
      server.query(
          ("INSERT INTO %1$s.statistics SELECT * REPLACE (7 AS pulls, version + 1000 AS version)"
                  + " FROM %1$s.statistics")
              .formatted(database));

      assertThat(statistics(store)).isEqualTo(before);
    }
  }

  @Test
  void statistics_trimmed_keepsWhatCounts() {
    try (EventStore store = open()) {
      for (int i = 0; i < 5; i++) {
        store.append(
            List.of(Events.inference(i), Events.feedback(i, true)), store.lastSequence() + 2);
        store.refreshStatistics(RULE, NEVER);
      }
      List<StatisticsRow> before = statistics(store);
      long stored = count("statistics");

      store.trimStatistics(RULE);

      assertThat(statistics(store)).isEqualTo(before);
      assertThat(count("statistics")).isLessThan(stored);
    }
  }

  @Test
  void store_ofAMachineThatIsNotThere_saysSo() {
    try (EventStore store =
        EventStore.connect(
            directory,
            new ClickHouseSettings(
                "jdbc:clickhouse://127.0.0.1:1/nowhere?user=u&password=secret",
                null,
                Duration.ofSeconds(2)))) {
      assertThat(store.lastSequence()).isZero();
      assertThatThrownBy(() -> store.append(inferences(0, 1), 1))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("127.0.0.1:1/nowhere")
          .hasMessageNotContaining("secret");
      assertThatThrownBy(() -> store.history().latestRevision("f"))
          .isInstanceOf(StoreException.class)
          .hasMessageNotContaining("secret");
    }
  }

  /** Sends what comes before the table of attempts, then ends as a killed process would. */
  private void cutOff(List<Event> events) {
    createTables();
    try (EventStore store = open()) {
      assertThat(store.lastSequence()).isZero();
      server.query("RENAME TABLE %1$s.attempt TO %1$s.away".formatted(database));
      assertThatThrownBy(() -> store.append(events, events.size()))
          .isInstanceOf(StoreException.class);
    } finally {
      server.query("RENAME TABLE %1$s.away TO %1$s.attempt".formatted(database));
    }
  }

  @Test
  void lookUpById_amongManyRows_readsFewOfThem() {
    UUID id = Events.id(7);
    try (EventStore store = open()) {
      store.append(inferences(0, 20), 20);
      server.query(
          """
          INSERT INTO %s.inference (inference_id, episode_id, function_name, kind, started_at)
          SELECT generateUUIDv4(1), generateUUIDv4(2), 'support_reply', 'decision',
            toDateTime64('2026-01-01 00:00:00', 6, 'UTC') + number
          FROM numbers(100000)
          """
              .formatted(database));
      store.refreshStatistics(RULE, NEVER);
    }
    String bounded = url + "?clickhouse_setting_max_rows_to_read=50000";
    try (EventStore store = EventStore.connect(directory, ClickHouseSettings.of(bounded))) {
      StoredInference found = store.history().inference(id);
      assertThat(found).isNotNull();
      UUID episode = found.event().ids().episodeId();
      assertThat(store.history().episode(episode)).hasSize(1);
      store.append(List.of(Events.feedback(7, true)), 21);
      assertThat(store.history().feedbackOfEpisode(episode, 10)).hasSize(1);
      assertThat(store.refreshStatistics(RULE, NEVER)).isEqualTo(1);
    }
  }

  private void createTables() {
    try (EventStore store = open()) {
      assertThat(store.history().latestRevision("nobody")).isNull();
    }
  }

  private EventStore open() {
    return EventStore.connect(directory, ClickHouseSettings.of(url));
  }

  /** A server that was away is asked again no sooner than after a second. */
  private static void awaitRetry(Runnable work) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (true) {
      try {
        work.run();
        return;
      } catch (StoreException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  private static List<Event> inferences(int from, int to) {
    List<Event> events = new ArrayList<>();
    for (int i = from; i < to; i++) {
      events.add(Events.inference(i));
    }
    return events;
  }

  private void assertStoredOnce(EventStore store, int inferences) {
    for (String table : List.of("inference", "inference_payload", "attempt", "attempt_payload")) {
      assertThat(count(table)).as(table).isEqualTo(inferences);
    }
    assertThat(server.query("SELECT uniqExact(inference_id) FROM %s.inference".formatted(database)))
        .isEqualTo(inferences + "\n");
    assertThat(store.deadLetters().laid()).isZero();
  }

  private long count(String table) {
    return Long.parseLong(
        server.query("SELECT count() FROM %s.%s".formatted(database, table)).strip());
  }

  private static List<StatisticsRow> statistics(EventStore store) {
    return store.statistics("support_reply", "resolved", Instant.EPOCH, NEVER);
  }

  private List<String> firstMigration() throws IOException {
    try (InputStream in =
        ClickHouseEngine.class.getResourceAsStream("sql/clickhouse/migrations/V1__events.sql")) {
      String text =
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .replaceAll("(?m)--.*$", "")
              .replace("${local}${on_cluster}", "")
              .replace("${engine}", "MergeTree")
              .replace("${replacing}", "ReplacingMergeTree")
              .replace("${window}", "non_replicated_deduplication_window")
              .replace("CREATE TABLE IF NOT EXISTS ", "CREATE TABLE " + database + ".");
      return List.of(text.strip().split(";\\s*"));
    }
  }
}
