package dev.pointsman.analysis.offpolicy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How well a log covers a policy: what must be looked at before an off-policy estimate is believed.
 *
 * @param rows number of decisions
 * @param meanWeight mean w, 1 when the propensities are right
 * @param meanWeightError its standard error, clustered by episode
 * @param maxWeight the largest w
 * @param effectiveSampleSize (Σ w)²/Σ w², 0 when every weight is 0
 * @param largestShare the largest row's share of Σ w², 0..1
 * @param unsupportedMass mean share of the policy on arms that the log could hardly choose, 0..1
 */
public record Overlap(
    int rows,
    double meanWeight,
    double meanWeightError,
    double maxWeight,
    double effectiveSampleSize,
    double largestShare,
    double unsupportedMass) {

  /** The least effective sample size for a verdict. */
  public static final double LEAST_ESS = 200;

  /** Below this share of the rows the effective sample size is a warning. */
  public static final double LOW_ESS_SHARE = 0.05;

  /** The largest share of Σ w² that one row may have. */
  public static final double GREATEST_ROW_SHARE = 0.02;

  /** The largest mean mass of the policy on unsupported arms. */
  public static final double GREATEST_UNSUPPORTED_MASS = 0.02;

  /** How many standard errors the mean weight may be away from 1. */
  public static final double MEAN_WEIGHT_ERRORS = 4;

  /** Whether a verdict may rest on the log. */
  public sealed interface Gate {

    /** Nothing stands against a verdict. */
    record VerdictPossible() implements Gate {}

    /**
     * A verdict is possible, but a canary should confirm it.
     *
     * @param reasons what to know, with numbers
     */
    record Yellow(List<String> reasons) implements Gate {
      public Yellow {
        reasons = List.copyOf(reasons);
      }
    }

    /**
     * Nothing may be concluded.
     *
     * @param reasons all that stands against it, with numbers
     */
    record NoVerdict(List<String> reasons) implements Gate {
      public NoVerdict {
        reasons = List.copyOf(reasons);
      }
    }
  }

  /** The overlap of one policy's rows (not of a difference of two policies). */
  public static Overlap of(List<EvaluationRow> rows) {
    if (rows.isEmpty()) {
      return new Overlap(0, 0, 0, 0, 0, 0, 0);
    }
    double sum = 0;
    double squares = 0;
    double max = 0;
    double unsupported = 0;
    List<EvaluationRow> ones = new ArrayList<>(rows.size());
    for (EvaluationRow row : rows) {
      double w = row.weight();
      if (w < 0) {
        throw new IllegalArgumentException(
            "weights must be at least 0, judge a difference by its challenger: " + w);
      }
      sum += w;
      squares += w * w;
      max = Math.max(max, w);
      unsupported += row.unsupported();
      ones.add(new EvaluationRow(row.episode(), w, 1, 0, 0, 0));
    }
    Estimate mean = new OffPolicyEstimator.InversePropensity().estimate(ones);
    return new Overlap(
        rows.size(),
        mean.value(),
        mean.standardError(),
        max,
        squares == 0 ? 0 : sum * sum / squares,
        squares == 0 ? 0 : max * max / squares,
        unsupported / rows.size());
  }

  /** What the figures allow. */
  public Gate gate() {
    List<String> against = new ArrayList<>();
    if (effectiveSampleSize < LEAST_ESS) {
      against.add(
          String.format(
              Locale.ROOT,
              "effective sample size %.1f of %d rows is below %.0f",
              effectiveSampleSize,
              rows,
              LEAST_ESS));
    }
    double distance = Math.abs(meanWeight - 1);
    // The hair is for rounding: a policy judged on its own log has mean 1 and error 0.
    if (distance > MEAN_WEIGHT_ERRORS * meanWeightError + 1e-9) {
      against.add(
          String.format(
              Locale.ROOT,
              "mean weight %.4f is more than %.0f standard errors (%.4f) away from 1:"
                  + " the logged propensities may be wrong",
              meanWeight,
              MEAN_WEIGHT_ERRORS,
              meanWeightError));
    }
    if (largestShare > GREATEST_ROW_SHARE) {
      against.add(
          String.format(
              Locale.ROOT,
              "one row (weight %.4g) has %.1f %% of the sum of squared weights, above %.0f %%",
              maxWeight,
              100 * largestShare,
              100 * GREATEST_ROW_SHARE));
    }
    if (unsupportedMass > GREATEST_UNSUPPORTED_MASS) {
      against.add(
          String.format(
              Locale.ROOT,
              "%.1f %% of the policy's choices are arms that the log hardly ever chose, above"
                  + " %.0f %%",
              100 * unsupportedMass,
              100 * GREATEST_UNSUPPORTED_MASS));
    }
    if (!against.isEmpty()) {
      return new Gate.NoVerdict(against);
    }
    if (effectiveSampleSize < LOW_ESS_SHARE * rows) {
      return new Gate.Yellow(
          List.of(
              String.format(
                  Locale.ROOT,
                  "effective sample size %.1f is %.1f %% of %d rows, below %.0f %%: confirm with a"
                      + " canary",
                  effectiveSampleSize,
                  100 * effectiveSampleSize / rows,
                  rows,
                  100 * LOW_ESS_SHARE)));
    }
    return new Gate.VerdictPossible();
  }
}
