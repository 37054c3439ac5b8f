package dev.pointsman.routing;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The algorithms that a {@code learned} function can choose by. */
public enum LearnedAlgorithm {
  /** Inverse-gap weighting: pays least while it learns. */
  SQUARECB(SquareCbPolicy.KIND) {
    @Override
    public Policy policy(
        PolicyVersion version,
        LearnedSettings settings,
        PolicyStatistics statistics,
        List<@Nullable TokenPrice> prices,
        MeanEstimator estimator) {
      return SquareCbPolicy.of(version, settings, statistics, prices, estimator);
    }
  },
  /** The chance of being the best. */
  THOMPSON(ThompsonPolicy.KIND) {
    @Override
    public Policy policy(
        PolicyVersion version,
        LearnedSettings settings,
        PolicyStatistics statistics,
        List<@Nullable TokenPrice> prices,
        MeanEstimator estimator) {
      return ThompsonPolicy.of(version, settings, statistics, prices);
    }
  },
  /** The chance of being among the best two. */
  TOP_TWO(ThompsonPolicy.TOP_TWO_KIND) {
    @Override
    public Policy policy(
        PolicyVersion version,
        LearnedSettings settings,
        PolicyStatistics statistics,
        List<@Nullable TokenPrice> prices,
        MeanEstimator estimator) {
      return ThompsonPolicy.topTwo(version, settings, statistics, prices);
    }
  },
  /** A share of the requests spread evenly. */
  EPSILON_GREEDY(EpsilonGreedyPolicy.KIND) {
    @Override
    public Policy policy(
        PolicyVersion version,
        LearnedSettings settings,
        PolicyStatistics statistics,
        List<@Nullable TokenPrice> prices,
        MeanEstimator estimator) {
      return EpsilonGreedyPolicy.of(version, settings, statistics, prices, estimator);
    }
  },
  /** Finds the best one and stays with it. */
  TRACK_AND_STOP(TrackAndStopPolicy.KIND) {
    @Override
    public Policy policy(
        PolicyVersion version,
        LearnedSettings settings,
        PolicyStatistics statistics,
        List<@Nullable TokenPrice> prices,
        MeanEstimator estimator) {
      return TrackAndStopPolicy.of(version, settings, statistics, prices);
    }
  },
  /** The same after TensorZero, which has a type of its own in configurations. */
  ADAPTIVE(TrackAndStopPolicy.ADAPTIVE_KIND) {
    @Override
    public Policy policy(
        PolicyVersion version,
        LearnedSettings settings,
        PolicyStatistics statistics,
        List<@Nullable TokenPrice> prices,
        MeanEstimator estimator) {
      return TrackAndStopPolicy.adaptive(version, settings, statistics, prices);
    }
  };

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
  public abstract Policy policy(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices,
      MeanEstimator estimator);
}
