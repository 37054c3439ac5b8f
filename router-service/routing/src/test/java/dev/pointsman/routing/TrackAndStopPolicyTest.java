package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class TrackAndStopPolicyTest extends PolicyContract {

  private static final List<String> NAMES = List.of("a", "b", "c");

  @Override
  protected Policy policy() {
    return TrackAndStopPolicy.of(
        new PolicyVersion("track_and_stop", "01939a5e", 7),
        Routings.settings("track_and_stop", LearnedSettings.Options.DEFAULT),
        Routings.statistics(),
        Routings.PRICES);
  }

  @Nested
  final class Adaptive extends PolicyContract {
    @Override
    protected Policy policy() {
      return TrackAndStopPolicy.adaptive(
          new PolicyVersion("adaptive", "01939a5e", 7),
          Routings.settings("adaptive", LearnedSettings.Options.DEFAULT),
          Routings.statistics(),
          Routings.PRICES);
    }
  }

  @Test
  void probabilities_fewerThanTwoArmsWithEnoughRewards_areEven() {
    assertThat(probabilities(new double[][] {{9, 5}, {30, 20}, {0, 0}}, 0.05))
        .containsOnly(1 / 3.0);
  }

  @Test
  void probabilities_oneArmWithTooFewRewards_hasItsEvenShareAndTheOthersTheAllocation() {
    double[] shares = probabilities(new double[][] {{50, 20}, {50, 25}, {3, 1}}, 0.05);
    double[] weights =
        TrackAndStop.weights(
            new double[] {50, 50},
            new double[] {0.4, 0.5},
            new double[] {50 * 0.24 / 49, 50 * 0.25 / 49},
            0,
            0);
    assertThat(shares)
        .containsExactly(
            new double[] {weights[0] * 2 / 3, weights[1] * 2 / 3, 1 / 3.0}, within(1e-12));
  }

  @Test
  void probabilities_undecided_areTheAllocation() {
    double[] shares = probabilities(new double[][] {{50, 20}, {50, 25}, {50, 10}}, 0.05);
    double[] weights =
        TrackAndStop.weights(
            new double[] {50, 50, 50},
            new double[] {0.4, 0.5, 0.2},
            new double[] {50 * 0.24 / 49, 50 * 0.25 / 49, 50 * 0.16 / 49},
            0,
            0);
    assertThat(shares).containsExactly(weights, within(1e-12));
  }

  @Test
  void probabilities_decided_areTheWinner() {
    double[][] rewards = {{100, 50}, {100, 90}, {100, 20}};
    assertThat(probabilities(rewards, 0.05)).containsExactly(0, 1, 0);
    assertThat(probabilities(rewards, 1e-12)[1]).isLessThan(1);
  }

  @Test
  void probabilities_indifference_decidesBetweenEquals() {
    double[][] rewards = {{400, 200}, {400, 201}, {400, 199}};
    assertThat(probabilities(rewards, 0.05)[1]).isLessThan(1);
    assertThat(probabilities("track_and_stop", rewards, 0.05, 0.2, Long.MAX_VALUE, 0))
        .containsExactly(0, 1, 0);
  }

  @Test
  void probabilities_mostSamples_keepTheSearchOpen() {
    double[][] rewards = {{400, 200}, {400, 260}, {400, 100}};
    assertThat(probabilities(rewards, 0.05)).containsExactly(0, 1, 0);
    assertThat(probabilities("track_and_stop", rewards, 0.05, 0, 50, 0)[1]).isLessThan(1);
  }

  @Test
  void probabilities_adaptive_boundsTheAllocationAndDropsTheBoundWithTheWinner() {
    double[][] open = {{50, 24}, {50, 25}, {50, 5}};
    double[] shares = probabilities("adaptive", open, 0.05, 0, Long.MAX_VALUE, 0.2);
    assertThat(shares[2]).isCloseTo(0.2, within(1e-9));
    assertThat(Arrays.stream(shares).sum()).isCloseTo(1, within(1e-12));
    double[][] decided = {{100, 50}, {100, 90}, {100, 20}};
    assertThat(probabilities("adaptive", decided, 0.05, 0, Long.MAX_VALUE, 0.2))
        .containsExactly(0, 1, 0);
  }

  private static double[] probabilities(double[][] rewards, double delta) {
    return probabilities("track_and_stop", rewards, delta, 0, Long.MAX_VALUE, 0);
  }

  private static double[] probabilities(
      String algorithm, double[][] rewards, double delta, double epsilon, long most, double least) {
    LearnedSettings settings =
        new LearnedSettings(
            algorithm,
            NAMES,
            "a",
            LearnedSettings.Weights.NONE,
            new LearnedSettings.Exploration(
                least, Double.POSITIVE_INFINITY, LearnedSettings.Nursery.OFF),
            null,
            new LearnedSettings.Options(
                LearnedSettings.Rewards.BOOLEAN,
                0.1,
                null,
                new LearnedSettings.Stopping(delta, epsilon, 10, most),
                null),
            LearnedSettings.Limits.NONE);
    List<PolicyStatistics.Cell> cells = new ArrayList<>();
    for (int arm = 0; arm < rewards.length; arm++) {
      for (String segment : List.of("s", "t")) {
        double n = rewards[arm][0] / 2;
        double sum = rewards[arm][1] / 2;
        cells.add(new PolicyStatistics.Cell(segment, NAMES.get(arm), n, sum, sum, null, null, 0));
      }
    }
    return LearnedAlgorithm.of(algorithm)
        .policy(
            new PolicyVersion(algorithm, "g", 1),
            settings,
            new PolicyStatistics(100, cells, List.of(), Map.of()),
            Collections.nCopies(3, null),
            MeanEstimator.ADDITIVE_RIDGE)
        .probabilities(
            new DecisionContext(
                "s",
                new boolean[] {true, true, true},
                Collections.nCopies(3, null),
                100,
                Map.of(),
                0,
                null))
        .probabilities();
  }
}
