package dev.pointsman.analysis.offpolicy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Rewards of decisions that a judge scored all of and people only a few of, combined doubly robustly
 * (Robins, Rotnitzky and Zhao, 1994; with a model's predictions Angelopoulos et al., 2023, arXiv
 * 2301.09633).
 *
 * <p>With s the judge's score, y what people said, R = 1 where they said something, and e the chance
 * of that in the row's stratum,
 *
 * <pre>  r_i = m_i(s_i) + R_i/e_i · (y_i − m_i(s_i))</pre>
 *
 * has the mean of y if the strata explain who was asked, however wrong the judge is, or if m is
 * right, however people were picked; the better the judge, the less it varies. It may leave 0..1. It
 * takes the place of the reward in any {@link OffPolicyEstimator}.
 *
 * <p>m_i is the least-squares line of people's word on the judge's score over the labelled rows
 * before row i, with four pseudo-rows on the diagonal: fitted forward in time, since it must not have
 * seen the row it corrects, nor rows whose policy had learnt from it. e is the labelled share of the
 * stratum.
 *
 * @param rewards r, one per row
 * @param labelled how many rows people said something about
 * @param unlabelled the strata where people said nothing, in name order: there the judge's word,
 *     calibrated elsewhere, stands alone, and no verdict should rest on it
 */
@SuppressWarnings("ArrayRecordComponent") // as long as a log; never compared
public record SurrogateRewards(double[] rewards, long labelled, List<String> unlabelled) {

  /**
   * One decision.
   *
   * @param stratum rows of which people are asked with the same chance, such as segment and variant
   * @param surrogate the judge's score, 0..1
   * @param reward people's word, 0..1; null where they said nothing
   */
  public record Row(String stratum, double surrogate, @Nullable Double reward) {}

  /**
   * Combines the rows of a log.
   *
   * @param rows in order of decision
   */
  public static SurrogateRewards combine(List<Row> rows) {
    Map<String, long[]> counts = new HashMap<>();
    for (Row row : rows) {
      long[] count = counts.computeIfAbsent(row.stratum(), name -> new long[2]);
      count[0]++;
      count[1] += row.reward() == null ? 0 : 1;
    }
    TreeSet<String> unlabelled = new TreeSet<>();
    counts.forEach(
        (stratum, count) -> {
          if (count[1] == 0) {
            unlabelled.add(stratum);
          }
        });
    Calibration calibration = new Calibration();
    double[] rewards = new double[rows.size()];
    long labelled = 0;
    for (int i = 0; i < rewards.length; i++) {
      Row row = rows.get(i);
      double predicted = calibration.at(row.surrogate());
      rewards[i] = predicted;
      Double reward = row.reward();
      if (reward != null) {
        long[] count = counts.getOrDefault(row.stratum(), new long[] {1, 1});
        rewards[i] += (reward - predicted) * count[0] / count[1];
        calibration.add(row.surrogate(), reward);
        labelled++;
      }
    }
    return new SurrogateRewards(rewards, labelled, List.copyOf(unlabelled));
  }

  /** The line of people's word on the judge's score, as far as it is known. */
  private static final class Calibration {

    // Two pseudo-rows at (0, 0) and two at (1, 1): a judge is believed until people disagree.
    private double n = 4;
    private double sum = 2;
    private double squares = 2;
    private double rewards = 2;
    private double products = 2;

    void add(double surrogate, double reward) {
      n++;
      sum += surrogate;
      squares += surrogate * surrogate;
      rewards += reward;
      products += surrogate * reward;
    }

    double at(double surrogate) {
      double slope = (n * products - sum * rewards) / (n * squares - sum * sum);
      return (rewards - slope * sum) / n + slope * surrogate;
    }
  }
}
