package dev.pointsman.trainer.text;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * How well predicted qualities fit the rewards that came later, of one variant.
 *
 * @param variant the variant
 * @param rows predictions judged; each was made from earlier decisions only
 * @param segments by the segment's mean alone
 * @param text by the mean moved all the way to what the text says
 * @param both by the mean moved by the weight in use
 */
public record CalibrationFigures(
    String variant, int rows, Errors segments, Errors text, Errors both) {

  private static final int BINS = 10;

  /** Writes them as an object, without errors where nothing was judged. */
  public void writeTo(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("variant", variant);
    json.writeNumberField("rows", rows);
    if (rows > 0) {
      write(json, "segments", segments);
      write(json, "text", text);
      write(json, "both", both);
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String name, Errors errors) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("brier", errors.brier());
    json.writeNumberField("ece", errors.ece());
    json.writeEndObject();
  }

  /**
   * Two measures of error.
   *
   * @param brier the mean of (predicted − reward)² (Brier, 1950); 0 is perfect
   * @param ece the mean distance of predicted and rewarded means over ten bins of equal count by
   *     prediction, the expected calibration error (Naeini et al., 2015); 0 is calibrated
   */
  public record Errors(double brier, double ece) {

    static Errors of(List<double[]> predictedAndRewards) {
      int n = predictedAndRewards.size();
      if (n == 0) {
        return new Errors(Double.NaN, Double.NaN);
      }
      double[][] pairs = predictedAndRewards.toArray(double[][]::new);
      Arrays.sort(pairs, Comparator.comparingDouble(pair -> pair[0]));
      double squares = 0;
      for (double[] pair : pairs) {
        squares += (pair[0] - pair[1]) * (pair[0] - pair[1]);
      }
      double distance = 0;
      for (int bin = 0; bin < BINS; bin++) {
        double difference = 0;
        for (int i = (int) ((long) n * bin / BINS); i < (int) ((long) n * (bin + 1) / BINS); i++) {
          difference += pairs[i][0] - pairs[i][1];
        }
        distance += Math.abs(difference);
      }
      return new Errors(squares / n, distance / n);
    }
  }
}
