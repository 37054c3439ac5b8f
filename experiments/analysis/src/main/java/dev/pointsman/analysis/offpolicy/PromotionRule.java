package dev.pointsman.analysis.offpolicy;

import dev.pointsman.analysis.AsymptoticConfidenceSequence;
import dev.pointsman.analysis.Holm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a challenger may take the place of what serves. With margin m ≥ 0:
 *
 * <ul>
 *   <li>PROMOTE when the lower bound of Δquality is above −m, and the lower bound of ΔU is above 0 or
 *       the upper bound of Δdollars below 0, and no segment is certainly worse, and every guardrail
 *       is proved to hold;
 *   <li>ROLL BACK when it is certainly worse: the upper bound of Δquality is below −m, or that of ΔU
 *       below 0, or a segment is, or a guardrail is proved to be broken;
 *   <li>HOLD otherwise.
 * </ul>
 *
 * <p>ΔU = Δquality − W·Δdollars at the configured W. Bounds are anytime bounds: asking again every
 * day does not raise the chance of a wrong answer.
 *
 * @param margin how much quality may be lost, in points of 0..1
 * @param costWeight W, quality points per dollar
 * @param alpha one minus the coverage of every bound
 */
public record PromotionRule(double margin, double costWeight, double alpha) {

  /** What to do with a challenger. */
  public enum Verdict {
    /** It may take over. */
    PROMOTE,
    /** Nothing is proved. */
    HOLD,
    /** It is worse: drop it, or go back. */
    ROLL_BACK,
    /** The log is not to be trusted; nothing may be concluded from it. */
    BLOCKED;

    /** As people read it, for example {@code ROLL BACK}. */
    public String words() {
      return name().replace('_', ' ');
    }
  }

  /**
   * A verdict with its reasons.
   *
   * @param verdict what to do
   * @param reasons why, in words, with numbers
   */
  public record Ruling(Verdict verdict, List<String> reasons) {
    public Ruling {
      reasons = List.copyOf(reasons);
    }
  }

  public PromotionRule {
    if (!(margin >= 0 && margin <= 1)) {
      throw new IllegalArgumentException("margin must lie in 0..1: " + margin);
    }
    if (!(costWeight >= 0) || !Double.isFinite(costWeight)) {
      throw new IllegalArgumentException("cost weight must be at least 0: " + costWeight);
    }
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha must lie between 0 and 1: " + alpha);
    }
  }

  /**
   * The ruling on figures that may be believed.
   *
   * @param dollars null when prices are unknown; then only quality speaks
   * @param worseSegments segments in which it is certainly worse by more than twice the margin
   * @param guardrails metrics that may not get worse
   */
  public Ruling on(
      Difference quality,
      @Nullable Difference dollars,
      Difference utility,
      List<String> worseSegments,
      List<GuardrailFinding> guardrails) {
    List<String> against = new ArrayList<>();
    if (quality.upper() < -margin) {
      against.add(
          text("quality is worse by more than the margin %.3f: Δ %s", margin, points(quality)));
    }
    if (utility.upper() < 0) {
      against.add(
          text("utility is worse: ΔU %s at %.4g points per dollar", points(utility), costWeight));
    }
    worseSegments.forEach(
        segment -> against.add("quality is worse in segment %s".formatted(segment)));
    for (GuardrailFinding guardrail : guardrails) {
      if (guardrail.state() == GuardrailFinding.State.VIOLATED) {
        against.add("guardrail " + guardrail.sentence());
      }
    }
    if (!against.isEmpty()) {
      return new Ruling(Verdict.ROLL_BACK, against);
    }
    boolean cheaper = dollars != null && dollars.upper() < 0;
    boolean better = utility.lower() > 0;
    List<GuardrailFinding> unproved =
        guardrails.stream()
            .filter(guardrail -> guardrail.state() != GuardrailFinding.State.HOLDS)
            .toList();
    if (quality.lower() > -margin && (better || cheaper) && unproved.isEmpty()) {
      List<String> why = new ArrayList<>();
      why.add(text("quality is not worse by more than %.3f: Δ %s", margin, points(quality)));
      if (better) {
        why.add(text("utility is better: ΔU %s", points(utility)));
      }
      if (dollars != null && cheaper) {
        why.add(text("it costs less: Δ %s per 1,000", thousand(dollars)));
      }
      guardrails.forEach(guardrail -> why.add("guardrail holds: " + guardrail.sentence()));
      return new Ruling(Verdict.PROMOTE, why);
    }
    List<String> open = new ArrayList<>();
    if (!(quality.lower() > -margin)) {
      open.add(
          text(
              "quality may still be worse by more than the margin %.3f: Δ %s",
              margin, points(quality)));
    }
    if (!better && !cheaper) {
      open.add(
          text(
              "nothing is gained for certain: ΔU %s%s",
              points(utility), dollars == null ? "" : ", Δ " + thousand(dollars) + " per 1,000"));
    }
    unproved.forEach(
        guardrail -> open.add("a guardrail is not proved to hold: " + guardrail.sentence()));
    return new Ruling(Verdict.HOLD, open);
  }

  /**
   * Per segment the always-valid p-value of "it is not worse by more than twice the margin", adjusted
   * by {@link Holm}; a segment below α is certainly worse.
   *
   * @param segments Δquality of each segment that has outcomes enough to be judged by itself
   */
  public double[] notWorse(List<Estimate> segments) {
    return Holm.adjust(
        segments.stream()
            .mapToDouble(
                estimate -> {
                  double over = estimate.value() + 2 * margin;
                  return over >= 0
                      ? 1
                      : AsymptoticConfidenceSequence.around(
                              over,
                              estimate.standardError(),
                              estimate.episodes(),
                              alpha,
                              EstimateIntervals.TUNING_EPISODES)
                          .p();
                })
            .toArray());
  }

  /**
   * How many more outcomes a promotion would need if the estimates are right; −1 when more would not
   * help, because it is no better.
   *
   * @param n outcomes so far
   */
  public long needed(Difference quality, @Nullable Difference dollars, Difference utility, long n) {
    long forQuality = until(quality.value() + margin, quality.standardError(), n);
    long forGain = until(utility.value(), utility.standardError(), n);
    if (dollars != null) {
      long forCost = until(-dollars.value(), dollars.standardError(), n);
      forGain = forGain < 0 ? forCost : forCost < 0 ? forGain : Math.min(forGain, forCost);
    }
    return forQuality < 0 || forGain < 0 ? -1 : Math.max(forQuality, forGain);
  }

  /** Outcomes until a lower bound of a value is above 0, by bisection; errors fall with √n. */
  private long until(double value, double error, long n) {
    if (!(value > 0) || n == 0 || !Double.isFinite(error)) {
      return -1;
    }
    long low = n;
    long high = 1L << 40;
    while (low < high) {
      long middle = (low + high) >>> 1;
      double then = error * Math.sqrt((double) n / middle);
      boolean proved =
          AsymptoticConfidenceSequence.around(
                      value, then, middle, alpha, EstimateIntervals.TUNING_EPISODES)
                  .lower()
              > 0;
      if (proved) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low - n;
  }

  private static String points(Difference d) {
    return text("%+.3f (%+.3f, %+.3f)", d.value(), d.lower(), d.upper());
  }

  private static String thousand(Difference d) {
    return text("$%+.2f ($%+.2f, $%+.2f)", 1e3 * d.value(), 1e3 * d.lower(), 1e3 * d.upper());
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
