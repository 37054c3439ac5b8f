package dev.pointsman.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.routing.DecisionContext;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PolicyVersion;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class UpperBoundPolicyTest {

  private static final double[] COUNTS = {10, 5, 20};
  private static final double[] MEANS = {0.6, 0.5, 0.65};

  @Test
  void ucb1_publishedVector_agrees() {
    double[] expected = {1.4432494365831992, 1.6925347896794312, 1.2462673948397156};
    for (int arm = 0; arm < 3; arm++) {
      assertThat(UpperBoundPolicy.ucb1(MEANS[arm], COUNTS[arm], 35, 2))
          .isCloseTo(expected[arm], within(1e-12));
    }
  }

  @Test
  void klUcb_publishedVector_agrees() {
    double[] plain = {0.9122849558959141, 0.935546355452404, 0.8800138246720255};
    double[] wider = {0.9690553640153573, 0.9866621517040938, 0.9381333533917783};
    for (int arm = 0; arm < 3; arm++) {
      assertThat(UpperBoundPolicy.klUcb(MEANS[arm], COUNTS[arm], 35, 0))
          .isCloseTo(plain[arm], within(1e-9));
      assertThat(UpperBoundPolicy.klUcb(MEANS[arm], COUNTS[arm], 35, 3))
          .isCloseTo(wider[arm], within(1e-9));
    }
  }

  @Test
  void probabilities_oneArmNeverTried_choosesIt() {
    for (UpperBoundPolicy.Index index : UpperBoundPolicy.Index.values()) {
      assertThat(chosen(index, 40, 30, 0, 0)).containsExactly(0, 1);
    }
  }

  @Test
  void probabilities_muchEvidence_choosesTheBetter() {
    for (UpperBoundPolicy.Index index : UpperBoundPolicy.Index.values()) {
      assertThat(chosen(index, 4000, 3000, 4000, 2800)).containsExactly(1, 0);
    }
  }

  private static double[] chosen(
      UpperBoundPolicy.Index index, double n1, double sum1, double n2, double sum2) {
    LearnedSettings settings =
        new LearnedSettings(
            "ucb1",
            List.of("a", "b"),
            null,
            LearnedSettings.Weights.NONE,
            LearnedSettings.Exploration.FREE,
            null,
            LearnedSettings.Options.DEFAULT,
            LearnedSettings.Limits.NONE);
    PolicyStatistics statistics =
        new PolicyStatistics(
            n1 + n2,
            List.of(
                new PolicyStatistics.Cell("s", "a", n1, sum1, sum1, null, null, 0),
                new PolicyStatistics.Cell("s", "b", n2, sum2, sum2, null, null, 0)),
            List.of(),
            Map.of());
    return UpperBoundPolicy.of(new PolicyVersion("ucb1", "g", 1), index, settings, statistics)
        .probabilities(
            new DecisionContext(
                "s",
                new boolean[] {true, true},
                Collections.nCopies(2, null),
                100,
                Map.of(),
                0,
                null))
        .probabilities();
  }
}
