package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class ThompsonPolicyTest extends PolicyContract {

  private static final List<String> NAMES = List.of("a", "b", "c");
  private static final boolean[] ALL = {true, true, true};
  private static final LearnedSettings.Options FLOAT =
      new LearnedSettings.Options(
          LearnedSettings.Rewards.FLOAT, 0.1, null, LearnedSettings.Stopping.DEFAULT, null);

  @Override
  protected Policy policy() {
    return policy("thompson", LearnedSettings.Options.DEFAULT);
  }

  @Nested
  final class OfFloatRewards extends PolicyContract {
    @Override
    protected Policy policy() {
      return ThompsonPolicyTest.policy("thompson", FLOAT);
    }
  }

  @Nested
  final class TopTwo extends PolicyContract {
    @Override
    protected Policy policy() {
      return ThompsonPolicyTest.policy("top_two", LearnedSettings.Options.DEFAULT);
    }
  }

  @Nested
  final class OfLinearRegression extends PolicyContract {
    @Override
    protected Policy policy() {
      return ThompsonPolicyTest.policy("lints", FLOAT);
    }
  }

  @Nested
  final class OfLogisticRegression extends PolicyContract {
    @Override
    protected Policy policy() {
      return ThompsonPolicyTest.policy("logistic_thompson", LearnedSettings.Options.DEFAULT);
    }
  }

  private static Policy policy(String algorithm, LearnedSettings.Options options) {
    return LearnedAlgorithm.of(algorithm)
        .policy(
            new PolicyVersion(algorithm, "01939a5e", 7),
            Routings.settings(algorithm, options),
            Routings.statistics(),
            Routings.PRICES,
            MeanEstimator.ADDITIVE_RIDGE);
  }

  @Test
  void probabilities_booleanRewards_areTheIntegralOfTheHierarchicalBetas() {
    // The only segment: m = (sum + 2·0.5) / (n + 2).
    double[][] rewards = {{12, 8}, {20, 11}, {5, 1}};
    ArmProbabilities answer = answer("thompson", LearnedSettings.Options.DEFAULT, rewards, 1);
    Belief[] beliefs = new Belief[3];
    for (int arm = 0; arm < 3; arm++) {
      double n = rewards[arm][0];
      double sum = rewards[arm][1];
      double mean = (sum + 1) / (n + 2);
      beliefs[arm] = new Belief.BetaShaped(1 + 4 * mean + sum, 1 + 4 * (1 - mean) + n - sum);
      assertThat(answer.scores().predictedQuality()[arm])
          .isCloseTo(beliefs[arm].mean(), within(1e-15));
    }
    assertThat(answer.probabilities())
        .containsExactly(BestArm.best(List.of(beliefs), new double[3]), within(1e-15));
  }

  @Test
  void probabilities_floatRewards_areTheIntegralOfTheNormals() {
    double[][] rewards = {{12, 8}, {20, 11}, {5, 1}};
    ArmProbabilities answer = answer("thompson", FLOAT, rewards, 0.5);
    Belief[] beliefs = new Belief[3];
    for (int arm = 0; arm < 3; arm++) {
      double n = rewards[arm][0];
      double mean = rewards[arm][1] / n;
      double armMean = (rewards[arm][1] + 1) / (n + 2);
      double squares = 0.5 * rewards[arm][1];
      double around = Math.max(0, squares - n * mean * mean);
      double b = 1 / 6.0 + around / 2 + 4 * n * (mean - armMean) * (mean - armMean) / (2 * (4 + n));
      beliefs[arm] =
          new Belief.Normal(
              (4 * armMean + n * mean) / (4 + n), Math.sqrt(b / ((2 + n / 2) * (4 + n))));
    }
    assertThat(answer.probabilities())
        .containsExactly(BestArm.best(List.of(beliefs), new double[3]), within(1e-12));
  }

  @Test
  void probabilities_costs_shiftTheBeliefs() {
    double[][] rewards = {{400, 320}, {400, 300}, {400, 100}};
    LearnedSettings settings =
        new LearnedSettings(
            "thompson",
            NAMES,
            "a",
            new LearnedSettings.Weights(1, 0),
            LearnedSettings.Exploration.FREE,
            null,
            LearnedSettings.Options.DEFAULT,
            LearnedSettings.Limits.NONE);
    List<TokenPrice> prices =
        List.of(
            new TokenPrice(0, 1_000_000), new TokenPrice(0, 500_000), new TokenPrice(0, 100_000));
    Policy policy =
        ThompsonPolicy.of(
            ThompsonPolicy.Form.BEST,
            new PolicyVersion("thompson", "g", 1),
            settings,
            statistics(rewards, 1),
            prices);
    ArmProbabilities answer =
        policy.probabilities(new DecisionContext("s", ALL, prices, 100, Map.of(), 0, null));
    // Ten points of quality per answer between the two, five of them earned.
    assertThat(answer.scores().utility()[0]).isLessThan(answer.scores().utility()[1]);
    assertThat(answer.probabilities()[1]).isGreaterThan(0.9);
  }

  @Test
  void probabilities_overTheExplorationLimit_areMixedWithTheBest() {
    double[][] rewards = {{12, 8}, {20, 11}, {5, 1}};
    ArmProbabilities free = answer("thompson", LearnedSettings.Options.DEFAULT, rewards, 1);
    LearnedSettings settings = settings("thompson", LearnedSettings.Options.DEFAULT, 0.01);
    ArmProbabilities limited =
        ThompsonPolicy.of(
                ThompsonPolicy.Form.BEST,
                new PolicyVersion("thompson", "g", 1),
                settings,
                statistics(rewards, 1),
                Collections.nCopies(3, null))
            .probabilities(context());
    double cost = 0;
    for (int arm = 0; arm < 3; arm++) {
      double gap = limited.scores().utility()[0] - limited.scores().utility()[arm];
      cost += limited.probabilities()[arm] * gap;
    }
    assertThat(cost).isCloseTo(0.01, within(1e-8)).isLessThanOrEqualTo(0.01);
    assertThat(limited.probabilities()[1] / limited.probabilities()[2])
        .isCloseTo(free.probabilities()[1] / free.probabilities()[2], within(1e-6));
  }

  @Test
  void probabilities_coldStart_areEvenWithoutPrices() {
    ArmProbabilities answer =
        ThompsonPolicy.of(
                ThompsonPolicy.Form.TOP_TWO,
                new PolicyVersion("top_two", "g", 0),
                settings("top_two", LearnedSettings.Options.DEFAULT, 0.02),
                PolicyStatistics.EMPTY,
                Collections.nCopies(3, null))
            .probabilities(context());
    assertThat(answer.probabilities()).containsOnly(new double[] {1 / 3.0}, within(1e-12));
  }

  @Test
  void probabilities_anyAmountOfEvidence_sumToOne() {
    for (double n = 1; n < 1e15; n *= 100) {
      for (LearnedSettings.Options options : List.of(LearnedSettings.Options.DEFAULT, FLOAT)) {
        double[][] rewards = {{n, 0}, {n, n}, {1, 1}};
        for (String algorithm : List.of("thompson", "top_two")) {
          double sum = 0;
          for (double p : answer(algorithm, options, rewards, 1).probabilities()) {
            assertThat(p).isBetween(0.0, 1.0);
            sum += p;
          }
          assertThat(sum).isCloseTo(1, within(1e-12));
        }
      }
    }
  }

  private static ArmProbabilities answer(
      String algorithm, LearnedSettings.Options options, double[][] rewards, double square) {
    return LearnedAlgorithm.of(algorithm)
        .policy(
            new PolicyVersion(algorithm, "g", 1),
            settings(algorithm, options, Double.POSITIVE_INFINITY),
            statistics(rewards, square),
            Collections.nCopies(3, null),
            MeanEstimator.ADDITIVE_RIDGE)
        .probabilities(context());
  }

  private static LearnedSettings settings(
      String algorithm, LearnedSettings.Options options, double limit) {
    return new LearnedSettings(
        algorithm,
        NAMES,
        "a",
        LearnedSettings.Weights.NONE,
        new LearnedSettings.Exploration(0, limit, LearnedSettings.Nursery.OFF),
        null,
        options,
        LearnedSettings.Limits.NONE);
  }

  /** Per arm the number of rewards and their sum. */
  private static PolicyStatistics statistics(double[][] rewards, double square) {
    List<PolicyStatistics.Cell> cells = new java.util.ArrayList<>();
    for (int arm = 0; arm < rewards.length; arm++) {
      cells.add(
          new PolicyStatistics.Cell(
              "s",
              NAMES.get(arm),
              rewards[arm][0],
              rewards[arm][1],
              square * rewards[arm][1],
              null,
              null,
              0));
    }
    return new PolicyStatistics(37, cells, List.of(), Map.of());
  }

  private static DecisionContext context() {
    return new DecisionContext("s", ALL, Collections.nCopies(3, null), 100, Map.of(), 0, null);
  }
}
