package dev.pointsman.analysis.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.analysis.offpolicy.PairedEvaluation.Line;
import dev.pointsman.analysis.offpolicy.PromotionRule.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PairedEvaluationTest {

  @Test
  void of_cheaperAtEqualQuality_isPromoted() {
    SimulatedLog log = new SimulatedLog();
    log.truth = new double[][] {{0.75, 0.75, 0.76}, {0.5, 0.7, 0.7}};
    PairedEvaluation evaluation = log.evaluate(60_000, 1);

    assertThat(evaluation.ruling().verdict())
        .as(evaluation.ruling().reasons().toString())
        .isEqualTo(Verdict.PROMOTE);
    assertThat(evaluation.ruling().reasons()).anyMatch(r -> r.startsWith("it costs less"));
    assertThat(evaluation.quality().value()).isCloseTo(log.trueDifference(), within(0.02));
    assertThat(evaluation.lines())
        .extracting(Line::estimator)
        .startsWith("DR")
        .contains("SNIPS", "IPS", "direct", "switch-DR")
        .hasSize(10);
    assertThat(evaluation.moves().getFirst().from()).isEqualTo("medium");
    assertThat(evaluation.moves().getFirst().to()).isEqualTo("small");
    assertThat(evaluation.moved()).isBetween(0.2, 0.3);
    assertThat(evaluation.calibrationSlope()).isBetween(0.7, 1.3);
  }

  @Test
  void of_muchWorse_isRolledBack() {
    SimulatedLog log = new SimulatedLog();
    log.truth = new double[][] {{0.3, 0.75, 0.8}, {0.5, 0.7, 0.8}};
    PairedEvaluation evaluation = log.evaluate(20_000, 1);
    assertThat(evaluation.ruling().verdict()).isEqualTo(Verdict.ROLL_BACK);
    assertThat(evaluation.needed()).isEqualTo(-1);
  }

  @Test
  void of_worseInOneSegmentOnly_isRolledBackForIt() {
    SimulatedLog log = new SimulatedLog();
    log.truth = new double[][] {{0.9, 0.6, 0.6}, {0.9, 0.5, 0.9}};
    log.challenger = new double[][] {{0.9, 0.05, 0.05}, {0.05, 0.94, 0.01}};
    PairedEvaluation evaluation = log.evaluate(20_000, 1);
    assertThat(evaluation.quality().lower()).isPositive();
    assertThat(evaluation.ruling().verdict()).isEqualTo(Verdict.ROLL_BACK);
    assertThat(evaluation.ruling().reasons()).containsExactly("quality is worse in segment code");
  }

  @Test
  void of_fewRows_holdsNothingBackButTheVerdict() {
    PairedEvaluation evaluation = new SimulatedLog().evaluate(100, 1);
    assertThat(evaluation.ruling().verdict()).isEqualTo(Verdict.BLOCKED);
    assertThat(evaluation.ruling().reasons()).anyMatch(r -> r.startsWith("effective sample size"));
  }

  @Test
  void of_feedbackMissingBySegmentAndArm_isUnbiasedAllTheSame() {
    SimulatedLog log = new SimulatedLog();
    log.feedbackLost = 0.5;
    double sum = 0;
    int logs = 40;
    for (int seed = 0; seed < logs; seed++) {
      sum += log.evaluate(4000, seed).quality().value();
    }
    // One log's error is near 0.012; the mean's near 0.002.
    assertThat(sum / logs).isCloseTo(log.trueDifference(), within(0.006));
  }

  @Test
  void of_failuresBesideRareFeedback_countAsOftenAsTheyHappen() {
    SimulatedLog log = new SimulatedLog();
    log.failing = 0.2;
    double difference = 0;
    double quality = 0;
    int logs = 40;
    for (int seed = 0; seed < logs; seed++) {
      PairedEvaluation evaluation = log.evaluate(4000, seed);
      difference += evaluation.quality().value();
      quality += evaluation.lines().getFirst().quality();
    }
    // One log's error is near 0.012; the mean's near 0.002.
    assertThat(difference / logs).isCloseTo(log.trueDifference(), within(0.006));
    assertThat(quality / logs).isCloseTo(log.trueQuality(), within(0.006));
  }

  @Test
  void of_missingTakenForTheWorst_boundsTheEstimate() {
    PairedEvaluation evaluation = new SimulatedLog().evaluate(5000, 1);
    double zero = evaluation.ifMissingWereZero().value();
    double one = evaluation.ifMissingWereOne().value();
    assertThat(zero).isNotEqualTo(one);
  }

  @Test
  void of_unpriced_blocksWhereCostIsWeighed() {
    List<PairedDecision> log =
        new SimulatedLog()
            .of(2000, 1).stream()
                .map(
                    r ->
                        new PairedDecision(
                            r.episode(),
                            r.segment(),
                            r.lane(),
                            r.laneShares(),
                            r.arm(),
                            r.eligible(),
                            r.propensities(),
                            r.serving(),
                            r.challenger(),
                            r.quality(),
                            r.answered(),
                            r.failed(),
                            null))
                .toList();
    PairedEvaluation weighed =
        PairedEvaluation.of(
            PairedLog.of(SimulatedLog.ARMS, log, -1), new PromotionRule(0.01, 25, 0.05));
    assertThat(weighed.dollars()).isNull();
    assertThat(weighed.ruling().reasons()).anyMatch(r -> r.contains("have no price"));
    PairedEvaluation unweighed =
        PairedEvaluation.of(
            PairedLog.of(SimulatedLog.ARMS, log, -1), new PromotionRule(0.01, 0, 0.05));
    assertThat(unweighed.warnings()).anyMatch(r -> r.contains("have no price"));
  }

  @Test
  void of_noFeedback_isRejected() {
    SimulatedLog log = new SimulatedLog();
    log.feedbackLost = 1;
    log.serving = new double[][] {{0, 1, 0}, {0, 1, 0}};
    List<PairedDecision> silent =
        log.of(50, 1).stream().filter(row -> row.quality() == null).toList();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PairedEvaluation.of(PairedLog.of(SimulatedLog.ARMS, silent, -1), SimulatedLog.RULE))
        .withMessageContaining("has feedback: there is nothing to judge by");
  }
}
