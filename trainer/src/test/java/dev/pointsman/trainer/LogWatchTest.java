package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.testing.DecisionBuilder;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.IdSource;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogWatchTest {

  private static final double[] LOGGED = {0.5, 0.3, 0.2};

  @TempDir private Path directory;

  private final SplittableRandom random = new SplittableRandom(4);
  private final List<ChangeEvent> said = new ArrayList<>();
  private final FunctionCatalog catalog = TrainedFunction.of(TrainedFunction.settings(0)).catalog();
  private EventStore store;
  private long next;
  private long sequence;

  /** Events that are logged and not in the store yet. */
  private final List<Event> spooled = new ArrayList<>();

  /** Whether what is lost of the feedback comes into the log all the same. */
  private boolean late;

  @BeforeEach
  void open() {
    store = EventStore.open(directory, EventStore.Settings.DEFAULT);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void look_cleanLog_saysNothing() {
    decide(3000, LOGGED, 0);
    watch().look(matured());
    assertThat(said).isEmpty();
  }

  @Test
  void look_drawnOtherwiseThanLogged_saysBlockOnce() {
    LogWatch watch = watch();
    decide(500, LOGGED, 0);
    watch.look(matured());
    assertThat(said).isEmpty();
    decide(1500, new double[] {0.3, 0.5, 0.2}, 0);
    watch.look(matured());
    watch.look(matured());
    assertThat(said).hasSize(1);
    ChangeEvent change = said.getFirst();
    assertThat(change.object()).isEqualTo(ChangeEvent.LOG_CHECKS);
    assertThat(change.before()).isEqualTo("fine");
    assertThat(change.after()).isEqualTo("block");
    assertThat(change.reason()).contains("allocation: ", "is not chosen as often");
  }

  @Test
  void look_slices_findWhatOneLookFinds() {
    decide(500, LOGGED, 0);
    decide(1500, new double[] {0.3, 0.5, 0.2}, 0);
    LogWatch sliced = watch();
    List<Boolean> done = new ArrayList<>();
    for (int look = 0; look < 7; look++) {
      done.add(sliced.look(matured(), 300));
    }
    assertThat(done).startsWith(false).endsWith(true).hasSize(7);
    assertThat(said).extracting(ChangeEvent::after).containsExactly("block");
    String inSlices = said.getFirst().reason();
    assertThat(inSlices).contains("allocation: ");
  }

  @Test
  void look_feedbackOfOneVariantLost_saysBlock() {
    decide(3000, LOGGED, 0.4);
    watch().look(matured());
    assertThat(said).extracting(ChangeEvent::after).containsExactly("block");
    assertThat(said.getFirst().reason()).contains("feedback: large gets feedback on");
  }

  @Test
  void look_feedbackThatCameInTimeIsStillInTheSpool_waitsForIt() {
    LogWatch watch = watch();
    // What people say about large comes late, and the store is away when it does.
    late = true;
    decide(3000, LOGGED, 1);
    watch.look(matured());
    assertThat(said).as("nothing is concluded from what is not known yet").isEmpty();

    sequence += spooled.size();
    store.append(spooled, sequence);
    spooled.clear();
    watch.look(matured().plusSeconds(60));
    assertThat(said).isEmpty();

    late = false;
    next += 60;
    decide(3000, LOGGED, 0.6);
    watch.look(matured());
    assertThat(said).as("it goes on").hasSize(1);
  }

  @Test
  void look_mended_saysFineAfterADayWithoutFinding() {
    LogWatch watch = watch();
    decide(2000, new double[] {0.2, 0.6, 0.2}, 0);
    watch.look(matured());
    assertThat(said).extracting(ChangeEvent::after).containsExactly("block");
    for (int hours = 0; hours < 60; hours += 6) {
      next += Duration.ofHours(6).toSeconds();
      decide(200, LOGGED, 0);
      watch.look(matured());
    }
    assertThat(said).extracting(ChangeEvent::after).containsExactly("block", "fine");
  }

  @Test
  void look_afterARestart_goesOnFromWhatWasSaid() {
    decide(2000, new double[] {0.2, 0.6, 0.2}, 0);
    watch().look(matured());
    assertThat(said).hasSize(1);
    watch().look(matured());
    assertThat(said).as("what was said is in the store").hasSize(1);
  }

  private LogWatch watch() {
    return new LogWatch(
        store,
        () -> catalog,
        event -> {
          said.add((ChangeEvent) event);
          store.append(List.of(event), ++sequence);
        },
        () -> sequence + spooled.size(),
        new IdSource(() -> Events.START, random::nextLong));
  }

  /** Behind the attribution window of the last decision. */
  private Instant matured() {
    return Events.time(next).plus(Duration.ofHours(24)).plusSeconds(11);
  }

  /** One decision a second, logged with the same chances whatever they are. */
  private void decide(int count, double[] chances, double lost) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long n = next++;
      double u = random.nextDouble();
      int arm = u < chances[0] ? 0 : u < chances[0] + chances[1] ? 1 : 2;
      String variant = Events.CANDIDATES.get(arm);
      // The samples say that they had lanes, but are all of one.
      Decision decision =
          DecisionBuilder.like(Events.decision(Events.CANDIDATES, LOGGED, variant, "a"))
              .laneShares(Map.of("policy", 1.0))
              .build();
      events.add(
          Events.inferenceOf(n).function("reply").decision(decision).withoutAttempts().build());
      if (random.nextDouble() < 0.7) {
        boolean dropped = arm == 0 && random.nextDouble() < lost;
        Event feedback = Events.feedback(n, Events.id(n), "resolved", random.nextDouble() < 0.8);
        if (!dropped) {
          events.add(feedback);
        } else if (late) {
          spooled.add(feedback);
        }
      }
    }
    sequence += events.size();
    store.append(events, sequence);
  }
}
