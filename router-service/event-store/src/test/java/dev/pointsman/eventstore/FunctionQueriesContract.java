package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
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
