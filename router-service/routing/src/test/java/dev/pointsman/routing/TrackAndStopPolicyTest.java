package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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

  private static double[] probabilities(double[][] rewards, double delta) {
    LearnedSettings settings =
        new LearnedSettings(
            "track_and_stop",
            NAMES,
            "a",
            0,
            0,
            0,
            Double.POSITIVE_INFINITY,
            LearnedSettings.Nursery.OFF,
            null,
            new LearnedSettings.Options(LearnedSettings.Rewards.BOOLEAN, 0.1, null, delta));
    List<PolicyStatistics.Cell> cells = new ArrayList<>();
    for (int arm = 0; arm < rewards.length; arm++) {
      for (String segment : List.of("s", "t")) {
        double n = rewards[arm][0] / 2;
        double sum = rewards[arm][1] / 2;
        cells.add(new PolicyStatistics.Cell(segment, NAMES.get(arm), n, sum, sum, null, null, 0));
      }
    }
    return TrackAndStopPolicy.of(
            new PolicyVersion("track_and_stop", "g", 1),
            settings,
            new PolicyStatistics(100, cells, List.of(), Map.of()),
            Collections.nCopies(3, null))
        .probabilities(
            new DecisionContext(
                "s", new boolean[] {true, true, true}, Collections.nCopies(3, null), 100, Map.of()))
        .probabilities();
  }
}
