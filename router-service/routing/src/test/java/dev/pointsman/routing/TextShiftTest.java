package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TextShiftTest {

  private static final DecisionSampler SAMPLER = new DecisionSampler(Routings.SALT);

  private static FunctionRouting routing(LearnedAlgorithm algorithm) {
    return Routings.learned(
        algorithm.policy(
            new PolicyVersion(algorithm.label(), "01939a5e", 7),
            Routings.settings(algorithm.label(), LearnedSettings.Options.DEFAULT),
            Routings.statistics(),
            Routings.PRICES,
            MeanEstimator.ADDITIVE_RIDGE));
  }

  private static DecisionRequest request(UUID episode, TextShift text) {
    return new DecisionRequest(
        episode,
        "code",
        Map.of("tag:topic", "code"),
        400,
        Routings.nothing(4),
        Routings.nothing(2),
        true,
        null,
        text);
  }

  @ParameterizedTest
  @EnumSource(
      value = LearnedAlgorithm.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = "THRESHOLD") // of pairs only; ThresholdPolicyTest has its own
  void decide_anyShiftsUnderAnyAlgorithm_bothChecksHoldWithoutTheText(LearnedAlgorithm algorithm) {
    SplittableRandom random = new SplittableRandom(11);
    FunctionRouting routing = routing(algorithm);
    for (int round = 0; round < 50; round++) {
      double[] shifts = random.doubles(4, -0.5, 0.5).toArray();
      double[] factors = random.doubles(round % 3 == 0 ? 0 : 4, 0, 3).toArray();
      TextShift said = new TextShift("text-00000000000000aa", shifts, factors);
      Decision row = SAMPLER.decide(routing, request(Routings.episode(random), said));
      assertThat(PropensityCheck.check(row, "large")).isEmpty();
      // A policy built anew remembers no other text's answer.
      assertThat(PropensityCheck.rederive(routing(algorithm), row).discrepancies()).isEmpty();
      assertThat(row.features())
          .containsEntry(Decision.TEXT_MODEL, "text-00000000000000aa")
          .containsKey(Decision.TEXT_SHIFTS);
      assertThat(row.features().containsKey(Decision.TEXT_TOKENS)).isEqualTo(factors.length > 0);
      assertThat(
              new LoggedInputs(row.candidates(), row.exclusions(), row.segment(), row.features())
                  .served(routing.policy(), Routings.PRICES))
          .as("what an evaluation computes from the row")
          .containsExactly(row.policyProbabilities());
    }
  }

  @Test
  void decide_textThatSpeaksForTheWorstArm_movesProbabilityThere() {
    FunctionRouting routing = routing(LearnedAlgorithm.SQUARECB);
    UUID episode = new UUID(4, 5);
    Decision plain =
        SAMPLER.decide(routing, request(episode, new TextShift("text-a", new double[4])));
    Decision moved =
        SAMPLER.decide(
            routing, request(episode, new TextShift("text-a", new double[] {-0.5, 0, 0, 0.8})));
    assertThat(moved.policyProbabilities()[3]).isGreaterThan(0.9);
    assertThat(plain.policyProbabilities()[3]).isLessThan(0.1);
    assertThat(moved.predictedQuality()[0])
        .isEqualTo(Math.max(0, plain.predictedQuality()[0] - 0.5));
  }

  @Test
  void decide_shiftsOfZero_giveTheVectorOfNoText() {
    FunctionRouting routing = routing(LearnedAlgorithm.SQUARECB);
    UUID episode = new UUID(6, 7);
    Decision without = SAMPLER.decide(routing, Routings.request(episode, "code"));
    Decision with =
        SAMPLER.decide(routing, request(episode, new TextShift("text-a", new double[4])));
    assertThat(with.propensities()).containsExactly(without.propensities());
    assertThat(without.features()).doesNotContainKey(Decision.TEXT_MODEL);
  }

  @Test
  void rederive_shiftThatWasChanged_isFound() {
    FunctionRouting routing = routing(LearnedAlgorithm.SQUARECB);
    Decision row =
        SAMPLER.decide(
            routing,
            request(new UUID(4, 5), new TextShift("text-a", new double[] {0, 0.1, 0, 0.3})));
    Map<String, String> changed = new HashMap<>(row.features());
    changed.put(Decision.TEXT_SHIFTS, "0.0,0.1,0.0,0.30000000000000004");
    FunctionRouting same = routing(LearnedAlgorithm.SQUARECB);
    assertThat(
            PropensityCheck.rederive(
                    same, PropensityCheckTest.with(row, "features", Map.copyOf(changed)))
                .equal())
        .isFalse();
    changed.put(Decision.TEXT_SHIFTS, "0.0,0.1");
    assertThat(
            PropensityCheck.check(
                PropensityCheckTest.with(row, "features", Map.copyOf(changed)), "large"))
        .anyMatch(text -> text.contains("4 candidates, 2 numbers"));
  }

  @Test
  void decide_textThatForetellsLongAnswers_movesTheCostAndTheChoice() {
    FunctionRouting routing = routing(LearnedAlgorithm.SQUARECB);
    double[] none = new double[4];
    Decision plain = SAMPLER.decide(routing, request(new UUID(4, 5), new TextShift("t", none)));
    Decision one =
        SAMPLER.decide(
            routing, request(new UUID(4, 5), new TextShift("t", none, new double[] {1, 1, 1, 1})));
    assertThat(one.propensities()).containsExactly(plain.propensities());
    assertThat(one.predictedCostNanos()).containsExactly(plain.predictedCostNanos());
    double[] factors = {9, 1, 0, 1};
    Decision moved =
        SAMPLER.decide(routing, request(new UUID(4, 5), new TextShift("t", none, factors)));
    for (int arm = 0; arm < 4; arm++) {
      TokenPrice price = Routings.PRICES.get(arm);
      if (price == null) {
        assertThat(moved.predictedCostNanos()[arm]).isEqualTo(-1);
        continue;
      }
      double ofInput = price.inputNanos() * 400;
      double ofOutput = plain.predictedCostNanos()[arm] - ofInput;
      assertThat(moved.predictedCostNanos()[arm])
          .isBetween(
              (long) (ofInput + factors[arm] * ofOutput) - 5,
              (long) (ofInput + factors[arm] * ofOutput) + 5);
    }
    assertThat(moved.utility()[0]).isLessThan(plain.utility()[0]);
    assertThat(moved.predictedQuality()).containsExactly(plain.predictedQuality());
  }

  @Test
  void rederive_tokenFactorThatWasChanged_isFound() {
    Decision row =
        SAMPLER.decide(
            routing(LearnedAlgorithm.SQUARECB),
            request(
                new UUID(4, 5), new TextShift("t", new double[4], new double[] {1, 2, 1, 0.5})));
    assertThat(row.features()).containsEntry(Decision.TEXT_TOKENS, "1.0,2.0,1.0,0.5");
    Map<String, String> changed = new HashMap<>(row.features());
    changed.put(Decision.TEXT_TOKENS, "2.0,2.0,1.0,0.5");
    assertThat(
            PropensityCheck.rederive(
                    routing(LearnedAlgorithm.SQUARECB),
                    PropensityCheckTest.with(row, "features", Map.copyOf(changed)))
                .discrepancies())
        .anyMatch(text -> text.startsWith("predicted_cost_nanos"));
    changed.put(Decision.TEXT_TOKENS, "2.0,2.0");
    assertThat(
            PropensityCheck.check(
                PropensityCheckTest.with(row, "features", Map.copyOf(changed)), "large"))
        .anyMatch(text -> text.contains("text_tokens needs one number per candidate"));
  }

  @Test
  void of_otherCandidates_saysNothingOfTheUnknown() {
    TextShift said = new TextShift("t", new double[] {0.1, 0.2}, new double[] {2, 3});
    TextShift other = said.of(List.of("a", "b"), List.of("b", "c"));
    assertThat(other.shifts()).containsExactly(0.2, 0);
    assertThat(other.tokenFactors()).containsExactly(3, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TextShift("t", new double[2], new double[1]))
        .withMessageContaining("1 and 2");
  }

  @Test
  void ofFeatures_unreadable_isRefused() {
    assertThat(TextShift.ofFeatures(Map.of("input_tokens", "3"), 2)).isNull();
    for (String text : List.of("1,NaN", "1", "1,2,3", "1,x")) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  TextShift.ofFeatures(
                      Map.of(Decision.TEXT_MODEL, "m", Decision.TEXT_SHIFTS, text), 2));
    }
    for (String tokens : List.of("1,-0.5", "1", "1,x", "1,Infinity")) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  TextShift.ofFeatures(
                      Map.of(
                          Decision.TEXT_MODEL,
                          "m",
                          Decision.TEXT_SHIFTS,
                          "0,0",
                          Decision.TEXT_TOKENS,
                          tokens),
                      2));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextShift.ofFeatures(Map.of(Decision.TEXT_SHIFTS, "1,2"), 2))
        .withMessageContaining("a model");
  }
}
