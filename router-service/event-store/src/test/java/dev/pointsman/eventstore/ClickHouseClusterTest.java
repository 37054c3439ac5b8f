package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.eventlog.Event;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The layout for a cluster. The engine of these tests has no Keeper, so replication is tested on the
 * statements' text; tables laid over those of a shard are tested for real, over a cluster of one.
 */
final class ClickHouseClusterTest {

  private static final Instant NEVER = Instant.parse("2100-01-01T00:00:00Z");

  @TempDir Path directory;

  @Test
  void statements_ofACluster_areReplicatedAndOnAllServers() throws IOException {
    Map<String, String> layout =
        new ClickHouseServer(
                ClickHouseAddress.parse("http://h/events"), "main", Duration.ofSeconds(1))
            .layout();
    for (String statement : statements("migrations/V1__events", layout)) {
      assertThat(statement)
          .startsWith("CREATE TABLE IF NOT EXISTS ")
          .containsPattern("^CREATE TABLE IF NOT EXISTS \\w+_local ON CLUSTER 'main' \\(")
          .containsPattern("ENGINE = Replicated(Replacing)?MergeTree")
          .contains("replicated_deduplication_window")
          .doesNotContain("${");
    }
    List<String> over = statements("cluster/V1_1__distributed", layout);
    assertThat(over).hasSameSizeAs(statements("migrations/V1__events", layout));
    for (String statement : over) {
      assertThat(statement)
          .containsPattern(
              "^CREATE TABLE IF NOT EXISTS (\\w+) ON CLUSTER 'main' AS \\1_local\\s+ENGINE ="
                  + " Distributed\\('main', currentDatabase\\(\\), '\\1_local', cityHash64\\(");
    }
  }

  @Test
  void store_overTheTablesOfAShard_storesOnceAndAnswers() throws IOException {
    Path config = directory.resolve("config.xml");
    Files.writeString(
        config,
        """
        <clickhouse><remote_servers><main><shard>
          <replica><host>localhost</host><port>9000</port></replica>
        </shard></main></remote_servers></clickhouse>
        """);
    try (LocalClickHouse server =
        LocalClickHouse.start(directory.resolve("clickhouse"), "--config-file=" + config)) {
      server.query("CREATE DATABASE events ENGINE = Atomic");
      Map<String, String> layout =
          Map.of(
              "on_cluster", "",
              "local", "_local",
              "engine", "MergeTree",
              "replacing", "ReplacingMergeTree",
              "window", "non_replicated_deduplication_window",
              "cluster", "main");
      for (String script :
          List.of(
              "migrations/V1__events",
              "cluster/V1_1__distributed",
              "migrations/V2__rollups",
              "cluster/V2_1__distributed_rollups",
              "migrations/V4__latest_decisions",
              "cluster/V4_1__distributed_latest_decisions",
              "migrations/V5__text_models",
              "cluster/V5_1__distributed_text_models")) {
        for (String statement : statements(script, layout)) {
          server.query(
              statement
                  .replaceFirst(
                      "^(CREATE TABLE IF NOT EXISTS|ALTER TABLE|TRUNCATE TABLE) ", "$1 events.")
                  .replaceFirst(" AS ", " AS events.")
                  .replace("currentDatabase()", "'events'"));
        }
      }
      String url =
          server.jdbcUrl("events")
              + "?clickhouse_setting_distributed_product_mode=global"
              + "&clickhouse_setting_insert_distributed_sync=1";
      List<Event> events = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        events.add(Events.inference(i));
        events.add(Events.feedback(i, i % 2 == 0));
      }
      server.query("RENAME TABLE events.attempt_local TO events.away");
      try (EventStore store =
          EventStore.connect(directory.resolve("data"), ClickHouseSettings.of(url))) {
        org.assertj.core.api.Assertions.assertThatThrownBy(
                () -> store.append(events, events.size()))
            .isInstanceOf(StoreException.class);
      }
      server.query("RENAME TABLE events.away TO events.attempt_local");
      try (EventStore store =
          EventStore.connect(directory.resolve("data"), ClickHouseSettings.of(url))) {
        store.append(events, events.size());

        assertThat(store.history().inference(Events.id(7)).feedback()).hasSize(1);
        assertThat(store.functions().counts(Events.START, NEVER))
            .singleElement()
            .satisfies(f -> assertThat(f.inferences()).isEqualTo(40));
        RewardRule rule =
            RewardRule.ofBoolean(
                "support_reply", "resolved", RewardRule.Level.INFERENCE, Duration.ofDays(1));
        store.refreshStatistics(rule, NEVER);
        StatisticsFold fold = new StatisticsFold(rule);
        events.forEach(fold::accept);
        assertThat(
                store.statistics("support_reply", "resolved", Events.START, NEVER).stream()
                    .mapToDouble(StatisticsRow::rewardSum)
                    .sum())
            .isEqualTo(fold.rows(NEVER).stream().mapToDouble(StatisticsRow::rewardSum).sum())
            .isEqualTo(20);
        store.refreshRollups(List.of(rule), RollupTags.NONE, NEVER);
        assertThat(
                store
                    .traffic()
                    .decisions(
                        TrafficFilter.between(Events.START, NEVER),
                        List.of(rule),
                        TrafficQueries.DecisionGrouping.TOTAL)
                    .stream()
                    .mapToDouble(DecisionSums::rewardSum)
                    .sum())
            .isEqualTo(20);
        assertThat(store.functions().meanPropensitiesBySegment("support_reply", 200)).isNotEmpty();
      }
    }
  }

  @Test
  void settings_clusterThatIsNoName_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new ClickHouseSettings("http://h/d", "main' ; DROP", Duration.ofSeconds(1)))
        .withMessageContaining("store.cluster");
  }

  private static List<String> statements(String script, Map<String, String> layout)
      throws IOException {
    try (InputStream in =
        ClickHouseEngine.class.getResourceAsStream("sql/clickhouse/" + script + ".sql")) {
      String text =
          new String(in.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)--.*$", "");
      for (Map.Entry<String, String> name : layout.entrySet()) {
        text = text.replace("${" + name.getKey() + "}", name.getValue());
      }
      return List.of(text.strip().split(";\\s*"));
    }
  }
}
