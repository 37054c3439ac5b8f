package dev.pointsman.analysis.offpolicy;

import java.util.List;

/**
 * One matured decision of a log, as models are fitted to it.
 *
 * @param episode the unit of randomisation
 * @param segment the part of the function's traffic it belongs to
 * @param arm index of the chosen arm
 * @param propensities the logged chance of every arm
 * @param target the judged policy's chance of every arm
 * @param reward what was observed
 */
public record LoggedChoice(
    String episode,
    String segment,
    int arm,
    List<Double> propensities,
    List<Double> target,
    double reward) {

  /** Copies the vectors and checks that they name the same arms. */
  public LoggedChoice {
    propensities = List.copyOf(propensities);
    target = List.copyOf(target);
    if (propensities.size() != target.size()) {
      throw new IllegalArgumentException(
          "propensities and target must name the same arms: %d and %d"
              .formatted(propensities.size(), target.size()));
    }
    if (arm < 0 || arm >= propensities.size()) {
      throw new IllegalArgumentException(
          "the logged arm must be one of %d: %d".formatted(propensities.size(), arm));
    }
  }
}
