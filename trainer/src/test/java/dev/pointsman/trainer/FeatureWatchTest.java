package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.IdSource;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FeatureWatchTest {

  private static final RewardRule RULE =
      RewardRule.ofBoolean("reply", "resolved", RewardRule.Level.INFERENCE, Duration.ofDays(1));

  @TempDir private Path directory;

  private final SplittableRandom random = new SplittableRandom(4);
  private final List<ChangeEvent> said = new ArrayList<>();
  private EventStore store;
  private int next;
  private long sequence;

  @BeforeEach
  void open() {
    store = EventStore.open(directory, EventStore.Settings.DEFAULT);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void look_sameRequests_saysNothing() {
    ask(800, 0.2, 100);
    FeatureWatch watch = lookedBack();
    for (int round = 0; round < 7; round++) {
      ask(800, 0.2, 100);
      look(watch, now());
    }
    assertThat(said).isEmpty();
  }

  @Test
  void look_otherSegments_saysOnceWhichAndHowFar() {
    ask(1_000, 0.2, 100);
    FeatureWatch watch = lookedBack();
    ask(400, 0.7, 100);
    look(watch, now());

    assertThat(said).hasSize(1);
    ChangeEvent change = said.getFirst();
    assertThat(change.object()).isEqualTo("features segment");
    assertThat(change.functionName()).isEqualTo("reply");
    assertThat(change.reason())
        .matches("Requests are others than before: segment \"(code|chat)\" makes up .*")
        .contains("What was learnt stays");
    assertThat(change.after()).contains("\"stability_index\":", "\"p\":");

    ask(2_000, 0.7, 100);
    look(watch, now());
    assertThat(said).as("they are the usual ones now").hasSize(1);
  }

  @Test
  void look_largerRequests_saysSo() {
    ask(600, 0.2, 100);
    FeatureWatch watch = lookedBack();
    ask(400, 0.2, 900);
    look(watch, now());
    assertThat(said).extracting(ChangeEvent::object).containsExactly("features input_tokens");
    assertThat(said.getFirst().reason()).contains("a size in input tokens of");
  }

  @Test
  void look_fewDecisions_waitsForEnough() {
    FeatureWatch watch = lookedBack();
    ask(250, 0, 100);
    look(watch, now());
    ask(250, 1, 900);
    look(watch, now());
    assertThat(said).as("all of them are what is compared with").isEmpty();
    ask(600, 0, 100);
    look(watch, now());
    assertThat(said).isNotEmpty();
  }

  @Test
  void look_nothingNew_isQuiet() {
    ask(600, 0.2, 100);
    FeatureWatch watch = lookedBack();
    look(watch, now());
    look(watch, now().plus(Duration.ofDays(2)));
    assertThat(said).isEmpty();
  }

  @Test
  void look_manyInTheLastStretch_readsNoMoreThanItsSlice() {
    ask(1_500, 0.2, 100);
    FeatureWatch watch = watch();
    Slices slices = new Slices(store, 600);
    watch.look(RULE, now(), slices);
    assertThat(slices.all()).isFalse();
  }

  @Test
  void look_decisionsOfDaysAgo_areFoundAndComparedWith() {
    ask(1_000, 0.2, 100);
    next += (int) Duration.ofDays(10).toSeconds();
    FeatureWatch watch = lookedBack();
    ask(400, 0.7, 100);
    look(watch, now());
    assertThat(said).extracting(ChangeEvent::object).containsExactly("features segment");
  }

  /** A watch that has looked back as far as it does. */
  private FeatureWatch lookedBack() {
    FeatureWatch watch = watch();
    for (int i = 0; i < 40; i++) {
      look(watch, now());
    }
    return watch;
  }

  private void look(FeatureWatch watch, Instant now) {
    watch.look(RULE, now, new Slices(store, 10_000));
  }

  private Instant now() {
    return Events.START.plusSeconds(next + 60);
  }

  private FeatureWatch watch() {
    return new FeatureWatch(
        store,
        event -> said.add((ChangeEvent) event),
        new IdSource(() -> Events.START, random::nextLong));
  }

  /** One request a second, a share of them about code, of about so many tokens. */
  private void ask(int requests, double code, int tokens) {
    List<Event> events = new ArrayList<>();
    for (int end = next + requests; next < end; next++) {
      Decision shape =
          Events.decision(
              Events.CANDIDATES,
              new double[] {0.5, 0.3, 0.2},
              "large",
              random.nextDouble() < code ? "code" : "chat");
      events.add(
          Events.inferenceOf(next)
              .function("reply")
              .decision(TrainedLog.withTokens(shape, tokens / 2 + random.nextInt(tokens)))
              .withoutAttempts()
              .build());
    }
    sequence += events.size();
    store.append(events, sequence);
  }
}
