package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.routing.DecisionKind;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The SQL and the fold are two programs for the same figures. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StatisticsContract {

  private final TestEngine engine;

  StatisticsContract(TestEngine engine) {
    this.engine = engine;
  }

  private static final Instant ALWAYS = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant NEVER = Instant.parse("2100-01-01T00:00:00Z");

  private EventStore store;
  private long sequence;

  @BeforeAll
  void open(@TempDir Path directory) {
    store = engine.open(directory);
  }

  @AfterAll
  void close() {
    store.close();
  }

  @Test
  void refresh_randomHistories_equalsFold() throws Exception {
    long rewarded = 0;
    long resplits = 0;
    long filled = 0;
    long clipped = 0;
    for (int seed = 0; seed < engine.manyHistories(); seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      String function = "function-" + seed;
      RewardRule rule = rule(function, random);
      List<Event> history = history(function, rule, random, new Units(seed));
      StatisticsFold fold = new StatisticsFold(rule);
      Instant asOf = Units.START;
      int next = 0;
      while (next < history.size()) {
        boolean whole = seed % 2 == 0 || next > 0;
        int end = whole ? history.size() : 1 + random.nextInt(history.size());
        List<Event> batch = history.subList(next, end);
        store.append(batch, ++sequence);
        batch.forEach(fold::accept);
        next = end;
        asOf = asOf.plusSeconds(100 + random.nextInt(300));
        store.refreshStatistics(rule, asOf);
        assertEqual(
            seed, store.statistics(function, rule.metric(), ALWAYS, NEVER), fold.rows(asOf));
      }
      for (StatisticsRow row : fold.rows(asOf)) {
        rewarded += row.feedbacks();
        resplits += row.resplits();
        filled += row.filled();
        clipped += row.clipped();
      }
    }
    assertThat(List.of(rewarded, resplits, filled, clipped))
        .allMatch(n -> n > engine.manyHistories() / 2);
  }

  @Test
  void refresh_nothingNew_computesNothing() {
    RewardRule rule =
        RewardRule.ofBoolean("idle", "m", RewardRule.Level.INFERENCE, Duration.ofHours(1));
    Units events = new Units(7);
    store.append(
        List.of(events.decision("idle", events.id(Units.START), Units.START, "small").event()),
        ++sequence);
    assertThat(store.refreshStatistics(rule, Units.START)).isEqualTo(1);
    assertThat(store.refreshStatistics(rule, Units.START.plusSeconds(5))).isZero();
  }

  @Test
  void refresh_lateFeedback_recomputesItsBucketOnly() {
    RewardRule rule =
        RewardRule.ofBoolean("late", "m", RewardRule.Level.INFERENCE, Duration.ofDays(1));
    Units events = new Units(8);
    List<InferenceEvent> decisions = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Instant at = Units.START.plusSeconds(60L * i);
      decisions.add(events.decision("late", events.id(at), at, "small").event());
    }
    store.append(decisions, ++sequence);
    store.refreshStatistics(rule, Units.START);
    store.append(
        List.of(events.feedback(decisions.get(3), "m", true, Duration.ofHours(3))), ++sequence);

    assertThat(store.refreshStatistics(rule, Units.START)).isEqualTo(1);
    List<StatisticsRow> rewarded =
        store.statistics("late", "m", ALWAYS, NEVER).stream()
            .filter(r -> r.feedbacks() > 0)
            .toList();
    assertThat(rewarded)
        .singleElement()
        .satisfies(
            r -> {
              assertThat(r.bucket()).isEqualTo(StatisticsRow.bucketOf(decisions.get(3).at()));
              assertThat(r.rewardSum()).isEqualTo(1);
            });
  }

  @Test
  void refresh_changedRule_computesEverythingAgain() {
    Units events = new Units(9);
    InferenceEvent decision =
        events.decision("changed", events.id(Units.START), Units.START, "small").event();
    store.append(
        List.of(decision, events.feedback(decision, "m", true, Duration.ofHours(3))), ++sequence);
    RewardRule day =
        RewardRule.ofBoolean("changed", "m", RewardRule.Level.INFERENCE, Duration.ofDays(1));
    RewardRule hour =
        RewardRule.ofBoolean("changed", "m", RewardRule.Level.INFERENCE, Duration.ofHours(1));

    store.refreshStatistics(day, Units.START);
    assertThat(feedbacks("changed")).isEqualTo(1);
    store.refreshStatistics(hour, Units.START);
    assertThat(feedbacks("changed")).isZero();
  }

  private long feedbacks(String function) {
    return store.statistics(function, "m", ALWAYS, NEVER).stream()
        .mapToLong(StatisticsRow::feedbacks)
        .sum();
  }

  private static RewardRule rule(String function, SplittableRandom random) {
    return new RewardRule(
        function,
        "m",
        random.nextBoolean() ? RewardRule.Level.INFERENCE : RewardRule.Level.EPISODE,
        random.nextBoolean() ? RewardRule.Type.BOOLEAN : RewardRule.Type.FLOAT,
        -1,
        4,
        random.nextBoolean(),
        Duration.ofSeconds(random.nextInt(20, 400)),
        random.nextInt(3) == 0 ? Double.valueOf(0.25) : null);
  }

  /** Units of one to four inferences, feedback of every sort, shuffled a little. */
  private static List<Event> history(
      String function, RewardRule rule, SplittableRandom random, Units events) {
    List<Event> history = new ArrayList<>();
    int units = 10 + random.nextInt(30);
    for (int u = 0; u < units; u++) {
      Instant at = Units.START.plusMillis(random.nextInt(120_000));
      UUID episode = events.id(at);
      int members = 1 + random.nextInt(4);
      for (int m = 0; m < members; m++) {
        DecisionKind kind =
            m == 0 || random.nextInt(4) == 0 ? DecisionKind.DECISION : DecisionKind.STICKY;
        if (random.nextInt(12) == 0) {
          kind = random.nextBoolean() ? DecisionKind.PINNED : DecisionKind.FORCED;
        }
        // A sticky row may start a little before the row that decided, and rows may tie.
        Instant start = at.plusMillis(random.nextInt(4) * 5_000L - 5_000);
        String owner = random.nextInt(15) == 0 ? function + "-other" : function;
        Units.Draft draft =
            events
                .decision(owner, episode, start, pick(Units.CANDIDATES, random))
                .kind(kind)
                .segment(pick(List.of("a", "b"), random))
                .lane(random.nextInt(5) == 0 ? null : pick(List.of("policy", "holdout"), random));
        if (random.nextInt(5) == 0) {
          draft.served(pick(List.of("large", "fallback"), random));
        }
        if (random.nextInt(8) == 0) {
          draft.failed();
        }
        if (random.nextInt(9) == 0) {
          draft.ending = InferenceEvent.Ending.ABANDONED;
        }
        draft.costNanos = random.nextInt(5) == 0 ? null : random.nextLong(1L << 40);
        draft.baselineCostNanos = random.nextInt(5) == 0 ? null : random.nextLong(1L << 40);
        draft.outputTokens = random.nextInt(5) == 0 ? null : random.nextLong(4000);
        draft.inputTokens = random.nextInt(5) == 0 ? null : random.nextLong(4000);
        draft.durationMicros = random.nextLong(5_000_000);
        double p = random.nextDouble(0.01, 0.5);
        draft.propensities = new double[] {p, 0.5, 0.5 - p};
        if (random.nextInt(6) == 0 && !"large".equals(draft.chosen)) {
          draft.propensities = new double[] {0, 0.5, 0.5};
        }
        InferenceEvent inference = draft.event();
        history.add(inference);
        int values = random.nextInt(4);
        for (int v = 0; v < values; v++) {
          history.add(value(inference, rule, random, events));
          if (random.nextInt(10) == 0) {
            history.add(history.getLast());
          }
        }
      }
    }
    for (int i = 0; i < history.size(); i++) {
      int j = Math.min(history.size() - 1, i + random.nextInt(25));
      Event moved = history.get(i);
      history.set(i, history.get(j));
      history.set(j, moved);
    }
    return history;
  }

  private static FeedbackEvent value(
      InferenceEvent about, RewardRule rule, SplittableRandom random, Units events) {
    Instant at = about.at().plusMillis(random.nextInt(600) * 1_000L - 10_000);
    boolean ofEpisode =
        random.nextInt(8) == 0 ? random.nextBoolean() : rule.level() == RewardRule.Level.EPISODE;
    UUID target = ofEpisode ? about.ids().episodeId() : about.ids().inferenceId();
    if (random.nextInt(12) == 0) {
      target = events.id(at);
    }
    boolean isBoolean =
        random.nextInt(10) == 0 ? random.nextBoolean() : rule.type() == RewardRule.Type.BOOLEAN;
    return new FeedbackEvent(
        events.id(at),
        at,
        ofEpisode ? FeedbackEvent.Target.EPISODE : FeedbackEvent.Target.INFERENCE,
        target,
        random.nextInt(10) == 0 ? "another" : "m",
        isBoolean ? random.nextBoolean() : null,
        isBoolean ? null : random.nextInt(20) == 0 ? Double.NaN : random.nextDouble(-2, 6),
        null,
        pick(List.of("api", "judge", "user"), random),
        Map.of(),
        null,
        random.nextInt(12) == 0 ? "unknown metric" : null);
  }

  private static <T> T pick(List<T> from, SplittableRandom random) {
    return from.get(random.nextInt(from.size()));
  }

  /** Counts, money and keys exactly; sums of doubles to 1e-9, since the order of adding differs. */
  private static void assertEqual(int seed, List<StatisticsRow> sql, List<StatisticsRow> fold)
      throws ReflectiveOperationException {
    assertThat(sql).as("rows of history %d", seed).hasSameSizeAs(fold);
    for (int i = 0; i < sql.size(); i++) {
      for (RecordComponent component : StatisticsRow.class.getRecordComponents()) {
        Object stored = component.getAccessor().invoke(sql.get(i));
        Object folded = component.getAccessor().invoke(fold.get(i));
        if (stored instanceof Double number) {
          assertThat(Math.abs(number - (Double) folded))
              .as("%s of row %d of history %d", component.getName(), i, seed)
              .isLessThan(1e-9);
        } else {
          assertThat(stored)
              .as(
                  "%s of row %d of history %d\n%s\n%s",
                  component.getName(), i, seed, sql.get(i), fold.get(i))
              .isEqualTo(folded);
        }
      }
    }
  }
}
