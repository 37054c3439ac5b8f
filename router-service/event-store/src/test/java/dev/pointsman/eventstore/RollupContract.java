package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.InferenceEvent;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rollups are what a plain sum over all events gives, whatever came when and was refreshed when. */
abstract class RollupContract {

  private static final RollupTags TAGS = RollupTags.of(List.of("plan", "topic"));

  private final TestEngine engine;
  private EventStore store;
  private long sequence;

  RollupContract(TestEngine engine) {
    this.engine = engine;
  }

  /** A share of them in every build, all with {@code -Devidence=true}. */
  private int histories() {
    return Boolean.getBoolean("evidence") ? 1_000 : Math.max(3, engine.manyHistories() / 10);
  }

  @BeforeEach
  void open(@TempDir Path directory) {
    store = engine.open(directory);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void refresh_randomHistories_equalsTheSumOfAllEvents() {
    RollupFold fold = new RollupFold(TAGS);
    Instant asOf = Units.START;
    long rows = 0;
    List<RewardRule> rules = new ArrayList<>();
    for (int seed = 0; seed < histories(); seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      String function = "function-" + seed;
      Histories histories = new Histories(Duration.ofMinutes(random.nextInt(1, 6 * 24 * 60)));
      RewardRule rule = histories.rule(function, random);
      rules.add(rule);
      List<Event> history = histories.history(function, rule, random, new Units(seed));
      RollupFold own = new RollupFold(TAGS);
      int next = 0;
      while (next < history.size()) {
        boolean whole = seed % 2 == 0 || next > 0;
        int end = whole ? history.size() : 1 + random.nextInt(history.size());
        List<Event> batch = history.subList(next, end);
        store.append(batch, sequence += batch.size());
        batch.forEach(fold::accept);
        batch.forEach(own::accept);
        next = end;
        asOf = asOf.plusSeconds(random.nextInt(60, 7_200));
        store.refreshRollups(List.of(rule), TAGS, asOf);
        rows +=
            compare(
                "decision_rollup",
                "function_name = '" + function + "'",
                own.decisions(rule, asOf),
                function);
      }
      assertLately(function, own);
      if (seed % 10 == 2) {
        compare("usage_rollup", "true", fold.usage(asOf), "usage at " + seed);
        compare("attempt_rollup", "true", fold.attempts(asOf), "attempts at " + seed);
        compare("feedback_rollup", "true", fold.feedback(asOf), "feedback at " + seed);
      }
    }
    assertThat(rows).isGreaterThan(histories() * 20L);

    store.trimRollups(rules);
    compare("usage_rollup", "1 = 1", fold.usage(asOf), "trimmed usage");
    compare("feedback_rollup", "1 = 1", fold.feedback(asOf), "trimmed feedback");

    List<RewardRule> last = rules.subList(rules.size() - 1, rules.size());
    store.forgetRollups();
    store.refreshRollups(last, TAGS, asOf);
    compare("usage_rollup", "true", fold.usage(asOf), "rebuilt usage");
    compare("attempt_rollup", "true", fold.attempts(asOf), "rebuilt attempts");
    compare("feedback_rollup", "true", fold.feedback(asOf), "rebuilt feedback");
  }

  private long compare(String table, String where, RollupFold.Table expected, String what) {
    List<Map<String, Object>> found = sorted(read(table, where));
    List<Map<String, Object>> wanted = sorted(expected.rows());
    List<Object> missing = new ArrayList<>(keys(wanted));
    missing.removeAll(keys(found));
    List<Object> superfluous = new ArrayList<>(keys(found));
    superfluous.removeAll(keys(wanted));
    assertThat(superfluous).as("superfluous in %s of %s", table, what).isEmpty();
    assertThat(missing).as("missing in %s of %s", table, what).isEmpty();
    assertThat(found.size()).as("rows in %s of %s", table, what).isEqualTo(wanted.size());
    for (int i = 0; i < found.size(); i++) {
      Map<String, Object> row = found.get(i);
      Map<String, Object> other = wanted.get(i);
      assertThat(row.keySet()).isEqualTo(other.keySet());
      for (Map.Entry<String, Object> value : row.entrySet()) {
        Object want = other.get(value.getKey());
        if (want instanceof Double real) {
          assertThat((Double) value.getValue())
              .as("%s of %s in %s", value.getKey(), row, what)
              .isCloseTo(real, org.assertj.core.data.Offset.offset(1e-9 * (1 + Math.abs(real))));
        } else {
          assertThat(value.getValue())
              .as("%s of %s in %s", value.getKey(), row, what)
              .isEqualTo(want);
        }
      }
    }
    return found.size();
  }

  private static List<Object> keys(List<Map<String, Object>> rows) {
    return rows.stream()
        .map(
            row ->
                (Object) List.of(row.get("function_name"), row.get("seconds"), row.get("bucket")))
        .distinct()
        .toList();
  }

  /** By the values that are exact: names, times and counts. */
  private static List<Map<String, Object>> sorted(List<Map<String, Object>> rows) {
    return rows.stream()
        .sorted(
            Comparator.comparing(
                row -> {
                  Map<String, Object> exact = new TreeMap<>(row);
                  exact.values().removeIf(value -> value instanceof Double);
                  return exact.toString();
                }))
        .toList();
  }

  private List<Map<String, Object>> read(String table, String where) {
    List<Map<String, Object>> rows = new ArrayList<>();
    Map<String, String> identifiers = new TreeMap<>(Map.of("table", table, "where", where));
    identifiers.put("per", table.equals("decision_rollup") ? "function_name, metric_name, " : "");
    store
        .readers()
        .each(
            NamedSql.of(Dialect.valueOf(engine.name()), "rollup_rows", Map.copyOf(identifiers)),
            table,
            Map.of(),
            row -> rows.add(values(row)));
    return rows;
  }

  private static Map<String, Object> values(ResultSet row) throws SQLException {
    Map<String, Object> values = new TreeMap<>();
    for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
      String name = row.getMetaData().getColumnLabel(i);
      Object value = row.getObject(i);
      values.put(
          name,
          switch (value) {
            case Double real -> real;
            case Number whole -> whole.longValue();
            case String text -> text;
            case Map<?, ?> map -> plain(map);
            default -> Rows.instant(row, name);
          });
    }
    return values;
  }

