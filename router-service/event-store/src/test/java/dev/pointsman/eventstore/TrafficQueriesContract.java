package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventstore.TrafficQueries.DecisionGrouping;
import dev.pointsman.eventstore.TrafficQueries.Dimension;
import dev.pointsman.eventstore.TrafficQueries.Grouping;
import dev.pointsman.eventstore.TrafficQueries.Measure;
import dev.pointsman.routing.DecisionKind;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What pages are told is what the events say, for any range and filter. */
abstract class TrafficQueriesContract {

  private static final Instant START = Units.START;
  private static final Duration HOUR = Duration.ofHours(1);
  private static final RollupTags TAGS = RollupTags.of(List.of("plan", "topic"));

  private final TestEngine engine;
  private final Units units = new Units(1);
  private EventStore store;

  TrafficQueriesContract(TestEngine engine) {
    this.engine = engine;
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
  void figures_anyRangeAndFilter_areThoseOfTheEvents() {
    SplittableRandom random = new SplittableRandom(5);
    Histories histories = new Histories(Duration.ofDays(6));
    RewardRule rule = histories.rule("f", random);
    List<Event> history = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      history.addAll(histories.history("f", rule, random, units));
    }
    append(history.toArray(Event[]::new));
    Instant asOf = START.plus(Duration.ofDays(5));
    refresh(rule, asOf);
    List<InferenceEvent> inferences = inferences(history);
    StatisticsFold fold = new StatisticsFold(rule);
    history.forEach(fold::accept);

    for (int i = 0; i < 60; i++) {
      Instant from = START.plusSeconds(random.nextLong(-86_400, 6 * 86_400L));
      Instant to = from.plusSeconds(random.nextLong(1, i % 2 == 0 ? 7_200 : 5 * 86_400L));
      TrafficFilter filter = filter(from, to, random);
      RollupRange laidOut = RollupRange.of(from, to, asOf, Grain.DAY);
      Predicate<InferenceEvent> matches = matching(filter, laidOut);

      long pulls = 0;
      List<StatisticsFold.Unit> matching = new ArrayList<>();
      fold.units(
          asOf,
          unit -> {
            if (matches.test(unit.deciding()) && filter.variant() == null) {
              matching.add(unit);
            }
          });
      pulls = matching.size();
      if (filter.variant() == null) {
        assertThat(
                store.traffic().decisions(filter, List.of(rule), DecisionGrouping.TOTAL).stream()
                    .mapToLong(DecisionSums::pulls)
                    .sum())
            .as("pulls of %s", filter)
            .isEqualTo(pulls);
      }
      Predicate<InferenceEvent> served =
          matches.and(
              e ->
                  filter.variant() == null || filter.variant().equals(e.outcome().servedVariant()));
      UsageSums sums =
          store.traffic().usage(filter, Grouping.TOTAL).stream().findFirst().orElse(null);
      long expected = inferences.stream().filter(served).count();
      assertThat(sums == null ? 0 : sums.inferences())
          .as("usage of %s", filter)
          .isEqualTo(expected);
      if (sums != null) {
        assertThat(sums.costNanos())
            .isEqualTo(sum(inferences, served, e -> orZero(e.quantities().costNanos())));
        assertThat(sums.decisions())
            .isEqualTo(
                sum(inferences, served, e -> e.decision().kind() == DecisionKind.DECISION ? 1 : 0));
      }
    }
  }

  private static TrafficFilter filter(Instant from, Instant to, SplittableRandom random) {
    TrafficFilter filter = TrafficFilter.between(from, to).ofFunction("f");
    return switch (random.nextInt(9)) {
      case 0 -> filter.ofSegment("a");
      case 1 -> filter.ofKey("key-1").ofTeam("team");
      case 2 -> filter.withTag("plan", "ü,'").withTag("topic", "x");
      case 3 -> filter.ofGeneration("g1");
      case 4 -> filter.ofLane("holdout");
      case 5 -> filter.ofModel("model-small");
      case 6 -> filter.ofVariant("large");
      default -> filter;
    };
  }

  private static Predicate<InferenceEvent> matching(TrafficFilter filter, RollupRange range) {
    return e ->
        !e.at().isBefore(range.from())
            && e.at().isBefore(range.to())
            && e.asker().functionName().equals("f")
            && is(filter.segment(), e.decision().segment())
            && is(filter.keyId(), e.asker().keyId())
            && is(filter.teamId(), e.asker().teamId())
            && is(filter.lane(), e.decision().lane())
            && is(filter.model(), e.outcome().servedModel())
            && is(
                filter.generation(),
                e.decision().version() == null ? null : e.decision().version().generation())
            && e.asker().tags().entrySet().containsAll(filter.tags().entrySet());
  }

  private static boolean is(String wanted, String found) {
    return wanted == null || wanted.equals(found);
  }

