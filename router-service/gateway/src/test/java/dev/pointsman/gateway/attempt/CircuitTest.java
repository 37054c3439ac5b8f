package dev.pointsman.gateway.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.gateway.attempt.Circuit.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CircuitTest {

  private long now = 7;
  private final List<String> changes = new ArrayList<>();
  private final Circuit circuit =
      new Circuit(
          () -> now, (before, after, reason) -> changes.add(before.label + ">" + after.label));

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void call(boolean success) {
    Phase asked = circuit.permit();
    assertThat(asked).isNotNull();
    if (success) {
      circuit.succeeded(asked);
    } else {
      circuit.failed(asked, "upstream_fault");
    }
  }

  @Test
  void permit_fiveFailuresInARow_opensThenProbesThenCloses() {
    for (int i = 0; i < 5; i++) {
      call(false);
    }
    assertThat(circuit.permit()).isNull();
    assertThat(circuit.mayServe()).isFalse();

    pass(Duration.ofSeconds(30));
    assertThat(circuit.mayServe()).isTrue();
    assertThat(circuit.permit()).isEqualTo(Phase.HALF_OPEN);
    assertThat(circuit.permit()).as("one probe at a time").isNull();
    circuit.succeeded(Phase.HALF_OPEN);

    assertThat(circuit.permit()).isEqualTo(Phase.CLOSED);
    assertThat(changes).containsExactly("closed>open", "open>half_open", "half_open>closed");
  }

  @Test
  void permit_failedProbe_opensForAnotherThirtySeconds() {
    for (int i = 0; i < 5; i++) {
      call(false);
    }
    pass(Duration.ofSeconds(30));
    call(false);

    pass(Duration.ofSeconds(29));
    assertThat(circuit.permit()).isNull();
    pass(Duration.ofSeconds(1));
    assertThat(circuit.permit()).isEqualTo(Phase.HALF_OPEN);
  }

  @Test
  void permit_abandonedProbe_leavesRoomForTheNext() {
    for (int i = 0; i < 5; i++) {
      call(false);
    }
    pass(Duration.ofSeconds(30));
    circuit.abandoned(circuit.permit());

    assertThat(circuit.permit()).isEqualTo(Phase.HALF_OPEN);
  }

  @Test
  void permit_halfOfTwentyFail_opens() {
    for (int i = 0; i < 9; i++) {
      call(true);
      call(false);
    }
    assertThat(circuit.permit()).isEqualTo(Phase.CLOSED);
    call(true);
    call(false);

    assertThat(circuit.permit()).isNull();
  }

  @Test
  void permit_oldFailures_areForgotten() {
    for (int i = 0; i < 9; i++) {
      call(true);
      call(false);
    }
    pass(Duration.ofSeconds(61));
    call(true);
    call(false);

    assertThat(circuit.permit()).isEqualTo(Phase.CLOSED);
  }
}
