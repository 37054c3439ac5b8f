package dev.pointsman.routing;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The soft exclusions that a revision's evidence asks for: which arms are expected to be worse than
 * {@code min_quality} in which segment, and which arms are too young for any soft rule. Arms are in
 * the order of {@link Policy#candidates()}.
 *
 * <p>The expected quality is the segment mean of the revision, whatever the algorithm, so that a
 * policy with other beliefs does not change who may be chosen. An arm left out keeps its share of
 * the uniform slice and comes back when its mean does. Built when a revision is loaded; immutable.
 */
public final class SoftRules {

  /** The share of calls slower than {@code latency_slo} that is still in order. */
  public static final double MOST_SLOW = 0.1;

  /** Below this many calls nothing is said; this many without a slow one are in order. */
  public static final int LEAST_CALLS = 30;

  /** Of a one-sided bound of 95 %. */
  private static final double Z = 1.6448536269514722;

  private final ArmEstimates estimates;
  private final @Nullable Exclusion[][] poor;

  private SoftRules(ArmEstimates estimates, @Nullable Exclusion[][] poor) {
    this.estimates = estimates;
    this.poor = poor;
  }

  /**
   * The rules of one revision.
   *
   * @param statistics the revision's evidence; {@link PolicyStatistics#EMPTY} for a cold start
   * @param prices today's price per candidate, null where unknown
   * @return null when the settings have no soft rule
   * @throws IllegalArgumentException if a number in the settings or the statistics cannot be
   */
  public static @Nullable SoftRules of(
      LearnedSettings settings, PolicyStatistics statistics, List<@Nullable TokenPrice> prices) {
    LearnedSettings.Limits limits = settings.limits();
    if (limits.minQuality() == null && limits.latencySlo() == null) {
      return null;
    }
    ArmEstimates estimates =
        new ArmEstimates(settings, statistics, prices, MeanEstimator.ADDITIVE_RIDGE);
    double[][] means = estimates.means();
    @Nullable Exclusion[][] poor = new @Nullable Exclusion[means.length][means[0].length];
    Double least = limits.minQuality();
    if (least != null) {
      // The last row is for segments never seen: nothing is known there to leave anyone out for.
      for (int row = 0; row < means.length - 1; row++) {
        for (int arm = 0; arm < means[row].length; arm++) {
          if (!estimates.young(arm) && means[row][arm] < least) {
            poor[row][arm] =
                new Exclusion(
                    Exclusion.Level.SOFT,
                    String.format(
                        Locale.ROOT, "min_quality %s, expected %.3f", least, means[row][arm]));
          }
        }
      }
    }
    return new SoftRules(estimates, poor);
  }

  /**
   * Whether a variant is too slow for {@code latency_slo}: its share of slow calls may be above {@value
   * #MOST_SLOW}, by the upper end of the one-sided 95 % Wilson bound, and there are {@value
   * #LEAST_CALLS} calls to tell it by.
   *
   * @param slow calls that took longer
   * @param calls all calls, at least as many
   */
  public static boolean isTooSlow(long slow, long calls) {
    return calls >= LEAST_CALLS && Wilson.interval(slow, calls, Z).upper() > MOST_SLOW;
  }

  /** Whether soft rules may leave an arm out at all: not while it is in its nursery. */
  public boolean applyTo(int arm) {
    return !estimates.young(arm);
  }

  /** Why an arm is left out of a segment for its quality; null when it is not. */
  public @Nullable Exclusion quality(String segment, int arm) {
    return poor[estimates.rowOf(segment)][arm];
  }
}
