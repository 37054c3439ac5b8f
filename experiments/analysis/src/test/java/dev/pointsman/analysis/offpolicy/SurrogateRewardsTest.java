package dev.pointsman.analysis.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SurrogateRewardsTest {

  private static final double TRUTH = 0.5 * 0.8 + 0.5 * 0.4;

  @Test
  void combine_everyRowLabelled_areThePeoplesRewards() {
    List<SurrogateRewards.Row> rows =
        List.of(
            new SurrogateRewards.Row("s", 0.9, 1.0),
            new SurrogateRewards.Row("s", 0.2, 0.0),
            new SurrogateRewards.Row("s", 0.7, 0.0));
    SurrogateRewards combined = SurrogateRewards.combine(rows);
    assertThat(combined.rewards()).containsExactly(new double[] {1, 0, 0}, within(1e-12));
    assertThat(combined.labelled()).isEqualTo(3);
    assertThat(combined.unlabelled()).isEmpty();
  }

  @Test
  void combine_noRowLabelled_areTheJudgesScoresAndSaySo() {
    SurrogateRewards combined =
        SurrogateRewards.combine(
            List.of(
                new SurrogateRewards.Row("b", 0.9, null),
                new SurrogateRewards.Row("a", 0.2, null)));
    assertThat(combined.rewards()).containsExactly(new double[] {0.9, 0.2}, within(1e-12));
    assertThat(combined.unlabelled()).containsExactly("a", "b");
  }

  /** By hand: after (0.5, 1) the line of the pseudo-rows and it is 0.1 + s. */
  @Test
  void combine_lineOfRowsBefore_correctsTheNext() {
    SurrogateRewards combined =
        SurrogateRewards.combine(
            List.of(
                new SurrogateRewards.Row("s", 0.5, 1.0),
                new SurrogateRewards.Row("s", 0.4, null),
                new SurrogateRewards.Row("s", 0.6, 0.0),
                new SurrogateRewards.Row("s", 0.1, null)));
    assertThat(combined.rewards()[0]).isCloseTo(0.5 + 2 * 0.5, within(1e-12));
    assertThat(combined.rewards()[1]).isCloseTo(0.5, within(1e-12));
    assertThat(combined.rewards()[2]).isCloseTo(0.7 - 2 * 0.7, within(1e-12));
  }

  /** The judge thinks too well of all, people are asked in one segment three times as often. */
  @Test
  void combine_biasedJudgeFewPeople_intervalHoldsTheTruthAndIsNarrower() {
    int logs = Boolean.getBoolean("evidence") ? 2_000 : 400;
    int held = 0;
    double width = 0;
    double widthOfLabels = 0;
    double judge = 0;
    for (int log = 0; log < logs; log++) {
      List<SurrogateRewards.Row> rows = log(log);
      double[] combined = SurrogateRewards.combine(rows).rewards();
      double mean = mean(combined);
      double error = error(combined);
      held += Math.abs(mean - TRUTH) <= 1.959963984540054 * error ? 1 : 0;
      width += error / logs;
      judge +=
          rows.stream().mapToDouble(SurrogateRewards.Row::surrogate).average().orElseThrow() / logs;
      // What people alone would give: the same with a judge who says nothing.
      double[] alone =
          SurrogateRewards.combine(
                  rows.stream()
                      .map(row -> new SurrogateRewards.Row(row.stratum(), 0.5, row.reward()))
                      .toList())
              .rewards();
      widthOfLabels += error(alone) / logs;
    }
    assertThat(held / (double) logs).isBetween(0.93, 0.97);
    assertThat(width).isLessThan(0.7 * widthOfLabels);
    assertThat(judge).isGreaterThan(TRUTH + 0.05);
  }

  private static List<SurrogateRewards.Row> log(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<SurrogateRewards.Row> rows = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      boolean easy = random.nextBoolean();
      double reward = random.nextDouble() < (easy ? 0.8 : 0.4) ? 1 : 0;
      double surrogate = Math.clamp(0.35 + 0.55 * reward + 0.1 * random.nextGaussian(), 0, 1);
      boolean asked = random.nextDouble() < (easy ? 0.15 : 0.05);
      rows.add(new SurrogateRewards.Row(easy ? "easy" : "hard", surrogate, asked ? reward : null));
    }
    return rows;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static double error(double[] values) {
    double mean = mean(values);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / (values.length - 1.0) / values.length);
  }
}
