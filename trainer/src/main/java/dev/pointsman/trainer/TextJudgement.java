package dev.pointsman.trainer;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.pointsman.analysis.AsymptoticConfidenceSequence;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the mean of φ, what deciding by text would have gained on a decision over what it
 * is compared with, over matured decisions that no model had seen. Its bounds hold at every look; each
 * stretch between two comparisons spends α = {@value #ALPHA}/(k(k+1)) of the function's {@value
 * #ALPHA}, k its number from 1.
 *
 * @param stretch k
 * @param judged number of φ
 * @param outcomes of these whose quality is known
 * @param sum Σφ, in points of utility
 * @param squares Σφ²
 */
record TextJudgement(long stretch, long judged, long outcomes, double sum, double squares) {

  /** Before anything. */
  static final TextJudgement NONE = new TextJudgement(1, 0, 0, 0, 0);

  static final double ALPHA = 0.05;

  /** Fewer outcomes conclude nothing: the bounds are asymptotic. */
  static final long BURN_IN = 200;

  private static final double TIGHTEST_AT = 1_000;
  private static final long MOST_NEEDED = 10_000_000;

  /** The same with one more φ, with an outcome or without. */
  TextJudgement with(double difference, boolean outcome) {
    return new TextJudgement(
        stretch,
        judged + 1,
        outcomes + (outcome ? 1 : 0),
        sum + difference,
        squares + difference * difference);
  }

  /** What comes after a switch: it begins without judgement. */
  TextJudgement next() {
    return new TextJudgement(stretch + 1, 0, 0, 0, 0);
  }

  /** For another comparison; the same where nothing was judged yet. */
  TextJudgement anew() {
    return judged == 0 ? this : next();
  }

  double alpha() {
    return ALPHA / (stretch * (stretch + 1.0));
  }

  double mean() {
    return judged == 0 ? 0 : sum / judged;
  }

  /** The bounds of the mean; infinite before the burn-in. */
  AsymptoticConfidenceSequence.Bounds bounds() {
    return outcomes < BURN_IN
        ? new AsymptoticConfidenceSequence.Bounds(
            mean(), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 1)
        : boundsAt(judged);
  }

  private AsymptoticConfidenceSequence.Bounds boundsAt(long n) {
    double variance = Math.max(0, squares / judged - mean() * mean());
    return AsymptoticConfidenceSequence.around(
        mean(), Math.sqrt(variance / n), n, alpha(), TIGHTEST_AT);
  }

  /**
   * How many more outcomes it would take until the bounds exclude 0, if mean and variance and the
   * share of decisions with an outcome stay as they are; null where that would take more than ten
   * million decisions, or nothing is known yet.
   */
  @Nullable Long needed() {
    if (judged < 2 || outcomes == 0 || mean() == 0) {
      return null;
    }
    long least = (BURN_IN * judged + outcomes - 1) / outcomes;
    long low = judged - 1;
    long high = Math.max(least, judged);
    while (!decidesAt(high)) {
      low = high;
      high *= 2;
      if (high > MOST_NEEDED) {
        return null;
      }
    }
    while (high - low > 1) {
      long middle = (low + high) / 2;
      if (middle >= least && decidesAt(middle)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return ((high - judged) * outcomes + judged - 1) / judged;
  }

  private boolean decidesAt(long n) {
    AsymptoticConfidenceSequence.Bounds bounds = boundsAt(n);
    return bounds.lower() > 0 || bounds.upper() < 0;
  }

  /** Writes its fields, and what follows from them, into an object that was begun. */
  void writeTo(JsonGenerator json) throws IOException {
    json.writeNumberField("stretch", stretch);
    json.writeNumberField("judged", judged);
    json.writeNumberField("outcomes", outcomes);
    json.writeNumberField("sum", sum);
    json.writeNumberField("squares", squares);
    json.writeNumberField("delta_utility", mean());
    AsymptoticConfidenceSequence.Bounds bounds = bounds();
    if (Double.isFinite(bounds.lower())) {
      json.writeNumberField("lower", bounds.lower());
      json.writeNumberField("upper", bounds.upper());
    }
    json.writeNumberField("alpha", alpha());
    Long more = needed();
    if (more != null) {
      json.writeNumberField("needed", more);
    }
  }

  /** As those fields say it. */
  static TextJudgement of(Map<String, String> fields) {
    String judged = fields.getOrDefault("judged", "0");
    return new TextJudgement(
        Long.parseLong(fields.getOrDefault("stretch", "1")),
        Long.parseLong(judged),
        // Before this was written only decisions with an outcome were judged.
        Long.parseLong(fields.getOrDefault("outcomes", judged)),
        Double.parseDouble(fields.getOrDefault("sum", "0")),
        Double.parseDouble(fields.getOrDefault("squares", "0")));
  }
}
