package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.TextModelEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.routing.Decision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
