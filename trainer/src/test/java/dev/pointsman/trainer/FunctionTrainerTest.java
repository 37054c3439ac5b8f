package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.eventstore.EvidenceRow;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.eventstore.StatisticsRow;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.PolicyStatistics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class FunctionTrainerTest {

  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private static final Duration HALF_LIFE = Duration.ofDays(14);

  @Test
  void statistics_noRows_areEmpty() {
    FunctionTrainer trainer = trainer(HALF_LIFE, RewardRule.Type.BOOLEAN);
    assertThat(trainer.statistics(List.of(), List.of(), Map.of(), START))
        .isEqualTo(PolicyStatistics.EMPTY);
  }

  @Test
  void statistics_rowsOfCandidates_areAdded() {
    PolicyStatistics statistics =
        trainer(null, RewardRule.Type.BOOLEAN)
            .statistics(
                List.of(
                    Rows.row("a", "large", START, 10, 4, 3),
                    Rows.row("a", "large", START.plusSeconds(10), 2, 1, 0),
                    Rows.row("a", "stranger", START, 9, 9, 9)),
                List.of(),
                Map.of("large", 0.0, "stranger", 1.0),
                START.plusSeconds(10));

    assertThat(statistics.feedbackCount()).isEqualTo(5);
    assertThat(statistics.cells())
        .containsExactly(new PolicyStatistics.Cell("a", "large", 5, 3, 3, 100.0, 2e6, 0));
    assertThat(statistics.variants())
        .containsExactly(new PolicyStatistics.VariantEvidence("large", 12, 5, true));
    assertThat(statistics.priors()).containsExactly(Map.entry("large", 0.0));
  }

  @Test
  void statistics_oneHalfLifeLater_countHalf() {
    PolicyStatistics statistics =
        trainer(HALF_LIFE, RewardRule.Type.BOOLEAN)
            .statistics(
                List.of(Rows.row("a", "large", START, 10, 8, 6)),
                List.of(),
                Map.of(),
                START.plus(HALF_LIFE));

    PolicyStatistics.Cell cell = statistics.cells().getFirst();
    assertThat(cell.weight()).isCloseTo(4, within(1e-12));
    assertThat(cell.sum()).isCloseTo(3, within(1e-12));
    assertThat(statistics.feedbackCount()).isCloseTo(4, within(1e-12));
    assertThat(statistics.variants().getFirst().feedbacks()).isEqualTo(8);
  }

  @Test
  void statistics_halfLivesFarApart_weighByAge() {
    List<EvidenceRow> rows = new ArrayList<>();
    for (int i = 0; i <= 40; i++) {
      rows.add(Rows.row("a", "large", START.plus(HALF_LIFE.multipliedBy(i)), 1, 1, 1));
    }
    double weight =
        trainer(HALF_LIFE, RewardRule.Type.BOOLEAN)
            .statistics(rows, List.of(), Map.of(), START.plus(HALF_LIFE.multipliedBy(40)))
            .feedbackCount();
    assertThat(weight).isCloseTo(2, within(1e-9));
  }

  @Test
  void statistics_knownFromOutside_countsLikeRewardsOfItsTimeAndAges() {
    PriorCell known = new PriorCell("a", "large", 20, 0.75, 0.7, 300.0);
    PriorCell stranger = new PriorCell("a", "stranger", 20, 0.75, 0.7, null);

    PolicyStatistics statistics =
        trainer(HALF_LIFE, RewardRule.Type.BOOLEAN)
            .statistics(
                List.of(Rows.row("a", "large", START.plus(HALF_LIFE), 10, 10, 0)),
                List.of(),
                Map.of(),
                List.of(known, stranger),
                START,
                START.plus(HALF_LIFE));

    PolicyStatistics.Cell cell = statistics.cells().getFirst();
    assertThat(statistics.cells()).hasSize(1);
    assertThat(cell.weight()).isCloseTo(10 + 10, within(1e-12));
    assertThat(cell.sum()).isCloseTo(0 + 10 * 0.75, within(1e-12));
    assertThat(cell.sumSquares()).isCloseTo(0 + 10 * 0.7, within(1e-12));
    assertThat(cell.outputTokens()).isBetween(100.0, 300.0);
    assertThat(statistics.variants())
        .as("no decisions are known")
        .containsExactly(new PolicyStatistics.VariantEvidence("large", 10, 10, true));
  }

  @Test
  void setPriorEvidence_behindAnAlarm_countsNoMore() {
    ChangeAlarm alarm =
        new ChangeAlarm(
            "a", "large", START.plusSeconds(60), START.plusSeconds(90), 0.9, 0.9, 0.1, 50, 20, 70);
    TrainerState state =
        new FunctionTrainer(Rows.settings(null), RewardRule.Type.BOOLEAN).resume(List.of(alarm));
    state.setPriorEvidence(List.of(new PriorCell("a", "large", 20, 0.75, 0.7, null)), START);

    assertThat(state.statistics(START.plusSeconds(100)).feedbackCount())
        .isEqualTo(FunctionTrainer.PSEUDO_ROWS);
    assertThat(state.priorRewards()).isZero();
  }

  @Test
  void setPriorEvidence_takenAway_leavesNoTrace() {
    TrainerState state = trainer(HALF_LIFE, RewardRule.Type.BOOLEAN).begin();
    state.put(Rows.row("a", "large", START, 10, 8, 6));
    PolicyStatistics before = state.statistics(START);
    state.takeChanged();
    state.setPriorEvidence(List.of(new PriorCell("b", "small", 20, 0.75, 0.7, 5.0)), START);
    assertThat(state.statistics(START).cells()).hasSize(2);
    assertThat(state.priorRewards()).isEqualTo(20);
    assertThat(state.takeChanged()).isTrue();

    state.setPriorEvidence(List.of(), START);

    assertThat(state.statistics(START)).isEqualTo(before);
    assertThat(state.priorRewards()).isZero();
  }

  @Test
  void statistics_nursery_endsAtEachBound() {
    FunctionTrainer trainer = trainer(HALF_LIFE, RewardRule.Type.BOOLEAN);
    assertThat(inNursery(trainer, 199, 29, Duration.ofDays(6))).isTrue();
    assertThat(inNursery(trainer, 200, 0, Duration.ZERO)).isFalse();
    assertThat(inNursery(trainer, 30, 30, Duration.ZERO)).isFalse();
    assertThat(inNursery(trainer, 1, 0, Duration.ofDays(7))).isFalse();
  }

  private static boolean inNursery(
      FunctionTrainer trainer, long pulls, long feedbacks, Duration age) {
    return trainer
        .statistics(
            List.of(Rows.row("a", "large", START, pulls, feedbacks, 0)),
            List.of(),
            Map.of(),
            START.plus(age))
        .variants()
        .getFirst()
        .inNursery();
  }

  @Property(seed = "1", tries = 30)
  void statistics_rowsInAnyOrderAtOnceOrOneByOne_areTheSameToTheLastBit(
      @ForAll @LongRange(min = 0, max = 1 << 20) long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    FunctionTrainer trainer =
        trainer(random.nextBoolean() ? HALF_LIFE : null, RewardRule.Type.FLOAT);
    List<EvidenceRow> rows = randomRows(random, 120);
    Instant now = START.plusSeconds(4000);
    PolicyStatistics batch = trainer.statistics(rows, List.of(), Map.of("small", -0.02), now);

    List<EvidenceRow> shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, new Random(seed));
    TrainerState state = trainer.begin();
    state.setPriors(Map.of("small", -0.02));
    for (EvidenceRow row : shuffled) {
      // An earlier form of the row, then the settled one; statistics asked for in between.
      state.put(Rows.row(row.segment(), row.variant(), row.start(), 1, 1, 0.5));
      if (random.nextInt(4) == 0) {
        state.statistics(now.minusSeconds(random.nextInt(1000)));
      }
      state.put(row);
    }

    assertThat(state.statistics(now)).isEqualTo(batch);
    assertThat(trainer.statistics(shuffled, List.of(), Map.of("small", -0.02), now))
        .isEqualTo(batch);
  }

  @Test
  void statistics_rowsMadeMinutes_areTheSameEvidence() {
    SplittableRandom random = new SplittableRandom(11);
    FunctionTrainer trainer = trainer(HALF_LIFE, RewardRule.Type.BOOLEAN);
    List<EvidenceRow> fine = new ArrayList<>();
    List<EvidenceRow> minutes = new ArrayList<>();
    for (int minute = 0; minute < 50; minute++) {
      Instant start = START.plusSeconds(60L * minute);
      long pulls = 0;
      long good = 0;
      for (int part = 0; part < 6; part++) {
        long some = random.nextLong(1, 9);
        long successes = random.nextLong(some + 1);
        fine.add(Rows.row("a", "small", start.plusSeconds(10L * part), some, some, successes));
        pulls += some;
        good += successes;
      }
      minutes.add(Rows.row("a", "small", start, pulls, pulls, good));
    }
    Instant now = START.plusSeconds(90_000);
    TrainerState state = trainer.begin();
    fine.forEach(state::put);
    PolicyStatistics.Cell before = state.statistics(now).cells().getFirst();

    // As a round reads them after they were compacted.
    state.replaceFrom(START, minutes);
    PolicyStatistics.Cell after = state.statistics(now).cells().getFirst();

    assertThat(after.weight()).isCloseTo(before.weight(), within(1e-9));
    assertThat(after.sum()).isCloseTo(before.sum(), within(1e-9));
    assertThat(state.detect(now)).isEmpty();
    assertThat(state.statistics(now).variants())
        .isEqualTo(trainer.statistics(fine, List.of(), Map.of(), now).variants());
  }

  @Property(seed = "1", tries = 30)
  void statistics_singleRewards_areThoseOfTheirRows(
      @ForAll @LongRange(min = 0, max = 1 << 20) long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    FunctionTrainer trainer = trainer(HALF_LIFE, RewardRule.Type.BOOLEAN);
    TrainerState single = trainer.begin();
    TrainerState byRows = trainer.begin();
    Map<String, long[]> counts = new java.util.HashMap<>();
    Instant now = START;
    for (int i = 0; i < 300; i++) {
      now = now.plusMillis(random.nextInt(3000));
      String segment = "s" + random.nextInt(3);
      String variant = Rows.CANDIDATES.get(random.nextInt(3));
      Instant bucket = StatisticsRow.bucketOf(now);
      long[] count =
          counts.computeIfAbsent(segment + variant + bucket, k -> new long[] {0, 0, 0, 0});
      single.decided(now, segment, variant);
      count[0]++;
      single.answered(now, segment, variant, 100L, 2_000_000);
      count[3]++;
      if (random.nextInt(3) > 0) {
        int reward = random.nextInt(2);
        single.rewarded(now, segment, variant, reward);
        count[1]++;
        count[2] += reward;
      }
      byRows.put(Rows.row(segment, variant, bucket, count[0], count[1], count[2], count[3]));
      if (i % 50 == 0) {
        assertThat(single.detect(now)).isEqualTo(byRows.detect(now));
        assertThat(single.statistics(now)).isEqualTo(byRows.statistics(now));
      }
    }
    assertThat(single.statistics(now)).isEqualTo(byRows.statistics(now));
  }

  @Test
  void replaceFrom_rowThatIsGone_isForgotten() {
    FunctionTrainer trainer = trainer(null, RewardRule.Type.BOOLEAN);
    TrainerState state = trainer.begin();
    EvidenceRow kept = Rows.row("a", "large", START, 3, 2, 1);
    state.put(kept);
    state.put(Rows.row("a", "small", START, 4, 4, 4));
    state.put(Rows.row("a", "small", START.plusSeconds(10), 1, 1, 1));

    EvidenceRow later = Rows.row("a", "small", START.plusSeconds(10), 1, 1, 1);
    assertThat(state.replaceFrom(START, List.of(kept, later))).isTrue();

    assertThat(state.statistics(START.plusSeconds(60)).cells())
        .extracting(PolicyStatistics.Cell::variant, PolicyStatistics.Cell::weight)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("large", 2.0),
            org.assertj.core.groups.Tuple.tuple("small", 1.0));
    assertThat(state.replaceFrom(START, List.of(kept, later))).isFalse();
    assertThat(state.replaceFrom(START.plusSeconds(10), List.of(later))).isFalse();
  }

  @Test
  void detect_stepDown_resetsTheEvidenceBeforeIt() {
    FunctionTrainer trainer = trainer(null, RewardRule.Type.BOOLEAN);
    TrainerState state = trainer.begin();
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 60; i++) {
      double quality = i < 50 ? 0.9 : 0.2;
      int sum = 0;
      for (int j = 0; j < 10; j++) {
        sum += random.nextDouble() < quality ? 1 : 0;
      }
      state.put(Rows.row("a", "large", START.plusSeconds(10L * i), 10, 10, sum));
    }
    state.put(Rows.row("a", "small", START, 5, 5, 4));
    state.put(Rows.row("b", "small", START, 5, 5, 4));
    Instant now = START.plusSeconds(600);

    List<ChangeAlarm> alarms = state.detect(now);

    assertThat(alarms).hasSize(1);
    ChangeAlarm alarm = alarms.getFirst();
    assertThat(alarm.segment()).isEqualTo("a");
    assertThat(alarm.variant()).isEqualTo("large");
    assertThat(alarm.changePoint()).isEqualTo(START.plusSeconds(500));
    assertThat(alarm.meanBefore()).isBetween(0.85, 0.95);
    assertThat(alarm.meanAfter()).isBetween(0.1, 0.3);
    assertThat(alarm.segmentPulls()).isEqualTo(100);
    PolicyStatistics statistics = state.statistics(now);
    PolicyStatistics.Cell cell = statistics.cells().getFirst();
    assertThat(cell.weight()).isEqualTo(105);
    assertThat(cell.sum())
        .isCloseTo(5 * alarm.meanBefore() + 100 * alarm.meanAfter(), within(1e-9));
    assertThat(statistics.cells())
        .extracting(PolicyStatistics.Cell::raisedFloorPulls)
        .containsExactly(200L, 200L, 0L);
    assertThat(state.detect(now)).isEmpty();
    assertThat(state.alarms()).containsExactly(alarm);
  }

  @Test
  void statistics_afterAnAlarm_floorsFallAfterTwoHundredPulls() {
    ChangeAlarm alarm =
        new ChangeAlarm("a", "large", START, START.plusSeconds(20), 0.9, 0.9, 0.2, 100, 20, 20);
    FunctionTrainer trainer = trainer(null, RewardRule.Type.BOOLEAN);
    TrainerState state = trainer.resume(List.of(alarm));
    state.put(Rows.row("a", "large", START, 20, 20, 4));
    assertThat(raised(state)).isEqualTo(200);
    state.put(Rows.row("a", "small", START.plusSeconds(20), 150, 0, 0));
    assertThat(raised(state)).isEqualTo(50);
    state.put(Rows.row("a", "large", START.plusSeconds(30), 50, 0, 0));
    assertThat(raised(state)).isZero();
  }

  private static long raised(TrainerState state) {
    return state.statistics(START.plusSeconds(100)).cells().getFirst().raisedFloorPulls();
  }

  @Test
  void resume_storedAlarms_giveTheSameStatistics() {
    FunctionTrainer trainer = trainer(HALF_LIFE, RewardRule.Type.BOOLEAN);
    TrainerState state = trainer.begin();
    List<EvidenceRow> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      rows.add(Rows.row("a", "large", START.plusSeconds(10L * i), 10, 10, i < 50 ? 9 : 2));
    }
    rows.forEach(state::put);
    Instant now = START.plusSeconds(600);
    assertThat(state.detect(now)).hasSize(1);

    assertThat(trainer.statistics(rows, state.alarms(), Map.of(), now))
        .isEqualTo(state.statistics(now));
    TrainerState resumed = trainer.resume(state.alarms());
    rows.forEach(resumed::put);
    assertThat(resumed.detect(now)).isEmpty();
    assertThat(resumed.statistics(now)).isEqualTo(state.statistics(now));
  }

  @Test
  void detect_floatMetric_findsFallAndRise() {
    for (double step : new double[] {-0.2, 0.2}) {
      TrainerState state = trainer(null, RewardRule.Type.FLOAT).begin();
      Random random = new Random(5);
      for (int i = 0; i < 300; i++) {
        double reward = Math.clamp(0.5 + (i < 200 ? 0 : step) + 0.1 * random.nextGaussian(), 0, 1);
        state.rewarded(START.plusSeconds(10L * i), "a", "large", reward);
      }
      List<ChangeAlarm> alarms = state.detect(START.plusSeconds(3000));
      assertThat(alarms).hasSize(1);
      assertThat(alarms.getFirst().meanAfter() - alarms.getFirst().meanBefore())
          .isCloseTo(step, within(0.05));
      assertThat(alarms.getFirst().changePoint())
          .isBetween(START.plusSeconds(1900), START.plusSeconds(2100));
    }
  }

  @Test
  void detect_steadyRewards_raisesNothing() {
    for (RewardRule.Type type : RewardRule.Type.values()) {
      TrainerState state = trainer(null, type).begin();
      SplittableRandom random = new SplittableRandom(9);
      for (int i = 0; i < 2000; i++) {
        state.rewarded(START.plusSeconds(i), "a", "large", random.nextInt(4) == 0 ? 0 : 1);
        assertThat(state.detect(START.plusSeconds(i))).isEmpty();
      }
    }
  }

  @Test
  void rewarded_outsideItsRange_isRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> trainer(null, RewardRule.Type.FLOAT).begin().rewarded(START, "a", "large", 1.1))
        .withMessage("a reward must lie in 0..1: 1.1 of large in segment \"a\"");
  }

  @Test
  void statistics_aRevisionPerFeedbackOfALongStream_isFast() {
    LearnedSettings settings = Rows.settings(null);
    TrainerState state = new FunctionTrainer(settings, RewardRule.Type.FLOAT).begin();
    SplittableRandom random = new SplittableRandom(1);
    long started = System.nanoTime();
    Instant now = START;
    double checksum = 0;
    for (int i = 0; i < 8207; i++) {
      now = now.plusSeconds(1);
      String segment = "task" + random.nextInt(14);
      String variant = Rows.CANDIDATES.get(random.nextInt(10) == 0 ? random.nextInt(3) : 0);
      state.decided(now, segment, variant);
      state.rewarded(now, segment, variant, random.nextInt(2));
      state.detect(now);
      checksum += state.statistics(now).feedbackCount();
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    assertThat(checksum).isPositive();
    // 8,207 revisions take about a second; the bound is for a busy machine.
    assertThat(seconds).isLessThan(15);
  }

  private static List<EvidenceRow> randomRows(SplittableRandom random, int count) {
    Map<String, EvidenceRow> rows = new java.util.LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      long feedbacks = random.nextInt(5);
      EvidenceRow row =
          Rows.row(
              "s" + random.nextInt(2),
              Rows.CANDIDATES.get(random.nextInt(3)),
              START.plusSeconds(10L * random.nextInt(40)),
              feedbacks + random.nextInt(5),
              feedbacks,
              feedbacks * random.nextDouble());
      rows.put(row.segment() + row.variant() + row.start(), row);
    }
    return List.copyOf(rows.values());
  }

  private static FunctionTrainer trainer(Duration halfLife, RewardRule.Type type) {
    return new FunctionTrainer(Rows.settings(halfLife), type);
  }
}
