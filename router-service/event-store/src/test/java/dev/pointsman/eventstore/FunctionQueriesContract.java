package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.routing.DecisionKind;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FunctionQueriesContract {

  private final TestEngine engine;

  FunctionQueriesContract(TestEngine engine) {
    this.engine = engine;
  }

  private static final Instant START = Units.START;
  private static final Instant END = START.plus(Duration.ofDays(30));
  private static final Duration HOUR = Duration.ofHours(1);

  private final Units units = new Units(1);
  private EventStore store;

  @BeforeAll
  void open(@TempDir Path directory) {
    store = engine.open(directory);
  }

  @AfterAll
  void close() {
    store.close();
  }

  @Test
  void counts_failedPinnedUnpriced_areCountedApart() {
    append(
        decision("counted", 0, "small").event(),
        decision("counted", 1, "small").kind(DecisionKind.PINNED).event(),
        decision("counted", 2, "small").failed().cost(null).event());

    assertThat(store.functions().counts(START, END))
        .filteredOn(f -> f.functionName().equals("counted"))
        .containsExactly(new FunctionCounts("counted", 3, 2, 1, 1, 2_000, START.plusSeconds(2)));
    assertThat(store.functions().counts(END, END.plusSeconds(1))).isEmpty();
  }

  @Test
  void meanPropensities_lastDecisions_averageTheirVectors() {
    for (int i = 0; i < 10; i++) {
      Units.Draft old = decision("shares", i, "small").segment("a");
      old.propensities = new double[] {1, 0, 0};
      old.chosen = "large";
      append(old.event());
    }
    for (int i = 10; i < 14; i++) {
      Units.Draft draft = decision("shares", i, "small").segment(i % 2 == 0 ? "a" : "b");
      draft.propensities = new double[] {0.25, 0.25, 0.5};
      append(draft.event());
    }
    Units.Draft narrow = decision("shares", 14, "small").segment("b");
    narrow.candidates = List.of("small");
    narrow.propensities = new double[] {1};
    append(narrow.event());

    store.refreshRollups(List.of(), RollupTags.NONE, END);
    Map<String, Double> means = store.functions().meanPropensities("shares", 5);
    assertThat(means).containsOnlyKeys("large", "medium", "small");
    assertThat(means.get("large")).isCloseTo(0.2, within(1e-12));
    assertThat(means.get("small")).isCloseTo(0.6, within(1e-12));
    assertThat(store.functions().meanPropensities("nobody", 5)).isEmpty();

    Map<String, Map<String, Double>> bySegment =
        store.functions().meanPropensitiesBySegment("shares", 2);
    assertThat(bySegment).containsOnlyKeys("a", "b");
    assertThat(bySegment.get("a")).contains(entry("large", 0.25), entry("small", 0.5));
    assertThat(bySegment.get("b")).contains(entry("large", 0.125), entry("small", 0.75));
  }

  @Test
  void decisions_episodeWithResplit_isOneRowInOrder() {
    UUID episode = units.id(START);
    InferenceEvent first = units.decision("logged", episode, START, "small").event();
    InferenceEvent sticky =
        units
            .decision("logged", episode, START.plusSeconds(5), "small")
            .kind(DecisionKind.STICKY)
            .event();
    InferenceEvent again = units.decision("logged", episode, START.plusSeconds(9), "large").event();
    InferenceEvent other = decision("logged", 3, "medium").cost(null).event();
    append(again, sticky, other, first);
    append(
        units.feedback(first, "m", true, Duration.ofSeconds(30)),
        units.feedback(sticky, "m", false, Duration.ofSeconds(30)));
    RewardRule rule = RewardRule.ofBoolean("logged", "m", RewardRule.Level.INFERENCE, HOUR);

    List<LoggedDecision> rows = new ArrayList<>();
    store.functions().decisions(rule, START, END, START.plusSeconds(3_601), rows::add);

    assertThat(rows)
        .extracting(LoggedDecision::inferenceId)
        .containsExactly(first.ids().inferenceId(), other.ids().inferenceId());
    LoggedDecision decided = rows.getFirst();
    assertThat(decided.reward()).isEqualTo(0.5);
    assertThat(decided.inferences()).isEqualTo(3);
    assertThat(decided.costNanos()).isEqualTo(3_000);
    assertThat(decided.servedAsChosen()).isFalse();
    assertThat(decided.matured()).isTrue();
    assertThat(decided.chosenArm()).isEqualTo(2);
    assertThat(decided.propensities()).containsExactly(0.2, 0.3, 0.5);
    assertThat(rows.getLast().reward()).isNull();
    assertThat(rows.getLast().costNanos()).isNull();
    assertThat(rows.getLast().matured()).isFalse();
  }

  @Test
  void decisions_otherMetricsBeside_areAsIfEachWereReadByItself() {
    List<InferenceEvent> asked = new ArrayList<>();
    List<FeedbackEvent> said = new ArrayList<>();
    UUID episode = units.id(START.plusSeconds(2));
    for (int n = 0; n < 6; n++) {
      InferenceEvent one =
          n == 3
              ? units
                  .decision("beside", episode, START.plusSeconds(n), "small")
                  .kind(DecisionKind.STICKY)
                  .event()
              : n == 2
                  ? units.decision("beside", episode, START.plusSeconds(n), "small").event()
                  : decision("beside", n, "medium").event();
      asked.add(one);
      if (n != 1) {
        said.add(units.feedback(one, "refused", n % 2 == 0, Duration.ofSeconds(30)));
      }
      if (n >= 2) {
        said.add(
            new FeedbackEvent(
                units.id(START.plusSeconds(60 + n)),
                START.plusSeconds(60 + n),
                FeedbackEvent.Target.EPISODE,
                one.ids().episodeId(),
                "score",
                null,
                n == 5 ? 12.5 : 0.1 + n,
                null,
                "api",
                Map.of(),
                null,
                null));
      }
    }
    // Said twice, of which the last counts; and too late, which does not.
    said.add(units.feedback(asked.get(0), "refused", false, Duration.ofSeconds(40)));
    said.add(units.feedback(asked.get(1), "refused", true, Duration.ofSeconds(3_700)));
    said.add(units.feedback(asked.get(4), "m", true, Duration.ofSeconds(30)));
    asked.forEach(this::append);
    said.forEach(this::append);
    RewardRule main = RewardRule.ofBoolean("beside", "m", RewardRule.Level.INFERENCE, HOUR);
    List<RewardRule> others =
        List.of(
            RewardRule.ofBoolean("beside", "refused", RewardRule.Level.INFERENCE, HOUR),
            RewardRule.ofBoolean("beside", "refused", RewardRule.Level.EPISODE, HOUR),
            new RewardRule(
                "beside",
                "score",
                RewardRule.Level.EPISODE,
                RewardRule.Type.FLOAT,
                0,
                10,
                false,
                HOUR,
                null));
    List<UUID> order = new ArrayList<>();
    List<List<Double>> together = new ArrayList<>();
    store
        .functions()
        .decisions(
            main,
            others,
            START,
            END,
            END,
            (row, rewards) -> {
              order.add(row.inferenceId());
              together.add(rewards);
            });

    assertThat(order).hasSize(5);
    assertThat(together.get(0)).containsExactly(0.0, null, null);
    assertThat(together.get(1)).containsExactly(null, null, null);
    assertThat(together.get(2).getFirst()).as("of both inferences").isEqualTo(0.5);
    assertThat(together.get(4).getLast()).as("outside the range").isEqualTo(0.0);
    for (int at = 0; at < others.size(); at++) {
      List<Double> alone = new ArrayList<>();
      store.functions().decisions(others.get(at), START, END, END, row -> alone.add(row.reward()));
      for (int row = 0; row < alone.size(); row++) {
        if (alone.get(row) == null) {
          assertThat(together.get(row).get(at)).isNull();
        } else {
          assertThat(together.get(row).get(at)).isCloseTo(alone.get(row), within(1e-12));
        }
      }
    }
  }

  @Test
  void drawn_andSliceEndAndRequests_areThoseOfTheDecisions() {
    List<InferenceEvent> asked = new ArrayList<>();
    for (int n = 0; n < 9; n++) {
      String chosen = n % 2 == 0 ? "small" : "large";
      asked.add(decision("drawn", n, chosen).segment("a tag\u001f with\u001e both").event());
    }
    UUID episode = asked.getLast().ids().episodeId();
    asked.add(units.decision("drawn", episode, START.plusSeconds(20), "large").event());
    asked.forEach(this::append);
    append(
        units.feedback(asked.get(0), "m", true, Duration.ofSeconds(30)),
        units.feedback(asked.get(1), "judge", true, Duration.ofSeconds(30)));
    RewardRule rule = RewardRule.ofBoolean("drawn", "m", RewardRule.Level.INFERENCE, HOUR);
    RewardRule judge = RewardRule.ofBoolean("drawn", "judge", RewardRule.Level.INFERENCE, HOUR);
    List<LoggedDecision> logged = new ArrayList<>();
    store.functions().decisions(rule, START, END, END, logged::add);

    List<DrawnDecision> drawn = new ArrayList<>();
    store.functions().drawn(rule, List.of(), START, END, END, (row, others) -> drawn.add(row));
    List<Double> scores = new ArrayList<>();
    store
        .functions()
        .drawn(
            rule,
            List.of(judge),
            START,
            END,
            END,
            (row, others) -> {
              assertThat(row.draw().propensities()).isEqualTo(logged.getFirst().propensities());
              scores.add(others.getFirst());
            });

    assertThat(drawn).hasSameSizeAs(logged).hasSize(9);
    assertThat(scores).containsExactly(null, 1.0, null, null, null, null, null, null, null);
    for (int at = 0; at < logged.size(); at++) {
      LoggedDecision row = logged.get(at);
      DrawnDecision same = drawn.get(at);
      assertThat(same.episodeId()).isEqualTo(row.episodeId());
      assertThat(same.reward()).isEqualTo(row.reward());
      assertThat(same.failed()).isEqualTo(row.failed());
      assertThat(same.filled()).isEqualTo(row.filled());
      DrawnDecision.Draw draw = same.draw();
      assertThat(draw.segment()).isEqualTo(row.segment());
      assertThat(draw.lane()).isEqualTo(row.lane());
      assertThat(draw.laneShares()).isEqualTo(row.laneShares());
      assertThat(draw.generation()).isEqualTo(row.generation());
      assertThat(draw.candidates()).isEqualTo(row.candidates());
      assertThat(draw.exclusions()).isEqualTo(row.exclusions());
      assertThat(draw.policyProbabilities()).isEqualTo(row.policyProbabilities());
      assertThat(draw.propensities()).isEqualTo(row.propensities());
      assertThat(draw.chosenArm()).isEqualTo(row.chosenArm());
    }
    assertThat(drawn.get(2).draw()).as("drawn alike").isSameAs(drawn.get(0).draw());

    Instant end = store.functions().sliceEnd("drawn", START, END, 4);
    assertThat(end).isEqualTo(logged.get(4).decidedAt());
    assertThat(store.functions().sliceEnd("drawn", START, END, 100)).isEqualTo(END);

    List<UUID> requests = new ArrayList<>();
    store.functions().requests("drawn", START, END, (id, segment, tokens) -> requests.add(id));
    assertThat(requests).isEqualTo(logged.stream().map(LoggedDecision::inferenceId).toList());
  }

  @Test
  void decisions_otherMetricOfAnotherWindow_isRefused() {
    RewardRule main = RewardRule.ofBoolean("beside", "m", RewardRule.Level.INFERENCE, HOUR);
    RewardRule longer =
        RewardRule.ofBoolean("beside", "n", RewardRule.Level.INFERENCE, HOUR.plusSeconds(1));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                store
                    .functions()
                    .decisions(main, List.of(longer), START, END, END, (row, rewards) -> {}))
        .withMessageContaining("function and window must be the same");
  }

  @Test
  void feedback_orphansAndRejects_areCounted() {
    InferenceEvent known = decision("heard", 0, "small").event();
    Instant at = START.plus(Duration.ofDays(90));
    append(
        known,
        feedback(known.ids().inferenceId(), FeedbackEvent.Target.INFERENCE, at, null),
        feedback(known.ids().episodeId(), FeedbackEvent.Target.EPISODE, at, null),
        feedback(units.id(at), FeedbackEvent.Target.INFERENCE, at, null),
        feedback(units.id(at), FeedbackEvent.Target.EPISODE, at, null),
        feedback(units.id(at), FeedbackEvent.Target.EPISODE, at, "unknown metric"));

    Instant to = at.plusSeconds(1);
    assertThat(store.functions().orphanFeedback(at, to))
        .containsExactly(
            new FeedbackCount("m", "episode", 1), new FeedbackCount("m", "inference", 1));
    assertThat(store.functions().rejectedFeedback(at, to))
        .containsExactly(new FeedbackCount("m", "unknown metric", 1));
  }

  private FeedbackEvent feedback(
      UUID target, FeedbackEvent.Target type, Instant at, String rejected) {
    return new FeedbackEvent(
        units.id(at), at, type, target, "m", true, null, null, "api", Map.of(), null, rejected);
  }

  private Units.Draft decision(String function, int second, String chosen) {
    Instant at = START.plusSeconds(second);
    return units.decision(function, units.id(at), at, chosen);
  }

  private void append(Event... events) {
    store.append(List.of(events), store.lastSequence() + 1);
  }
}
