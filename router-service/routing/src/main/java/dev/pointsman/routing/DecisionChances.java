package dev.pointsman.routing;

/**
 * The chances that a decision would be drawn with, asked by whoever draws nothing: exactly what
 * {@link DecisionSampler} would log as the propensities, since it is the one that composes them.
 */
public final class DecisionChances {

  private static final int SALT_BYTES = 16;

  /** The salt keys what is drawn, and no chance depends on it. */
  private static final DecisionSampler SAMPLER = new DecisionSampler(new byte[SALT_BYTES]);

  private DecisionChances() {}

  /**
   * The chance of each candidate, in the policy's order.
   *
   * @throws NoEligibleVariantException if every candidate and every fallback is excluded
   * @throws IllegalArgumentException if the request's lists do not fit the routing's
   */
  public static double[] of(FunctionRouting routing, DecisionRequest request) {
    return decision(routing, request).propensities();
  }

  /**
   * What led to them and what they cost in the mean; the draw in it is of no meaning.
   *
   * @throws NoEligibleVariantException if every candidate and every fallback is excluded
   * @throws IllegalArgumentException if the request's lists do not fit the routing's
   */
  public static Decision decision(FunctionRouting routing, DecisionRequest request) {
    return SAMPLER.decide(routing, request);
  }
}
