package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class EpsilonGreedyPolicyTest extends PolicyContract {

  private static final List<String> NAMES = List.of("a", "b", "c", "d");

  @Override
  protected Policy policy() {
    return EpsilonGreedyPolicy.of(
        new PolicyVersion("epsilon_greedy", "01939a5e", 7),
        Routings.settings("epsilon_greedy", LearnedSettings.Options.DEFAULT),
        Routings.statistics(),
        Routings.PRICES,
        MeanEstimator.ADDITIVE_RIDGE);
  }

  @Test
  void probabilities_constantShare_isSpreadOverTheSelectable() {
    assertThat(answer(0.1, null, 500, Double.POSITIVE_INFINITY, true).probabilities())
        .containsExactly(new double[] {0.025, 0.925, 0.025, 0.025}, within(1e-15));
    assertThat(answer(0.1, null, 500, Double.POSITIVE_INFINITY, false).probabilities())
        .containsExactly(new double[] {0.1 / 3, 0.9 + 0.1 / 3, 0.1 / 3, 0}, within(1e-15));
  }

  @Test
  void probabilities_decayingShare_fallsWithTheFeedbacks() {
    // ε = 5·4/500
    assertThat(answer(0.1, 5.0, 500, Double.POSITIVE_INFINITY, true).probabilities())
        .containsExactly(new double[] {0.01, 0.97, 0.01, 0.01}, within(1e-15));
    assertThat(answer(0.1, 5.0, 0, Double.POSITIVE_INFINITY, true).probabilities())
        .containsOnly(0.25);
  }

  @Test
  void probabilities_overTheExplorationLimit_exploreLess() {
    ArmProbabilities answer = answer(0.5, null, 500, 0.01, true);
    double[] utility = answer.scores().utility();
    double cost = 0;
    for (int arm = 0; arm < 4; arm++) {
      cost += answer.probabilities()[arm] * (utility[1] - utility[arm]);
    }
    assertThat(cost).isCloseTo(0.01, within(1e-9)).isLessThanOrEqualTo(0.01);
  }

  private static ArmProbabilities answer(
      double epsilon, @Nullable Double decay, double feedbacks, double limit, boolean last) {
    LearnedSettings settings =
        new LearnedSettings(
            "epsilon_greedy",
            NAMES,
            "a",
            LearnedSettings.Weights.NONE,
            new LearnedSettings.Exploration(0, limit, LearnedSettings.Nursery.OFF),
            null,
            new LearnedSettings.Options(
                LearnedSettings.Rewards.BOOLEAN,
                epsilon,
                decay,
                LearnedSettings.Stopping.DEFAULT,
                null),
            LearnedSettings.Limits.NONE);
    PolicyStatistics statistics =
        new PolicyStatistics(
            feedbacks,
            List.of(
                new PolicyStatistics.Cell("s", "a", 100, 50, 50, null, null, 0),
                new PolicyStatistics.Cell("s", "b", 100, 90, 90, null, null, 0)),
            List.of(),
            Map.of());
    return EpsilonGreedyPolicy.of(
            new PolicyVersion("epsilon_greedy", "g", 1),
            settings,
            statistics,
            Collections.nCopies(4, null),
            MeanEstimator.ADDITIVE_RIDGE)
        .probabilities(
            new DecisionContext(
                "s",
                new boolean[] {true, true, true, last},
                Collections.nCopies(4, null),
                100,
                Map.of(),
                0,
                null));
  }
}