  private static Map<Object, Object> plain(Map<?, ?> map) {
    Map<Object, Object> plain = new TreeMap<>();
    map.forEach(
        (key, value) ->
            plain.put(key, value instanceof Number number ? (Object) number.longValue() : value));
    return plain;
  }

  private void assertLately(String function, RollupFold fold) {
    assertThat(store.functions().meanPropensities(function, 7))
        .as("lately of %s", function)
        .hasSameSizeAs(fold.lately(function, null, 7))
        .allSatisfy(
            (variant, p) ->
                assertThat(p)
                    .isCloseTo(
                        fold.lately(function, null, 7).get(variant),
                        org.assertj.core.data.Offset.offset(1e-9)));
    store
        .functions()
        .meanPropensitiesBySegment(function, 5)
        .forEach(
            (segment, means) ->
                assertThat(means)
                    .as("lately of %s in %s", function, segment)
                    .allSatisfy(
                        (variant, p) ->
                            assertThat(p)
                                .isCloseTo(
                                    fold.lately(function, segment, 5).get(variant),
                                    org.assertj.core.data.Offset.offset(1e-9))));
  }

  @Test
  void refresh_nothingNew_computesNothing() {
    assertThat(store.refreshRollups(List.of(), TAGS, Units.START)).isNotNegative();
    assertThat(store.refreshRollups(List.of(), TAGS, Units.START.plusSeconds(5))).isZero();
  }

  @Test
  void refresh_afterOneLateValue_computesItsMinuteOnly() {
    Units events = new Units(77);
    RewardRule rule =
        RewardRule.ofBoolean("late", "m", RewardRule.Level.INFERENCE, Duration.ofDays(30));
    List<InferenceEvent> decisions = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Instant at = Units.START.plus(Duration.ofHours(2L * i));
      decisions.add(events.decision("late", events.id(at), at, "small").event());
    }
    store.append(decisions, sequence += decisions.size());
    Instant asOf = Units.START.plus(Duration.ofDays(20));
    store.refreshRollups(List.of(rule), TAGS, asOf);
    store.append(
        List.of(events.feedback(decisions.get(3), "m", true, Duration.ofDays(6))), ++sequence);

    // One minute of decisions, one of feedback.
    assertThat(store.refreshRollups(List.of(rule), TAGS, asOf)).isEqualTo(2);
    assertThat(read("decision_rollup", "function_name = 'late' AND feedbacks > 0"))
        .extracting(row -> row.get("seconds"), row -> row.get("reward_sum"))
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple(3_600L, 1.0),
            org.assertj.core.groups.Tuple.tuple(86_400L, 1.0));
  }
}
