package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.analysis.offpolicy.Difference;
import dev.pointsman.analysis.offpolicy.GuardrailFinding;
import dev.pointsman.analysis.offpolicy.GuardrailRule;
import dev.pointsman.analysis.offpolicy.Overlap;
import dev.pointsman.analysis.offpolicy.PromotionRule.Ruling;
import dev.pointsman.analysis.offpolicy.PromotionRule.Verdict;
import dev.pointsman.trainer.GateState.Stage;
import dev.pointsman.trainer.PromotionGate.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PromotionGateTest {

  private static final Instant START = Instant.parse("2026-11-20T00:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);
  private static final Difference BETTER = new Difference(0.03, 0.005, 0.01, 0.05);
  private static final Overlap.Gate COVERED = new Overlap.Gate.VerdictPossible();

  private final PromotionGate gate = gate(GateSettings.Mode.AUTO);

  @Test
  void look_goodAllTheWay_goesThroughEveryStage() {
    GateState state = GateState.shadow(START);
    GateEvidence good = evidence(Verdict.PROMOTE, COVERED, BETTER, 500);
    List<Stage> stages = new java.util.ArrayList<>();
    List<Double> shares = new java.util.ArrayList<>();
    for (int day = 1; day <= 5; day++) {
      state = gate.look(state, good, START.plus(DAY.multipliedBy(day)));
      stages.add(state.stage());
      shares.add(state.share());
    }
    assertThat(stages)
        .containsExactly(Stage.EVALUATION, Stage.CANARY, Stage.RAMP, Stage.RAMP, Stage.PROMOTED);
    assertThat(shares).containsExactly(0.0, 0.05, 0.25, 0.5, 1.0);
    assertThat(state.forecast()).isEqualTo(BETTER);
    assertThat(gate.look(state, evidence(Verdict.ROLL_BACK, COVERED, BETTER, 1), START))
        .isSameAs(state);
  }

  @Test
  void look_withinTheLeastTime_waits() {
    GateState state = at(Stage.CANARY, 0.05);
    GateEvidence good = evidence(Verdict.PROMOTE, COVERED, BETTER, 500);
    assertThat(gate.look(state, good, START.plus(DAY).minusMillis(1))).isSameAs(state);
    assertThat(gate.look(state, good, START.plus(DAY)).stage()).isEqualTo(Stage.RAMP);
  }

  @Test
  void look_worse_isRolledBackAtOnceFromAnyStageAndMode() {
    GateEvidence worse = evidence(Verdict.ROLL_BACK, COVERED, BETTER, 0);
    for (GateSettings.Mode mode : GateSettings.Mode.values()) {
      for (Stage stage : List.of(Stage.SHADOW, Stage.EVALUATION, Stage.CANARY, Stage.RAMP)) {
        GateState frozen = at(stage, 0.1).withFrozen(true, "wait");
        GateState after = gate(mode).look(frozen, worse, START);
        assertThat(after.stage()).isEqualTo(Stage.ROLLED_BACK);
        assertThat(after.share()).isZero();
        assertThat(after.reason()).isEqualTo("because");
      }
    }
  }

  @Test
  void look_guardrailViolated_isRolledBackWhateverIsGained() {
    GateEvidence refusing =
        new GateEvidence(
            new Ruling(Verdict.PROMOTE, List.of("because")),
            COVERED,
            BETTER,
            500,
            List.of(new Guardrail.Counted("refused", 1000, 200, 0.02)));
    GateState after = gate.look(at(Stage.RAMP, 0.25), refusing, START);
    assertThat(after.stage()).isEqualTo(Stage.ROLLED_BACK);
    assertThat(after.reason())
        .isEqualTo("guardrail: refused is 20.00 % of 1,000 requests, 2.00 % are allowed");
  }

  @Test
  void look_guardrailAboveItsLimitByChance_holdsTheRampOnly() {
    Guardrail unsure = new Guardrail.Counted("refused", 200, 6, 0.02);
    assertThat(unsure.isViolated()).isFalse();
    GateEvidence evidence =
        new GateEvidence(
            new Ruling(Verdict.PROMOTE, List.of()), COVERED, BETTER, 500, List.of(unsure));
    GateState canary = at(Stage.CANARY, 0.05);
    assertThat(gate.look(canary, evidence, START.plus(DAY))).isSameAs(canary);
  }

  @Test
  void look_metricEstimatedOutsideItsBound_opensNoCanaryAndHoldsTheRamp() {
    GateEvidence broken = judged(0.97, GuardrailFinding.State.OPEN);
    GateState evaluated = at(Stage.EVALUATION, 0);
    assertThat(gate.look(evaluated, broken, START.plus(DAY))).isSameAs(evaluated);
    GateState ramp = at(Stage.RAMP, 0.25);
    assertThat(gate.look(ramp, broken, START.plus(DAY))).isSameAs(ramp);
    GateEvidence within = judged(0.99, GuardrailFinding.State.OPEN);
    assertThat(gate.look(evaluated, within, START.plus(DAY)).stage()).isEqualTo(Stage.CANARY);
    assertThat(gate.look(ramp, within, START.plus(DAY)).share()).isEqualTo(0.5);
  }

  @Test
  void look_metricWithoutValues_opensACanaryAndNoRamp() {
    GateEvidence silent = judged(Double.NaN, GuardrailFinding.State.OPEN);
    assertThat(gate.look(at(Stage.EVALUATION, 0), silent, START.plus(DAY)).stage())
        .isEqualTo(Stage.CANARY);
    GateState ramp = at(Stage.RAMP, 0.25);
    assertThat(gate.look(ramp, silent, START.plus(DAY))).isSameAs(ramp);
  }

  /** A challenger of which nothing else is proved, and that refuses so many. */
  private static GateEvidence judged(double reward, GuardrailFinding.State state) {
    Difference value = new Difference(reward, 0.01, reward - 0.03, reward + 0.03);
    return new GateEvidence(
        new Ruling(Verdict.HOLD, List.of("because")),
        COVERED,
        BETTER,
        500,
        List.of(
            new Guardrail.Judged(
                new GuardrailFinding(
                    new GuardrailRule("refused", 0, 1, false, GuardrailRule.Limit.ABSOLUTE, 0.02),
                    500,
                    value,
                    0.99,
                    value,
                    state,
                    "figures"))));
  }

  @Test
  void look_thinLogThatLeavesItOpen_goesToACanaryForEvidence() {
    Overlap.Gate thin = new Overlap.Gate.Yellow(List.of("thin"));
    GateState state = at(Stage.EVALUATION, 0);
    Difference open = new Difference(0.005, 0.01, -0.04, 0.05);
    assertThat(gate.look(state, evidence(Verdict.HOLD, thin, open, 0), START.plus(DAY)).stage())
        .isEqualTo(Stage.CANARY);
    Difference against = new Difference(-0.02, 0.01, -0.06, 0.02);
    assertThat(gate.look(state, evidence(Verdict.HOLD, thin, against, 0), START.plus(DAY)))
        .isSameAs(state);
    Overlap.Gate none = new Overlap.Gate.NoVerdict(List.of("no"));
    assertThat(gate.look(state, evidence(Verdict.BLOCKED, none, open, 0), START.plus(DAY)))
        .isSameAs(state);
  }

  @Test
  void look_canaryNotProved_stays() {
    GateState canary = at(Stage.CANARY, 0.05);
    assertThat(gate.look(canary, evidence(Verdict.HOLD, COVERED, BETTER, 5000), START.plus(DAY)))
        .isSameAs(canary);
    assertThat(gate.look(canary, evidence(Verdict.PROMOTE, COVERED, BETTER, 99), START.plus(DAY)))
        .isSameAs(canary);
  }

  @Test
  void look_manual_recommendsAndWaits() {
    PromotionGate manual = gate(GateSettings.Mode.MANUAL);
    GateState canary = at(Stage.CANARY, 0.05);
    GateEvidence good = evidence(Verdict.PROMOTE, COVERED, BETTER, 500);
    assertThat(manual.look(canary, good, START.plus(DAY))).isSameAs(canary);
    assertThat(manual.recommends(canary, good, START.plus(DAY))).isTrue();
    assertThat(
            manual.recommends(
                canary, evidence(Verdict.HOLD, COVERED, BETTER, 500), START.plus(DAY)))
        .isFalse();
    assertThat(
            manual.recommends(
                canary, evidence(Verdict.ROLL_BACK, COVERED, BETTER, 500), START.plus(DAY)))
        .isFalse();
  }

  @Test
  void ask_person_mayDoAllAtAnyTimeWithAReason() {
    GateEvidence open = evidence(Verdict.HOLD, COVERED, BETTER, 0);
    GateState state = GateState.shadow(START);
    state = gate.ask(state, Wish.PROMOTE, open, START, "we want it");
    assertThat(state.stage()).isEqualTo(Stage.CANARY);
    state = gate.ask(state, Wish.FREEZE, open, START, "holiday");
    assertThat(gate.look(state, evidence(Verdict.PROMOTE, COVERED, BETTER, 500), START.plus(DAY)))
        .isSameAs(state);
    state = gate.ask(state, Wish.THAW, open, START, "back");
    state = gate.ask(state, Wish.PROMOTE, open, START, "go");
    assertThat(state.share()).isEqualTo(0.25);
    assertThat(state.forecast()).isEqualTo(BETTER);
    GateState out = gate.ask(state, Wish.ROLL_BACK, open, START, "complaints");
    assertThat(out.reason()).isEqualTo("complaints");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gate.ask(out, Wish.PROMOTE, open, START, "again"))
        .withMessageContaining("the challenger is rolled back since");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gate.ask(GateState.shadow(START), Wish.FREEZE, open, START, " "))
        .withMessage("say in a sentence why");
  }

  @Test
  void new_canaryAsBigAsTheRamp_isRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GateSettings(GateSettings.Mode.AUTO, 0.01, 0.25, DAY))
        .withMessage("canary must be above 0 and below 0.25: 0.25");
  }

  private static PromotionGate gate(GateSettings.Mode mode) {
    return new PromotionGate(new GateSettings(mode, 0.01, 0.05, DAY));
  }

  private static GateState at(Stage stage, double share) {
    return new GateState(stage, share, START, false, null, "test");
  }

  private static GateEvidence evidence(
      Verdict verdict, Overlap.Gate coverage, Difference quality, long laneOutcomes) {
    return new GateEvidence(
        new Ruling(verdict, List.of("because")), coverage, quality, laneOutcomes, List.of());
  }
}
