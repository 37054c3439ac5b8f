package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.InferenceEvent;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
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
    int many = Boolean.getBoolean("evidence") ? 1_000 : engine.manyHistories();
    for (int seed = 0; seed < many; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      String function = "function-" + seed;
      // Some are short, others reach over the day after which buckets become minutes.
      Histories histories =
          new Histories(Duration.ofMinutes(seed % 3 == 0 ? random.nextInt(60, 3_000) : 2));
      RewardRule rule = histories.rule(function, random);
      List<Event> history = histories.history(function, rule, random, new Units(seed));
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
        asOf = asOf.plusSeconds(100 + random.nextInt(seed % 3 == 0 ? 200_000 : 300));
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
    assertThat(List.of(rewarded, resplits, filled, clipped)).allMatch(n -> n > many / 2);
  }

  @Test
  void refresh_dayOldBuckets_becomeMinutesAlsoUnderLateFeedback() {
    RewardRule rule =
        RewardRule.ofBoolean("old", "m", RewardRule.Level.INFERENCE, Duration.ofDays(7));
    Units events = new Units(10);
    List<InferenceEvent> decisions = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Instant at = Units.START.plusSeconds(10L * i);
      decisions.add(events.decision("old", events.id(at), at, "small").event());
    }
    store.append(decisions, sequence += decisions.size());
    store.refreshStatistics(rule, Units.START.plusSeconds(200));
    assertThat(store.statistics("old", "m", ALWAYS, NEVER)).hasSize(36);

    Instant asOf = Units.START.plus(Duration.ofHours(26));
    store.refreshStatistics(rule, asOf);
    assertThat(store.statistics("old", "m", ALWAYS, NEVER)).hasSize(6);

    store.append(
        List.of(events.feedback(decisions.get(4), "m", true, Duration.ofHours(25))), ++sequence);
    assertThat(store.refreshStatistics(rule, asOf)).isEqualTo(1);
    List<StatisticsRow> rows = store.statistics("old", "m", ALWAYS, NEVER);
    assertThat(rows).hasSize(6);
    assertThat(rows.stream().mapToLong(StatisticsRow::pulls).sum()).isEqualTo(12);
    assertThat(rows.stream().mapToLong(StatisticsRow::feedbacks).sum()).isEqualTo(1);
  }

  @Test
  void refresh_clockSetBackAnHour_equalsFoldAsOfTheLatestRefresh() throws Exception {
    RewardRule rule =
        RewardRule.ofBoolean("back", "m", RewardRule.Level.INFERENCE, Duration.ofHours(1));
    Units events = new Units(11);
    StatisticsFold fold = new StatisticsFold(rule);
    Instant before = Units.START.plus(Duration.ofHours(3));
    Instant setBack = Units.START.plus(Duration.ofHours(2));
    for (Instant clock : List.of(before, setBack, setBack.plusSeconds(30))) {
      List<Event> came = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        Instant at = clock.plusSeconds(i);
        InferenceEvent decision = events.decision("back", events.id(at), at, "small").event();
        came.add(decision);
        came.add(events.feedback(decision, "m", i % 2 == 0, Duration.ofSeconds(5)));
      }
      store.append(came, ++sequence);
      came.forEach(fold::accept);
      store.refreshStatistics(rule, clock.plusSeconds(20));
      assertEqual(
          0,
          store.statistics("back", rule.metric(), ALWAYS, NEVER),
          fold.rows(before.plusSeconds(20)));
    }
  }

  @Test
  void evidence_historyOfTwoMonths_isThatOfTheStatisticsInLongerBuckets() {
    RewardRule rule =
        new RewardRule(
            "aged",
            "m",
            RewardRule.Level.INFERENCE,
            RewardRule.Type.FLOAT,
            0,
            1,
            true,
            Duration.ofDays(7),
            null);
    Units events = new Units(12);
    SplittableRandom random = new SplittableRandom(12);
    Instant asOf = Units.START;
    List<Event> came = new ArrayList<>();
    for (Duration age = Duration.ofDays(60);
        age.isPositive();
        age = age.multipliedBy(97).dividedBy(100).minusSeconds(1)) {
      for (int i = 0; i < 6; i++) {
        Instant at = asOf.minus(age).plusSeconds(random.nextInt(60));
        InferenceEvent decision =
            events
                .decision("aged", events.id(at), at, Units.CANDIDATES.get(random.nextInt(3)))
                .lane(random.nextBoolean() ? "policy" : "uniform")
                .segment(random.nextBoolean() ? "a" : "b")
                .event();
        came.add(decision);
        came.add(events.rating(decision, "m", random.nextDouble(), Duration.ofSeconds(5)));
      }
    }
    store.append(came, sequence += came.size());
    store.refreshStatistics(rule, asOf);
    List<StatisticsRow> rows = store.statistics("aged", "m", ALWAYS, NEVER);
    Instant hourParted = asOf.minus(Duration.ofDays(9)).plusSeconds(1);
    Instant dayParted = asOf.minus(Duration.ofDays(50)).plusSeconds(1);

    for (EvidenceAges ages :
        List.of(
            EvidenceAges.at(asOf, List.of()),
            EvidenceAges.at(asOf, List.of(hourParted, dayParted)))) {
      List<EvidenceRow> evidence = store.evidence("aged", "m", ALWAYS, ages);
      assertThat(evidence).isEqualTo(EvidenceRow.of(rows, ages));
      assertThat(evidence.size()).isLessThan(rows.size());
      assertThat(evidence.stream().mapToLong(EvidenceRow::rewards).sum())
          .isEqualTo(came.size() / 2);
      Instant from = ages.floor(asOf.minus(Duration.ofDays(8)));
      assertThat(store.evidence("aged", "m", from, ages))
          .isEqualTo(evidence.stream().filter(row -> !row.start().isBefore(from)).toList());
    }
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
