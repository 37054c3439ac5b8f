package dev.pointsman.trainer;

import dev.pointsman.routing.BudgetPacer;
import java.util.function.DoubleUnaryOperator;

/**
 * The one price λ of cost at which a policy meets a dollar target: what a pacer would settle on, and
 * what two policies are compared at, since the moving price of a pacer belongs to the policy that
 * served.
 */
final class TargetPrice {

  /** Halvings of 0..λ_max: it is found to a thousandth of the weight's smallest step. */
  private static final int HALVINGS = 16;

  private TargetPrice() {}

  /**
   * The least price at which the cost does not exceed the target, by bisection; 0 where it does not
   * without any, and the pacer's greatest where it does at every one.
   *
   * @param cost mean dollars of a decision at a price; falling, but for noise
   * @param targetUsd the target, above 0
   */
  static double of(DoubleUnaryOperator cost, double targetUsd) {
    if (cost.applyAsDouble(0) <= targetUsd) {
      return 0;
    }
    double low = 0;
    double high = BudgetPacer.GREATEST_PRICE;
    for (int halving = 0; halving < HALVINGS; halving++) {
      double middle = (low + high) / 2;
      if (cost.applyAsDouble(middle) <= targetUsd) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }
}
