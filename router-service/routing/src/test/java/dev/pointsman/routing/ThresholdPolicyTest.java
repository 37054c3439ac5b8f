package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ThresholdPolicyTest extends PolicyContract {

  private static final PolicyVersion VERSION = new PolicyVersion("threshold", "g", 3);
  private static final List<@Nullable TokenPrice> PRICES =
      List.of(new TokenPrice(2500, 10000), new TokenPrice(150, 600));
  private static final LaneShares LANES = new LaneShares(0.01, 0.05, 0);

  /** The strong one leads by 0.6 in code, 0.3 in billing, and by nothing in refund. */
  private static final PolicyStatistics EVIDENCE =
      new PolicyStatistics(
          1_200,
          List.of(
              cell("billing", "large", 0.9),
              cell("billing", "small", 0.6),
              cell("code", "large", 0.8),
              cell("code", "small", 0.2),
              cell("refund", "large", 0.7),
              cell("refund", "small", 0.7)),
          List.of(
              new PolicyStatistics.VariantEvidence("large", 600, 600, false),
              new PolicyStatistics.VariantEvidence("small", 600, 600, false)),
          Map.of());

  private static PolicyStatistics.Cell cell(String segment, String variant, double mean) {
    return new PolicyStatistics.Cell(segment, variant, 200, 200 * mean, 200 * mean, 100.0, 1e6, 0);
  }

  private static LearnedSettings settings(double wanted, double minProbability) {
    return new LearnedSettings(
        "threshold",
        List.of("large", "small"),
        "large",
        LearnedSettings.Weights.NONE,
        new LearnedSettings.Exploration(minProbability, 0.02, LearnedSettings.Nursery.DEFAULT),
        null,
        LearnedSettings.Options.DEFAULT.withStrongShare(
            LearnedSettings.StrongShare.of("large", wanted, LANES, true)),
        LearnedSettings.Limits.NONE);
  }

  private static DecisionContext context(String segment, double... shifts) {
    return new DecisionContext(
        segment,
        new boolean[] {true, true},
        PRICES,
        400,
        Map.of(),
        0,
        new TextShift("text-a", shifts));
  }

  private static List<DecisionContext> traffic(int billing, int code, int refund) {
    List<DecisionContext> contexts = new ArrayList<>();
    contexts.addAll(Collections.nCopies(billing, context("billing")));
    contexts.addAll(Collections.nCopies(code, context("code")));
    contexts.addAll(Collections.nCopies(refund, context("refund")));
    return contexts;
  }

  private static ThresholdPolicy policy(LearnedSettings settings, PolicyStatistics statistics) {
    return ThresholdPolicy.of(VERSION, settings, statistics, PRICES, MeanEstimator.ADDITIVE_RIDGE);
  }

  @Override
  protected Policy policy() {
    LearnedSettings settings = settings(0.3, 0.005);
    return policy(
        settings, ThresholdPolicy.calibrated(settings, EVIDENCE, PRICES, traffic(500, 100, 400)));
  }

  /** What F(π) of the policy gives the strong arm of those decisions. */
  private static double share(Policy policy, List<DecisionContext> decisions) {
    double sum = 0;
    for (DecisionContext context : decisions) {
      ArmProbabilities answer = policy.probabilities(context);
      double[] floors = ProbabilityFloors.applicable(answer.floors(), context.selectable());
      sum += ProbabilityFloors.raise(answer.probabilities(), floors)[0];
    }
    return sum / decisions.size();
  }

  @Test
  void calibrated_bySegments_givesTheGreatestLeadFirstAndTheShareExactly() {
    LearnedSettings settings = settings(0.3, 0);
    // 0.3 of all = 0.005 of the uniform slice + 0.05 of the holdout + 0.94 · 0.26064 of the policy.
    double ofPolicy = 0.245 / 0.94;
    List<DecisionContext> decisions = traffic(500, 100, 400);
    PolicyStatistics.Threshold threshold =
        ThresholdPolicy.calibrated(settings, EVIDENCE, PRICES, decisions).threshold();

    assertThat(threshold.decisions()).isEqualTo(1_000);
    // All of code, and of billing what is left: (0.26064 · 1000 − 100) / 500.
    assertThat(threshold.atLead()).isCloseTo((1_000 * ofPolicy - 100) / 500, within(1e-12));
    assertThat(threshold.share()).isCloseTo(ofPolicy, within(1e-12));
    ThresholdPolicy policy = policy(settings, EVIDENCE.withThreshold(threshold));
    assertThat(policy.probabilities(context("code")).probabilities()[0]).isEqualTo(1);
    assertThat(policy.probabilities(context("billing")).probabilities()[0])
        .isEqualTo(threshold.atLead());
    assertThat(policy.probabilities(context("refund")).probabilities()[0]).isZero();
  }

  @Property(seed = "7", tries = 200, shrinking = ShrinkingMode.OFF)
  void calibrated_anyTraffic_keepsTheShareWithItsFloors(
      @ForAll @DoubleRange(min = 0.1, max = 0.9) double wanted,
      @ForAll @DoubleRange(max = 0.05) double minProbability,
      @ForAll boolean young,
      @ForAll boolean byText,
      @ForAll @LongRange(min = 1, max = 1_000_000) long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    LearnedSettings settings = settings(wanted, minProbability);
    PolicyStatistics evidence =
        new PolicyStatistics(
            1_200,
            EVIDENCE.cells(),
            List.of(new PolicyStatistics.VariantEvidence("large", 600, 600, young)),
            Map.of());
    List<DecisionContext> decisions = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      String segment = List.of("billing", "code", "refund", "new").get(random.nextInt(4));
      decisions.add(
          byText
              ? context(segment, random.nextDouble() - 0.5, random.nextDouble() - 0.5)
              : context(segment));
    }
    PolicyStatistics calibrated = ThresholdPolicy.calibrated(settings, evidence, PRICES, decisions);
    double ofPolicy = settings.options().strongShare().ofPolicy();
    double share = share(policy(settings, calibrated), decisions);
    assertThat(share).isCloseTo(calibrated.threshold().share(), within(1e-9));
    assertThat(share).isCloseTo(ofPolicy, within(1e-9));
  }

  @Test
  void calibrated_moreThanExclusionsAllow_givesAllThereIs() {
    LearnedSettings settings = settings(0.9, 0);
    DecisionContext onlyWeak =
        new DecisionContext("code", new boolean[] {false, true}, PRICES, 400, Map.of(), 0, null);
    List<DecisionContext> decisions = new ArrayList<>(traffic(20, 20, 20));
    decisions.addAll(Collections.nCopies(40, onlyWeak));
    PolicyStatistics calibrated = ThresholdPolicy.calibrated(settings, EVIDENCE, PRICES, decisions);
    assertThat(calibrated.threshold().share()).isCloseTo(0.6, within(1e-12));
    assertThat(share(policy(settings, calibrated), decisions)).isCloseTo(0.6, within(1e-12));
  }

  @Test
  void calibrated_oldThreshold_leavesNoTrace() {
    LearnedSettings settings = settings(0.4, 0.005);
    PolicyStatistics once =
        ThresholdPolicy.calibrated(settings, EVIDENCE, PRICES, traffic(10, 10, 10));
    assertThat(ThresholdPolicy.calibrated(settings, once, PRICES, traffic(10, 10, 10)))
        .isEqualTo(once);
  }

  @Test
  void probabilities_beforeAnyDecision_areTheShareByChance() {
    LearnedSettings settings = settings(0.3, 0.005);
    PolicyStatistics none =
        ThresholdPolicy.calibrated(settings, PolicyStatistics.EMPTY, PRICES, List.of());
    assertThat(none.threshold().lead()).isNull();
    for (PolicyStatistics statistics : List.of(PolicyStatistics.EMPTY, none)) {
      ArmProbabilities answer = policy(settings, statistics).probabilities(context("code"));
      assertThat(answer.probabilities()[0]).isCloseTo(0.245 / 0.94, within(1e-15));
      // The likelier one is what is chosen where nothing may be explored.
      assertThat(answer.scores().utility()[1]).isGreaterThan(answer.scores().utility()[0]);
    }
  }

  private static FunctionRouting calibratedRouting() {
    LearnedSettings settings = settings(0.3, 0.005);
    PolicyStatistics calibrated =
        ThresholdPolicy.calibrated(settings, EVIDENCE, PRICES, traffic(500, 100, 400));
    return new FunctionRouting(
        "f",
        policy(settings, calibrated),
        FunctionRouting.Draw.KEYED,
        LANES,
        "large",
        List.of(),
        PRICES);
  }

  @Test
  void decide_longTraffic_givesTheStrongOneItsShareOfAllLanes() {
    FunctionRouting routing = calibratedRouting();
    DecisionSampler sampler = new DecisionSampler(Routings.SALT);
    SplittableRandom random = new SplittableRandom(11);
    int strong = 0;
    int decisions = 40_000;
    for (int i = 0; i < decisions; i++) {
      int kind = random.nextInt(10);
      String segment = kind < 5 ? "billing" : kind < 6 ? "code" : "refund";
      Decision row =
          sampler.decide(
              routing,
              new DecisionRequest(
                  Routings.episode(random),
                  segment,
                  Map.of(),
                  400,
                  Routings.nothing(2),
                  List.of(),
                  true,
                  null,
                  null));
      strong += row.chosenVariant().equals("large") ? 1 : 0;
    }
    // Standard error 0.0023.
    assertThat((double) strong / decisions).isCloseTo(0.3, within(0.007));
  }

  @Test
  void decide_byText_bothChecksHoldWithoutTheText() {
    LearnedSettings settings = settings(0.3, 0.005);
    SplittableRandom random = new SplittableRandom(5);
    List<DecisionContext> asked = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      asked.add(context("billing", random.nextDouble() - 0.5, random.nextDouble() - 0.5));
    }
    FunctionRouting routing =
        new FunctionRouting(
            "f",
            policy(settings, ThresholdPolicy.calibrated(settings, EVIDENCE, PRICES, asked)),
            FunctionRouting.Draw.KEYED,
            LANES,
            "large",
            List.of(),
            PRICES);
    int strong = 0;
    for (DecisionContext context : asked) {
      Decision row =
          new DecisionSampler(Routings.SALT)
              .decide(
                  routing,
                  new DecisionRequest(
                      Routings.episode(random),
                      "billing",
                      Map.of(),
                      400,
                      Routings.nothing(2),
                      List.of(),
                      true,
                      null,
                      new TextShift("text-00000000000000aa", context.textShifts())));
      assertThat(PropensityCheck.check(row, "large")).isEmpty();
      assertThat(PropensityCheck.rederive(routing, row).discrepancies()).isEmpty();
      strong += row.policyProbabilities()[0] > 0.5 ? 1 : 0;
    }
    assertThat(strong).as("of the policy's share of 500").isBetween(128, 131);
  }

  @Test
  void decide_noExploring_goesByTheThresholdToo() {
    FunctionRouting routing = calibratedRouting();
    for (String segment : List.of("billing", "code", "refund")) {
      Decision row =
          new DecisionSampler(Routings.SALT)
              .decide(
                  routing,
                  new DecisionRequest(
                      Routings.episode(new SplittableRandom(1)),
                      segment,
                      Map.of(),
                      400,
                      Routings.nothing(2),
                      List.of(),
                      false,
                      null,
                      null));
      assertThat(row.chosenVariant()).isEqualTo(segment.equals("code") ? "large" : "small");
      assertThat(PropensityCheck.check(row, "large")).isEmpty();
      assertThat(PropensityCheck.rederive(routing, row).discrepancies()).isEmpty();
    }
  }

  @Test
  void of_notAPairOrNotAThreshold_isRefused() {
    LearnedSettings three = Routings.settings("threshold", settings(0.3, 0.005).options());
    assertThatThrownBy(
            () ->
                ThresholdPolicy.of(
                    VERSION,
                    three,
                    PolicyStatistics.EMPTY,
                    Routings.PRICES,
                    MeanEstimator.ADDITIVE_RIDGE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two candidates");
    assertThatThrownBy(() -> policy(settings(0.05, 0), EVIDENCE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("above 0 and below 1");
    assertThatThrownBy(
            () ->
                policy(
                    settings(0.3, 0),
                    EVIDENCE.withThreshold(new PolicyStatistics.Threshold(0.1, 1.5, 10, 0.3))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a threshold");
  }
}
