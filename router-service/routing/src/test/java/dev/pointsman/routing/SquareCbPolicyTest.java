package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SquareCbPolicyTest extends PolicyContract {

  private static final boolean[] ALL = {true, true, true};
  private static final List<String> NAMES = List.of("a", "b", "c");
  private static final PolicyVersion VERSION = new PolicyVersion("squarecb", "g", 1);

  @Override
  protected Policy policy() {
    return Routings.squareCb();
  }

  @Test
  void weighted_publishedVector_agrees() {
    assertThat(SquareCbPolicy.weighted(new double[] {0, 0.2, 0.4}, ALL, 0, 3, 20))
        .containsExactly(
            new double[] {0.7662337662337663, 0.14285714285714282, 0.09090909090909091},
            within(1e-15));
  }

  /** A single reward per cell tells nothing of its spread, so the largest there is stands for it. */
  @Test
  void probabilities_hundredFeedbacksOfUnknownSpread_followThePublishedSchedule() {
    PolicyStatistics statistics =
        new PolicyStatistics(
            100,
            List.of(
                new PolicyStatistics.Cell("s", "a", 1, 1, 1, null, null, 0),
                new PolicyStatistics.Cell("s", "b", 1, 0, 0, null, null, 0)),
            List.of(),
            Map.of());
    ArmProbabilities answer =
        policy(settings(0, Double.POSITIVE_INFINITY, LearnedSettings.Nursery.OFF), statistics)
            .probabilities(context(Collections.nCopies(3, null)));

    assertThat(answer.scores().gamma()).isEqualTo(100);
  }

  /** Gaps count in units of noise: the same metric over half the range is explored alike. */
  @Test
  void probabilities_rewardsVaryLess_gammaIsGreaterByTheSameFactor() {
    LearnedSettings settings = settings(0, Double.POSITIVE_INFINITY, LearnedSettings.Nursery.OFF);
    double whole = policy(settings, spread(0.5)).probabilities(context(nCopies())).scores().gamma();
    double half = policy(settings, spread(0.25)).probabilities(context(nCopies())).scores().gamma();
    double tenth =
        policy(settings, spread(0.01)).probabilities(context(nCopies())).scores().gamma();

    assertThat(whole).isCloseTo(10 * Math.sqrt(1e6), within(1.0));
    assertThat(half).isCloseTo(2 * whole, within(whole * 1e-3));
    assertThat(tenth).as("never more than ten times").isCloseTo(10 * whole, within(whole * 1e-3));
  }

  /** A million rewards of mean 0.5 and this standard deviation. */
  private static PolicyStatistics spread(double deviation) {
    double weight = 1e6;
    return new PolicyStatistics(
        weight,
        List.of(
            new PolicyStatistics.Cell(
                "s",
                "a",
                weight,
                weight / 2,
                weight * (0.25 + deviation * deviation),
                null,
                null,
                0)),
        List.of(),
        Map.of());
  }

  @Test
  void probabilities_explorationLimit_raisesGammaToTheLeastThatKeepsIt() {
    LearnedSettings settings = settings(0.005, 0.008, LearnedSettings.Nursery.OFF);
    ArmProbabilities answer =
        policy(settings, certain(0.9, 0.7, 0.5)).probabilities(context(nCopies()));
    assertThat(answer.scores().gamma()).isGreaterThan(100);
    assertThat(answer.floors()).containsExactly(0.005, 0.005, 0.005);
    assertThat(explorationCost(answer)).isCloseTo(0.008, within(1e-9)).isLessThanOrEqualTo(0.008);
  }

  @Test
  void probabilities_floorsAloneOverTheLimit_nurseryFallsFirst() {
    // 5 % on gaps of 0.2 and 0.4 cost 0.03; 0.5 % cost 0.003.
    ArmProbabilities answer =
        policy(settings(0.005, 0.02, LearnedSettings.Nursery.DEFAULT), certain(0.9, 0.7, 0.5))
            .probabilities(context(nCopies()));
    assertThat(answer.floors()).containsExactly(0.005, 0.005, 0.005);
    assertThat(explorationCost(answer)).isLessThanOrEqualTo(0.02);
  }

  @Test
  void probabilities_leastProbabilityOverTheLimit_fallsToOneInAThousand() {
    ArmProbabilities answer =
        policy(settings(0.02, 0.005, LearnedSettings.Nursery.OFF), certain(0.9, 0.7, 0.5))
            .probabilities(context(nCopies()));
    assertThat(answer.floors()).containsExactly(0.001, 0.001, 0.001);
    assertThat(explorationCost(answer)).isLessThanOrEqualTo(0.005);
  }

  @Test
  void probabilities_limitBelowAnyFloor_keepsTheLeastFloorsAndNothingMore() {
    ArmProbabilities answer =
        policy(settings(0.02, 0.0001, LearnedSettings.Nursery.OFF), certain(0.9, 0.7, 0.5))
            .probabilities(context(nCopies()));
    assertThat(answer.floors()).containsExactly(0.001, 0.001, 0.001);
    assertThat(answer.probabilities()[0]).isGreaterThan(1 - 1e-7);
  }

  @Test
  void probabilities_coldStart_doesNotBuyTheDearestArmAThirdOfTheTime() {
    List<@Nullable TokenPrice> prices =
        List.of(new TokenPrice(10000, 40000), new TokenPrice(400, 1600), new TokenPrice(50, 200));
    Policy policy =
        SquareCbPolicy.of(
            VERSION,
            settings(0.005, 0.02, LearnedSettings.Nursery.DEFAULT),
            PolicyStatistics.EMPTY,
            prices);
    ArmProbabilities answer = policy.probabilities(context(prices));
    assertThat(answer.scores().predictedQuality()[0]).isEqualTo(0.5);
    assertThat(answer.probabilities()[0]).isLessThan(0.1);
    assertThat(explorationCost(answer)).isLessThanOrEqualTo(0.02);
  }

  @Test
  void probabilities_variantWithoutEvidence_isInItsNursery() {
    PolicyStatistics statistics = certain(0.9, 0.89, 0.88);
    Policy policy =
        policy(
            settings(0.005, 0.02, LearnedSettings.Nursery.DEFAULT),
            new PolicyStatistics(
                100,
                statistics.cells(),
                List.of(
                    new PolicyStatistics.VariantEvidence("a", 900, 300, false),
                    new PolicyStatistics.VariantEvidence("b", 150, 10, true)),
                Map.of()));
    assertThat(policy.probabilities(context(nCopies())).floors())
        .containsExactly(0.005, 0.05, 0.05);
  }

  @Test
  void probabilities_changeAlarm_raisesTheFloorsOfThatSegmentOnly() {
    PolicyStatistics calm = certain(0.9, 0.89, 0.88);
    List<PolicyStatistics.Cell> cells = new ArrayList<>(calm.cells());
    cells.add(new PolicyStatistics.Cell("t", "b", 5, 2, 2, null, null, 120));
    List<PolicyStatistics.VariantEvidence> old =
        NAMES.stream().map(n -> new PolicyStatistics.VariantEvidence(n, 900, 300, false)).toList();
    Policy policy =
        policy(
            settings(0.005, 1, LearnedSettings.Nursery.DEFAULT),
            new PolicyStatistics(100, cells, old, Map.of()));
    assertThat(policy.probabilities(context(nCopies())).floors())
        .containsExactly(0.005, 0.005, 0.005);
    assertThat(
            policy
                .probabilities(new DecisionContext("t", ALL, nCopies(), 100, Map.of(), 0, null))
                .floors())
        .containsExactly(0.05, 0.05, 0.05);
  }

  @Test
  void probabilities_cost_isPriceTimesTokensShrunkToTheVariantAndTheDefault() {
    PolicyStatistics statistics =
        new PolicyStatistics(
            10,
            List.of(
                new PolicyStatistics.Cell("s", "a", 9, 9, 9, 300.0, 2_000_000.0, 0),
                new PolicyStatistics.Cell("s", "b", 0, 0, 0, 100.0, null, 0)),
            List.of(),
            Map.of());
    List<@Nullable TokenPrice> prices =
        Arrays.asList(new TokenPrice(1, 10), new TokenPrice(1, 10), null);
    ArmScores scores =
        policy(settings(0.005, 0.02, LearnedSettings.Nursery.OFF), statistics)
            .probabilities(context(prices))
            .scores();
    // a: its mean (10·300 + 4·200)/14 = 271.43, its cell (10·300 + 4·271.43)/14 = 291.84.
    // b: its mean (1·100 + 4·200)/5 = 180, its cell (1·100 + 4·180)/5 = 164.
    assertThat(scores.predictedCostNanos()).containsExactly(100 + 2918, 100 + 1640, -1);
    assertThat(scores.predictedLatencyUs()).containsExactly(2_000_000, -1, -1);
  }

  @Test
  void probabilities_utility_comesFromTheRoundedNumbersAndTheDearestForUnknownPrices() {
    LearnedSettings settings =
        new LearnedSettings(
            "squarecb",
            NAMES,
            "a",
            new LearnedSettings.Weights(1000, 0.1),
            new LearnedSettings.Exploration(0.005, 0.02, LearnedSettings.Nursery.OFF),
            null,
            LearnedSettings.Options.DEFAULT,
            LearnedSettings.Limits.NONE);
    PolicyStatistics statistics =
        new PolicyStatistics(
            10,
            List.of(new PolicyStatistics.Cell("s", "a", 9, 9, 9, 300.0, 1_500_000.0, 0)),
            List.of(),
            Map.of());
    List<@Nullable TokenPrice> prices =
        Arrays.asList(new TokenPrice(7.3, 31.7), new TokenPrice(0, 0), null);
    ArmScores scores =
        SquareCbPolicy.of(VERSION, settings, statistics, prices)
            .probabilities(context(prices))
            .scores();
    double dollars = scores.predictedCostNanos()[0] * 1e-9;
    assertThat(scores.utility())
        .containsExactly(
            scores.predictedQuality()[0] - 1000 * dollars - 0.1 * (1_500_000 * 1e-6),
            scores.predictedQuality()[1] - 1000 * 0.0 - 0.1 * (1_500_000 * 1e-6),
            scores.predictedQuality()[2] - 1000 * dollars - 0.1 * (1_500_000 * 1e-6));
    assertThat(scores.predictedLatencyUs()).containsExactly(1_500_000, -1, -1);
  }

  @Test
  void probabilities_variantMeanEstimator_shrinksByTwoPseudoCounts() {
    PolicyStatistics statistics =
        new PolicyStatistics(
            12,
            List.of(
                new PolicyStatistics.Cell("s", "a", 4, 4, 4, null, null, 0),
                new PolicyStatistics.Cell("t", "a", 8, 2, 2, null, null, 0)),
            List.of(),
            Map.of());
    ArmScores scores =
        SquareCbPolicy.of(
                VERSION,
                settings(0.005, 0.02, LearnedSettings.Nursery.OFF),
                statistics,
                nCopies(),
                MeanEstimator.VARIANT_MEAN)
            .probabilities(context(nCopies()))
            .scores();
    double variantMean = (6 + 2 * 0.5) / (12 + 2);
    assertThat(scores.predictedQuality())
        .containsExactly(new double[] {(4 + 2 * variantMean) / 6, 0.5, 0.5}, within(1e-15));
  }

  @Test
  void probabilities_anyEvidenceAndSettings_giveRowsThatProveThemselves() {
    SplittableRandom random = new SplittableRandom(30);
    DecisionSampler sampler = new DecisionSampler(Routings.SALT);
    for (int attempt = 0; attempt < 2_000; attempt++) {
      LearnedSettings settings =
          new LearnedSettings(
              "squarecb",
              Routings.CANDIDATES,
              random.nextBoolean() ? "large" : null,
              new LearnedSettings.Weights(
                  random.nextInt(3) * Math.exp(random.nextDouble(-5, 12)),
                  random.nextInt(3) * random.nextDouble()),
              new LearnedSettings.Exploration(
                  random.nextInt(4) * 0.1 * random.nextDouble(),
                  random.nextInt(5) == 0 ? Double.POSITIVE_INFINITY : random.nextInt(3) * 0.01,
                  random.nextBoolean()
                      ? LearnedSettings.Nursery.DEFAULT
                      : LearnedSettings.Nursery.OFF),
              null,
              LearnedSettings.Options.DEFAULT,
              LearnedSettings.Limits.NONE);
      List<PolicyStatistics.Cell> cells = new ArrayList<>();
      for (String segment : Routings.SEGMENTS) {
        for (String variant : Routings.CANDIDATES) {
          double n = random.nextInt(4) * Math.exp(random.nextDouble(-20, 20));
          double sum = n * random.nextDouble();
          cells.add(
              new PolicyStatistics.Cell(
                  segment,
                  variant,
                  n,
                  sum,
                  sum * random.nextDouble(),
                  random.nextBoolean() ? null : random.nextDouble(5_000),
                  random.nextBoolean() ? null : random.nextDouble(1e8),
                  random.nextInt(20) == 0 ? 100 : 0));
        }
      }
      double feedbacks = random.nextInt(3) * Math.exp(random.nextDouble(0, 15));
      Policy policy =
          SquareCbPolicy.of(
              VERSION,
              settings,
              new PolicyStatistics(feedbacks, cells, List.of(), Map.of()),
              Routings.PRICES,
              MeanEstimator.values()[random.nextInt(2)]);
      Decision row =
          sampler.decide(
              Routings.learned(policy),
              Routings.request(Routings.episode(random), Routings.SEGMENTS.get(random.nextInt(3))));
      assertThat(PropensityCheck.check(row, "large")).isEmpty();
      assertThat(row.gamma()).isNotNaN().isFinite();
    }
  }

  @Test
  void of_numbersThatCannotBe_areRefused() {
    PolicyStatistics negative =
        new PolicyStatistics(
            1,
            List.of(new PolicyStatistics.Cell("s", "a", -1, 0, 0, null, null, 0)),
            List.of(),
            Map.of());
    LearnedSettings settings = settings(0.005, 0.02, LearnedSettings.Nursery.OFF);
    assertThatThrownBy(() -> policy(settings, negative))
        .hasMessage("cell (s, a): weight must be from 0 to 1.0E15, but was -1.0");
    assertThatThrownBy(
            () -> policy(settings(1.5, 0.02, LearnedSettings.Nursery.OFF), PolicyStatistics.EMPTY))
        .hasMessageContaining("min_prob must be from 0 to 1.0");
    assertThatThrownBy(
            () ->
                policy(
                    settings(0.005, Double.NaN, LearnedSettings.Nursery.OFF),
                    PolicyStatistics.EMPTY))
        .hasMessageContaining("exploration_limit");
  }

  private static double explorationCost(ArmProbabilities answer) {
    double[] raised =
        ProbabilityFloors.raise(
            answer.probabilities(), ProbabilityFloors.applicable(answer.floors(), ALL));
    double best = Arrays.stream(answer.scores().utility()).max().orElseThrow();
    double cost = 0;
    for (int arm = 0; arm < raised.length; arm++) {
      cost += raised[arm] * (best - answer.scores().utility()[arm]);
    }
    return cost;
  }

  private static Policy policy(LearnedSettings settings, PolicyStatistics statistics) {
    return SquareCbPolicy.of(VERSION, settings, statistics, nCopies());
  }

  private static LearnedSettings settings(
      double minProbability, double limit, LearnedSettings.Nursery nursery) {
    return new LearnedSettings(
        "squarecb",
        NAMES,
        "a",
        new LearnedSettings.Weights(25, 0),
        new LearnedSettings.Exploration(minProbability, limit, nursery),
        Duration.ofDays(14),
        LearnedSettings.Options.DEFAULT,
        LearnedSettings.Limits.NONE);
  }

  /** So much evidence in segment {@code s} that shrinking does not show. */
  private static PolicyStatistics certain(double... means) {
    List<PolicyStatistics.Cell> cells = new ArrayList<>();
    for (int arm = 0; arm < means.length; arm++) {
      double n = 1e8;
      cells.add(
          new PolicyStatistics.Cell(
              "s", NAMES.get(arm), n, n * means[arm], n * means[arm], null, null, 0));
    }
    return new PolicyStatistics(100, cells, List.of(), Map.of());
  }

  private static List<@Nullable TokenPrice> nCopies() {
    return Collections.nCopies(3, null);
  }

  private static DecisionContext context(List<@Nullable TokenPrice> prices) {
    return new DecisionContext("s", ALL, prices, 100, Map.of(), 0, null);
  }
}
