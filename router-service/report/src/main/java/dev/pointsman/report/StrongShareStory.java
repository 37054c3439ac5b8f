package dev.pointsman.report;

import dev.pointsman.routing.PolicyStatistics;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How much of its decisions a function gives to the stronger of two variants, against what is wanted.
 *
 * @param variant the stronger one
 * @param wanted its share of all decisions as configured
 * @param intended its mean propensity over the decisions looked at, NaN before any
 * @param reached the share of these that chose it, NaN before any; null where they were not counted
 * @param decisions how many these are
 * @param lead how much more utility than the other one it must promise, in the last revision; null
 *     while it is left to chance
 * @param atLead its chance where it promises exactly that, or where it is left to chance
 * @param calibratedOn how many of the latest decisions the lead was found on
 */
public record StrongShareStory(
    String variant,
    double wanted,
    double intended,
    @Nullable Double reached,
    long decisions,
    @Nullable Double lead,
    double atLead,
    long calibratedOn) {

  /**
   * The story of a function.
   *
   * @param threshold of the last revision, null before one
   */
  public static StrongShareStory of(
      String variant,
      double wanted,
      double intended,
      @Nullable Double reached,
      long decisions,
      PolicyStatistics.@Nullable Threshold threshold) {
    return threshold == null
        ? new StrongShareStory(variant, wanted, intended, reached, decisions, null, wanted, 0)
        : new StrongShareStory(
            variant,
            wanted,
            intended,
            reached,
            decisions,
            threshold.lead(),
            threshold.atLead(),
            threshold.decisions());
  }

  /** Where the threshold lies, in half a sentence. */
  public String where() {
    return lead == null
        ? String.format(Locale.ROOT, "by chance, %.1f %%, before any decision", 100 * atLead)
        : String.format(
            Locale.ROOT,
            "where it leads by more than %.4f, and %.1f %% of those at just that; from %,d"
                + " decisions",
            lead,
            100 * atLead,
            calibratedOn);
  }
}
