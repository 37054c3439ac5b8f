package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.analysis.offpolicy.PairedDecision;
import dev.pointsman.catalog.CatalogReader;
import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.ProviderKind;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventstore.EventStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a verdict takes each decision for: its feedback within the window, frozen when it matures,
 * else what the function's rules say.
 */
final class MaturedValuesTest {

  private static final int WINDOW = 3600;
  private static final int PLAIN = 1;
  private static final int SILENT = 2;
  private static final int LATE = 3;
  private static final int CHANGED = 4;
  private static final int CHANGED_LATE = 5;
  private static final int FAILED = 6;
  private static final int FAILED_AND_RATED = 7;
  private static final int REJECTED = 8;
  private static final int YOUNG = 3 * WINDOW;
  private static final Instant NOW = Events.START.plusSeconds(3 * WINDOW + 600);

  private EventStore store;

  @BeforeEach
  void fill(@TempDir Path directory) {
    store = EventStore.open(directory, EventStore.Settings.DEFAULT);
    List<Event> events = new ArrayList<>();
    for (int n : new int[] {PLAIN, SILENT, LATE, CHANGED, CHANGED_LATE, REJECTED, YOUNG}) {
      events.add(decided(n).build());
    }
    events.add(decided(FAILED).failed("upstream").build());
    events.add(decided(FAILED_AND_RATED).failed("upstream").build());
    events.add(rated(PLAIN, PLAIN, true));
    events.add(rated(LATE + WINDOW, LATE, true));
    events.add(rated(CHANGED, CHANGED, true));
    events.add(rated(CHANGED + 60, CHANGED, false));
    events.add(rated(CHANGED_LATE, CHANGED_LATE, true));
    events.add(rated(CHANGED_LATE + WINDOW, CHANGED_LATE, false));
    events.add(rated(FAILED_AND_RATED, FAILED_AND_RATED, true));
    events.add(rated(YOUNG, YOUNG, true));
    FeedbackEvent good = rated(REJECTED, REJECTED, true);
    events.add(
        new FeedbackEvent(
            good.feedbackId(),
            good.receivedAt(),
            good.target(),
            good.targetId(),
            good.metricName(),
            good.booleanValue(),
            null,
            null,
            good.source(),
            Map.of(),
            null,
            "unknown metric"));
    store.append(events, events.size());
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void quality_unknownWithoutFeedback_isThatOfTheWindowOrOfAnError() {
    Map<Integer, PairedDecision> log = log("reward_on_error = -0.5");

    assertThat(log.get(PLAIN).quality()).isEqualTo(1);
    assertThat(log.get(PLAIN).answered()).isTrue();
    assertThat(log.get(SILENT).quality()).isNull();
    assertThat(log.get(LATE).quality()).as("after the window").isNull();
    assertThat(log.get(LATE).answered()).isFalse();
    assertThat(log.get(CHANGED).quality()).as("the last word within the window").isZero();
    assertThat(log.get(CHANGED_LATE).quality()).as("frozen at maturity").isEqualTo(1);
    assertThat(log.get(FAILED).quality()).isEqualTo(-0.5);
    assertThat(log.get(FAILED).answered()).isFalse();
    assertThat(log.get(FAILED_AND_RATED).quality()).as("people know better").isEqualTo(1);
    assertThat(log.get(REJECTED).quality()).isNull();
    assertThat(log).as("not matured").doesNotContainKey(YOUNG);
  }

  @Test
  void quality_noFeedbackIsANumber_fillsWhatMaturedWithoutAndNoFailure() {
    Map<Integer, PairedDecision> log = log("no_feedback = 0.25");

    assertThat(log.get(SILENT).quality()).isEqualTo(0.25);
    assertThat(log.get(SILENT).answered()).as("a rule is no feedback").isFalse();
    assertThat(log.get(LATE).quality()).isEqualTo(0.25);
    assertThat(log.get(REJECTED).quality()).isEqualTo(0.25);
    assertThat(log.get(PLAIN).quality()).isEqualTo(1);
    assertThat(log.get(FAILED).quality()).as("reward_on_error is 0 by default").isZero();
    assertThat(log).doesNotContainKey(YOUNG);
  }

  @Test
  void quality_lessIsBetter_fillsAndErrorsStayRewards() {
    Map<Integer, PairedDecision> log =
        log("no_feedback = 0.25\nreward_on_error = 0.1", "optimize = \"min\"");

    assertThat(log.get(PLAIN).quality()).as("true is bad").isZero();
    assertThat(log.get(SILENT).quality()).isEqualTo(0.25);
    assertThat(log.get(FAILED).quality()).isEqualTo(0.1);
  }

  private static Events.InferenceBuilder decided(int n) {
    return Events.inferenceOf(n)
        .function("reply")
        .startedAt(Events.START.plusSeconds(n))
        .episode(Events.id(1_000_000 + n))
        .decision(
            Events.decision(List.of("large", "small"), new double[] {0.5, 0.5}, "large", "all"))
        .withoutAttempts();
  }

  /** Feedback that came so many seconds, and a minute, after the start. */
  private static FeedbackEvent rated(int second, int n, boolean good) {
    return Events.feedback(second, Events.id(n), "resolved", good);
  }

  private Map<Integer, PairedDecision> log(String lines) {
    return log(lines, "optimize = \"max\"");
  }

  private Map<Integer, PairedDecision> log(String lines, String optimize) {
    ChallengerEvaluator.DecisionLog log =
        new ChallengerEvaluator(store, catalog(lines, optimize)).log("reply", NOW);
    Map<Integer, PairedDecision> byNumber = new HashMap<>();
    for (PairedDecision row : log.decisions()) {
      for (int n = PLAIN; n <= REJECTED; n++) {
        if (row.episode().equals(Events.id(1_000_000 + n).toString())) {
          byNumber.put(n, row);
        }
      }
      if (row.episode().equals(Events.id(1_000_000 + YOUNG).toString())) {
        byNumber.put(YOUNG, row);
      }
    }
    return byNumber;
  }

  private static FunctionCatalog catalog(String lines, String optimize) {
    CatalogReading reading =
        new CatalogReader(
                List.of(new ProviderKind("dummy", (table, r) -> r.requiredText("model_name"))),
                Map.of())
            .readText(
                "pointsman.toml",
                """
                [metrics.resolved]
                type = "boolean"
                level = "inference"
                %s
                [functions.reply]
                type = "chat"
                variants.large = { type = "chat_completion", model = "dummy::large" }
                variants.small = { type = "chat_completion", model = "dummy::small" }
                [functions.reply.experimentation]
                type = "learned"
                metric = "resolved"
                baseline_variant = "large"
                attribution_window = "%ds"
                %s
                """
                    .formatted(optimize, Duration.ofSeconds(WINDOW).toSeconds(), lines));
    if (reading instanceof CatalogReading.Loaded loaded) {
      return loaded.catalog();
    }
    throw new AssertionError(reading.diagnostics());
  }
}
