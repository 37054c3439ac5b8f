package dev.pointsman.routing;

import org.apache.commons.math3.special.Beta;
import org.apache.commons.math3.special.Erf;

/**
 * What is believed about an unknown mean: a distribution with a density. Only deterministic
 * arithmetic is used (strict functions, and Commons Math's own), so that it is the same everywhere to
 * the last bit.
 */
sealed interface Belief {

  /** Standard deviations over which a polynomial of degree 9 follows a bell to 1e-9. */
  double SMOOTH = 1.5;

  /** The expected value. */
  double mean();

  /** The standard deviation. */
  double standardDeviation();

  /** Below it there is less than 1e-10 of the probability. */
  double lower();

  /** Above it there is less than 1e-10 of the probability. */
  double upper();

  /** How wide a piece that begins at {@code from} a polynomial can follow the density over. */
  double smoothOver(double from);

  /** The density. */
  double density(double x);

  /** The probability of at most {@code x}. */
  double cumulative(double x);

  /**
   * The length, in standard deviations, of the piece at {@link #lower()} that a polynomial cannot
   * follow and that matters no more than 1e-9; 1 where the density is smooth.
   */
  double kinkBelow();

  /** The same at {@link #upper()}. */
  double kinkAbove();

  /** A normal distribution. */
  record Normal(double mean, double standardDeviation) implements Belief {

    private static final double REACH = 8;
    private static final double ROOT_TWO = Math.sqrt(2);
    private static final double ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

    @Override
    public double lower() {
      return mean - REACH * standardDeviation;
    }

    @Override
    public double upper() {
      return mean + REACH * standardDeviation;
    }

    @Override
    public double smoothOver(double from) {
      return SMOOTH * standardDeviation;
    }

    @Override
    public double density(double x) {
      double z = (x - mean) / standardDeviation;
      return StrictMath.exp(-z * z / 2) / (ROOT_TWO_PI * standardDeviation);
    }

    @Override
    public double cumulative(double x) {
      return Erf.erfc((mean - x) / (standardDeviation * ROOT_TWO)) / 2;
    }

    @Override
    public double kinkBelow() {
      return 1;
    }

    @Override
    public double kinkAbove() {
      return 1;
    }
  }

  /**
   * A chance whose log odds are normal: what logistic regression believes. The mean is MacKay's, σ(m
   * / √(1 + π·s²/8)), right to two digits; the distribution itself is exact.
   *
   * @param center m, the mean of the log odds
   * @param spread s, their standard deviation, above 0
   */
  record LogitNormal(double center, double spread) implements Belief {

    private static final double REACH = 7;

    /** In log odds; the density has the factor 1/(x·(1 − x)) beside the bell. */
    private static final double LONGEST_PIECE = 0.8;

    @Override
    public double mean() {
      return SegmentPosterior.sigmoid(center / Math.sqrt(1 + Math.PI * spread * spread / 8));
    }

    /** Of the bell that touches it; only the scale matters. */
    @Override
    public double standardDeviation() {
      double p = SegmentPosterior.sigmoid(center);
      return spread * p * (1 - p);
    }

    @Override
    public double lower() {
      return SegmentPosterior.sigmoid(center - REACH * spread);
    }

    @Override
    public double upper() {
      return SegmentPosterior.sigmoid(center + REACH * spread);
    }

    @Override
    public double smoothOver(double from) {
      // What is added to move a belief may leave a rounding error below its end.
      double to = logOdds(Math.max(from, lower())) + Math.min(SMOOTH * spread, LONGEST_PIECE);
      return SegmentPosterior.sigmoid(to) - from;
    }

    @Override
    public double density(double x) {
      if (!(x > 0 && x < 1)) {
        return 0;
      }
      return standard(x).density(0) / (x * (1 - x));
    }

    @Override
    public double cumulative(double x) {
      if (!(x > 0 && x < 1)) {
        return x > 0 ? 1 : 0;
      }
      return standard(x).cumulative(0);
    }

    @Override
    public double kinkBelow() {
      return 1;
    }

    @Override
    public double kinkAbove() {
      return 1;
    }

    /** The normal distribution of m − logit(x). */
    private Normal standard(double x) {
      return new Normal(center - logOdds(x), spread);
    }

    private static double logOdds(double x) {
      return StrictMath.log(x / (1 - x));
    }
  }

  /** A Beta distribution on 0..1, both of its parameters at least 1. */
  final class BetaShaped implements Belief {

    private final double alpha;
    private final double beta;
    private final double mean;
    private final double standardDeviation;
    private final double logNorm;
    private final double reach;

    BetaShaped(double alpha, double beta) {
      this.alpha = alpha;
      this.beta = beta;
      double total = alpha + beta;
      this.mean = alpha / total;
      this.standardDeviation = Math.sqrt(alpha * beta / (total * total * (total + 1)));
      this.logNorm = -Beta.logBeta(alpha, beta);
      // The tail of a skewed one falls like exp(−t), of a round one like exp(−t²/2).
      this.reach = (8 + 16 / Math.sqrt(Math.min(alpha, beta))) * standardDeviation;
    }

    @Override
    public double mean() {
      return mean;
    }

    @Override
    public double standardDeviation() {
      return standardDeviation;
    }

    @Override
    public double lower() {
      return Math.max(0, mean - reach);
    }

    @Override
    public double upper() {
      return Math.min(1, mean + reach);
    }

    @Override
    public double smoothOver(double from) {
      return SMOOTH * standardDeviation;
    }

    @Override
    public double density(double x) {
      if (!(x > 0 && x < 1)) {
        return 0;
      }
      return StrictMath.exp(
          logNorm + (alpha - 1) * StrictMath.log(x) + (beta - 1) * StrictMath.log1p(-x));
    }

    @Override
    public double cumulative(double x) {
      return Beta.regularizedBeta(Math.clamp(x, 0, 1), alpha, beta);
    }

    @Override
    public double kinkBelow() {
      return lower() == 0 ? kink(alpha) : 1;
    }

    @Override
    public double kinkAbove() {
      return upper() == 1 ? kink(beta) : 1;
    }

    /** Next to an end the density is like d^(p−1), and the probability like d^p. */
    private static double kink(double parameter) {
      return parameter == Math.rint(parameter) || parameter > 4
          ? 1
          : StrictMath.pow(10, -5 / parameter);
    }
  }
}
