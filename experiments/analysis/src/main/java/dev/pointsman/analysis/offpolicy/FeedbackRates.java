package dev.pointsman.analysis.offpolicy;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How often an outcome becomes known, by segment and arm, over the latest so many decisions that
 * people could say something about:
 *
 * <pre>  ρ̂(s, a) = (Σ known_sa + κ·ρ_a)/(n_sa + κ),   ρ_a = (Σ known_a + κ)/(n_a + κ),   κ = 5</pre>
 *
 * <p>A decision's weight is divided by the rate at which outcomes of its like become known, so those
 * that are known make up for those that are not; an outcome that a rule gives, a failure's for one, is
 * always known, has weight one, and is no part of the rate. Asked before a decision is taken in, the
 * rate looks at nothing of it: then what is weighted by it stays a martingale. Instances are not safe
 * for concurrent use.
 */
public final class FeedbackRates {

  private final SegmentArmSums sums = new SegmentArmSums();
  private final Deque<Seen> latest = new ArrayDeque<>();
  private final int most;

  private record Seen(String segment, int arm, double known) {}

  /**
   * Rates of nothing so far.
   *
   * @param most of how many decisions they are at most, the latest ones
   */
  public FeedbackRates(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("rates need at least one decision: " + most);
    }
    this.most = most;
  }

  /** Takes a decision whose outcome no rule gives. */
  public void accept(String segment, int arm, boolean known) {
    Seen seen = new Seen(segment, arm, known ? 1 : 0);
    latest.add(seen);
    sums.add(segment, arm, seen.known());
    if (latest.size() > most) {
      Seen oldest = latest.remove();
      sums.remove(oldest.segment(), oldest.arm(), oldest.known());
    }
  }

  /** The rate, above 0 and at most 1; 1 before anything is known. */
  public double rate(String segment, int arm) {
    return Math.min(1, sums.mean(segment, arm, 1));
  }
}
