package dev.pointsman.analysis.routing;

/**
 * RouterArena's score of accuracy A and cost c, USD per 1,000 queries:
 *
 * <pre>  S = (1 + b)·A·C/(b·A + C),   C = (log₂ 200 − log₂ c)/(log₂ 200 − log₂ 0.0044),   b = 0.1</pre>
 *
 * <p>From RouteWorks/RouterArena, router_evaluation/compute_scores.py.
 */
public final class RouterArena {

  private static final double WEIGHT = 0.1;
  private static final double DEAREST = 200;
  private static final double CHEAPEST = 0.0044;

  private RouterArena() {}

  /**
   * The score, 0..1 within RouterArena's range of costs.
   *
   * @param accuracy share of right answers, 0..1
   * @param usdPerThousand cost of 1,000 queries, above 0
   */
  public static double score(double accuracy, double usdPerThousand) {
    if (!(accuracy >= 0 && accuracy <= 1 && usdPerThousand > 0)) {
      throw new IllegalArgumentException(
          "accuracy must lie in 0..1 and the cost be above 0: %s, %s"
              .formatted(accuracy, usdPerThousand));
    }
    double cheapness = Math.log(DEAREST / usdPerThousand) / Math.log(DEAREST / CHEAPEST);
    return (1 + WEIGHT) * accuracy * cheapness / (WEIGHT * accuracy + cheapness);
  }
}
