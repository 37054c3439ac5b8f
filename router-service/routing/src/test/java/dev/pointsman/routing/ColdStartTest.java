package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.routing.features.RequestComplexity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a function without feedback goes by: prices, and the tier of the request. */
final class ColdStartTest {

  private static final List<String> PAIR = List.of("large", "small");

  /** Three halvings of the price. */
  private static final List<@Nullable TokenPrice> PRICES =
      List.of(new TokenPrice(2000, 8000), new TokenPrice(250, 1000));

  private static LearnedSettings settings(LearnedAlgorithm algorithm, double costWeight) {
    return new LearnedSettings(
        algorithm.label(),
        PAIR,
        "large",
        new LearnedSettings.Weights(costWeight, 0),
        LearnedSettings.Exploration.DEFAULT,
        Duration.ofDays(14),
        algorithm == LearnedAlgorithm.THRESHOLD
            ? LearnedSettings.Options.DEFAULT.withStrongShare(
                new LearnedSettings.StrongShare("large", 0.3, 0.3))
            : LearnedSettings.Options.DEFAULT,
        LearnedSettings.Limits.NONE);
  }

  private static Policy policy(
      LearnedAlgorithm algorithm, double costWeight, PolicyStatistics statistics) {
    return algorithm.policy(
        new PolicyVersion(algorithm.label(), "g", 1),
        settings(algorithm, costWeight),
        statistics,
        PRICES,
        MeanEstimator.ADDITIVE_RIDGE);
  }

  private static DecisionContext context(@Nullable RequestComplexity tier) {
    return new DecisionContext(
        "all",
        new boolean[] {true, true},
        PRICES,
        100,
        tier == null ? Map.of() : Map.of(Decision.COMPLEXITY, tier.label()),
        0,
        null);
  }

  private static PolicyStatistics rewards(double each) {
    return new PolicyStatistics(
        2 * each,
        List.of(
            new PolicyStatistics.Cell("all", "large", each, each / 2, each / 2, null, null, 0),
            new PolicyStatistics.Cell("all", "small", each, each / 2, each / 2, null, null, 0)),
        List.of(
            new PolicyStatistics.VariantEvidence("large", 200, (long) each, false),
            new PolicyStatistics.VariantEvidence("small", 200, (long) each, false)),
        Map.of());
  }

  private static double lead(Policy policy, @Nullable RequestComplexity tier) {
    double[] quality = policy.probabilities(context(tier)).scores().predictedQuality();
    return quality[0] - quality[1];
  }

  @Test
  void probabilities_noFeedback_expectByPriceAndTier() {
    Policy policy = policy(LearnedAlgorithm.SQUARECB, 0, PolicyStatistics.EMPTY);
    assertThat(policy.readsComplexity()).isTrue();
    assertThat(lead(policy, null)).isCloseTo(3 * 0.02, within(1e-12));
    assertThat(lead(policy, RequestComplexity.SIMPLE)).isCloseTo(3 * 0.01, within(1e-12));
    assertThat(lead(policy, RequestComplexity.MEDIUM)).isCloseTo(3 * 0.025, within(1e-12));
    assertThat(lead(policy, RequestComplexity.COMPLEX)).isCloseTo(3 * 0.035, within(1e-12));
  }

  @Test
  void probabilities_noFeedbackAndCostWeighed_sendSimpleRequestsToTheCheapOne() {
    // 200 tokens of answer cost 1.8e-3 and 0.225e-3 dollars: W = 40 weighs 0.063 quality.
    Policy policy = policy(LearnedAlgorithm.SQUARECB, 40, PolicyStatistics.EMPTY);
    ArmProbabilities simple = policy.probabilities(context(RequestComplexity.SIMPLE));
    ArmProbabilities complex = policy.probabilities(context(RequestComplexity.COMPLEX));
    assertThat(simple.scores().utility()[1]).isGreaterThan(simple.scores().utility()[0]);
    assertThat(complex.scores().utility()[0]).isGreaterThan(complex.scores().utility()[1]);
    // An even split would cost 0.021, more than exploring may.
    assertThat(complex.probabilities()[0]).isGreaterThan(complex.probabilities()[1]);
  }

