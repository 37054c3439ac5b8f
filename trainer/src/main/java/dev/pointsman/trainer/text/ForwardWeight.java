package dev.pointsman.trainer.text;

import java.util.ArrayList;
import java.util.List;

/**
 * How much shifts of the mean are to be believed, by how they and the rewards that came later went
 * together: the w of least Σ (reward − mean − w·shift)², which is Σ shift·(reward − mean) / Σ shift²,
 * clipped to 0..1. Errors are told on predictions whose weight was known before them. Fed block by
 * block.
 */
final class ForwardWeight {

  private final List<List<double[]>> bySegments = new ArrayList<>();
  private final List<List<double[]>> byText = new ArrayList<>();
  private final List<List<double[]>> byBoth = new ArrayList<>();
  private double products;
  private double squares;
  private double errorBySegments;
  private double errorByBoth;

  ForwardWeight(int arms) {
    for (int arm = 0; arm < arms; arm++) {
      bySegments.add(new ArrayList<>());
      byText.add(new ArrayList<>());
      byBoth.add(new ArrayList<>());
    }
  }

  /** By what was added so far. */
  double weight() {
    return squares == 0 ? 0 : Math.clamp(products / squares, 0, 1);
  }

  /** A prediction and what came. */
  void add(double mean, double shift, double reward) {
    products += shift * (reward - mean);
    squares += shift * shift;
  }

  /** Tells the errors of a prediction, with the weight of the blocks before its own. */
  void tell(int arm, double mean, double shift, double reward, double weightBefore) {
    double[] segments = pair(mean, reward);
    double[] both = pair(mean + weightBefore * shift, reward);
    bySegments.get(arm).add(segments);
    byText.get(arm).add(pair(mean + shift, reward));
    byBoth.get(arm).add(both);
    errorBySegments += (segments[0] - reward) * (segments[0] - reward);
    errorByBoth += (both[0] - reward) * (both[0] - reward);
  }

  /** Whether the errors that were told are less with the shifts than without them. */
  boolean beatsTheMean() {
    return errorByBoth < errorBySegments;
  }

  private static double[] pair(double predicted, double reward) {
    return new double[] {Math.clamp(predicted, 0, 1), reward};
  }

  List<CalibrationFigures> figures(List<String> variants) {
    List<CalibrationFigures> figures = new ArrayList<>();
    for (int arm = 0; arm < variants.size(); arm++) {
      figures.add(
          new CalibrationFigures(
              variants.get(arm),
              bySegments.get(arm).size(),
              CalibrationFigures.Errors.of(bySegments.get(arm)),
              CalibrationFigures.Errors.of(byText.get(arm)),
              CalibrationFigures.Errors.of(byBoth.get(arm))));
    }
    return figures;
  }
}
