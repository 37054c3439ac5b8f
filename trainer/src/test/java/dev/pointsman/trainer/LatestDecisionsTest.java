package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.LoggedDecision;
import dev.pointsman.eventstore.RewardRule;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which decisions are the latest, and how often each is read. */
final class LatestDecisionsTest {

  private static final RewardRule RULE =
      RewardRule.ofBoolean("reply", "resolved", RewardRule.Level.INFERENCE, Duration.ofMinutes(10));

  /** One decision at the beginning of each. */
  private static final int HOURS = 80;

  private static final Instant NOW = Events.START.plus(Duration.ofHours(HOURS));

  @TempDir Path directory;

  private EventStore store;

  @BeforeEach
  void open() {
    store = EventStore.open(directory, EventStore.Settings.DEFAULT);
    List<InferenceEvent> decided =
        IntStream.range(0, HOURS)
            .mapToObj(hour -> Events.inferenceOf(hour * 3_600).function("reply").build())
            .toList();
    store.append(decided, decided.size());
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void of_fewAreWanted_areTheLatestInTheirOrder() {
    assertThat(hours(5, row -> true)).containsExactly(75, 76, 77, 78, 79);
    assertThat(hours(3, row -> hour(row) % 10 == 0)).containsExactly(50, 60, 70);
  }

  @Test
  void of_moreAreWantedThanThereAre_areAll() {
    assertThat(hours(1_000, row -> true))
        .containsExactlyElementsOf(IntStream.range(0, HOURS).boxed().toList());
  }

  @Test
  void of_looksEverFurtherBack_asksAboutEachDecisionOnce() {
    List<Integer> asked = new ArrayList<>();
    hours(
        1_000,
        row -> {
          asked.add(hour(row));
          return true;
        });
    assertThat(asked).doesNotHaveDuplicates().hasSize(HOURS);
  }

  private List<Integer> hours(int most, Predicate<LoggedDecision> wanted) {
    return LatestDecisions.of(store, RULE, NOW, most, wanted).stream()
        .map(LatestDecisionsTest::hour)
        .toList();
  }

  private static int hour(LoggedDecision row) {
    return (int) Duration.between(Events.START, row.decidedAt()).toHours();
  }
}
