package dev.pointsman.replay;

import dev.pointsman.routing.MeanEstimator;
import java.util.Arrays;
import java.util.Locale;

/**
 * How recorded outcomes are replayed.
 *
 * @param algorithm what chooses
 * @param orders how many random orders of the rows; figures are means over them
 * @param seed decides the orders and all draws
 * @param estimator how segment means are estimated; only learners use it
 * @param minProbability least probability of an arm
 * @param delayRounds after how many further rounds a feedback arrives
 * @param feedbackRate share of the decisions that ever get one
 * @param detectChanges whether change alarms reset evidence, as they do in service
 */
public record ReplaySettings(
    Algorithm algorithm,
    int orders,
    long seed,
    MeanEstimator estimator,
    double minProbability,
    int delayRounds,
    double feedbackRate,
    boolean detectChanges) {

  public ReplaySettings {
    if (orders < 1) {
      throw new IllegalArgumentException("orders must be >= 1: " + orders);
    }
    if (delayRounds < 0) {
      throw new IllegalArgumentException("delay must be >= 0 rounds: " + delayRounds);
    }
    if (!(feedbackRate >= 0 && feedbackRate <= 1)) {
      throw new IllegalArgumentException("feedback rate must be in 0..1: " + feedbackRate);
    }
    if (!(minProbability >= 0 && minProbability < 1)) {
      throw new IllegalArgumentException("min_prob must be in 0..1: " + minProbability);
    }
  }

  /** What can be replayed. */
  public enum Algorithm {
    /** Inverse-gap weighting on segment means, as in service. */
    SQUARECB,
    /** The chance of being the best, as in service, by Beta beliefs. */
    THOMPSON,
    /** The chance of being among the best two, by Beta beliefs. */
    TOP_TWO,
    /** The best segment mean, and one request in ten spread evenly. */
    EPSILON_GREEDY,
    /** The greatest upper confidence bound of a linear regression on the tasks. */
    LINUCB,
    /** The chance of being the best by a linear regression on the tasks. */
    LINTS,
    /** The chance of being the best by a logistic regression on the tasks. */
    LOGISTIC_THOMPSON,
    /** The greatest upper confidence bound per task: UCB1. Simulated only, never served. */
    UCB1,
    /** The same by relative entropy: KL-UCB. Simulated only, never served. */
    KL_UCB,
    /** The best model over all tasks, with a chance of 5 % to be wrong. */
    TRACK_AND_STOP,
    /** Every model alike: what a router that learns nothing pays. */
    UNIFORM,
    /** The best model per task in hindsight: regret 0 by definition. */
    ORACLE;

    /** The word of the command line, for example {@code squarecb}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The algorithm of that name.
     *
     * @throws IllegalArgumentException if there is none, naming those there are
     */
    public static Algorithm of(String label) {
      return Arrays.stream(values())
          .filter(algorithm -> algorithm.label().equals(label))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "algorithm %s cannot be replayed: use one of %s"
                          .formatted(
                              label, Arrays.stream(values()).map(Algorithm::label).toList())));
    }
  }

  /** The word of an estimator on the command line: {@code segment} or {@code simple}. */
  public static String label(MeanEstimator estimator) {
    return switch (estimator) {
      case ADDITIVE_RIDGE -> "segment";
      case VARIANT_MEAN -> "simple";
    };
  }

  /**
   * The estimator of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static MeanEstimator estimator(String label) {
    return Arrays.stream(MeanEstimator.values())
        .filter(estimator -> label(estimator).equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "estimator %s is not known: use segment or simple".formatted(label)));
  }

  /** Ten orders of the protocol: floor 0.5 %, every feedback at once, no change alarms. */
  public static ReplaySettings of(Algorithm algorithm) {
    return new ReplaySettings(algorithm, 10, 1, MeanEstimator.ADDITIVE_RIDGE, 0.005, 0, 1, false);
  }

  /** With another number of orders. */
  public ReplaySettings withOrders(int newOrders) {
    return new ReplaySettings(
        algorithm,
        newOrders,
        seed,
        estimator,
        minProbability,
        delayRounds,
        feedbackRate,
        detectChanges);
  }

  /** With another seed. */
  public ReplaySettings withSeed(long newSeed) {
    return new ReplaySettings(
        algorithm,
        orders,
        newSeed,
        estimator,
        minProbability,
        delayRounds,
        feedbackRate,
        detectChanges);
  }

  /** With another estimator. */
  public ReplaySettings withEstimator(MeanEstimator newEstimator) {
    return new ReplaySettings(
        algorithm,
        orders,
        seed,
        newEstimator,
        minProbability,
        delayRounds,
        feedbackRate,
        detectChanges);
  }

  /** With feedback that comes late and seldom. */
  public ReplaySettings withFeedback(int newDelayRounds, double newFeedbackRate) {
    return new ReplaySettings(
        algorithm,
        orders,
        seed,
        estimator,
        minProbability,
        newDelayRounds,
        newFeedbackRate,
        detectChanges);
  }

  /** With or without change alarms. */
  public ReplaySettings withChangeDetection(boolean on) {
    return new ReplaySettings(
        algorithm, orders, seed, estimator, minProbability, delayRounds, feedbackRate, on);
  }
}
