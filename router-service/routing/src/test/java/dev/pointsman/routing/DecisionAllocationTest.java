package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is drawn agrees with what is logged, over many decisions and every kind of exclusion. */
final class DecisionAllocationTest {

  private static final int DECISIONS = 200_000;
  private static final double BLOCK = 0.001;
  private static final DecisionSampler SAMPLER = new DecisionSampler(Routings.SALT);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void decide_manyUnits_armsAndLanesComeAsOftenAsLogged(long seed) {
    Sums sums = new Sums();
    SplittableRandom random = new SplittableRandom(seed);
    FunctionRouting routing = routing();
    for (int unit = 0; unit < DECISIONS; unit++) {
      Decision row = SAMPLER.decide(routing, request(random));
      sums.add(row, row.chosenVariant());
    }
    assertThat(sums.rejected()).isEmpty();
    assertThat(sums.arms).containsOnlyKeys(Routings.CANDIDATES.toArray(String[]::new));
    assertThat(sums.lanes).containsOnlyKeys("uniform", "holdout", "policy", "canary");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void decide_oneArmDrawnAFifthTooSeldom_isCaught(long seed) {
    Sums sums = new Sums();
    SplittableRandom random = new SplittableRandom(seed);
    FunctionRouting routing = routing();
    for (int unit = 0; unit < DECISIONS; unit++) {
      if (unit % 1000 == 0 && !sums.rejected().isEmpty()) {
        break;
      }
      Decision row = SAMPLER.decide(routing, request(random));
      boolean stolen = row.chosenVariant().equals("small") && random.nextInt(5) == 0;
      sums.add(row, stolen ? "large" : row.chosenVariant());
    }
    assertThat(sums.rejected()).containsAnyOf("small", "large");
  }

  /** Two nodes whose vectors differ by d in total variation. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void decide_twoNodesWithOtherVectors_disagreeAsSeldomAsPromised(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int pair = 0; pair < 4; pair++) {
      FunctionRouting first = weighted(random);
      FunctionRouting second = weighted(random);
      int disagreements = 0;
      int units = 5_000;
      double distance = 0;
      for (int unit = 0; unit < units; unit++) {
        DecisionRequest request = Routings.request(Routings.episode(random), "code");
        Decision one = SAMPLER.decide(first, request);
        Decision other = SAMPLER.decide(second, request);
        disagreements += one.chosenVariant().equals(other.chosenVariant()) ? 0 : 1;
        distance = 0;
        for (int arm = 0; arm < one.propensities().length; arm++) {
          distance += Math.abs(one.propensities()[arm] - other.propensities()[arm]) / 2;
        }
      }
      double bound = 2 * distance / (1 + distance);
      double fourErrors = 4 * Math.sqrt(bound * (1 - Math.min(1, bound)) / units);
      assertThat(disagreements / (double) units).isLessThanOrEqualTo(bound + fourErrors);
      assertThat(disagreements / (double) units).isGreaterThanOrEqualTo(distance - 0.03);
    }
  }

  @Test
  void alwaysValidSum_rightProbability_isNotRejected() {
    SplittableRandom random = new SplittableRandom(9);
    AlwaysValidSum sum = new AlwaysValidSum(BLOCK);
    for (int unit = 0; unit < DECISIONS; unit++) {
      sum.add(random.nextDouble() < 0.01, 0.01);
    }
    assertThat(sum.rejected()).isFalse();
  }

  private static FunctionRouting routing() {
    Policy challenger =
        new StaticPolicy(Map.of("large", 1.0, "medium", 3.0, "small", 3.0, "tiny", 3.0));
    return new FunctionRouting(
        Routings.FUNCTION,
        Routings.squareCb(),
        FunctionRouting.Draw.KEYED,
        new LaneShares(0.02, 0.05, 0.05),
        "large",
        List.of("medium", "spare"),
        Routings.PRICES,
        challenger);
  }

  private static FunctionRouting weighted(SplittableRandom random) {
    Map<String, Double> weights = new TreeMap<>();
    for (String name : Routings.CANDIDATES) {
      weights.put(name, 0.05 + random.nextDouble());
    }
    return new FunctionRouting(
        Routings.FUNCTION,
        new StaticPolicy(weights),
        FunctionRouting.Draw.KEYED,
        LaneShares.POLICY_ONLY,
        null,
        List.of("medium", "spare"),
        Routings.PRICES);
  }

  private static DecisionRequest request(SplittableRandom random) {
    Exclusion.Level[] levels = Exclusion.Level.values();
    List<@Nullable Exclusion> exclusions = new ArrayList<>(Arrays.asList(null, null, null, null));
    if (random.nextInt(4) == 0) {
      exclusions.set(
          random.nextInt(4), new Exclusion(levels[random.nextInt(levels.length)], "a test"));
    }
    return Routings.request(
        Routings.episode(random),
        Routings.SEGMENTS.get(random.nextInt(3)),
        exclusions,
        Routings.nothing(2),
        true);
  }

  /** A test per arm and per lane; a lane that is out has probability 0 in that decision. */
  private static final class Sums {

    private final Map<String, AlwaysValidSum> arms = new TreeMap<>();
    private final Map<String, AlwaysValidSum> lanes = new TreeMap<>();

    void add(Decision row, String chosen) {
      for (int arm = 0; arm < row.candidates().size(); arm++) {
        String name = row.candidates().get(arm);
        arms.computeIfAbsent(name, added -> new AlwaysValidSum(BLOCK))
            .add(name.equals(chosen), row.propensities()[arm]);
      }
      row.laneShares()
          .forEach(
              (lane, share) ->
                  lanes
                      .computeIfAbsent(lane, added -> new AlwaysValidSum(BLOCK))
                      .add(lane.equals(row.lane()), share));
    }

    List<String> rejected() {
      return Stream.of(arms, lanes)
          .flatMap(tests -> tests.entrySet().stream())
          .filter(entry -> entry.getValue().rejected())
          .map(Map.Entry::getKey)
          .toList();
    }
  }
}
