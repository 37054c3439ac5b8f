package dev.pointsman.analysis;

import java.util.Optional;

/**
 * A test for a fall of the mean within the last {@value #WINDOW} values, for ever looked at: a
 * generalised likelihood ratio whose threshold depends on how much follows the split. Values lie in
 * 0..1, in time order or in buckets of them.
 *
 * <p>For a split into n₁ values before and n₂ ≤ {@value #WINDOW} after with m₂ &lt; m₁, the
 * statistic of {@link BernoulliGlr} is compared with
 *
 * <pre>  h(n₂) = 7 − 0.3·ln(b) + 2·ln({@value #WINDOW} / n₂)</pre>
 *
 * b being the mean number of values per bucket within the window. A fall is said where the statistic
 * exceeds h by most.
 *
 * <p>Why not {@link BernoulliGlr#threshold}: ln(3·n^1.5/δ) bounds the chance of <em>ever</em> being
 * wrong, about a change of either sign at any time, and so grows without end: 17 nats at n = 1,000. A
 * reset that was not needed costs little, one that comes late costs much, so what is bounded here is
 * their rate (Lorden's criterion, Ann. Math. Statist. 42, 1971; window-limited likelihood ratios:
 * Lai, IEEE Trans. Inf. Theory 44, 1998). At one threshold for all n₂ most false alarms are short
 * runs of bad luck, since there are n/n₂ nearly independent stretches of n₂ values; the logarithm
 * pays for their number (Dümbgen and Spokoiny, Ann. Statist. 29, 2001), twice over because a fall by
 * 0.2 needs some hundred values in any case and the room is better spent on those. Coarser buckets
 * leave fewer splits and looks, hence the term in b.
 *
 * <p>Its three numbers come from simulation, a look at every value. Values until a fall by 0.2 is
 * found, 95th percentile: after 2,000 values 0.75 → 0.55: 158, 0.6 → 0.4: 180, 0.5 → 0.3: 171, where
 * a cumulative sum that knows both means needs 146, 171 and 161; after 500 values 0.95 → 0.75: 96,
 * 0.9 → 0.7: 131, 0.75 → 0.55: 194, 0.6 → 0.4: 223, for the mean before is then known no better. After
 * 100 no test can tell most of these falls within 200. False alarms per 50,000 stationary values of
 * mean 0.5, 0.75 and 0.9: 0.6, 0.8 and 0.5, those of the test over all values among them ({@code
 * ChangeAlarmTest} of the trainer).
 */
public final class RecentDrop {

  /** The most values after a split, unless they are of one bucket. */
  public static final int WINDOW = 300;

  private static final double BASE = 7;
  private static final double BUCKET_SLOPE = 0.3;
  private static final double SCALE_SLOPE = 2;

  private RecentDrop() {}

  /** What the statistic of a split with so many values after it must exceed, in nats. */
  public static double threshold(double after, double valuesPerBucket) {
    return BASE
        - BUCKET_SLOPE * StrictMath.log(Math.max(1, valuesPerBucket))
        + SCALE_SLOPE * Math.max(0, StrictMath.log(WINDOW / after));
  }

  /**
   * The split that exceeds its threshold by most; empty when none does.
   *
   * @param counts number of values per bucket, above 0
   * @param sums sum of the values per bucket, each value 0..1
   * @param length how many buckets of the arrays are used
   */
  public static Optional<BernoulliGlr.Change> find(double[] counts, double[] sums, int length) {
    double n = 0;
    double sum = 0;
    for (int i = 0; i < length; i++) {
      n += counts[i];
      sum += sums[i];
    }
    double inWindow = 0;
    int buckets = 0;
    for (int i = length - 1; i >= 0 && (buckets == 0 || inWindow + counts[i] <= WINDOW); i--) {
      inWindow += counts[i];
      buckets++;
    }
    double whole = BernoulliGlr.likelihood(n, sum);
    double after = 0;
    double sumAfter = 0;
    double largest = 0;
    BernoulliGlr.Change found = null;
    for (int split = length - 1; split >= length - buckets && split > 0; split--) {
      after += counts[split];
      sumAfter += sums[split];
      double before = n - after;
      double sumBefore = sum - sumAfter;
      if (before < BernoulliGlr.LEAST_BEFORE) {
        break;
      }
      if (after < BernoulliGlr.LEAST_AFTER || sumAfter * before >= sumBefore * after) {
        continue;
      }
      double statistic =
          BernoulliGlr.likelihood(before, sumBefore)
              + BernoulliGlr.likelihood(after, sumAfter)
              - whole;
      double excess = statistic - threshold(after, inWindow / buckets);
      if (excess > largest) {
        largest = excess;
        found = new BernoulliGlr.Change(statistic, split, before, sumBefore, after, sumAfter);
      }
    }
    return Optional.ofNullable(found);
  }
}
