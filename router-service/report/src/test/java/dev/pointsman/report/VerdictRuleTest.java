package dev.pointsman.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.analysis.AsymptoticConfidenceSequence;
import java.util.List;
import org.junit.jupiter.api.Test;

final class VerdictRuleTest {

  private static final List<HealthCheck> FINE =
      List.of(
          new HealthCheck("allocation", HealthCheck.State.OK, "fine"),
          new HealthCheck("drift", HealthCheck.State.WATCH, "something moved"));
  private static final Estimate ENOUGH = new Estimate(0.838, 0.82, 0.856, 9_000);
  private static final Estimate HOLDOUT = new Estimate(0.86, 0.8, 0.9, 400);

  @Test
  void ofLearned_noOutcome_learnsAndPromisesNoFigure() {
    Verdict verdict = VerdictRule.ofLearned(FINE, Estimate.NONE, Estimate.NONE, "", "");

    assertThat(verdict.state()).isEqualTo(Verdict.State.LEARNING);
    assertThat(verdict.sentence()).startsWith("0 of about ").doesNotContain("NaN");
  }

  @Test
  void ofLearned_bandTooWide_saysHowManyOutcomesAreNeeded() {
    Verdict verdict =
        VerdictRule.ofLearned(FINE, new Estimate(0.8, 0.7, 0.9, 120), HOLDOUT, "", "");

    assertThat(verdict.state()).isEqualTo(Verdict.State.LEARNING);
    assertThat(verdict.sentence())
        .startsWith("120 of about %,d matured outcomes".formatted(VerdictRule.needed(0.8 * 0.2)))
        .contains("quality 0.800 (0.700–0.900) against 0.860 in the holdout");
  }

  @Test
  void ofLearned_enough_holdsWithTheFiguresItRestsOn() {
    Verdict verdict =
        VerdictRule.ofLearned(FINE, ENOUGH, HOLDOUT, "$1.60 per 1,000 against $11.76", "");

    assertThat(verdict.state()).isEqualTo(Verdict.State.HOLD);
    assertThat(verdict.sentence())
        .contains("0.838 (0.820–0.856)", "against 0.860", "$1.60 per 1,000 against $11.76");
  }

  @Test
  void ofLearned_enoughWithoutHoldout_comparesWithNothing() {
    assertThat(VerdictRule.ofLearned(FINE, ENOUGH, Estimate.NONE, "", "").sentence())
        .doesNotContain("against", "NaN");
  }

  @Test
  void ofLearned_relearning_withdrawsTheHold() {
    Verdict verdict =
        VerdictRule.ofLearned(FINE, ENOUGH, HOLDOUT, "", "relearning: small changed at 12:00");

    assertThat(verdict.state()).isEqualTo(Verdict.State.LEARNING);
    assertThat(verdict.sentence()).isEqualTo("relearning: small changed at 12:00");
  }

  @Test
  void ofLearned_failedCheck_blocksAndHidesTheFigures() {
    List<HealthCheck> health =
        List.of(
            new HealthCheck("allocation", HealthCheck.State.BLOCKED, "p = 0.0002"),
            new HealthCheck("prices", HealthCheck.State.BLOCKED, "3 answers have no price"));

    Verdict verdict = VerdictRule.ofLearned(health, ENOUGH, HOLDOUT, "$1", "");

    assertThat(verdict.state()).isEqualTo(Verdict.State.BLOCKED);
    assertThat(verdict.sentence())
        .isEqualTo("allocation: p = 0.0002; prices: 3 answers have no price");
  }

  @Test
  void ofFixed_isHeldUnlessACheckFails() {
    assertThat(VerdictRule.ofFixed(FINE).state()).isEqualTo(Verdict.State.HOLD);
    assertThat(
            VerdictRule.ofFixed(
                    List.of(new HealthCheck("providers", HealthCheck.State.BLOCKED, "all failed")))
                .state())
        .isEqualTo(Verdict.State.BLOCKED);
  }

  @Test
  void needed_isTheFirstCountWhoseBandIsNarrowEnough() {
    long n = VerdictRule.needed(0.25);

    assertThat(AsymptoticConfidenceSequence.margin(0.25, n, FunctionFigures.ALPHA))
        .isLessThanOrEqualTo(VerdictRule.WIDEST_BAND);
    assertThat(AsymptoticConfidenceSequence.margin(0.25, n - 1, FunctionFigures.ALPHA))
        .isGreaterThan(VerdictRule.WIDEST_BAND);
    assertThat(VerdictRule.needed(0.01)).isLessThan(n);
  }
}
