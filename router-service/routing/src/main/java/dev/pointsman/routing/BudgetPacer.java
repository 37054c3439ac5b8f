package dev.pointsman.routing;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The price λ of a function's dollar target: how much more than usual cost must weigh for the mean
 * cost of a decision to meet the target B.
 *
 * <p>With c the expected cost of a decision, smoothed and compared with the aim,
 *
 * <pre>  ema ← ema + α·(c − ema),   λ ← clip(λ + η·(ema/aim − 1), 0, λ_max),   α = η = 0.05, λ_max = 5</pre>
 *
 * starting at ema = aim and λ = 0 (ParetoBandit, src/pareto_bandit/budget_pacer.py). The bill comes
 * only when the answer is complete, many decisions later, and a controller that waits for it
 * overshoots without bound. So a decision is charged Σ_a p_a·ĉ_a at once. The draw corrects that to
 * the expected cost of the variant drawn, and the bill to what it was; what they were off by is owed,
 * and a hundredth of it is charged on top of every decision:
 *
 * <pre>  owed ← owed + (actual − expected);   at a decision c ← c + ρ·owed, owed ← (1 − ρ)·owed,   ρ = 0.01</pre>
 *
 * All of it is paid back in the end, so spending stays as near to the aim as if it were charged at
 * once; but one answer that costs fifty targets does not throw λ, which has to be steady to buy the
 * most quality for the money and would else jump between too cheap and too dear.
 *
 * <p>The aim is 0.8 % below B: what was drawn and billed last cannot be saved any more, and too much
 * spent is worse than too little.
 *
 * <p>One pacer per function and node; safe for concurrent use, without a lock.
 */
public final class BudgetPacer {

  /** η: how fast λ follows the smoothed cost. */
  public static final double LEARNING_RATE = 0.05;

  /** α: the weight of the newest cost in the smoothed one. */
  public static final double SMOOTHING = 0.05;

  /** ρ: the part of what is owed that a decision pays back. */
  private static final double REPAYMENT = 0.01;

  /** The part of the target that is aimed at. */
  static final double AIM = 0.992;

  /** The greatest λ. */
  public static final double GREATEST_PRICE = 5;

  /**
   * What is spent too much while λ is at its greatest is still to be saved later: steps are kept up
   * to this sum, which is the cost of 400 decisions at the target.
   */
  private static final double GREATEST_SUM = GREATEST_PRICE + 400 * LEARNING_RATE;

  /** ln 1.01: weights are told apart by 1 %. */
  private static final double STEP_OF_WEIGHT = StrictMath.log1p(0.01);

  private final double target;
  private final double aim;
  private final AtomicReference<State> state;

  /** What is known: all change at once. */
  private record State(double smoothed, double sum, double owed) {}

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
    this.aim = AIM * targetUsd;
    this.state = new AtomicReference<>(new State(aim, 0, 0));
  }

  /**
   * An inference that was charged and not billed yet.
   *
   * @param pacer where it was charged
   * @param expectedUsd what it was charged, USD
   */
  public record Charge(BudgetPacer pacer, double expectedUsd) {

    /** Takes its bill, USD; without one the charge stands. */
    public void settle(double actualUsd) {
      pacer.settle(expectedUsd, actualUsd);
    }
  }

  /**
   * Takes an inference: a decision at its expected cost; one that follows its episode's decision at
   * the smoothed cost, since nothing was predicted for it.
   *
   * @return null, and nothing is charged, where the policy had no say
   */
  public @Nullable Charge take(Decision decision) {
    return switch (decision.kind()) {
      case DECISION -> take(decision.expectedCostUsd(), decision.chosenCostUsd());
      case STICKY -> {
        double smoothed = Math.max(0, smoothedUsd());
        yield take(smoothed, smoothed);
      }
      case PINNED, FORCED, WORKFLOW, CACHE_HIT, IMPORTED -> null;
    };
  }

  private Charge take(double expectedUsd, double drawnUsd) {
    charge(expectedUsd);
    settle(expectedUsd, drawnUsd);
    return new Charge(this, drawnUsd);
  }

  /**
   * Takes a decision.
   *
   * @param expectedUsd Σ_a p_a·ĉ_a, its cost as far as it is known before the draw, USD
   */
  public void charge(double expectedUsd) {
    checkCost(expectedUsd);
    state.updateAndGet(
        now -> {
          double repaid = REPAYMENT * now.owed;
          double smoothed = now.smoothed + SMOOTHING * (expectedUsd + repaid - now.smoothed);
          double step = LEARNING_RATE * (smoothed / aim - 1);
          return new State(
              smoothed, Math.clamp(now.sum + step, 0, GREATEST_SUM), now.owed - repaid);
        });
  }

  /**
   * Takes the bill of a decision that was charged before.
   *
   * @param expectedUsd what it was charged, USD
   * @param actualUsd what it cost, USD; 0 when nothing was billed
   */
  public void settle(double expectedUsd, double actualUsd) {
    checkCost(expectedUsd);
    checkCost(actualUsd);
    state.updateAndGet(now -> new State(now.smoothed, now.sum, now.owed + actualUsd - expectedUsd));
  }

  /**
   * Goes on from the λ of an earlier process, so that a restart does not buy what the target cannot
   * pay; the smoothed cost starts at the aim. A value that is none is passed over.
   */
  public void resume(double price) {
    if (price >= 0 && price <= GREATEST_PRICE) {
      state.set(new State(aim, price, 0));
    }
  }

  /** λ, 0..{@value #GREATEST_PRICE}: cost weighs λ/B more per dollar. */
  public double price() {
    return Math.min(GREATEST_PRICE, state.get().sum);
  }

  /**
   * The smoothed cost of a decision with what is paid back, USD; may be below 0 after bills below
   * their charges.
   */
  public double smoothedUsd() {
    return state.get().smoothed;
  }

  /** B, the mean cost that a decision is to have, USD. */
  public double targetUsd() {
    return target;
  }

  /** The nearest weight of those that are 1 % apart: 1.01 to the power of a whole number. */
  static double rounded(double weight) {
    return StrictMath.exp(STEP_OF_WEIGHT * Math.rint(StrictMath.log(weight) / STEP_OF_WEIGHT));
  }

  private static void checkCost(double usd) {
    if (!(usd >= 0 && Double.isFinite(usd))) {
      throw new IllegalArgumentException("a cost must be at least 0: " + usd);
    }
  }
}
