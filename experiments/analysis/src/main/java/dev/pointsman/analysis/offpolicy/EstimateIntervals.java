package dev.pointsman.analysis.offpolicy;

import dev.pointsman.analysis.AsymptoticConfidenceSequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Intervals of off-policy estimates. All treat the episode as the independent unit. The first three
 * hold at one look; {@link #anytime} at every look after its burn-in.
 */
public final class EstimateIntervals {

  /** Number of bootstrap draws. */
  public static final int DRAWS = 2000;

  /** The least number of episodes before the first look at an anytime interval. */
  public static final int BURN_IN_EPISODES = 100;

  /** The number of episodes at which the anytime interval is tightest. */
  public static final double TUNING_EPISODES = 5000;

  private EstimateIntervals() {}

  /** value ± z(1 − α/2)·se: needs an effective sample size of 200 or more. */
  public static Interval normal(Estimate estimate, double alpha) {
    double z = NormalDistribution.of(0, 1).inverseSurvivalProbability(alpha / 2);
    double half = z * estimate.standardError();
    return new Interval(estimate.value() - half, estimate.value() + half);
  }

  /**
   * The percentile bootstrap: {@value #DRAWS} times as many episodes as there are, drawn with
   * replacement, and the α/2 and 1 − α/2 quantiles of the estimates.
   *
   * @param estimator what is estimated
   * @param rows the log
   * @param alpha one minus the coverage
   * @param seed the same seed gives the same interval
   */
  public static Interval bootstrap(
      OffPolicyEstimator estimator, List<EvaluationRow> rows, double alpha, long seed) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("rows is empty: nothing to draw from");
    }
    EstimatorSums[] episodes = byEpisode(estimator, rows);
    SplittableRandom random = new SplittableRandom(seed);
    double[] values = new double[DRAWS];
    for (int draw = 0; draw < DRAWS; draw++) {
      int n = 0;
      double averaged = 0;
      double normalised = 0;
      double weight = 0;
      for (int i = 0; i < episodes.length; i++) {
        EstimatorSums episode = episodes[random.nextInt(episodes.length)];
        n += episode.rows();
        averaged += episode.averaged();
        normalised += episode.normalised();
        weight += episode.weight();
      }
      values[draw] = new EstimatorSums(n, averaged, normalised, weight).value();
    }
    return new Interval(
        StatUtils.percentile(values, 100 * alpha / 2),
        StatUtils.percentile(values, 100 * (1 - alpha / 2)));
  }

  /**
   * The empirical Bernstein interval of {@link MeanBounds}, α/2 on each side, over episode totals of
   * the pseudo-outcomes scaled so that their mean is the estimate: a guarantee at any n.
   *
   * @param estimator an estimator that divides by the number of rows
   * @param rows the log
   * @param range width of the range of an episode's scaled total; with one row an episode, of the
   *     pseudo-outcome
   * @param alpha one minus the coverage
   */
  public static Interval empiricalBernstein(
      OffPolicyEstimator estimator, List<EvaluationRow> rows, double range, double alpha) {
    if (estimator.isSelfNormalised()) {
      throw new IllegalArgumentException(
          "a self-normalised estimate is no mean of pseudo-outcomes: " + estimator);
    }
    EstimatorSums[] episodes = byEpisode(estimator, rows);
    double perEpisode = (double) rows.size() / episodes.length;
    double[] totals = new double[episodes.length];
    double[] negated = new double[episodes.length];
    for (int i = 0; i < totals.length; i++) {
      totals[i] = episodes[i].averaged() / perEpisode;
      negated[i] = -totals[i];
    }
    return new Interval(
        MeanBounds.empiricalBernstein(totals, range, alpha / 2),
        -MeanBounds.empiricalBernstein(negated, range, alpha / 2));
  }

  /**
   * The asymptotic confidence sequence of {@link AsymptoticConfidenceSequence}, over episodes; empty
   * before {@value #BURN_IN_EPISODES} of them.
   *
   * @param estimate of all matured rows so far, in order of decision
   * @param alpha one minus the coverage over all looks together
   */
  public static Optional<Interval> anytime(Estimate estimate, double alpha) {
    if (estimate.episodes() < BURN_IN_EPISODES) {
      return Optional.empty();
    }
    var bounds =
        AsymptoticConfidenceSequence.around(
            estimate.value(),
            estimate.standardError(),
            estimate.episodes(),
            alpha,
            TUNING_EPISODES);
    return Optional.of(new Interval(bounds.lower(), bounds.upper()));
  }

  private static EstimatorSums[] byEpisode(OffPolicyEstimator estimator, List<EvaluationRow> rows) {
    Map<String, List<EvaluationRow>> episodes = new LinkedHashMap<>();
    for (EvaluationRow row : rows) {
      episodes.computeIfAbsent(row.episode(), e -> new ArrayList<>()).add(row);
    }
    return episodes.values().stream()
        .map(episode -> EstimatorSums.of(estimator, episode))
        .toArray(EstimatorSums[]::new);
  }
}
