package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TensorZeroDrawTest {

  private static final DecisionSampler SAMPLER = new DecisionSampler(Routings.SALT);
  private static final UUID EPISODE = UUID.fromString("01939a5e-7c00-7000-8000-000000000002");

  /** SHA-256 computed elsewhere. */
  @ParameterizedTest
  @CsvSource({
    "basic, 01939a5e-7c00-7000-8000-000000000001, 0.10335366311483085",
    "basic, 01939a5e-7c00-7000-8000-000000000002, 0.14827797655016184",
    "basic, 01939a5e-7c00-7000-8000-000000000003, 0.8635694726835936",
    "support_reply, 01939a5e-7c00-7000-8000-000000000001, 0.30713762040250003",
    "support_reply, 01939a5e-7c00-7000-8000-000000000002, 0.4440709645859897",
    "support_reply, 01939a5e-7c00-7000-8000-000000000003, 0.9112102838698775"
  })
  void uniform_functionAndEpisode_isFourBytesOfSha256(
      String function, UUID episode, double expected) {
    assertThat(TensorZeroDraw.uniform(function, episode)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0.2499, 0", "0.25, 1", "0.5, 2", "0.74, 2", "0.99999, 3"})
  void pick_equalWeights_isTheIndexOfUTimesN(double u, int expected) {
    assertThat(TensorZeroDraw.pick(new double[] {1, 1, 1, 1}, all(4), u)).isEqualTo(expected);
  }

  @Test
  void pick_weights_takesTheFirstCumulativeWeightAbove() {
    double[] weights = {0.5, 0, 1.5};
    assertThat(TensorZeroDraw.pick(weights, all(3), 0.2499)).isZero();
    assertThat(TensorZeroDraw.pick(weights, all(3), 0.25)).isEqualTo(2);
    assertThat(TensorZeroDraw.pick(weights, new boolean[] {false, true, false}, 0.5)).isEqualTo(-1);
  }

  @Test
  void decide_noSection_drawsByIndexAndRemovesWhatFails() {
    // u = 0.444 with the function's name: index 1 of 4, then 1 of 3, 0 of 2.
    Decision row = decide(new UniformPolicy(Routings.CANDIDATES), Routings.nothing(4), List.of());
    assertThat(row.chosenVariant()).isEqualTo("medium");
    assertThat(row.fallbackOrder()).containsExactly("medium", "small", "large", "tiny");
    assertThat(row.propensity()).isEqualTo(0.25);
    assertThat(row.lane()).isEqualTo("static");
    assertThat(row.laneShares()).containsExactly(Map.entry("static", 1.0));
    assertThat(row.floors()).containsOnly(0.0);
    assertThat(PropensityCheck.check(row, null)).isEmpty();
  }

  @Test
  void decide_staticWeights_armWithoutWeightIsNeverTried() {
    // u = 0.444: of cumulative 1, 1, 4, 5 the first above 2.22 is small; then of 1, 1, 2 above 0.89
    // large; then tiny.
    Decision row =
        decide(
            new StaticPolicy(Map.of("large", 1.0, "medium", 0.0, "small", 3.0, "tiny", 1.0)),
            Routings.nothing(4),
            List.of("spare", "large"));
    assertThat(row.fallbackOrder()).containsExactly("small", "large", "tiny", "spare");
    assertThat(row.propensities()).containsExactly(0.2, 0, 0.6, 0.2);
    assertThat(PropensityCheck.check(row, null)).isEmpty();
  }

  @Test
  void decide_onlyWeightlessArmsEligible_forcesTheFallbacks() {
    Exclusion open = new Exclusion(Exclusion.Level.STATE, "circuit open");
    Decision row =
        decide(
            new StaticPolicy(Map.of("large", 1.0, "medium", 0.0, "small", 0.0, "tiny", 1.0)),
            Arrays.asList(open, null, null, open),
            List.of("spare"));
    assertThat(row.kind()).isEqualTo(DecisionKind.FORCED);
    assertThat(row.chosenVariant()).isEqualTo("spare");
  }

  @Test
  void decide_onlySoftlyExcludedArmsHaveWeight_dropsTheSoftRules() {
    Exclusion slow = new Exclusion(Exclusion.Level.SOFT, "latency_slo");
    Decision row =
        decide(
            new StaticPolicy(Map.of("large", 1.0, "medium", 0.0, "small", 0.0, "tiny", 1.0)),
            Arrays.asList(slow, null, null, slow),
            List.of());
    assertThat(row.propensities()).containsExactly(0.5, 0, 0, 0.5);
    assertThat(row.features()).containsEntry("soft_exclusions", "dropped");
    assertThat(PropensityCheck.check(row, null)).isEmpty();
  }

  @Test
  void functionRouting_learnedPolicy_mayNotDrawLikeTensorZero() {
    assertThatThrownBy(() -> routing(Routings.squareCb(), List.of()))
        .hasMessageContaining("TensorZero's draw is for static weights");
  }

  private static Decision decide(
      Policy policy, List<@Nullable Exclusion> exclusions, List<String> fallbacks) {
    return SAMPLER.decide(
        routing(policy, fallbacks),
        Routings.request(
            EPISODE, "all", exclusions, Collections.nCopies(fallbacks.size(), null), true));
  }

  private static FunctionRouting routing(Policy policy, List<String> fallbacks) {
    return new FunctionRouting(
        Routings.FUNCTION,
        policy,
        FunctionRouting.Draw.TENSORZERO,
        LaneShares.POLICY_ONLY,
        null,
        fallbacks,
        Routings.PRICES);
  }

  private static boolean[] all(int arms) {
    boolean[] result = new boolean[arms];
    Arrays.fill(result, true);
    return result;
  }
}
