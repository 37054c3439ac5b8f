package dev.pointsman.analysis.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.analysis.routing.HullGain.Outcomes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HullGainTest {

  // The strong model is needed on every second prompt.
  private static final Outcomes WEAK = outcomes(0, false);
  private static final Outcomes STRONG = outcomes(1, true);

  @Test
  void of_routerThatKnowsTheHardPrompts_isWorthRunning() {
    Outcomes knowing = new Outcomes(alternating(0, 1), new ArrayList<>(STRONG.quality()));
    HullGain gain = HullGain.of(List.of(knowing), List.of(WEAK, STRONG), 0, 1, 1);
    assertThat(gain.singles()).isCloseTo(0.5, within(1e-12));
    assertThat(gain.router()).isCloseTo(0.75, within(1e-12));
    assertThat(gain.gain()).isCloseTo(0.25, within(1e-12));
    // With share h of hard prompts the router's nAIQ is 1 − h/2: its error is half that of h.
    assertThat(gain.standardError()).isCloseTo(0.5 * 0.5 / Math.sqrt(200), within(0.002));
    assertThat(gain.isWorthRunning()).isTrue();
  }

  @Test
  void of_singleModelsThemselves_hasNoGainAndNoError() {
    HullGain gain = HullGain.of(List.of(WEAK, STRONG), List.of(WEAK, STRONG), 0, 1, 1);
    assertThat(gain.gain()).isZero();
    assertThat(gain.standardError()).isZero();
    assertThat(gain.isWorthRunning()).isFalse();
  }

  private static Outcomes outcomes(double cost, boolean always) {
    return new Outcomes(alternating(cost, cost), always ? alternating(1, 1) : alternating(1, 0));
  }

  private static List<Double> alternating(double even, double odd) {
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      values.add(i % 2 == 0 ? even : odd);
    }
    return values;
  }
}
