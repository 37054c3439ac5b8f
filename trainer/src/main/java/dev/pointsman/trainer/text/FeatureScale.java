package dev.pointsman.trainer.text;

import dev.pointsman.routing.features.ConversationFeatures;
import dev.pointsman.routing.features.FeatureVector;
import java.util.List;

/**
 * How features are scaled before they are learnt from: measures to mean 0 and a common spread, hashed
 * n-grams by their rarity ln((1 + n)/(1 + df))/ln(1 + n), the inverse document frequency of text
 * retrieval, at most 1.
 * An n-gram in fewer than {@value #LEAST_ROWS} rows or in almost all of them is left out. The scale is
 * folded into the finished weights, so the router never sees it.
 */
final class FeatureScale {

  private static final int LEAST_ROWS = 3;

  /** Rarity below which an n-gram is in too many rows to tell them apart, and costs most time. */
  private static final double LEAST_RARITY = 1.0;

  /** Spread of a scaled measure, beside n-grams whose values lie about 0.1. */
  private static final double SPREAD = 0.1;

  private static final double LEAST_DEVIATION = 0.05;

  private final double[] mean;
  private final double[] scale;

  private FeatureScale(double[] mean, double[] scale) {
    this.mean = mean;
    this.scale = scale;
  }

  static FeatureScale of(List<TextRow> rows) {
    int n = rows.size();
    double[] sum = new double[ConversationFeatures.MEASURES];
    double[] squares = new double[ConversationFeatures.MEASURES];
    int[] df = new int[ConversationFeatures.DIMENSION];
    for (TextRow row : rows) {
      FeatureVector features = row.features();
      for (int pair = 0; pair < features.size(); pair++) {
        int index = features.index(pair);
        if (index < ConversationFeatures.MEASURES) {
          sum[index] += features.value(pair);
          squares[index] += features.value(pair) * features.value(pair);
        } else {
          df[index]++;
        }
      }
    }
    double[] mean = new double[ConversationFeatures.DIMENSION];
    double[] scale = new double[ConversationFeatures.DIMENSION];
    for (int i = 0; i < ConversationFeatures.MEASURES; i++) {
      mean[i] = sum[i] / n;
      double variance = squares[i] / n - mean[i] * mean[i];
      // Below the first it is one value and what rounding left; below the second, a prompt of
      // another form than the rows' would lie many deviations away and get an absurd score.
      scale[i] = variance > 1e-9 ? SPREAD / Math.max(Math.sqrt(variance), LEAST_DEVIATION) : 0;
    }
    for (int i = ConversationFeatures.MEASURES; i < df.length; i++) {
      double rarity = StrictMath.log((1.0 + n) / (1.0 + df[i]));
      boolean tells = df[i] >= LEAST_ROWS && rarity >= LEAST_RARITY;
      scale[i] = tells ? rarity / StrictMath.log(1.0 + n) : 0;
    }
    return new FeatureScale(mean, scale);
  }

  double scaled(int index, double value) {
    return (value - mean[index]) * scale[index];
  }

  /** Whether the index is learnt from at all. */
  boolean isUsed(int index) {
    return scale[index] != 0;
  }

  /** Weight per unscaled value for a weight per scaled one. */
  double unscaled(int index, double weight) {
    return weight * scale[index];
  }

  /** What the means take from the intercept, for weights per scaled value. */
  double shift(double[] scaledWeights) {
    double shift = 0;
    for (int i = 0; i < ConversationFeatures.MEASURES; i++) {
      shift -= scaledWeights[i] * scale[i] * mean[i];
    }
    return shift;
  }
}
