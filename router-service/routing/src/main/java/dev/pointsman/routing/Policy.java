package dev.pointsman.routing;

import java.util.List;

/**
 * A chooser that only says how probability is spread. It never draws: {@link DecisionSampler} alone
 * composes shares and draws, so that every logged propensity is right by construction.
 *
 * <p>A policy is immutable and pure: the same context gives the same probabilities.
 */
public interface Policy {

  /** The kind, generation and revision that are logged with each decision. */
  PolicyVersion version();

  /** The names of the variants it may choose, in name order; arm {@code i} is the i-th of them. */
  List<String> candidates();

  /**
   * Whether it goes by the tier of a request, {@link
   * dev.pointsman.routing.features.RequestComplexity}, so that contexts should have it among their
   * features.
   */
  default boolean readsComplexity() {
    return false;
  }

  /**
   * The probability of each candidate.
   *
   * @throws IllegalArgumentException if the context's arrays do not have one entry per candidate, or
   *     no arm is selectable
   */
  ArmProbabilities probabilities(DecisionContext context);
}
