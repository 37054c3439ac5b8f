package dev.pointsman.report;

import dev.pointsman.analysis.AsymptoticConfidenceSequence;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How a verdict follows from health and figures. Health comes first: a failed check withholds the
 * verdict. Then evidence: a function is LEARNING until the always-valid band of its policy lane is
 * no wider than ±{@value #WIDEST_BAND}, and again while a change is being relearnt.
 */
final class VerdictRule {

  static final double WIDEST_BAND = 0.05;

  private VerdictRule() {}

  /**
   * The verdict on a function that learns.
   *
   * @param health the checks
   * @param quality the policy lane's quality
   * @param holdout the holdout lane's quality
   * @param headlineCosts "$1.60 against $11.76 per 1,000", or "" when costs are unknown
   * @param relearning what is being relearnt, "" when nothing is
   */
  static Verdict ofLearned(
      List<HealthCheck> health,
      Estimate quality,
      Estimate holdout,
      String headlineCosts,
      String relearning) {
    String failed = failed(health);
    if (!failed.isEmpty()) {
      return new Verdict(Verdict.State.BLOCKED, failed);
    }
    double variance = quality.known() ? quality.mean() * (1 - quality.mean()) : 0.25;
    long needed = needed(Math.max(0.01, variance));
    if (quality.n() < needed) {
      return new Verdict(
          Verdict.State.LEARNING,
          String.format(
              Locale.ROOT,
              "%,d of about %,d matured outcomes for a band of ±%.2f%s",
              quality.n(),
              needed,
              WIDEST_BAND,
              quality.known() ? "; " + figures(quality, holdout) : ""));
    }
    if (!relearning.isEmpty()) {
      return new Verdict(Verdict.State.LEARNING, relearning);
    }
    return new Verdict(
        Verdict.State.HOLD,
        "keep serving: %s%s; no challenger is waiting"
            .formatted(
                figures(quality, holdout), headlineCosts.isEmpty() ? "" : ", " + headlineCosts));
  }

  /** The verdict on a function whose weights are fixed: health is all there is to judge. */
  static Verdict ofFixed(List<HealthCheck> health) {
    String failed = failed(health);
    return failed.isEmpty()
        ? new Verdict(Verdict.State.HOLD, "fixed weights: nothing is learnt, health is fine")
        : new Verdict(Verdict.State.BLOCKED, failed);
  }

  private static String failed(List<HealthCheck> health) {
    return health.stream()
        .filter(check -> check.state() == HealthCheck.State.BLOCKED)
        .map(check -> check.name() + ": " + check.sentence())
        .collect(Collectors.joining("; "));
  }

  private static String figures(Estimate quality, Estimate holdout) {
    String text =
        String.format(
            Locale.ROOT, "quality %.3f (%.3f–%.3f)", quality.mean(), quality.low(), quality.high());
    return holdout.known()
        ? text + String.format(Locale.ROOT, " against %.3f in the holdout", holdout.mean())
        : text;
  }

  /** Outcomes until the band is narrow enough, by bisection: the margin falls with n. */
  static long needed(double variance) {
    long low = 1;
    long high = 1L << 24;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (AsymptoticConfidenceSequence.margin(variance, (double) middle, FunctionFigures.ALPHA)
          <= WIDEST_BAND) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
