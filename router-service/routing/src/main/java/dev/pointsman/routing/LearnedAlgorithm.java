package dev.pointsman.routing;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The algorithms that a {@code learned} function can choose by. */
public enum LearnedAlgorithm {
  /** Inverse-gap weighting: pays least while it learns. */
  SQUARECB(SquareCbPolicy.KIND),
  /** The chance of being the best. */
  THOMPSON(ThompsonPolicy.KIND),
  /** The chance of being among the best two. */
  TOP_TWO(ThompsonPolicy.TOP_TWO_KIND),
  /** A share of the requests spread evenly. */
  EPSILON_GREEDY(EpsilonGreedyPolicy.KIND),
  /** The greatest upper confidence bound of a linear regression. */
  LINUCB(LinUcbPolicy.KIND),
  /** The chance of being the best by a linear regression. */
  LINTS(ThompsonPolicy.LINEAR_KIND),
  /** The chance of being the best by a logistic regression. */
  LOGISTIC_THOMPSON(ThompsonPolicy.LOGISTIC_KIND),
  /** The stronger of two where that promises most, as often as wanted. */
  THRESHOLD(ThresholdPolicy.KIND),
  /** Finds the best one and stays with it. */
  TRACK_AND_STOP(TrackAndStopPolicy.KIND),
  /** The same after TensorZero, which has a type of its own in configurations. */
  ADAPTIVE(TrackAndStopPolicy.ADAPTIVE_KIND);

  private final String label;

  LearnedAlgorithm(String label) {
    this.label = label;
  }

  /** The name in configurations, artifacts and the log, for example {@code squarecb}. */
  public String label() {
    return label;
  }

  /** The names that a function of type {@code learned} may give, the default's first. */
  public static List<String> labels() {
    return Arrays.stream(values())
        .filter(algorithm -> algorithm != ADAPTIVE)
        .map(LearnedAlgorithm::label)
        .toList();
  }

  /**
   * The algorithm of that name.
   *
   * @throws IllegalArgumentException if there is none, naming those there are
   */
  public static LearnedAlgorithm of(String label) {
    for (LearnedAlgorithm algorithm : values()) {
      if (algorithm.label.equals(label)) {
        return algorithm;
      }
    }
    throw new IllegalArgumentException(
        "unknown algorithm \"%s\": known are %s"
            .formatted(
                label,
                labels().stream().map("\"%s\""::formatted).collect(Collectors.joining(", "))));
  }

  /**
   * The policy of one revision.
   *
   * @param statistics the revision's evidence; {@link PolicyStatistics#EMPTY} for a cold start
   * @param prices today's price per candidate, null where unknown
   * @param estimator how segment means are estimated; algorithms with beliefs of their own do not ask
   * @throws IllegalArgumentException if the candidates are not in name order, the prices do not fit
   *     them, or a number in the settings or the statistics cannot be
   */
  public Policy policy(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices,
      MeanEstimator estimator) {
    return switch (this) {
      case SQUARECB -> SquareCbPolicy.of(version, settings, statistics, prices, estimator);
      case THOMPSON ->
          ThompsonPolicy.of(ThompsonPolicy.Form.BEST, version, settings, statistics, prices);
      case TOP_TWO ->
          ThompsonPolicy.of(ThompsonPolicy.Form.TOP_TWO, version, settings, statistics, prices);
      case EPSILON_GREEDY ->
          EpsilonGreedyPolicy.of(version, settings, statistics, prices, estimator);
      case LINUCB -> LinUcbPolicy.of(version, settings, statistics, prices);
      case LINTS ->
          ThompsonPolicy.of(ThompsonPolicy.Form.LINEAR, version, settings, statistics, prices);
      case LOGISTIC_THOMPSON ->
          ThompsonPolicy.of(ThompsonPolicy.Form.LOGISTIC, version, settings, statistics, prices);
      case THRESHOLD -> ThresholdPolicy.of(version, settings, statistics, prices, estimator);
      case TRACK_AND_STOP -> TrackAndStopPolicy.of(version, settings, statistics, prices);
      case ADAPTIVE -> TrackAndStopPolicy.adaptive(version, settings, statistics, prices);
    };
  }
}
