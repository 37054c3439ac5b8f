package dev.pointsman.routing;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the text of one conversation adds to the quality expected of each arm, as it entered the
 * draw. A row keeps it among its features, every number exactly, so that the decision can be computed
 * again without the text.
 *
 * @param model the id of the text model that said so
 * @param shifts points of quality per arm, in the order of {@link Policy#candidates()}; finite
 */
@SuppressWarnings("ArrayRecordComponent") // on the path of every request; compared by field
public record TextShift(String model, double[] shifts) {

  /** What a context without a text model has. */
  static final double[] NONE = {};

  /** Puts it among the features of a row. */
  void writeTo(Map<String, String> features) {
    StringBuilder text = new StringBuilder(24 * shifts.length);
    for (double shift : shifts) {
      text.append(text.isEmpty() ? "" : ",").append(shift);
    }
    features.put(Decision.TEXT_MODEL, model);
    features.put(Decision.TEXT_SHIFTS, text.toString());
  }

  /**
   * What the features of a row say.
   *
   * @param arms how many candidates the row has
   * @return null where no text model was in use
   * @throws IllegalArgumentException if it is not one finite number per candidate beside a model's id
   */
  public static @Nullable TextShift ofFeatures(Map<String, String> features, int arms) {
    String model = features.get(Decision.TEXT_MODEL);
    String text = features.get(Decision.TEXT_SHIFTS);
    if (model == null && text == null) {
      return null;
    }
    String[] parts = text == null ? new String[0] : text.split(",", -1);
    if (model == null || parts.length != arms) {
      throw new IllegalArgumentException(
          "%s needs one number per candidate and %s a model: %d candidates, %d numbers, model %s"
              .formatted(Decision.TEXT_SHIFTS, Decision.TEXT_MODEL, arms, parts.length, model));
    }
    double[] shifts = new double[arms];
    for (int arm = 0; arm < arms; arm++) {
      shifts[arm] = Double.parseDouble(parts[arm]);
      if (!Double.isFinite(shifts[arm])) {
        throw new IllegalArgumentException(
            "%s must be finite numbers: %s".formatted(Decision.TEXT_SHIFTS, text));
      }
    }
    return new TextShift(model, shifts);
  }
}
