package dev.pointsman.analysis.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.analysis.AllocationTest;
import dev.pointsman.analysis.AllocationTest.Outcome;
import dev.pointsman.analysis.offpolicy.PromotionRule.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Faults planted in logs of 20,000 decisions, and clean logs. A build looks at a few logs; {@code
 * -Pevidence} at many.
 */
final class LogChecksTest {

  private static final boolean LONG = Boolean.getBoolean("evidence");
  private static final int ROWS = 20_000;
  private static final int FAULTY = LONG ? 200 : 5;
  private static final int CLEAN = LONG ? 1000 : 40;

  @Test
  void propensitiesTimesFourFifths_onOneArm_blocksByAllocation() {
    assertEachIsCaught("allocation", log -> log.propensityFactor = 0.8);
  }

  @Test
  void feedbackLost_ofOneVariant_blocksByFeedback() {
    assertEachIsCaught("feedback", log -> log.feedbackLost = 0.3);
  }

  @Test
  void feedbackLate_ofOneVariantsFailures_blocksByFeedback() {
    assertEachIsCaught("feedback", log -> log.failuresLate = 0.5);
  }

  @Test
  void judgeChange_inTheMiddle_blocksByRewards() {
    assertEachIsCaught("rewards", log -> log.judgeShift = 0.1);
  }

  @Test
  void judgeChange_stricter_blocksByRewards() {
    assertEachIsCaught("rewards", log -> log.judgeShift = -0.1);
  }

  @Test
  void policyLaneMeasuredOtherwise_blocksBySelfTest() {
    assertEachIsCaught("holdout", log -> log.policyLaneShift = -0.3);
  }

  @Test
  void cleanLogs_falseAlarms_areAtMostOnePercent() {
    Map<String, Integer> alarms = new TreeMap<>();
    int logs = 0;
    for (long seed = 0; seed < CLEAN; seed++) {
      List<LogCheck> blocking =
          checks(new SimulatedLog(), seed).stream()
              .filter(check -> check.outcome() == Outcome.BLOCK)
              .toList();
      logs += blocking.isEmpty() ? 0 : 1;
      blocking.forEach(check -> alarms.merge(check.name(), 1, Integer::sum));
    }
    System.out.printf("false alarms: %d of %d clean logs %s%n", logs, CLEAN, alarms);
    assertThat(logs).isLessThanOrEqualTo(CLEAN / 100);
    assertThat(alarms.getOrDefault("allocation", 0)).isLessThanOrEqualTo(CLEAN / 1000);
  }

  /** Arms are looked at together: what is rare for one of three is three times as likely for any. */
  @Test
  void allocation_oneArmAloneWouldBlock_warnsAmongThree() {
    AllocationTest alone = new AllocationTest();
    RunningLogChecks checks = new RunningLogChecks(SimulatedLog.ARMS, SimulatedLog.BASELINE);
    SimulatedLog log = new SimulatedLog();
    log.propensityFactor = 0.9;
    for (PairedDecision row : log.of(ROWS, 1)) {
      alone.accept(row.arm() == 1, row.propensities()[1]);
      checks.accept(row);
      if (alone.result().outcome() == Outcome.BLOCK) {
        break;
      }
    }
    assertThat(alone.result().p()).isBetween(0.0004, 0.001);
    assertThat(checks.result().getFirst().outcome()).isEqualTo(Outcome.WARN);
  }

  @Test
  void selfTest_fewRowsInTheSlice_isSilentAndSaysSo() {
    LogCheck uniform =
        LogChecks.of(SimulatedLog.ARMS, new SimulatedLog().of(500, 1), SimulatedLog.BASELINE)
            .stream()
            .filter(check -> check.name().equals("uniform"))
            .findFirst()
            .orElseThrow();
    assertThat(uniform.outcome()).isEqualTo(Outcome.FINE);
    assertThat(uniform.sentence()).startsWith("too few rows to compare");
  }

  private static void assertEachIsCaught(String check, Consumer<SimulatedLog> fault) {
    for (long seed = 0; seed < FAULTY; seed++) {
      SimulatedLog log = new SimulatedLog();
      fault.accept(log);
      PairedEvaluation evaluation = log.evaluate(ROWS, seed);
      assertThat(evaluation.ruling().verdict()).as("seed %d", seed).isEqualTo(Verdict.BLOCKED);
      assertThat(evaluation.ruling().reasons())
          .as("seed %d", seed)
          .anyMatch(reason -> reason.startsWith(check + ": "));
    }
  }

  private static List<LogCheck> checks(SimulatedLog log, long seed) {
    return LogChecks.of(SimulatedLog.ARMS, log.of(ROWS, seed), SimulatedLog.BASELINE);
  }

  @Test
  void rewards_outageInTheMiddle_isNoChangeOfTheJudge() {
    SimulatedLog log = new SimulatedLog();
    List<PairedDecision> rows = new ArrayList<>(log.of(6000, 1));
    log.failing = 0.8;
    log.rewardOnError = -1;
    rows.addAll(log.of(2000, 2));
    assertThat(LogChecks.rewards(SimulatedLog.ARMS, rows).outcome()).isEqualTo(Outcome.FINE);
  }

  @Test
  void feedback_oneVariantFailsMore_isNotMissing() {
    long blocked =
        LongStream.range(0, 20)
            .filter(
                seed -> {
                  SimulatedLog log = new SimulatedLog();
                  log.failing = 0.2;
                  return LogChecks.of(SimulatedLog.ARMS, log.of(ROWS, seed), 2).stream()
                      .anyMatch(
                          check ->
                              check.name().equals("feedback") && check.outcome() == Outcome.BLOCK);
                })
            .count();
    assertThat(blocked).isZero();
  }

  @Test
  void feedbackLost_besideFailures_isCaughtAllTheSame() {
    assertEachIsCaught(
        "feedback",
        log -> {
          log.failing = 0.2;
          log.feedbackLost = 0.3;
        });
  }
}
