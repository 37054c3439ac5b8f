package dev.pointsman.analysis.offpolicy;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One matured decision as two policies are compared on it: the one that served and a challenger.
 * Arrays have one entry per arm of the log.
 *
 * @param episode the unit of randomisation
 * @param segment the part of the function's traffic it belongs to
 * @param lane the lane that was drawn
 * @param laneShares the chance of each lane
 * @param arm index of the chosen arm
 * @param eligible whether the arm could be chosen at all
 * @param propensities the logged chance of each arm
 * @param serving the serving policy's chance of each arm, as logged
 * @param challenger the challenger's chance of each arm
 * @param quality 0..1, null when no feedback came; what nothing could answer may count less than 0
 * @param answered whether feedback came; without it a quality is what the function's rules give
 * @param failed whether nothing could answer it; then its quality is what the function's rule gives,
 *     unless people said something all the same
 * @param dollars null when a price is unknown
 */
@SuppressWarnings("ArrayRecordComponent") // rows of numbers on their way to an estimator
public record PairedDecision(
    String episode,
    String segment,
    String lane,
    Map<String, Double> laneShares,
    int arm,
    boolean[] eligible,
    double[] propensities,
    double[] serving,
    double[] challenger,
    @Nullable Double quality,
    boolean answered,
    boolean failed,
    @Nullable Double dollars) {

  /** Checks that the vectors name the same arms and that the chosen one had a chance. */
  public PairedDecision {
    laneShares = Map.copyOf(laneShares);
    int arms = propensities.length;
    if (eligible.length != arms || serving.length != arms || challenger.length != arms) {
      throw new IllegalArgumentException(
          "vectors must name the same arms: %d, %d, %d and %d"
              .formatted(eligible.length, arms, serving.length, challenger.length));
    }
    if (arm < 0 || arm >= arms) {
      throw new IllegalArgumentException(
          "the logged arm must be one of %d: %d".formatted(arms, arm));
    }
    if (!(propensities[arm] > 0 && propensities[arm] <= 1 + 1e-9)) {
      throw new IllegalArgumentException(
          "the propensity of a logged arm must lie in (0, 1]: " + propensities[arm]);
    }
  }

  /** Whether its quality is what a rule gives: to a failure, or where no feedback came. */
  boolean ruled() {
    return quality != null && !answered;
  }

  /** The same with another quality, as if feedback had brought it; null where none came. */
  PairedDecision withQuality(@Nullable Double value) {
    return new PairedDecision(
        episode,
        segment,
        lane,
        laneShares,
        arm,
        eligible,
        propensities,
        serving,
        challenger,
        value,
        value != null,
        failed,
        dollars);
  }
}
