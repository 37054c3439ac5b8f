package dev.pointsman.analysis.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.analysis.offpolicy.GuardrailFinding.State;
import dev.pointsman.analysis.offpolicy.GuardrailRule.Limit;
import dev.pointsman.analysis.offpolicy.PairedLog.Guarded;
import dev.pointsman.analysis.offpolicy.PromotionRule.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class GuardrailFindingTest {

  private static final double ALPHA = 0.05;

  /** Chances that an arm's answer is refused; the small one refuses most. */
  private static final double[] REFUSED = {0.08, 0.01, 0.01};

  @Test
  void of_rareAndWithinItsBound_isProvedToHold() {
    GuardrailFinding finding = finding(most(0.1), new double[] {0.02, 0.01, 0.01}, 10_000, 1, 1);
    assertThat(finding.state()).as(finding.sentence()).isEqualTo(State.HOLDS);
    assertThat(finding.sentence())
        .contains("refused 0.0")
        .contains("what serves 0.01")
        .endsWith("at most 0.1 is allowed");
  }

  @Test
  void of_challengerThatRefuses_isViolated() {
    GuardrailFinding finding = finding(most(0.02), REFUSED, 20_000, 1, 1);
    // In chat 0.6 of its traffic goes to the small one, in code 0.05.
    assertThat(1 - finding.challenger().value()).isCloseTo(0.5 * (0.052 + 0.0135), within(0.006));
    assertThat(finding.state()).as(finding.sentence()).isEqualTo(State.VIOLATED);
  }

  @Test
  void of_servingThatBreaksTheBoundMore_isNoReasonToGoBackToIt() {
    SimulatedLog log = new SimulatedLog();
    log.serving = new double[][] {{0.6, 0.35, 0.05}, {0.6, 0.35, 0.05}};
    log.challenger = new double[][] {{0.2, 0.7, 0.1}, {0.2, 0.7, 0.1}};
    List<PairedDecision> rows = log.of(20_000, 1);
    GuardrailFinding finding =
        GuardrailFinding.of(most(0.01), rows, rewards(rows, REFUSED, 1, 1), ALPHA);
    assertThat(finding.challenger().upper()).isLessThan(0.99);
    assertThat(finding.change().lower()).isPositive();
    assertThat(finding.state()).isEqualTo(State.OPEN);
    assertThat(finding.seemsToHold()).isFalse();
  }

  @Test
  void of_worseThanWhatServes_isViolatedByItsDifference() {
    GuardrailRule rule = new GuardrailRule("refused", 0, 1, false, Limit.WORSE_BY, 0.005);
    GuardrailFinding finding = finding(rule, REFUSED, 40_000, 1, 1);
    // Chat: 0.4 of the traffic moves to an arm that refuses 0.07 more.
    assertThat(-finding.change().value()).isCloseTo(0.014, within(0.004));
    assertThat(finding.state()).as(finding.sentence()).isEqualTo(State.VIOLATED);
    assertThat(finding.sentence()).startsWith("refused Δ +0.01");
  }

  @Test
  void of_sameTraffic_losesNothing() {
    SimulatedLog log = new SimulatedLog();
    log.challenger = log.serving;
    List<PairedDecision> rows = log.of(2000, 1);
    GuardrailRule rule = new GuardrailRule("refused", 0, 1, false, Limit.WORSE_BY, 0.001);
    GuardrailFinding finding = GuardrailFinding.of(rule, rows, rewards(rows, REFUSED, 1, 1), ALPHA);
    assertThat(finding.change().lower()).isZero();
    assertThat(finding.state()).isEqualTo(State.HOLDS);
  }

  @Test
  void of_nothingBadSeenYet_isNotTakenForProof() {
    // 200 answers without a refusal happen to one in sixty that refuse two in a hundred.
    GuardrailFinding few = finding(most(0.02), new double[3], 400, 1, 1);
    assertThat(few.challenger().value()).isCloseTo(1, within(0.05));
    assertThat(few.state()).as(few.sentence()).isEqualTo(State.OPEN);
    assertThat(finding(most(0.02), new double[3], 20_000, 1, 1).state()).isEqualTo(State.HOLDS);
  }

  @Test
  void of_hardlyAnyValues_saysHowManyAreNeeded() {
    GuardrailFinding finding = finding(most(0.02), REFUSED, 1000, 0.05, 1);
    assertThat(finding.state()).isEqualTo(State.OPEN);
    assertThat(finding.seemsToHold()).isFalse();
    assertThat(finding.sentence()).contains("decisions have a value, 100 are needed");
  }

  @Test
  void of_exactlyAtTheBound_isHardlyEverProvedEitherWay() {
    // The challenger refuses 0.5 · (0.6·0.1 + 0.4·0.01) + 0.5 · (0.05·0.1 + 0.95·0.01).
    double[] refused = {0.1, 0.01, 0.01};
    GuardrailRule rule = most(0.5 * (0.064 + 0.0145));
    int holds = 0;
    int violated = 0;
    for (int seed = 0; seed < 200; seed++) {
      List<PairedDecision> rows = new SimulatedLog().of(4000, seed);
      List<@Nullable Double> rewards = rewards(rows, refused, 1, seed);
      boolean held = false;
      boolean broke = false;
      for (int n = 250; n <= rows.size(); n += 250) {
        State state =
            GuardrailFinding.of(rule, rows.subList(0, n), rewards.subList(0, n), ALPHA).state();
        held |= state == State.HOLDS;
        broke |= state == State.VIOLATED;
      }
      holds += held ? 1 : 0;
      violated += broke ? 1 : 0;
    }
    assertThat(holds).isLessThanOrEqualTo(10);
    assertThat(violated).isLessThanOrEqualTo(10);
  }

  @Test
  void of_numbers_areToldInTheMetricsOwnUnits() {
    GuardrailRule rule = new GuardrailRule("words", 0, 400, false, Limit.ABSOLUTE, 300);
    List<PairedDecision> rows = new SimulatedLog().of(5000, 1);
    List<@Nullable Double> rewards = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(1);
    for (PairedDecision row : rows) {
      // 100 to 200 words of the small one, 200 to 300 of the others; less is better.
      double words = 100 + 100 * random.nextDouble() + (row.arm() == 0 ? 0 : 100);
      rewards.add(1 - words / 400);
    }
    GuardrailFinding finding = GuardrailFinding.of(rule, rows, rewards, ALPHA);
    assertThat(finding.state()).as(finding.sentence()).isEqualTo(State.HOLDS);
    assertThat(finding.rule().value(finding.challenger().value()))
        .isCloseTo(250 - 0.5 * (60 + 5), within(5.0));
    assertThat(finding.sentence()).startsWith("words 2").contains("at most 300.0 is allowed");
  }

  @Test
  void evaluation_unprovedGuardrail_holdsBackWhatWouldBePromoted() {
    SimulatedLog log = new SimulatedLog();
    log.truth = new double[][] {{0.75, 0.75, 0.76}, {0.5, 0.7, 0.7}};
    List<PairedDecision> rows = log.of(60_000, 1);
    assertThat(ruled(rows, most(0.1), REFUSED).ruling().verdict()).isEqualTo(Verdict.PROMOTE);
    PairedEvaluation violated = ruled(rows, most(0.02), REFUSED);
    assertThat(violated.ruling().verdict()).isEqualTo(Verdict.ROLL_BACK);
    assertThat(violated.ruling().reasons()).singleElement().asString().startsWith("guardrail");
    List<@Nullable Double> none = new ArrayList<>();
    rows.forEach(row -> none.add(null));
    PairedEvaluation silent =
        PairedEvaluation.of(
            SimulatedLog.paired(rows).withGuarded(List.of(new Guarded(most(0.1), none))),
            SimulatedLog.RULE);
    assertThat(silent.ruling().verdict()).isEqualTo(Verdict.HOLD);
    assertThat(silent.ruling().reasons())
        .singleElement()
        .asString()
        .contains("not proved to hold: refused: 0 decisions have a value");
  }

  @Test
  void rule_boundOffTheScale_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> most(1.5))
        .withMessageContaining("cannot be reached on the scale [0.0, 1.0]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GuardrailRule("refused", 0, 1, false, Limit.WORSE_BY, 0))
        .withMessageContaining("refused");
  }

  private static PairedEvaluation ruled(
      List<PairedDecision> rows, GuardrailRule rule, double[] refused) {
    return PairedEvaluation.of(
        SimulatedLog.paired(rows)
            .withGuarded(List.of(new Guarded(rule, rewards(rows, refused, 1, 1)))),
        SimulatedLog.RULE);
  }

  private static GuardrailRule most(double bound) {
    return new GuardrailRule("refused", 0, 1, false, Limit.ABSOLUTE, bound);
  }

  private static GuardrailFinding finding(
      GuardrailRule rule, double[] refused, int n, double rated, long seed) {
    List<PairedDecision> rows = new SimulatedLog().of(n, seed);
    return GuardrailFinding.of(rule, rows, rewards(rows, refused, rated, seed), ALPHA);
  }

  /** 0 where an answer was refused, 1 where it was not, null where nobody said. */
  private static List<@Nullable Double> rewards(
      List<PairedDecision> rows, double[] refused, double rated, long seed) {
    SplittableRandom random = new SplittableRandom(seed + 1_000_000);
    List<@Nullable Double> rewards = new ArrayList<>(rows.size());
    for (PairedDecision row : rows) {
      double reward = random.nextDouble() < refused[row.arm()] ? 0 : 1;
      rewards.add(random.nextDouble() < rated ? (Double) reward : null);
    }
    return rewards;
  }
}
