package dev.pointsman.routing;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a variant's quality contrast to the baseline is taken to be before any evidence: what sibling
 * functions say about the same model, else −0.02 for every halving of the price against the
 * baseline's, and 0 where either price is unknown.
 */
final class QualityPrior {

  private static final double PER_HALVING = 0.02;

  /** Ten halvings; a free model is not expected to be infinitely bad. */
  private static final double LARGEST = 0.2;

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
      if (known != null) {
        result[arm] = known;
      } else {
        double price = blended(prices.get(arm));
        result[arm] = price < 0 || reference < 0 ? 0 : ofPrices(price, reference);
      }
    }
    return result;
  }

  private static double ofPrices(double price, double reference) {
    if (price == reference) {
      return 0;
    }
    double halvings = StrictMath.log(reference / price) / StrictMath.log(2);
    return Math.clamp(-PER_HALVING * halvings, -LARGEST, LARGEST);
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
