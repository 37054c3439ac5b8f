package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.analysis.offpolicy.Difference;
import dev.pointsman.control.GateStanding;
import dev.pointsman.control.Generation;
import dev.pointsman.trainer.GateState.Stage;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StandingsTest {

  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00.123456Z");

  @Test
  void stateOf_everyStage_comesBack() {
    GateStanding first = Standings.first(challenger(), "g-1", GateState.shadow(NOW));
    assertThat(Standings.stateOf(first)).isEqualTo(GateState.shadow(NOW));
    for (Stage stage : Stage.values()) {
      GateState state =
          new GateState(
              stage, 0.25, NOW, true, new Difference(0.1, 0.01, -0.2, 0.3), "for a reason");
      assertThat(Standings.stateOf(Standings.with(first, state))).isEqualTo(state);
    }
  }

  @Test
  void difference_withoutBounds_comesBack() {
    Difference unknown =
        new Difference(0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1.0 / 0);
    assertThat(Standings.json(unknown))
        .isEqualTo("{\"value\":0.0,\"standard_error\":null,\"lower\":null,\"upper\":null}");
    assertThat(Standings.difference(Standings.json(unknown))).isEqualTo(unknown);
  }

  @Test
  void settled_keepsWhereItStandsAndWaitsForNothing() {
    GateStanding standing =
        Standings.waiting(Standings.first(challenger(), "g-1", GateState.shadow(NOW)), "a person");
    GateStanding settled = Standings.settled(standing, new Difference(1, 0, 1, 1), "because");
    assertThat(standing.waitsFor()).isEqualTo("a person");
    assertThat(settled.waitsFor()).isNull();
    assertThat(settled.outcome()).startsWith("{\"value\":1.0");
    assertThat(settled.incumbent()).isEqualTo("g-1");
    assertThat(settled.reason()).isEqualTo("because");
  }

  private static Generation challenger() {
    return new Generation(
        "g-2", "f", "squarecb", List.of("a"), "{}", "{}", NOW, Generation.Status.CHALLENGER);
  }
}
