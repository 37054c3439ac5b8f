package dev.pointsman.analysis.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SurrogateRewardsTest {

  private static final double TRUTH = 0.5 * 0.8 + 0.5 * 0.4;

  @Test
  void combine_everyRowLabelled_areThePeoplesRewards() {
    List<SurrogateRewards.Row> rows =
        List.of(row("s", 1.0, 0.9), row("s", 0.0, 0.2), row("s", 0.0, 0.7));
    SurrogateRewards combined = SurrogateRewards.combine(rows);
    assertThat(combined.rewards()).containsExactly(new double[] {1, 0, 0}, within(1e-12));
    assertThat(combined.labelled()).isEqualTo(3);
    assertThat(combined.unlabelled()).isEmpty();
  }

  @Test
  void combine_noRowLabelled_areTheJudgesScoresAndSaySo() {
    SurrogateRewards combined =
        SurrogateRewards.combine(List.of(row("b", null, 0.9), row("a", null, 0.2)));
    assertThat(combined.rewards()).containsExactly(new double[] {0.9, 0.2}, within(1e-12));
    assertThat(combined.unlabelled()).containsExactly("a", "b");
  }

  /** By hand: after (0.5, 1) the line of the pseudo-rows and it is 0.1 + s. */
  @Test
  void combine_lineOfRowsBefore_correctsTheNext() {
    SurrogateRewards combined =
        SurrogateRewards.combine(
            List.of(
                row("s", 1.0, 0.5), row("s", null, 0.4), row("s", 0.0, 0.6), row("s", null, 0.1)));
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
          rows.stream().mapToDouble(SurrogateRewards.Row::meanScore).average().orElseThrow() / logs;
      // What people alone would give: the same with a judge who says nothing.
      double[] alone =
          SurrogateRewards.combine(
                  rows.stream().map(row -> row(row.stratum(), row.reward(), 0.5)).toList())
              .rewards();
      widthOfLabels += error(alone) / logs;
    }
    assertThat(held / (double) logs).isBetween(0.93, 0.97);
    assertThat(width).isLessThan(0.7 * widthOfLabels);
    assertThat(judge).isGreaterThan(TRUTH + 0.05);
  }

  /** By hand: on the first row all three are believed alike, where one is missing the others. */
  @Test
  void combine_several_startFromTheMeanOfThoseThatThereAre() {
    SurrogateRewards combined =
        SurrogateRewards.combine(
            List.of(row("s", null, 0.9, 0.6, 0.3), row("s", null, 0.9, null, 0.5)));
    assertThat(combined.rewards()).containsExactly(new double[] {0.6, 0.7}, within(1e-12));
  }

  /** The second says nothing of the reward but the opposite of the stratum. */
  @Test
  void combine_misleadingBesideGood_isUnbiasedAndNearlyAsSharpAsTheGoodOneAlone() {
    Figures both =
        figures((reward, easy, random) -> List.of(good(reward, random), easy ? 0.1 : 0.9));
    Figures good = figures((reward, easy, random) -> List.of(good(reward, random)));
    assertThat(both.mean()).isCloseTo(TRUTH, within(0.004));
    assertThat(both.held()).isBetween(0.92, 0.98);
    assertThat(both.error()).isLessThan(1.12 * good.error());
  }

  @Test
  void combine_twoNoisyOnes_areSharperThanTheBetterOfThem() {
    Figures both =
        figures((reward, easy, random) -> List.of(noisy(reward, random), noisy(reward, random)));
    Figures one = figures((reward, easy, random) -> List.of(noisy(reward, random)));
    assertThat(both.mean()).isCloseTo(TRUTH, within(0.004));
    assertThat(both.held()).isBetween(0.92, 0.98);
    assertThat(both.error()).isLessThan(0.92 * one.error());
  }

  /** People press a thumb mostly when they are angry, also if the answer was right. */
  @Test
  void combine_oneThatIsMostlyMissing_isUnbiased() {
    Figures both =
        figures(
            (reward, easy, random) ->
                Arrays.asList(
                    noisy(reward, random),
                    random.nextDouble() < (reward == 0 ? 0.4 : 0.05) ? 0.0 : null));
    Figures one = figures((reward, easy, random) -> List.of(noisy(reward, random)));
    assertThat(both.mean()).isCloseTo(TRUTH, within(0.004));
    assertThat(both.held()).isBetween(0.92, 0.98);
    assertThat(both.error()).isLessThan(0.97 * one.error());
  }

  private static double good(double reward, SplittableRandom random) {
    return Math.clamp(0.35 + 0.55 * reward + 0.1 * random.nextGaussian(), 0, 1);
  }

  private static double noisy(double reward, SplittableRandom random) {
    return Math.clamp(0.35 + 0.3 * reward + 0.2 * random.nextGaussian(), 0, 1);
  }

  /** How a row is scored whose true reward is known. */
  private interface Scoring {
    List<@Nullable Double> scores(double reward, boolean easy, SplittableRandom random);
  }

  /**
   * Of many logs.
   *
   * @param mean of the estimates
   * @param held share of 95 % intervals that hold the truth
   * @param error mean standard error
   */
  private record Figures(double mean, double held, double error) {}

  private static Figures figures(Scoring scoring) {
    int logs = Boolean.getBoolean("evidence") ? 2_000 : 400;
    double mean = 0;
    double held = 0;
    double error = 0;
    for (int log = 0; log < logs; log++) {
      double[] combined = SurrogateRewards.combine(log(log, scoring)).rewards();
      mean += mean(combined) / logs;
      error += error(combined) / logs;
      held += Math.abs(mean(combined) - TRUTH) <= 1.96 * error(combined) ? 1.0 / logs : 0;
    }
    if (Boolean.getBoolean("evidence")) {
      System.out.printf("mean %.4f of %.4f, held %.3f, error %.4f%n", mean, TRUTH, held, error);
    }
    return new Figures(mean, held, error);
  }

  private static SurrogateRewards.Row row(
      String stratum, @Nullable Double reward, @Nullable Double... scores) {
    return new SurrogateRewards.Row(stratum, Arrays.asList(scores), reward);
  }

  private static List<SurrogateRewards.Row> log(long seed) {
    return log(seed, (reward, easy, random) -> List.of(good(reward, random)));
  }

  private static List<SurrogateRewards.Row> log(long seed, Scoring scoring) {
    SplittableRandom random = new SplittableRandom(seed);
    List<SurrogateRewards.Row> rows = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      boolean easy = random.nextBoolean();
      double reward = random.nextDouble() < (easy ? 0.8 : 0.4) ? 1 : 0;
      List<@Nullable Double> scores = scoring.scores(reward, easy, random);
      boolean asked = random.nextDouble() < (easy ? 0.15 : 0.05);
      rows.add(new SurrogateRewards.Row(easy ? "easy" : "hard", scores, asked ? reward : null));
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
