package dev.pointsman.eventlog.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.routing.DecisionKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventLogInvariantsTest {

  @TempDir Path directory;

  private static void check(Event... events) {
    EventLogInvariants.check(List.of(events), List.of(), List.of());
  }

  @Test
  void check_sampleEvents_holds() {
    assertThatCode(
            () ->
                check(
                    Events.config(1),
                    Events.revision(1),
                    Events.inference(1),
                    Events.inference(2),
                    Events.feedback(1, true),
                    Events.change(1),
                    Events.inferenceOf(3)
                        .decision(Events.noDecision(DecisionKind.STICKY, "small", Events.id(1)))
                        .build()))
        .doesNotThrowAnyException();
  }

  @Test
  void check_twoEventsOfOneInference_isReported() {
    assertThatThrownBy(() -> check(Events.inference(1), Events.inference(1)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("two inference events");
  }

  @Test
  void check_vectorThatDoesNotSumToOne_isReported() {
    Event event =
        Events.inferenceOf(1)
            .decision(
                Events.decision(Events.CANDIDATES, new double[] {0.5, 0.3, 0.1}, "large", "other"))
            .build();

    assertThatThrownBy(() -> check(event)).hasMessageContaining("sum to 0.9");
  }

  @Test
  void check_propensityOfZero_isReported() {
    Event event =
        Events.inferenceOf(1)
            .decision(
                Events.decision(Events.CANDIDATES, new double[] {0.5, 0.5, 0}, "small", "other"))
            .build();

    assertThatThrownBy(() -> check(event)).hasMessageContaining("propensity");
  }

  @Test
  void check_unpublishedRevision_isReported() {
    assertThatThrownBy(() -> check(Events.revision(2), Events.inference(1)))
        .hasMessageContaining("revision 1 of generation g1 is not in the log");
  }

  @Test
  void check_promptInATag_isReported() {
    Event event = Events.inferenceOf(1).tags(Map.of("note", "say \"hello\" twice")).build();

    assertThatThrownBy(
            () -> EventLogInvariants.check(List.of(event), List.of(), List.of("say \"hello\"")))
        .hasMessageContaining("prompt text");
    assertThatCode(
            () ->
                EventLogInvariants.check(
                    List.of(Events.inference(1)), List.of(), List.of("How do I return order 1?")))
        .doesNotThrowAnyException();
  }

  @Test
  void check_admittedButNotLogged_isReported() {
    assertThatThrownBy(
            () ->
                EventLogInvariants.check(
                    List.of(Events.inference(1)), List.of(Events.id(1), Events.id(2)), List.of()))
        .hasMessageContaining("was admitted and is not in the log");
  }

  @Test
  void allOf_openLog_readsEverything() {
    try (EventLog log =
        EventLog.open(directory, new EventLog.Settings(EventLog.Durability.OS, 1 << 20))) {
      log.append(Events.inference(1));
      log.append(Events.feedback(1, true));

      assertThat(EventLogInvariants.allOf(log)).hasSize(2);
      assertThat(EventLogInvariants.allOf(log)).hasSize(2);
    }
  }
}
