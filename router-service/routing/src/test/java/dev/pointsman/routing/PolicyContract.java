package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What holds for every {@link Policy}. Extend it with a policy of two to twelve candidates, each
 * with some chance.
 */
public abstract class PolicyContract {

  private static final byte[] SALT = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 6};
  private static final int TRIES = 400;

  /** The policy under test; every call builds the same one anew. */
  protected abstract Policy policy();

  /** Segments to ask for; one should be unknown to the policy. */
  protected List<String> segments() {
    return List.of("billing", "code", "never seen");
  }

  @Test
  void candidates_areInNameOrder() {
    List<String> candidates = policy().candidates();
    assertThat(candidates).isNotEmpty().isSorted().doesNotHaveDuplicates();
  }

  @Test
  void probabilities_anySelectableArms_sumToOneOverThem() {
    Policy policy = policy();
    SplittableRandom random = new SplittableRandom(1);
    for (int attempt = 0; attempt < TRIES; attempt++) {
      DecisionContext context = context(policy, random);
      ArmProbabilities answer = policy.probabilities(context);
      assertThat(Arrays.stream(answer.probabilities()).sum()).isCloseTo(1, within(1e-12));
      for (int arm = 0; arm < answer.probabilities().length; arm++) {
        assertThat(answer.probabilities()[arm]).isBetween(0.0, 1.0);
        if (!context.selectable()[arm]) {
          assertThat(answer.probabilities()[arm]).isZero();
        }
        assertThat(answer.floors()[arm]).isBetween(0.0, 0.3);
      }
    }
  }

  @Test
  void probabilities_samePolicyBuiltAnew_isTheSameToTheLastBit() {
    Policy policy = policy();
    Policy again = policy();
    SplittableRandom random = new SplittableRandom(2);
    for (int attempt = 0; attempt < TRIES; attempt++) {
      DecisionContext context = context(policy, random);
      assertThat(again.probabilities(context))
          .usingRecursiveComparison()
          .isEqualTo(policy.probabilities(context));
    }
  }

  @Test
  void probabilities_contextOfOtherCandidates_isRefused() {
    Policy policy = policy();
    int arms = policy.candidates().size();
    DecisionContext tooShort =
        new DecisionContext(
            "code", new boolean[arms - 1], Collections.nCopies(arms, null), 10, Map.of(), 0, null);
    assertThatThrownBy(() -> policy.probabilities(tooShort))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one entry per candidate");
  }

  @Test
  void probabilities_nothingSelectable_isRefused() {
    Policy policy = policy();
    int arms = policy.candidates().size();
    DecisionContext nothing =
        new DecisionContext(
            "code", new boolean[arms], Collections.nCopies(arms, null), 10, Map.of(), 0, null);
    assertThatThrownBy(() -> policy.probabilities(nothing))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("selectable");
  }

  @Test
  void decide_anyExclusions_rowProvesItsPropensitiesAndFloors() {
    FunctionRouting routing = routing(policy());
    DecisionSampler sampler = new DecisionSampler(SALT);
    SplittableRandom random = new SplittableRandom(3);
    for (int attempt = 0; attempt < TRIES; attempt++) {
      Decision row = sampler.decide(routing, request(routing, random));
      assertThat(PropensityCheck.check(row, routing.baselineVariant())).isEmpty();
      if (row.kind() == DecisionKind.DECISION) {
        assertThat(row.propensity()).isGreaterThan(0).isLessThanOrEqualTo(1);
        for (int arm = 0; arm < row.floors().length; arm++) {
          assertThat(row.policyProbabilities()[arm]).isGreaterThanOrEqualTo(row.floors()[arm]);
        }
      }
    }
  }

  @Test
  void decide_policyBuiltAnew_rederivesTheRow() {
    FunctionRouting routing = routing(policy());
    FunctionRouting again = routing(policy());
    DecisionSampler sampler = new DecisionSampler(SALT);
    SplittableRandom random = new SplittableRandom(4);
    for (int attempt = 0; attempt < TRIES; attempt++) {
      Decision row = sampler.decide(routing, request(routing, random));
      if (row.kind() == DecisionKind.DECISION) {
        PropensityCheck.Rederivation rederived = PropensityCheck.rederive(again, row);
        assertThat(rederived.discrepancies()).isEmpty();
        assertThat(rederived.propensities()).containsExactly(row.propensities(), within(1e-12));
      }
    }
  }

  @Test
  void decide_sameUnitTwice_choosesTheSame() {
    FunctionRouting routing = routing(policy());
    SplittableRandom random = new SplittableRandom(5);
    for (int attempt = 0; attempt < TRIES; attempt++) {
      DecisionRequest request = request(routing, random);
      assertThat(new DecisionSampler(SALT).decide(routing, request))
          .usingRecursiveComparison()
          .isEqualTo(new DecisionSampler(SALT).decide(routing, request));
    }
  }

  private static FunctionRouting routing(Policy policy) {
    List<@Nullable TokenPrice> prices =
        IntStream.range(0, policy.candidates().size())
            .<@Nullable TokenPrice>mapToObj(arm -> new TokenPrice(100 + 50 * arm, 400 + 10 * arm))
            .toList();
    return new FunctionRouting(
        "f",
        policy,
        FunctionRouting.Draw.KEYED,
        new LaneShares(0.02, 0.05, 0),
        policy.candidates().getLast(),
        List.of("spare"),
        prices);
  }

  private DecisionContext context(Policy policy, SplittableRandom random) {
    boolean[] selectable = new boolean[policy.candidates().size()];
    for (int arm = 0; arm < selectable.length; arm++) {
      selectable[arm] = random.nextInt(3) > 0;
    }
    selectable[random.nextInt(selectable.length)] = true;
    List<@Nullable TokenPrice> prices =
        IntStream.range(0, selectable.length)
            .<@Nullable TokenPrice>mapToObj(
                arm -> random.nextInt(5) == 0 ? null : new TokenPrice(random.nextInt(5000), 900))
            .toList();
    return new DecisionContext(
        segments().get(random.nextInt(segments().size())),
        selectable,
        prices,
        random.nextInt(5000),
        Map.of(),
        0,
        null);
  }

  private DecisionRequest request(FunctionRouting routing, SplittableRandom random) {
    Exclusion.Level[] levels = Exclusion.Level.values();
    List<@Nullable Exclusion> exclusions =
        routing.policy().candidates().stream()
            .<@Nullable Exclusion>map(
                name ->
                    random.nextInt(3) > 0
                        ? null
                        : new Exclusion(levels[random.nextInt(levels.length)], "a test"))
            .toList();
    return new DecisionRequest(
        new UUID(random.nextLong(), random.nextLong()),
        segments().get(random.nextInt(segments().size())),
        Map.of(),
        random.nextInt(5000),
        exclusions,
        Collections.singletonList(null),
        random.nextInt(10) > 0,
        null,
        null);
  }
}
