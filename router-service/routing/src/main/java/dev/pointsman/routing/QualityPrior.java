package dev.pointsman.routing;

import dev.pointsman.routing.features.RequestComplexity;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a variant's quality contrast to the baseline is taken to be before any evidence: what sibling
 * functions say about the same model, else −0.02 for every halving of the price against the
 * baseline's, and 0 where either price is unknown. Where the tier of a request is known, a halving
 * costs what {@link RequestComplexity#qualityPerHalving()} says.
 */
final class QualityPrior {

  private static final double PER_HALVING = 0.02;

  /** A free model is not expected to be infinitely bad. */
  private static final double MOST_HALVINGS = 10;

  /** Prompts are about three times as long as answers; the weight of the input price. */
  private static final double INPUT_PER_OUTPUT = 3;

  private QualityPrior() {}

  /**
   * The contrast per arm; the baseline's is 0.
   *
   * @param baseline the baseline's name; null stands for the dearest arm
   * @param prices per arm, null where unknown
   * @param siblings contrasts known from sibling functions, by variant
   */
  static double[] contrasts(
      List<String> candidates,
      @Nullable String baseline,
      List<@Nullable TokenPrice> prices,
      Map<String, Double> siblings) {
    double reference = reference(candidates, baseline, prices);
    double[] result = new double[candidates.size()];
    for (int arm = 0; arm < result.length; arm++) {
      Double known = siblings.get(candidates.get(arm));
      result[arm] =
          known != null ? known : 0 - PER_HALVING * halvings(blended(prices.get(arm)), reference);
    }
    return result;
  }

  /**
   * What the complexity of a request adds to these contrasts, per arm: the difference between what a
   * halving costs in its tier and what it costs otherwise; 0 where a contrast comes from siblings.
   */
  static double[] shifts(
      RequestComplexity tier,
      List<String> candidates,
      @Nullable String baseline,
      List<@Nullable TokenPrice> prices,
      Map<String, Double> siblings) {
    double reference = reference(candidates, baseline, prices);
    double[] result = new double[candidates.size()];
    for (int arm = 0; arm < result.length; arm++) {
      if (!siblings.containsKey(candidates.get(arm))) {
        result[arm] =
            (PER_HALVING - tier.qualityPerHalving())
                * halvings(blended(prices.get(arm)), reference);
      }
    }
    return result;
  }

  /** How often the reference must be halved to come to the price; 0 where either is unknown. */
  private static double halvings(double price, double reference) {
    if (price < 0 || reference < 0 || price == reference) {
      return 0;
    }
    double halvings = StrictMath.log(reference / price) / StrictMath.log(2);
    return Math.clamp(halvings, -MOST_HALVINGS, MOST_HALVINGS);
  }

  private static double reference(
      List<String> candidates, @Nullable String baseline, List<@Nullable TokenPrice> prices) {
    int arm = baseline == null ? -1 : candidates.indexOf(baseline);
    if (arm >= 0) {
      return blended(prices.get(arm));
    }
    double dearest = -1;
    for (TokenPrice price : prices) {
      dearest = Math.max(dearest, blended(price));
    }
    return dearest;
  }

  /** One figure for a price; negative when it is unknown. */
  private static double blended(@Nullable TokenPrice price) {
    return price == null ? -1 : INPUT_PER_OUTPUT * price.inputNanos() + price.outputNanos();
  }
}
