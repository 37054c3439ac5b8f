package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class DecisionSamplerTest {

  private static final DecisionSampler SAMPLER = new DecisionSampler(Routings.SALT);
  private static final KeyedHash HASH = new KeyedHash(Routings.SALT);
  private static final Exclusion STATE = new Exclusion(Exclusion.Level.STATE, "circuit open");
  private static final Exclusion REQUEST = new Exclusion(Exclusion.Level.REQUEST, "context length");
  private static final Exclusion SOFT = new Exclusion(Exclusion.Level.SOFT, "min_quality");

  private final SplittableRandom random = new SplittableRandom(20);

  @Test
  void decide_lane_followsTheIntervalsOfItsHash() {
    FunctionRouting routing =
        withShares(new LaneShares(0.2, 0.3, 0.1)).withChallenger(challenger());
    for (int unit = 0; unit < 2000; unit++) {
      UUID episode = Routings.episode(random);
      double u = HASH.message("lane", Routings.FUNCTION, episode.toString()).uniform();
      Decision row = SAMPLER.decide(routing, Routings.request(episode, "code"));
      assertThat(row.lane())
          .isEqualTo(u < 0.2 ? "uniform" : u < 0.5 ? "holdout" : u < 0.9 ? "policy" : "canary");
      assertThat(row.laneShares())
          .containsOnlyKeys("uniform", "holdout", "policy", "canary")
          .containsEntry("holdout", 0.3);
    }
  }

  @Test
  void decide_baselineOut_policyInheritsItsIntervalAndNoOtherUnitMoves() {
    FunctionRouting routing =
        withShares(new LaneShares(0.2, 0.3, 0.1)).withChallenger(challenger());
    List<@Nullable Exclusion> baselineOut = Arrays.asList(STATE, null, null, null);
    for (int unit = 0; unit < 2000; unit++) {
      UUID episode = Routings.episode(random);
      Decision with = SAMPLER.decide(routing, Routings.request(episode, "code"));
      Decision without =
          SAMPLER.decide(
              routing, Routings.request(episode, "code", baselineOut, Routings.nothing(2), true));
      assertThat(without.lane()).isEqualTo(with.lane().equals("holdout") ? "policy" : with.lane());
      assertThat(without.laneShares()).doesNotContainKey("holdout");
      assertThat(without.laneShares().get("policy")).isCloseTo(0.7, within(1e-15));
    }
  }

  @Test
  void decide_canaryRamp_movesUnitsOnlyFromPolicyToCanary() {
    FunctionRouting small = withShares(new LaneShares(0.1, 0.1, 0.05)).withChallenger(challenger());
    FunctionRouting large = withShares(new LaneShares(0.1, 0.1, 0.5)).withChallenger(challenger());
    for (int unit = 0; unit < 2000; unit++) {
      DecisionRequest request = Routings.request(Routings.episode(random), "code");
      Decision before = SAMPLER.decide(small, request);
      Decision after = SAMPLER.decide(large, request);
      if (!after.lane().equals(before.lane())) {
        assertThat(before.lane()).isEqualTo("policy");
        assertThat(after.lane()).isEqualTo("canary");
      }
    }
  }

  @Test
  void decide_challengerInTheShadow_isLoggedAndChangesNoChoice() {
    FunctionRouting alone = withShares(new LaneShares(0.1, 0.1, 0));
    FunctionRouting shadowed = alone.withChallenger(challenger());
    for (int unit = 0; unit < 500; unit++) {
      DecisionRequest request = Routings.request(Routings.episode(random), "code");
      Decision before = SAMPLER.decide(alone, request);
      Decision after = SAMPLER.decide(shadowed, request);
      assertThat(after.fallbackOrder()).isEqualTo(before.fallbackOrder());
      assertThat(after.propensities()).isEqualTo(before.propensities());
      assertThat(after.laneShares()).isEqualTo(before.laneShares());
      assertThat(before.features()).doesNotContainKey(Decision.CHALLENGER);
      assertThat(after.features()).containsEntry(Decision.CHALLENGER, "/0");
      assertThat(after.challengerProbabilities())
          .containsExactly(new double[] {0.1, 0.3, 0.3, 0.3}, within(1e-12));
      assertThat(PropensityCheck.check(after, "large")).isEmpty();
    }
  }

  @Test
  void decide_noExplore_asksNoChallenger() {
    FunctionRouting shadowed = withShares(new LaneShares(0.1, 0.1, 0)).withChallenger(challenger());
    Decision row =
        SAMPLER.decide(
            shadowed,
            Routings.request(
                Routings.episode(random), "code", Routings.nothing(4), Routings.nothing(2), false));
    assertThat(row.challengerProbabilities()).isEmpty();
    assertThat(row.features()).doesNotContainKey(Decision.CHALLENGER);
  }

  @Test
  void decide_noChallenger_canaryShareGoesToThePolicy() {
    Decision row =
        SAMPLER.decide(
            withShares(new LaneShares(0.1, 0.1, 0.5)),
            Routings.request(Routings.episode(random), "code"));
    assertThat(row.laneShares()).containsOnlyKeys("uniform", "holdout", "policy");
    assertThat(row.laneShares().get("policy")).isCloseTo(0.8, within(1e-15));
    assertThat(row.challengerProbabilities()).isEmpty();
  }

  @Test
  void decide_propensities_areTheMixtureOfTheLanes() {
    FunctionRouting routing =
        withShares(new LaneShares(0.2, 0.3, 0.1)).withChallenger(challenger());
    Decision row = SAMPLER.decide(routing, Routings.request(Routings.episode(random), "code"));
    for (int arm = 0; arm < 4; arm++) {
      double expected =
          0.2 / 4
              + (arm == 0 ? 0.3 : 0)
              + 0.4 * row.policyProbabilities()[arm]
              + 0.1 * row.challengerProbabilities()[arm];
      assertThat(row.propensities()[arm]).isCloseTo(expected, within(1e-15));
    }
    assertThat(row.propensity())
        .isEqualTo(row.propensities()[row.candidates().indexOf(row.chosenVariant())]);
  }

  @Test
  void decide_softExclusions_leaveTheArmOnlyToUniformAndHoldout() {
    FunctionRouting routing = withShares(new LaneShares(0.2, 0.3, 0));
    List<@Nullable Exclusion> soft = Arrays.asList(SOFT, null, null, SOFT);
    for (int unit = 0; unit < 500; unit++) {
      Decision row =
          SAMPLER.decide(
              routing,
              Routings.request(Routings.episode(random), "code", soft, Routings.nothing(2), true));
      assertThat(row.policyProbabilities()[0]).isZero();
      assertThat(row.propensities()[0]).isCloseTo(0.2 / 4 + 0.3, within(1e-15));
      assertThat(row.propensities()[3]).isCloseTo(0.2 / 4, within(1e-15));
      assertThat(row.exclusions())
          .containsExactly("soft: min_quality", "", "", "soft: min_quality");
      if (row.lane().equals("policy")) {
        assertThat(row.fallbackOrder().subList(0, 2)).containsExactlyInAnyOrder("medium", "small");
      }
      assertThat(row.fallbackOrder())
          .containsExactlyInAnyOrder("large", "medium", "small", "tiny", "spare");
    }
  }

  @Test
  void decide_onlySoftlyExcludedArmsLeft_dropsTheSoftRulesAndSaysSo() {
    List<@Nullable Exclusion> exclusions = Arrays.asList(SOFT, REQUEST, STATE, SOFT);
    Decision row =
        SAMPLER.decide(
            withShares(LaneShares.POLICY_ONLY),
            Routings.request(
                Routings.episode(random), "code", exclusions, Routings.nothing(2), true));
    assertThat(row.features()).containsEntry("soft_exclusions", "dropped");
    assertThat(row.policyProbabilities()[0] + row.policyProbabilities()[3])
        .isCloseTo(1, within(1e-15));
  }

  @Test
  void decide_noExplore_takesTheGreedyArmForCertainWithoutLanes() {
    for (int unit = 0; unit < 200; unit++) {
      Decision row =
          SAMPLER.decide(
              withShares(new LaneShares(0.3, 0.3, 0)),
              Routings.request(
                  Routings.episode(random),
                  "code",
                  Routings.nothing(4),
                  Routings.nothing(2),
                  false));
      assertThat(row.stratum()).isEqualTo("no_explore");
      assertThat(row.lane()).isNull();
      assertThat(row.laneShares()).isEmpty();
      assertThat(row.chosenVariant()).isEqualTo("large");
      assertThat(row.propensity()).isEqualTo(1);
      assertThat(row.explored()).isFalse();
    }
  }

  @Test
  void decide_oneEligibleCandidate_isADecisionWithProbabilityOne() {
    List<@Nullable Exclusion> exclusions = Arrays.asList(STATE, STATE, null, REQUEST);
    Decision row =
        SAMPLER.decide(
            withShares(new LaneShares(0.1, 0.7, 0)),
            Routings.request(
                Routings.episode(random), "code", exclusions, Routings.nothing(2), true));
    assertThat(row.kind()).isEqualTo(DecisionKind.DECISION);
    assertThat(row.chosenVariant()).isEqualTo("small");
    assertThat(row.propensity()).isEqualTo(1);
    // medium is listed as a fallback too, but an excluded arm is never tried.
    assertThat(row.fallbackOrder()).containsExactly("small", "spare");
  }

  @Test
  void decide_noEligibleCandidate_forcesTheFirstUsableFallback() {
    List<@Nullable Exclusion> all = Arrays.asList(STATE, STATE, REQUEST, STATE);
    Decision row =
        SAMPLER.decide(
            withShares(LaneShares.POLICY_ONLY),
            Routings.request(Routings.episode(random), "code", all, Routings.nothing(2), true));
    assertThat(row.kind()).isEqualTo(DecisionKind.FORCED);
    assertThat(row.chosenVariant()).isEqualTo("spare");
    assertThat(row.fallbackOrder()).containsExactly("spare");
    assertThat(row.propensity()).isNull();
    assertThat(row.propensities()).isEmpty();
    assertThat(row.exclusions()).contains("request: context length");
  }

  @Test
  void decide_everythingExcludedByTheRequest_blamesTheRequest() {
    assertThatThrownBy(() -> decideExcluding(REQUEST, REQUEST))
        .isInstanceOfSatisfying(
            NoEligibleVariantException.class, e -> assertThat(e.requestToBlame()).isTrue())
        .hasMessageContaining("functions.support_reply")
        .hasMessageContaining("spare (request: context length)");
  }

  @Test
  void decide_somethingExcludedByState_blamesTheState() {
    assertThatThrownBy(() -> decideExcluding(REQUEST, STATE))
        .isInstanceOfSatisfying(
            NoEligibleVariantException.class, e -> assertThat(e.requestToBlame()).isFalse());
  }

  private static Decision decideExcluding(Exclusion candidates, Exclusion fallbacks) {
    return SAMPLER.decide(
        withShares(LaneShares.POLICY_ONLY),
        Routings.request(
            new UUID(1, 2),
            "code",
            Arrays.asList(candidates, candidates, candidates, candidates),
            Arrays.asList(fallbacks, fallbacks),
            true));
  }

  @Test
  void decide_fallbackOrder_isTheOrderOfArrivalInTheLane() {
    FunctionRouting routing = withShares(LaneShares.POLICY_ONLY);
    for (int unit = 0; unit < 200; unit++) {
      UUID episode = Routings.episode(random);
      Decision row = SAMPLER.decide(routing, Routings.request(episode, "code"));
      Map<String, Double> arrivals = new HashMap<>();
      for (int arm = 0; arm < 4; arm++) {
        double u =
            HASH.message("arm", Routings.FUNCTION, episode.toString())
                .uniformWith(row.candidates().get(arm));
        arrivals.put(
            row.candidates().get(arm), -StrictMath.log(u) / row.policyProbabilities()[arm]);
      }
      assertThat(row.fallbackOrder().subList(0, 4))
          .isSortedAccordingTo(java.util.Comparator.comparing(arrivals::get));
      assertThat(row.fallbackOrder()).hasSize(5).endsWith("spare");
      assertThat(row.chosenVariant()).isEqualTo(row.fallbackOrder().getFirst());
    }
  }

  @Test
  void decide_holdoutLane_triesTheOthersByTheRaceOnThePolicy() {
    FunctionRouting holdout = withShares(new LaneShares(0, 0.999, 0));
    FunctionRouting policy = withShares(LaneShares.POLICY_ONLY);
    for (int unit = 0; unit < 200; unit++) {
      DecisionRequest request = Routings.request(Routings.episode(random), "refund");
      Decision row = SAMPLER.decide(holdout, request);
      List<String> race =
          SAMPLER.decide(policy, request).fallbackOrder().stream()
              .filter(name -> !name.equals("large"))
              .toList();
      if (row.lane().equals("holdout")) {
        assertThat(row.fallbackOrder()).startsWith("large").endsWith(race.toArray(String[]::new));
      }
    }
  }

  @Test
  void decide_explored_isAChoiceLessProbableThanThePolicysBest() {
    FunctionRouting routing = withShares(new LaneShares(0.5, 0, 0));
    for (int unit = 0; unit < 300; unit++) {
      Decision row = SAMPLER.decide(routing, Routings.request(Routings.episode(random), "code"));
      assertThat(row.explored()).isEqualTo(!row.chosenVariant().equals("large"));
    }
  }

  /** Golden for ever under hash version 1. */
  @Test
  void decide_knownEpisodes_drawsAreGolden() {
    StringBuilder drawn = new StringBuilder();
    for (int unit = 1; unit <= 12; unit++) {
      Decision row =
          SAMPLER.decide(
              new FunctionRouting(
                  Routings.FUNCTION,
                  new StaticPolicy(Map.of("large", 1.0, "medium", 1.0, "small", 2.0, "tiny", 4.0)),
                  FunctionRouting.Draw.KEYED,
                  new LaneShares(0.2, 0.2, 0),
                  "large",
                  List.of(),
                  Routings.PRICES),
              Routings.request(
                  new UUID(0x01939a5e7c007000L, 0x8000000000000000L + unit),
                  "code",
                  Routings.nothing(4),
                  List.of(),
                  true));
      drawn.append(row.lane(), 0, 1).append(':').append(String.join(",", row.fallbackOrder()));
      drawn.append('\n');
    }
    assertThat(drawn.toString())
        .isEqualTo(
            """
            h:large,tiny,medium,small
            h:large,tiny,small,medium
            p:tiny,small,large,medium
            p:tiny,large,medium,small
            p:large,small,tiny,medium
            u:medium,tiny,large,small
            u:tiny,medium,large,small
            u:tiny,small,large,medium
            p:tiny,small,medium,large
            p:small,large,tiny,medium
            u:large,tiny,medium,small
            h:large,tiny,small,medium
            """);
  }

  @Test
  void decide_listsOfAnotherLength_areRefused() {
    FunctionRouting routing = withShares(LaneShares.POLICY_ONLY);
    assertThatThrownBy(
            () ->
                SAMPLER.decide(
                    routing,
                    Routings.request(
                        new UUID(1, 2), "s", Routings.nothing(3), Routings.nothing(2), true)))
        .hasMessageContaining("4 candidates, 3 given");
    assertThatThrownBy(
            () ->
                SAMPLER.decide(
                    routing,
                    Routings.request(
                        new UUID(1, 2), "s", Routings.nothing(4), Routings.nothing(1), true)))
        .hasMessageContaining("2 fallbacks, 1 given");
  }

  @Test
  void functionRouting_challengerOverOtherCandidates_isRefused() {
    assertThatThrownBy(
            () ->
                withShares(LaneShares.POLICY_ONLY)
                    .withChallenger(new UniformPolicy(List.of("a", "b"))))
        .hasMessageContaining("the challenger's candidates");
  }

  private static Policy challenger() {
    return new StaticPolicy(Map.of("large", 1.0, "medium", 3.0, "small", 3.0, "tiny", 3.0));
  }

  private static FunctionRouting withShares(LaneShares shares) {
    return new FunctionRouting(
        Routings.FUNCTION,
        Routings.squareCb(),
        FunctionRouting.Draw.KEYED,
        shares,
        "large",
        List.of("medium", "spare"),
        Routings.PRICES);
  }
}