  @Test
  void probabilities_feedbackComes_tiersFadeAndEnd() {
    double byPriceAlone = 3 * 0.02;
    double last = 3 * 0.035 - byPriceAlone;
    for (double each : new double[] {1, 4, 30, 99}) {
      Policy policy = policy(LearnedAlgorithm.SQUARECB, 0, rewards(each));
      double shift = lead(policy, RequestComplexity.COMPLEX) - lead(policy, null);
      assertThat(shift).isCloseTo(3 * 0.015 * 4 / (4 + each), within(1e-12)).isLessThan(last);
      last = shift;
    }
    Policy learned = policy(LearnedAlgorithm.SQUARECB, 0, rewards(100));
    assertThat(learned.readsComplexity()).isFalse();
    assertThat(lead(learned, RequestComplexity.COMPLEX)).isEqualTo(lead(learned, null));
  }

  @Test
  void readsComplexity_pricesAlikeOrUnknownOrSiblingsKnown_doesNot() {
    for (List<@Nullable TokenPrice> prices :
        List.of(
            Collections.<@Nullable TokenPrice>nCopies(2, null),
            Collections.<@Nullable TokenPrice>nCopies(2, new TokenPrice(5, 5)))) {
      assertThat(
              SquareCbPolicy.of(
                      new PolicyVersion("squarecb", "g", 1),
                      settings(LearnedAlgorithm.SQUARECB, 0),
                      PolicyStatistics.EMPTY,
                      prices)
                  .readsComplexity())
          .isFalse();
    }
    PolicyStatistics siblings =
        new PolicyStatistics(0, List.of(), List.of(), Map.of("large", 0.0, "small", -0.1));
    assertThat(policy(LearnedAlgorithm.SQUARECB, 0, siblings).readsComplexity()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(LearnedAlgorithm.class)
  void decide_anyTierUnderAnyAlgorithm_bothChecksHold(LearnedAlgorithm algorithm) {
    DecisionSampler sampler = new DecisionSampler(Routings.SALT);
    SplittableRandom random = new SplittableRandom(3);
    FunctionRouting routing = routing(policy(algorithm, 40, rewards(2)));
    boolean reads =
        algorithm != LearnedAlgorithm.TRACK_AND_STOP && algorithm != LearnedAlgorithm.ADAPTIVE;
    assertThat(routing.readsComplexity()).isEqualTo(reads);
    List<double[]> byTier = new ArrayList<>();
    for (int round = 0; round < 30; round++) {
      RequestComplexity tier = RequestComplexity.values()[round % 3];
      Decision row =
          sampler.decide(
              routing,
              new DecisionRequest(
                  Routings.episode(random),
                  "all",
                  Map.of(Decision.COMPLEXITY, tier.label()),
                  100,
                  Routings.nothing(2),
                  List.of(),
                  true,
                  null,
                  null));
      assertThat(PropensityCheck.check(row, "large")).isEmpty();
      // A policy built anew remembers no other tier's answer.
      assertThat(
              PropensityCheck.rederive(routing(policy(algorithm, 40, rewards(2))), row)
                  .discrepancies())
          .isEmpty();
      byTier.add(row.predictedQuality());
    }
    assertThat(byTier.get(0)[1] > byTier.get(2)[1]).isEqualTo(reads);
  }

  @Test
  void rederive_tierThatIsNone_isFound() {
    FunctionRouting routing = routing(policy(LearnedAlgorithm.SQUARECB, 0, PolicyStatistics.EMPTY));
    Decision row =
        new DecisionSampler(Routings.SALT)
            .decide(
                routing,
                new DecisionRequest(
                    Routings.episode(new SplittableRandom(1)),
                    "all",
                    Map.of(Decision.COMPLEXITY, "simple"),
                    100,
                    Routings.nothing(2),
                    List.of(),
                    true,
                    null,
                    null));
    for (String other : List.of("hard", "complex")) {
      assertThat(
              PropensityCheck.rederive(
                      routing,
                      PropensityCheckTest.with(
                          row,
                          "features",
                          Map.of(Decision.INPUT_TOKENS, "100", Decision.COMPLEXITY, other)))
                  .equal())
          .isFalse();
    }
  }

  private static FunctionRouting routing(Policy policy) {
    return new FunctionRouting(
        "f",
        policy,
        FunctionRouting.Draw.KEYED,
        new LaneShares(0.01, 0.05, 0),
        "large",
        List.of(),
        PRICES);
  }
}
