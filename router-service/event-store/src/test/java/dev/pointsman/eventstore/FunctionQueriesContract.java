package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.eventlog.Event;
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

  private Units.Draft decision(String function, int second, String chosen) {
    Instant at = START.plusSeconds(second);
    return units.decision(function, units.id(at), at, chosen);
  }

  private void append(Event... events) {
    store.append(List.of(events), store.lastSequence() + 1);
  }
}
