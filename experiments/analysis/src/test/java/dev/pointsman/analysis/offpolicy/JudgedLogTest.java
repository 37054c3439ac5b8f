package dev.pointsman.analysis.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.analysis.AllocationTest.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class JudgedLogTest {

  /** A log with people's word on few, and the judge's scores. */
  private record Sample(List<PairedDecision> people, List<@Nullable Double> scores) {

    PairedEvaluation evaluate() {
      return evaluate(List.of(judge()));
    }

    PairedEvaluation evaluate(List<PairedLog.Surrogate> surrogates) {
      return PairedEvaluation.of(
          SimulatedLog.paired(people).withSurrogates(surrogates), SimulatedLog.RULE);
    }

    PairedLog.Surrogate judge() {
      return new PairedLog.Surrogate("judge", scores);
    }

    JudgedLog judged() {
      return JudgedLog.of(SimulatedLog.ARMS, people, List.of(judge()));
    }
  }

  /** How a judge reads a decision whose true quality is known. */
  private interface Reading {
    double score(PairedDecision row, double quality, int n);
  }

  /** Thinks too well of all, and better of the small arm than of the others. */
  private static final Reading BIASED =
      (row, quality, n) -> 0.35 + 0.5 * quality + (row.arm() == 0 ? 0.1 : 0);

  /** People are asked about the small arm on a fifth, about the others on a tenth. */
  private static Sample sample(SimulatedLog log, int rows, long seed, Reading judge) {
    log.feedbackShare = new double[] {1, 1};
    SplittableRandom random = new SplittableRandom(seed + 1000);
    List<PairedDecision> people = new ArrayList<>();
    List<@Nullable Double> scores = new ArrayList<>();
    for (PairedDecision row : log.of(rows, seed)) {
      Double quality = row.quality();
      if (quality == null || row.ruled()) {
        people.add(row);
        scores.add(null);
        continue;
      }
      double noise = 0.05 * random.nextGaussian();
      scores.add(Math.clamp(judge.score(row, quality, people.size()) + noise, 0, 1));
      boolean asked = random.nextDouble() < (row.arm() == 0 ? 0.2 : 0.1);
      people.add(row.withQuality(asked ? quality : null));
    }
    return new Sample(people, scores);
  }

  @Test
  void evaluation_biasedJudgeFewPeople_isUnbiasedAndSharper() {
    double sum = 0;
    double judged = 0;
    double alone = 0;
    int held = 0;
    int logs = 60;
    SimulatedLog log = new SimulatedLog();
    for (int seed = 0; seed < logs; seed++) {
      Sample sample = sample(log, 4000, seed, BIASED);
      Difference quality = sample.evaluate().quality();
      sum += quality.value() / logs;
      judged += quality.standardError() / logs;
      held +=
          Math.abs(quality.value() - log.trueDifference()) <= 1.96 * quality.standardError()
              ? 1
              : 0;
      alone +=
          PairedEvaluation.of(SimulatedLog.paired(sample.people()), SimulatedLog.RULE)
                  .quality()
                  .standardError()
              / logs;
    }
    assertThat(sum).isCloseTo(log.trueDifference(), within(0.005));
    assertThat(judged).isLessThan(0.7 * alone);
    assertThat(held).isBetween(52, 60);
  }

  /** Two judges that see the same dimly, each with errors of its own. */
  @Test
  void evaluation_twoJudges_isUnbiasedAndSharperThanWithOne() {
    Reading dim = (row, quality, n) -> 0.3 + 0.3 * quality + (row.arm() == 0 ? 0.1 : 0);
    SimulatedLog log = new SimulatedLog();
    double sum = 0;
    double both = 0;
    double one = 0;
    int logs = 60;
    for (int seed = 0; seed < logs; seed++) {
      SplittableRandom random = new SplittableRandom(seed + 5000);
      Reading errs = (row, quality, n) -> dim.score(row, quality, n) + 0.2 * random.nextGaussian();
      Sample first = sample(log, 4000, seed, errs);
      Sample second = sample(log, 4000, seed, errs);
      Difference quality =
          first
              .evaluate(List.of(first.judge(), new PairedLog.Surrogate("thumbs", second.scores())))
              .quality();
      sum += quality.value() / logs;
      both += quality.standardError() / logs;
      one += first.evaluate().quality().standardError() / logs;
    }
    assertThat(sum).isCloseTo(log.trueDifference(), within(0.006));
    assertThat(both).isLessThan(0.95 * one);
  }

  @Test
  void evaluation_oneOfTwoJudgesChanges_isBlockedByItsName() {
    Sample steady = sample(new SimulatedLog(), 8000, 1, BIASED);
    Sample changed =
        sample(
            new SimulatedLog(),
            8000,
            1,
            (row, quality, n) -> BIASED.score(row, quality, n) - (n < 4000 ? 0 : 0.1));
    PairedEvaluation evaluation =
        steady.evaluate(
            List.of(steady.judge(), new PairedLog.Surrogate("thumbs", changed.scores())));
    assertThat(evaluation.checks())
        .extracting(LogCheck::name)
        .containsSubsequence("rewards", "rewards by judge", "rewards by thumbs", "people", "judge");
    assertThat(evaluation.checks())
        .filteredOn(check -> check.outcome() == Outcome.BLOCK)
        .extracting(LogCheck::name)
        .contains("rewards by thumbs")
        .doesNotContain("rewards by judge", "people");
  }

  @Test
  void evaluation_cleanLog_tellsWhatJudgeAndPeopleSaid() {
    PairedEvaluation evaluation = sample(new SimulatedLog(), 8000, 2, BIASED).evaluate();
    assertThat(evaluation.checks())
        .extracting(LogCheck::name)
        .containsExactly(
            "allocation", "lanes", "feedback", "rewards", "people", "judge", "uniform", "holdout");
    assertThat(evaluation.checks())
        .as("people are asked about one arm more often, which the strata explain")
        .allMatch(check -> check.outcome() == Outcome.FINE);
    JudgedLog.Judge judge = evaluation.judge();
    assertThat(judge).isNotNull();
    assertThat(judge.scored()).isEqualTo(8000);
    assertThat(judge.labelled()).isBetween(800L, 1200L);
    assertThat(judge.meanScore()).isBetween(0.6, 0.9);
    assertThat(judge.unlabelled()).isEmpty();
    assertThat(evaluation.outcomes()).isEqualTo(8000);
  }

  @Test
  void evaluation_judgeChangesInTheMiddle_isBlockedByItsScores() {
    PairedEvaluation evaluation =
        sample(
                new SimulatedLog(),
                8000,
                1,
                (row, quality, n) -> BIASED.score(row, quality, n) - (n < 4000 ? 0 : 0.1))
            .evaluate();
    assertThat(evaluation.checks())
        .filteredOn(check -> check.outcome() == Outcome.BLOCK)
        .extracting(LogCheck::name)
        .containsExactly("rewards");
    assertThat(evaluation.ruling().verdict()).isEqualTo(PromotionRule.Verdict.BLOCKED);
  }

  @Test
  void evaluation_armThatNobodyWasAskedAbout_isBlocked() {
    Sample sample = sample(new SimulatedLog(), 8000, 1, BIASED);
    Sample silent =
        new Sample(
            sample.people().stream()
                .map(row -> row.arm() == 0 ? row.withQuality(null) : row)
                .toList(),
            sample.scores());
    assertThat(silent.evaluate().checks())
        .filteredOn(check -> check.outcome() == Outcome.BLOCK)
        .singleElement()
        .satisfies(
            check ->
                assertThat(check.sentence())
                    .startsWith("people said nothing about small of segment chat, small of"));
  }

  @Test
  void of_failures_keepWhatTheRuleGives() {
    SimulatedLog log = new SimulatedLog();
    log.failing = 0.3;
    log.rewardOnError = -0.5;
    Sample sample = sample(log, 2000, 1, BIASED);
    JudgedLog judged = sample.judged();
    for (int i = 0; i < 2000; i++) {
      if (sample.people().get(i).ruled()) {
        assertThat(judged.combined().get(i).quality()).isEqualTo(-0.5);
        assertThat(judged.combined().get(i).answered()).isFalse();
        assertThat(judged.scored().get(i).quality()).isEqualTo(-0.5);
      }
    }
  }

  @Test
  void of_decisionWithoutAScore_keepsWhatPeopleSaid() {
    Sample sample = sample(new SimulatedLog(), 100, 1, BIASED);
    List<@Nullable Double> none = new ArrayList<>();
    sample.people().forEach(row -> none.add(null));
    JudgedLog judged = new Sample(sample.people(), none).judged();
    assertThat(judged.combined()).isEqualTo(sample.people());
    assertThat(judged.judge().scored()).isZero();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sample(sample.people(), List.of()).judged())
        .withMessage("0 scores by judge for 100 decisions");
  }
}
