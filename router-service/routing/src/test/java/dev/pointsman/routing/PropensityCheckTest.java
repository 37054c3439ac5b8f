package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class PropensityCheckTest {

  private static final DecisionSampler SAMPLER = new DecisionSampler(Routings.SALT);

  private static FunctionRouting routing() {
    return Routings.learned(Routings.squareCb());
  }

  private static Decision row() {
    return SAMPLER.decide(
        routing(),
        Routings.request(
            new UUID(1, 2),
            "code",
            Arrays.asList(null, null, null, new Exclusion(Exclusion.Level.SOFT, "min_quality")),
            Routings.nothing(2),
            true));
  }

  /** A row with one thing wrong, and a word that must be in the complaint. */
  private record Tampered(String complaint, Decision row) {
    @Override
    public String toString() {
      return complaint;
    }
  }

  private static Stream<Tampered> tampered() {
    Decision row = row();
    return Stream.of(
        new Tampered("propensities:", with(row, "propensities", shifted(row.propensities()))),
        new Tampered(
            "policy_probabilities: sums",
            with(row, "policyProbabilities", new double[] {0.9, 0.05, 0.01, 0})),
        new Tampered("below its floor", with(row, "floors", new double[] {0.01, 0.2, 0.01, 0})),
        new Tampered("floors: sum", with(row, "floors", new double[] {0.9, 0, 0, 0})),
        new Tampered("floors: 0.01 on tiny", with(row, "floors", new double[] {0, 0, 0, 0.01})),
        new Tampered(
            "may not be chosen",
            with(row, "exclusions", List.of("", "state: circuit open", "", "soft: min_quality"))),
        new Tampered("exclusions:", with(row, "exclusions", List.of("", "", "", "whatever"))),
        new Tampered("exclusions: has 3", with(row, "exclusions", List.of("", "", ""))),
        new Tampered(
            "lane_shares: sum",
            with(row, "laneShares", Map.of("uniform", 0.01, "holdout", 0.05, "policy", 0.9))),
        new Tampered(
            "canary has a share but nothing to serve",
            with(row, "laneShares", Map.of("canary", 0.5, "policy", 0.5))),
        new Tampered("lane: canary", with(row, "lane", "canary")),
        new Tampered("stratum: unknown", with(row, "stratum", "another")),
        new Tampered("no_explore has no lanes", with(row, "stratum", "no_explore")),
        new Tampered("propensity: 0.5", with(row, "propensity", 0.5)),
        new Tampered("gone is no candidate", with(row, "chosenVariant", "gone")),
        new Tampered("propensity:", with(row, "kind", DecisionKind.PINNED)),
        new Tampered("decided_by", with(row, "kind", DecisionKind.STICKY)),
        new Tampered(
            "not in name order",
            with(row, "candidates", List.of("medium", "large", "small", "tiny"))));
  }

  @ParameterizedTest
  @MethodSource("tampered")
  void check_rowWithOneThingWrong_saysWhat(Tampered tampered) {
    assertThat(String.join("\n", PropensityCheck.check(tampered.row(), "large")))
        .contains(tampered.complaint());
  }

  @Test
  void check_rightRow_findsNothing() {
    assertThat(PropensityCheck.check(row(), "large")).isEmpty();
  }

  @Test
  void check_anotherBaseline_isFound() {
    assertThat(PropensityCheck.check(row(), "medium")).isNotEmpty();
    assertThat(PropensityCheck.check(row(), null))
        .anyMatch(text -> text.contains("holdout has a share but nothing to serve"));
  }

  @Test
  void check_rowsThatWereNotDrawn_findsNothing() {
    assertThat(PropensityCheck.check(Decision.pinned("large", "code", Map.of()), null)).isEmpty();
    assertThat(
            PropensityCheck.check(
                Decision.sticky(new UUID(3, 4), "large", List.of("large"), "code", Map.of()), null))
        .isEmpty();
  }

  @Test
  void rederive_sameRevision_isEqual() {
    PropensityCheck.Rederivation rederived = PropensityCheck.rederive(routing(), row());
    assertThat(rederived.equal()).isTrue();
    assertThat(rederived.propensities()).isEqualTo(row().propensities());
  }

  @Test
  void rederive_pacedDecision_followsFromItsPrice() {
    Policy policy =
        SquareCbPolicy.of(
            Routings.VERSION,
            Routings.settings().withLimits(LearnedSettings.Limits.ofTarget(0.001)),
            Routings.statistics(),
            Routings.PRICES);
    FunctionRouting paced = Routings.learned(policy);
    DecisionRequest free = Routings.request(new UUID(1, 2), "code");
    Decision row =
        SAMPLER.decide(
            paced,
            new DecisionRequest(
                free.episodeId(),
                free.segment(),
                free.features(),
                free.inputTokens(),
                free.exclusions(),
                free.fallbackExclusions(),
                true,
                0.3,
                null));
    assertThat(row.features()).containsEntry(Decision.COST_PRICE, "0.3");
    assertThat(row.utilityWeight()).isBetween(323.0, 327.0);
    assertThat(PropensityCheck.check(row, "large")).isEmpty();
    assertThat(PropensityCheck.rederive(paced, row).equal()).isTrue();

    Map<String, String> other = new HashMap<>(row.features());
    other.put(Decision.COST_PRICE, "0.5");
    assertThat(PropensityCheck.rederive(paced, with(row, "features", other)).discrepancies())
        .anyMatch(text -> text.startsWith("utility_weight: expected 5"));
  }

  @Test
  void rederive_anotherRevision_isRefused() {
    Policy later =
        SquareCbPolicy.of(
            new PolicyVersion("squarecb", "01939a5e", 8),
            Routings.settings(),
            Routings.statistics(),
            Routings.PRICES);
    assertThat(PropensityCheck.rederive(Routings.learned(later), row()).discrepancies())
        .singleElement()
        .asString()
        .contains("revision=8");
  }

  @Test
  void rederive_statisticsThatWereNotThose_saysWhatDiffers() {
    PolicyStatistics statistics = Routings.statistics();
    Policy other =
        SquareCbPolicy.of(
            Routings.VERSION,
            Routings.settings(),
            new PolicyStatistics(
                statistics.feedbackCount() + 1,
                statistics.cells(),
                statistics.variants(),
                statistics.priors()),
            Routings.PRICES);
    assertThat(
            String.join(
                "\n", PropensityCheck.rederive(Routings.learned(other), row()).discrepancies()))
        .contains("gamma")
        .contains("policy_probabilities");
  }

  @Test
  void rederive_featureWithoutTokens_isSaid() {
    Decision row = with(row(), "features", Map.of());
    assertThat(PropensityCheck.rederive(routing(), row).discrepancies())
        .singleElement()
        .asString()
        .contains("input_tokens");
  }

  @Test
  void rederive_canary_comparesTheChallengerToo() {
    Policy challenger = new UniformPolicy(Routings.CANDIDATES);
    FunctionRouting serving =
        new FunctionRouting(
            Routings.FUNCTION,
            Routings.squareCb(),
            FunctionRouting.Draw.KEYED,
            new LaneShares(0, 0, 0.5),
            null,
            List.of("medium", "spare"),
            Routings.PRICES,
            challenger);
    Decision row =
        SAMPLER.decide(
            serving, Routings.request(Routings.episode(new SplittableRandom(1)), "refund"));
    assertThat(row.features()).containsEntry(Decision.CHALLENGER, challenger.version().name());
    assertThat(PropensityCheck.rederive(serving, row).equal()).isTrue();
    Map<String, String> another = new HashMap<>(row.features());
    another.put(Decision.CHALLENGER, "g-7/3");
    assertThat(PropensityCheck.rederive(serving, with(row, "features", another)).discrepancies())
        .containsExactly("challenger: the row has g-7/3, given was /0");
    FunctionRouting wrong =
        serving.withChallenger(
            new StaticPolicy(Map.of("large", 2.0, "medium", 1.0, "small", 1.0, "tiny", 1.0)));
    assertThat(PropensityCheck.rederive(wrong, row).discrepancies())
        .anyMatch(text -> text.startsWith("challenger_probabilities"));
  }

  private static double[] shifted(double[] vector) {
    double[] result = vector.clone();
    result[1] += 0.001;
    result[2] -= 0.001;
    return result;
  }

  /** The row with one component replaced. */
  static Decision with(Decision row, String component, @Nullable Object value) {
    try {
      var components = Decision.class.getRecordComponents();
      Object[] values = new Object[components.length];
      Class<?>[] types = new Class<?>[components.length];
      for (int at = 0; at < components.length; at++) {
        types[at] = components[at].getType();
        values[at] =
            components[at].getName().equals(component)
                ? value
                : components[at].getAccessor().invoke(row);
      }
      return Decision.class.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("no such component: " + component, e);
    }
  }
}