  private static long orZero(Long value) {
    return value == null ? 0 : value;
  }

  private static long sum(
      List<InferenceEvent> events,
      Predicate<InferenceEvent> which,
      ToLongFunction<InferenceEvent> what) {
    return events.stream().filter(which).mapToLong(what).sum();
  }

  private static List<InferenceEvent> inferences(List<Event> history) {
    return history.stream()
        .filter(InferenceEvent.class::isInstance)
        .map(InferenceEvent.class::cast)
        .toList();
  }

  @Test
  void decisions_lanesAndSegmentsOverTime_sumUp() {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      InferenceEvent event =
          decision("timed", i * 30, i % 4 == 0 ? "large" : "small")
              .lane(i % 4 == 0 ? "holdout" : "policy")
              .segment(i % 2 == 0 ? "a" : "b")
              .event();
      events.add(event);
      events.add(units.feedback(event, "m", i % 4 == 0, Duration.ofSeconds(5)));
    }
    append(events.toArray(Event[]::new));
    RewardRule rule = RewardRule.ofBoolean("timed", "m", RewardRule.Level.INFERENCE, HOUR);
    refresh(rule, START.plus(HOUR));
    TrafficFilter all = TrafficFilter.between(START.minusSeconds(60), START.plus(HOUR));
    DecisionGrouping byLane = new DecisionGrouping(false, true, false, Duration.ofMinutes(5));

    List<DecisionSums> rows = store.traffic().decisions(all, List.of(rule), byLane);
    assertThat(rows).allMatch(row -> row.start().getEpochSecond() % 300 == 0);
    assertThat(rows.stream().mapToLong(DecisionSums::pulls).sum()).isEqualTo(40);
    assertThat(rows.stream().mapToDouble(DecisionSums::expectedPulls).sum())
        .isCloseTo(40, within(1e-9));
    assertThat(
            rows.stream()
                .filter(row -> "holdout".equals(row.lane()))
                .mapToLong(DecisionSums::feedbacks)
                .sum())
        .isEqualTo(10);
    assertThat(
            rows.stream()
                .filter(row -> row.variant().isEmpty() && "holdout".equals(row.lane()))
                .mapToLong(DecisionSums::laneDraws)
                .sum())
        .isEqualTo(10);
    assertThat(store.traffic().youngDecisions(all, List.of(rule), byLane))
        .extracting(DecisionSums::start, DecisionSums::lane, DecisionSums::variant)
        .containsExactlyElementsOf(
            rows.stream()
                .filter(row -> !row.variant().isEmpty())
                .map(
                    row ->
                        org.assertj.core.groups.Tuple.tuple(row.start(), row.lane(), row.variant()))
                .toList());

