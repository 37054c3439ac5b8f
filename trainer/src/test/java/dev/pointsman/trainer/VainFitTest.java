package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.TextModelEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.Decision;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text that could not be learnt from, since next to none was logged. */
final class VainFitTest {

  @TempDir Path directory;

  @Test
  void tick_fitWasInVain_isTriedAgainOnceThereIsMore() {
    FunctionCatalog catalog =
        TrainedFunction.of(TrainedFunction.settings(0)).context("auto").catalog();
    try (TrainedLog log = new TrainedLog(directory, catalog)) {
      PolicyTrainer trainer = log.trainer();
      log.store(asked(0, 400, false));
      log.tick(trainer, 460);
      log.tick(trainer, 660);
      assertThat(log.of(TextModelEvent.class)).as("no text was logged").isEmpty();

      log.store(asked(660, 1_060, true));
      log.tick(trainer, 1_120);
      assertThat(log.of(TextModelEvent.class)).hasSize(1);
      assertThat(trainer.counts().errors()).isZero();
    }
  }

  @Test
  void due_fitsInVain_comeEverLater() {
    FunctionCatalog catalog =
        TrainedFunction.of(TrainedFunction.settings(0)).context("auto").catalog();
    FunctionDefinition function = Objects.requireNonNull(catalog.functions().get("reply"));
    Experimentation.Learned learned = (Experimentation.Learned) function.experimentation();
    RewardRule rule = RewardRules.of(catalog, "reply", learned);
    TrainerState state = new FunctionTrainer(learned.settings(), rule.type()).begin();
    try (EventStore store = EventStore.open(directory, EventStore.Settings.DEFAULT)) {
      TextLadder ladder = new TextLadder(store, rule);
      List<Integer> looks = new ArrayList<>();
      for (int minute = 0; minute <= 2_000; minute++) {
        Instant now = Events.START.plus(Duration.ofMinutes(minute));
        for (int n = minute == 0 ? 400 : minute < 600 ? 1 : 0; n > 0; n--) {
          state.decided(now, "a", "large");
          state.rewarded(now, "a", "large", 1);
        }
        TextLadder.Moment moment =
            new TextLadder.Moment(
                catalog,
                function,
                learned,
                learned.settings(),
                "g1",
                state.statistics(now),
                false,
                0,
                "test",
                now);
        if (ladder.due(moment).isPresent()) {
          looks.add(minute);
        }
      }
      assertThat(looks)
          .as("and none without more rewards")
          .containsExactly(0, 6, 18, 42, 90, 186, 282, 378, 474, 570, 666);
    }
  }

  /** One decision a second, each with feedback. */
  private static List<Event> asked(int from, int to, boolean withText) {
    double[] even = {1 / 3d, 1 / 3d, 1 / 3d};
    List<Event> events = new ArrayList<>();
    for (int n = from; n < to; n++) {
      Decision shape = Events.decision(Events.CANDIDATES, even, Events.CANDIDATES.get(n % 3), "a");
      InferenceEvent asked =
          withText
              ? TrainedLog.asked(n, shape, n % 2 == 0)
              : Events.inferenceOf(n)
                  .function("reply")
                  .decision(TrainedLog.withTokens(shape, 128))
                  .withoutAttempts()
                  .payload(null)
                  .build();
      events.add(asked);
      events.add(Events.feedback(n, Events.id(n), "resolved", n % 5 < 3));
    }
    return events;
  }
}
