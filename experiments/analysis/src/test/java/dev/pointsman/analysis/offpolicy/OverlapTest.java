package dev.pointsman.analysis.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.analysis.offpolicy.Overlap.Gate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OverlapTest {

  @Test
  void of_eightRows_hasThePublishedEffectiveSampleSize() {
    Overlap overlap = Overlap.of(OffPolicyEstimatorTest.eightRows());
    assertThat(overlap.effectiveSampleSize()).isCloseTo(4.133590383306873, within(1e-6));
    assertThat(overlap.maxWeight()).isCloseTo(3, within(1e-12));
    assertThat(overlap.meanWeight()).isCloseTo(1.125, within(1e-12));
  }

  @Test
  void gate_policyOnItsOwnLog_isPossible() {
    assertThat(Overlap.of(weights(200, 1, 0, 0)).gate()).isEqualTo(new Gate.VerdictPossible());
  }

  @Test
  void gate_fewEffectiveRows_isNoVerdict() {
    assertThat(reasons(weights(199, 1, 0, 0)))
        .containsExactly("effective sample size 199.0 of 199 rows is below 200");
  }

  @Test
  void gate_wrongPropensities_isNoVerdict() {
    assertThat(reasons(weights(1000, 1.2, 0, 0)))
        .containsExactly(
            "mean weight 1.2000 is more than 4 standard errors (0.0000) away from 1: the logged"
                + " propensities may be wrong");
  }

  @Test
  void gate_oneHeavyRow_isNoVerdict() {
    List<EvaluationRow> rows = weights(10_000, 1, 0, 0);
    rows.add(row("heavy", 20, 0));
    assertThat(reasons(rows))
        .containsExactly(
            "one row (weight 20.00) has 3.8 % of the sum of squared weights, above 2 %");
  }

  @Test
  void gate_unsupportedArms_isNoVerdict() {
    assertThat(reasons(weights(1000, 1, 0, 0.03)))
        .containsExactly(
            "3.0 % of the policy's choices are arms that the log hardly ever chose, above 2 %");
  }

  @Test
  void gate_lowShareOfEffectiveRows_isYellow() {
    // One row in 25 has all the weight.
    List<EvaluationRow> rows = weights(300, 25, 7200, 0);
    assertThat(Overlap.of(rows).gate())
        .isEqualTo(
            new Gate.Yellow(
                List.of(
                    "effective sample size 300.0 is 4.0 % of 7500 rows, below 5 %: confirm with a"
                        + " canary")));
  }

  @Test
  void gate_noRows_isNoVerdict() {
    assertThat(Overlap.of(List.of()).gate()).isInstanceOf(Gate.NoVerdict.class);
  }

  @Test
  void of_negativeWeight_isRejected() {
    assertThatIllegalArgumentException().isThrownBy(() -> Overlap.of(weights(3, -1, 0, 0)));
  }

  private static List<String> reasons(List<EvaluationRow> rows) {
    assertThat(Overlap.of(rows).gate()).isInstanceOf(Gate.NoVerdict.class);
    return ((Gate.NoVerdict) Overlap.of(rows).gate()).reasons();
  }

  private static List<EvaluationRow> weights(int n, double weight, int zeros, double unsupported) {
    List<EvaluationRow> rows = new ArrayList<>();
    for (int i = 0; i < n + zeros; i++) {
      rows.add(row("e" + i, i < n ? weight : 0, unsupported));
    }
    return rows;
  }

  private static EvaluationRow row(String episode, double weight, double unsupported) {
    return new EvaluationRow(episode, weight, 1, 0, 0, unsupported);
  }
}