    List<DecisionSums> ofB =
        store.traffic().decisions(all.ofSegment("b"), List.of(rule), DecisionGrouping.TOTAL);
    DecisionSums small =
        ofB.stream().filter(row -> row.variant().equals("small")).findFirst().orElseThrow();
    assertThat(small.pulls()).isEqualTo(20);
    assertThat(small.costNanos()).isEqualTo(20_000);
    assertThat(small.lane()).isNull();
    // Every one of them had propensity 0.5 and no success.
    assertThat(small.weightSum()).isCloseTo(40, within(1e-9));
    assertThat(small.weightedReward()).isZero();
    assertThat(small.effectiveSize()).isCloseTo(20, within(1e-9));
  }

  @Test
  void latency_quantiles_areWithinFivePercent() {
    SplittableRandom random = new SplittableRandom(9);
    List<Event> events = new ArrayList<>();
    List<Long> durations = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Units.Draft draft = decision("slow", i, i % 2 == 0 ? "small" : "large");
      draft.durationMicros = (long) Math.exp(random.nextDouble(0, 17));
      if (i % 2 == 0) {
        durations.add(draft.durationMicros);
      }
      events.add(draft.event());
    }
    append(events.toArray(Event[]::new));
    refresh(RewardRule.unrewarded("slow"), START.plus(Duration.ofDays(3)));
    durations.sort(null);

    TrafficFilter all = TrafficFilter.between(START, START.plus(HOUR)).ofFunction("slow");
    LatencyHistogram small =
        store
            .traffic()
            .latency(all, Grouping.by(Dimension.VARIANT), Measure.DURATION)
            .get(new TrafficQueries.LatencyKey(null, "small", ""));
    assertThat(small.count()).isEqualTo(250);
    for (double q : new double[] {0.01, 0.5, 0.9, 0.99, 1}) {
      long exact = durations.get(Math.max(0, (int) Math.ceil(q * 250) - 1));
      assertThat(small.quantile(q)).as("quantile %s", q).isCloseTo(exact, within(0.05 * exact));
    }
    assertThat(store.traffic().latency(all, Grouping.TOTAL, Measure.FIRST_TOKEN)).isEmpty();
    assertThat(LatencyHistogram.EMPTY.quantile(0.5)).isNaN();
  }

  @Test
  void usage_byDimensions_pagesByKey() {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Units.Draft draft = decision("paged", i, "small");
      draft.keyId = "key-%02d".formatted(i % 10);
      events.add(draft.event());
    }
    append(events.toArray(Event[]::new));
    refresh(RewardRule.unrewarded("paged"), START.plus(HOUR));
    TrafficFilter all = TrafficFilter.between(START, START.plus(HOUR));
    Grouping byKey = Grouping.by(Dimension.KEY, Dimension.MODEL);

    List<UsageSums> first = store.traffic().usage(all, byKey, null, 4);
    List<UsageSums> second = store.traffic().usage(all, byKey, first.getLast(), 4);

    assertThat(first)
        .extracting(UsageSums::first)
        .containsExactly("key-00", "key-01", "key-02", "key-03");
    assertThat(second)
        .extracting(UsageSums::first)
        .containsExactly("key-04", "key-05", "key-06", "key-07");
    assertThat(second).allMatch(row -> row.inferences() == 3 && row.second().equals("model-small"));
    assertThat(store.traffic().functionNames()).containsExactly("paged");
  }

  @Test
  void tag_notAllowed_isRefusedByName() {
    append(decision("tagged", 0, "small").event());
    refresh(RewardRule.unrewarded("tagged"), START.plus(HOUR));
    TrafficFilter all = TrafficFilter.between(START, START.plus(HOUR));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.traffic().usage(all.withTag("other", "x"), Grouping.TOTAL))
        .withMessageContaining("store.rollup_tags")
        .withMessageContaining("other");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.traffic().usage(all, Grouping.byTag("other")));
    assertThat(store.traffic().usage(all, Grouping.byTag("plan"))).hasSize(1);
  }

  @Test
  void feedback_orphansRejectsAndDelay_areApart() {
    InferenceEvent known = decision("heard", 0, "small").event();
    Instant at = START.plus(Duration.ofMinutes(10));
    append(
        known,
        feedback(known.ids().inferenceId(), FeedbackEvent.Target.INFERENCE, at, null),
        feedback(known.ids().episodeId(), FeedbackEvent.Target.EPISODE, at, null),
        feedback(units.id(at), FeedbackEvent.Target.INFERENCE, at, null),
        feedback(units.id(at), FeedbackEvent.Target.EPISODE, at, "unknown metric"));
    refresh(RewardRule.unrewarded("heard"), START.plus(HOUR));
    TrafficFilter all = TrafficFilter.between(START, START.plus(HOUR));

    assertThat(store.traffic().feedback(all, null, null, null))
        .containsExactlyInAnyOrder(
            new FeedbackSums(null, "heard", "m", "api", "inference", "", 1),
            new FeedbackSums(null, "heard", "m", "api", "episode", "", 1),
            new FeedbackSums(null, "", "m", "api", "inference", FeedbackSums.ORPHAN, 1),
            new FeedbackSums(null, "", "m", "api", "episode", "unknown metric", 1));
    LatencyHistogram delay = store.traffic().feedbackDelay(all, "m", null);
    assertThat(delay.count()).isEqualTo(2);
    assertThat(delay.quantile(0.5)).isCloseTo(600_000_000, within(30_000_000.0));
    assertThat(store.traffic().feedbackDelay(all, "none", null).count()).isZero();
  }

  @Test
  void figures_beforeTheFirstRefresh_areNone() {
    append(decision("early", 0, "small").event());
    TrafficFilter all = TrafficFilter.between(START, START.plus(HOUR));

    assertThat(store.traffic().state()).isNull();
    assertThat(store.traffic().usage(all, Grouping.TOTAL)).isEmpty();
    assertThat(store.traffic().decisions(all, List.of(), DecisionGrouping.TOTAL)).isEmpty();
    assertThat(store.traffic().attempts(all, null, null)).isEmpty();
    assertThat(store.traffic().functionNames()).isEmpty();
  }

  private void refresh(RewardRule rule, Instant asOf) {
    store.refreshStatistics(rule, asOf);
    store.refreshRollups(List.of(rule), TAGS, asOf);
  }

  private FeedbackEvent feedback(
      java.util.UUID target, FeedbackEvent.Target type, Instant at, String rejected) {
    return new FeedbackEvent(
        units.id(at),
        at,
        type,
        target,
        "m",
        true,
        null,
        null,
        "api",
        java.util.Map.of(),
        null,
        rejected);
  }

  private Units.Draft decision(String function, int second, String chosen) {
    Instant at = START.plusSeconds(second);
    return units.decision(function, units.id(at), at, chosen);
  }

  private void append(Event... events) {
    store.append(List.of(events), store.lastSequence() + events.length);
  }
}
