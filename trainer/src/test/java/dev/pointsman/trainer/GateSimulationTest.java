package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.analysis.offpolicy.PairedDecision;
import dev.pointsman.analysis.offpolicy.PromotionRule;
import dev.pointsman.trainer.GateSimulation.End;
import dev.pointsman.trainer.GateSimulation.Plan;
import dev.pointsman.trainer.GateState.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Challengers of known worth at the real gate, looked at every day for 100,000 matured feedbacks. The
 * serving policy gives the variant that a challenger prefers its floor of 0.5 % and the uniform slice
 * of 1 % only. A build sees 60 challengers of each kind, {@code -Pevidence} 500.
 */
final class GateSimulationTest {

  private static final int CHALLENGERS = Boolean.getBoolean("evidence") ? 500 : 60;
  private static final double MARGIN = 0.01;
  private static final int OUTCOMES = 100_000;
  private static final int A_DAY = 2000;

  private final GateSimulation simulation =
      new GateSimulation(
          log(),
          new GateSettings(GateSettings.Mode.MANUAL, MARGIN, 0.05, Duration.ofDays(1)),
          new PromotionRule(MARGIN, 0, 0.05));

  @Test
  void run_worseByExactlyTheMarginAndCheaper_isHardlyEverPromoted() {
    long promoted = promoted(new Plan(-MARGIN, 0.001, A_DAY, OUTCOMES)).size();
    System.out.printf("worse by the margin: %d of %d promoted%n", promoted, CHALLENGERS);
    assertThat(promoted).isLessThanOrEqualTo(CHALLENGERS * 36L / 500);
  }

  @Test
  void run_betterByTwiceTheMarginAtTheSameCost_isMostlyPromoted() {
    List<End> ends = promoted(new Plan(2 * MARGIN, 0, A_DAY, OUTCOMES));
    int median =
        ends.stream().mapToInt(End::outcomes).sorted().skip(ends.size() / 2).findFirst().orElse(0);
    System.out.printf(
        "better by twice the margin: %d of %d promoted, median after %d outcomes%n",
        ends.size(), CHALLENGERS, median);
    assertThat(ends.size()).isGreaterThanOrEqualTo(CHALLENGERS * 4 / 5);
    assertThat(ends.getFirst().planted()).isCloseTo(2 * MARGIN, within(0.001));
  }

  @Test
  void run_equalAtTheSameCost_isHardlyEverPromoted() {
    assertThat(promoted(new Plan(0, 0, A_DAY, OUTCOMES)).size())
        .isLessThanOrEqualTo(CHALLENGERS * 36 / 500);
  }

  @Test
  void run_worseByFiveMargins_isRolledBack() {
    Plan plan = new Plan(-5 * MARGIN, 0.001, A_DAY, OUTCOMES);
    assertThat(LongStream.range(0, 20).mapToObj(seed -> simulation.run(plan, seed)))
        .allMatch(end -> end.stage() == Stage.ROLLED_BACK);
  }

  @Test
  void run_sameSeed_sameEnd() {
    Plan plan = new Plan(MARGIN, 0, A_DAY, 20_000);
    assertThat(simulation.run(plan, 7)).isEqualTo(simulation.run(plan, 7));
  }

  @Test
  void new_noFeedback_isRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new GateSimulation(
                    List.of(),
                    new GateSettings(GateSettings.Mode.AUTO, MARGIN, 0.05, Duration.ofDays(1)),
                    new PromotionRule(MARGIN, 0, 0.05)))
        .withMessageContaining("nothing to draw from");
  }

  private List<End> promoted(Plan plan) {
    return LongStream.range(0, CHALLENGERS)
        .mapToObj(seed -> simulation.run(plan, seed))
        .filter(end -> end.stage() == Stage.PROMOTED)
        .toList();
  }

  /** A thousand requests of two segments, which the serving policy answers by a first variant each. */
  private static List<PairedDecision> log() {
    SplittableRandom random = new SplittableRandom(1);
    List<PairedDecision> log = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      double[] serving =
          i % 2 == 0 ? new double[] {0.99, 0.005, 0.005} : new double[] {0.005, 0.99, 0.005};
      double[] propensities = new double[3];
      for (int a = 0; a < 3; a++) {
        propensities[a] = 0.01 / 3 + (a == 2 ? 0.05 : 0) + 0.94 * serving[a];
      }
      log.add(
          new PairedDecision(
              "e" + i,
              i % 2 == 0 ? "chat" : "code",
              "policy",
              Map.of("uniform", 0.01, "holdout", 0.05, "policy", 0.94),
              i % 2,
              new boolean[] {true, true, true},
              propensities,
              serving,
              serving,
              random.nextDouble() < (i % 2 == 0 ? 0.75 : 0.65) ? 1.0 : 0.0,
              true,
              false,
              0.001));
    }
    return log;
  }
}
