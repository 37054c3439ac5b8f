package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LinUcbPolicyTest extends PolicyContract {

  private static final List<String> NAMES = List.of("a", "b");

  @Override
  protected Policy policy() {
    return LearnedAlgorithm.LINUCB.policy(
        new PolicyVersion("linucb", "01939a5e", 7),
        Routings.settings("linucb", LearnedSettings.Options.DEFAULT),
        Routings.statistics(),
        Routings.PRICES,
        MeanEstimator.ADDITIVE_RIDGE);
  }

  @Test
  void probabilities_hardlyTriedArm_isChosenForItsWidth() {
    // θ·x is 0.5 + 2n/(1 + 2n)·(r̄ − 0.5), its width 0.3·√(2/(1 + 2n)): 0.80 + 0.01 and 0.74 +
    // 0.19.
    ArmProbabilities answer = answer(400, 0.8, 2, 0.8, Double.POSITIVE_INFINITY);
    assertThat(answer.probabilities()).containsExactly(0, 1);
    assertThat(answer.scores().predictedQuality()[0])
        .isGreaterThan(answer.scores().predictedQuality()[1]);
  }

  @Test
  void probabilities_muchEvidence_choosesTheBetter() {
    assertThat(answer(400, 0.8, 400, 0.7, Double.POSITIVE_INFINITY).probabilities())
        .containsExactly(1, 0);
  }

  @Test
  void probabilities_optimismOverTheLimit_isMixedWithTheBest() {
    ArmProbabilities answer = answer(400, 0.8, 2, 0.8, 0.01);
    double[] utility = answer.scores().utility();
    assertThat(answer.probabilities()[1] * (utility[0] - utility[1])).isCloseTo(0.01, within(1e-9));
  }

  private static ArmProbabilities answer(
      double n1, double mean1, double n2, double mean2, double limit) {
    LearnedSettings settings =
        new LearnedSettings(
            "linucb",
            NAMES,
            "a",
            LearnedSettings.Weights.NONE,
            new LearnedSettings.Exploration(0, limit, LearnedSettings.Nursery.OFF),
            Duration.ofDays(14),
            LearnedSettings.Options.DEFAULT,
            LearnedSettings.Limits.NONE);
    List<PolicyStatistics.Cell> cells = new ArrayList<>();
    cells.add(new PolicyStatistics.Cell("s", "a", n1, n1 * mean1, n1 * mean1, null, null, 0));
    cells.add(new PolicyStatistics.Cell("s", "b", n2, n2 * mean2, n2 * mean2, null, null, 0));
    return LinUcbPolicy.of(
            new PolicyVersion("linucb", "g", 1),
            settings,
            new PolicyStatistics(n1 + n2, cells, List.of(), Map.of()),
            Collections.nCopies(2, null))
        .probabilities(
            new DecisionContext(
                "s",
                new boolean[] {true, true},
                Collections.nCopies(2, null),
                100,
                Map.of(),
                0,
                null));
  }
}
