package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class ProbabilityFloorsTest {

  @Test
  void raise_armsBelow_areSetAndTheOthersScaledByOneFactor() {
    double[] raised =
        ProbabilityFloors.raise(new double[] {0.9, 0.099, 0.001}, new double[] {0.01, 0.01, 0.01});
    assertThat(raised[2]).isEqualTo(0.01);
    assertThat(raised[0] / raised[1]).isCloseTo(0.9 / 0.099, within(1e-12));
    assertThat(Arrays.stream(raised).sum()).isCloseTo(1, within(1e-15));
  }

  @Test
  void raise_scalingPushesAnotherBelow_isSetInTheNextRound() {
    double[] raised =
        ProbabilityFloors.raise(new double[] {0.849, 0.1005, 0.0505}, new double[] {0, 0.1, 0.1});
    assertThat(raised[1]).isEqualTo(0.1);
    assertThat(raised[2]).isEqualTo(0.1);
    assertThat(raised[0]).isCloseTo(0.8, within(1e-15));
  }

  @Test
  void applicable_sumAboveThreeTenths_isScaledDown() {
    assertThat(
            ProbabilityFloors.applicable(
                new double[] {0.3, 0.3, 0.3, 0.2}, new boolean[] {true, false, true, false}))
        .containsExactly(0.15, 0, 0.15, 0);
  }

  @Test
  void additive_publishedVector_agrees() {
    assertThat(
            ProbabilityFloors.additive(
                new double[] {0.9332659251769464, 0.0434782608695652, 0.023255813953488372}, 0.01))
        .containsExactly(
            new double[] {0.915267947421638, 0.052173913043478244, 0.03255813953488372},
            within(1e-15));
  }

  @Property(seed = "1", tries = 300, shrinking = ShrinkingMode.OFF)
  void raise_anyVector_isADistributionAboveItsFloorsAndNoOtherArmGains(
      @ForAll @Size(5) List<@DoubleRange(min = 0, max = 1) Double> weights,
      @ForAll @Size(5) List<@DoubleRange(min = 0, max = 0.2) Double> wanted) {
    double total = weights.stream().mapToDouble(w -> w + 1e-9).sum();
    double[] probabilities = weights.stream().mapToDouble(w -> (w + 1e-9) / total).toArray();
    boolean[] all = new boolean[probabilities.length];
    Arrays.fill(all, true);
    double[] floors =
        ProbabilityFloors.applicable(
            wanted.stream().mapToDouble(Double::doubleValue).toArray(), all);
    double[] raised = ProbabilityFloors.raise(probabilities, floors);
    assertThat(Arrays.stream(floors).sum()).isLessThanOrEqualTo(0.3 + 1e-12);
    assertThat(Arrays.stream(raised).sum()).isCloseTo(1, within(1e-12));
    for (int arm = 0; arm < raised.length; arm++) {
      assertThat(raised[arm]).isGreaterThanOrEqualTo(floors[arm]);
      if (raised[arm] > floors[arm]) {
        assertThat(raised[arm]).isLessThanOrEqualTo(probabilities[arm] * (1 + 1e-12));
      }
    }
  }
}
