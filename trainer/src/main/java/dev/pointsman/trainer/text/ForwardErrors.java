package dev.pointsman.trainer.text;

import java.util.ArrayList;
import java.util.List;

/** The errors of predicted qualities whose weight was known before them, by variant. */
final class ForwardErrors {

  private final List<List<double[]>> bySegments = new ArrayList<>();
  private final List<List<double[]>> byText = new ArrayList<>();
  private final List<List<double[]>> byBoth = new ArrayList<>();
  private double errorBySegments;
  private double errorByBoth;

  ForwardErrors(int arms) {
    for (int arm = 0; arm < arms; arm++) {
      bySegments.add(new ArrayList<>());
      byText.add(new ArrayList<>());
      byBoth.add(new ArrayList<>());
    }
  }

  /** A prediction and what came, with the weight of the blocks before its own. */
  void tell(int arm, double mean, double shift, double reward, double weightBefore) {
    double[] segments = pair(mean, reward);
    double[] both = pair(mean + weightBefore * shift, reward);
    bySegments.get(arm).add(segments);
    byText.get(arm).add(pair(mean + shift, reward));
    byBoth.get(arm).add(both);
    errorBySegments += (segments[0] - reward) * (segments[0] - reward);
    errorByBoth += (both[0] - reward) * (both[0] - reward);
  }

  /** Whether the squared errors are less with the weighted shifts than without them. */
  boolean beatsTheMean() {
    return errorByBoth < errorBySegments;
  }

  /** One per variant, in order. */
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

  private static double[] pair(double predicted, double reward) {
    return new double[] {Math.clamp(predicted, 0, 1), reward};
  }
}
