package dev.pointsman.analysis.offpolicy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Rewards of decisions that surrogates, such as judges, scored and people said something about only
 * a few of, combined doubly robustly (Robins, Rotnitzky and Zhao, 1994; with a model's predictions
 * Angelopoulos et al., 2023, arXiv 2301.09633).
 *
 * <p>With s the surrogates' scores, y what people said, R = 1 where they said something, and e the
 * chance of that in the row's stratum,
 *
 * <pre>  r_i = m_i(s_i) + R_i/e_i · (y_i − m_i(s_i))</pre>
 *
 * has the mean of y if the strata explain who was asked, however wrong the surrogates are, or if m is
 * right, however people were picked; the better they are together, the less it varies. It may leave
 * 0..1. It takes the place of the reward in any {@link OffPolicyEstimator}.
 *
 * <p>m_i is the mean of the row's scores plus what a ridge regression of people's word on all of
 * them, and on which are missing, adds to it: over the labelled rows before row i, since it must not
 * have seen the row it corrects, nor rows whose policy had learnt from it. So scores are believed
 * until people disagree, one that tells nothing loses its weight, and what two tell twice counts
 * once. e is the labelled share of the stratum.
 *
 * @param rewards r, one per row
 * @param labelled how many rows people said something about
 * @param unlabelled the strata where people said nothing, in name order: there the surrogates' word,
 *     calibrated elsewhere, stands alone, and no verdict should rest on it
 */
@SuppressWarnings("ArrayRecordComponent") // as long as a log; never compared
public record SurrogateRewards(double[] rewards, long labelled, List<String> unlabelled) {

  /**
   * One decision.
   *
   * @param stratum rows of which people are asked with the same chance, such as segment and variant
   * @param scores by the surrogates, 0..1, in the same order on all rows; null where one gave none,
   *     which not all did
   * @param reward people's word, 0..1; null where they said nothing
   */
  public record Row(String stratum, List<@Nullable Double> scores, @Nullable Double reward) {

    /** The mean of the scores that there are. */
    double meanScore() {
      return scores.stream().filter(Objects::nonNull).mapToDouble(s -> s).average().orElseThrow();
    }
  }

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
    Calibration calibration = new Calibration(rows.isEmpty() ? 0 : rows.getFirst().scores().size());
    double[] rewards = new double[rows.size()];
    long labelled = 0;
    for (int i = 0; i < rewards.length; i++) {
      Row row = rows.get(i);
      double predicted = calibration.at(row);
      rewards[i] = predicted;
      Double reward = row.reward();
      if (reward != null) {
        long[] count = counts.getOrDefault(row.stratum(), new long[] {1, 1});
        rewards[i] += (reward - predicted) * count[0] / count[1];
        calibration.add(row, reward);
        labelled++;
      }
    }
    return new SurrogateRewards(rewards, labelled, List.copyOf(unlabelled));
  }

  /** What people say beyond the mean score, as far as it is known: recursive least squares. */
  private static final class Calibration {

    /** As if four rows had been seen on which people and mean score agree. */
    private static final double AGREEING = 4;

    private final double[] weights;
    private final double[][] covariance;

    Calibration(int scores) {
      weights = new double[1 + 2 * scores];
      covariance = new double[weights.length][weights.length];
      for (int i = 0; i < weights.length; i++) {
        covariance[i][i] = i == 0 ? 1 / AGREEING : 1;
      }
    }

    double at(Row row) {
      return row.meanScore() + dot(weights, features(row));
    }

    void add(Row row, double reward) {
      double[] x = features(row);
      double[] gain = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        gain[i] = dot(covariance[i], x);
      }
      double scale = 1 / (1 + dot(gain, x));
      double error = scale * (reward - at(row));
      for (int i = 0; i < x.length; i++) {
        weights[i] += gain[i] * error;
        for (int j = 0; j < x.length; j++) {
          covariance[i][j] -= scale * gain[i] * gain[j];
        }
      }
    }

    /** A constant, the scores around ½, and which are missing. */
    private static double[] features(Row row) {
      int n = row.scores().size();
      double[] x = new double[1 + 2 * n];
      x[0] = 1;
      for (int i = 0; i < n; i++) {
        Double score = row.scores().get(i);
        x[score == null ? 1 + n + i : 1 + i] = score == null ? 1 : score - 0.5;
      }
      return x;
    }

    private static double dot(double[] a, double[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += a[i] * b[i];
      }
      return sum;
    }
  }
}
