package dev.pointsman.routing;

/**
 * The price λ of a function's dollar target: how much more than usual cost must weigh for the mean
 * cost of a decision to meet the target B.
 *
 * <p>With c the cost of a decision, smoothed and compared with the target,
 *
 * <pre>  ema ← ema + α·(c − ema),   λ ← clip(λ + η·(ema/B − 1), 0, λ_max),   α = η = 0.05, λ_max = 5</pre>
 *
 * starting at ema = B and λ = 0 (ParetoBandit, src/pareto_bandit/budget_pacer.py). The bill comes
 * only when the answer is complete, many decisions later, and a controller that waits for it
 * overshoots without bound. So a decision is charged its expected cost at once, and its completion
 * adds what was wrong with that:
 *
 * <pre>  ema ← ema + α·(actual − expected)</pre>
 *
 * which weighs in λ, over the following decisions, as much as if it had been known at the decision.
 *
 * <p>One pacer per function and node; safe for concurrent use.
 */
public final class BudgetPacer {

  /** η: how fast λ follows the smoothed cost. */
  public static final double LEARNING_RATE = 0.05;

  /** α: the weight of the newest cost in the smoothed one. */
  public static final double SMOOTHING = 0.05;

  /** The greatest λ. */
  public static final double GREATEST_PRICE = 5;

  private final double target;
  private double smoothed;
  private double price;

  /**
   * A pacer that has seen nothing.
   *
   * @param targetUsd B, the mean cost that a decision is to have, USD, above 0
   */
  public BudgetPacer(double targetUsd) {
    if (!(targetUsd > 0 && Double.isFinite(targetUsd))) {
      throw new IllegalArgumentException("the target must be above 0: " + targetUsd);
    }
    this.target = targetUsd;
    this.smoothed = targetUsd;
  }

  /**
   * Takes a decision.
   *
   * @param expectedUsd Σ_a p_a·ĉ_a, its cost as far as it is known before the draw, USD
   */
  public synchronized void charge(double expectedUsd) {
    checkCost(expectedUsd);
    smoothed += SMOOTHING * (expectedUsd - smoothed);
    double step = LEARNING_RATE * (smoothed / target - 1);
    price = Math.min(GREATEST_PRICE, Math.max(0, price + step));
  }

  /**
   * Takes the bill of a decision that was charged before.
   *
   * @param expectedUsd what it was charged, USD
   * @param actualUsd what it cost, USD; 0 when nothing was billed
   */
  public synchronized void settle(double expectedUsd, double actualUsd) {
    checkCost(expectedUsd);
    checkCost(actualUsd);
    smoothed += SMOOTHING * (actualUsd - expectedUsd);
  }

  /** λ, 0..{@value #GREATEST_PRICE}: cost weighs λ/B more per dollar. */
  public synchronized double price() {
    return price;
  }

  /** The smoothed cost of a decision, USD. */
  public synchronized double smoothedUsd() {
    return smoothed;
  }

  private static void checkCost(double usd) {
    if (!(usd >= 0 && Double.isFinite(usd))) {
      throw new IllegalArgumentException("a cost must be at least 0: " + usd);
    }
  }
}
