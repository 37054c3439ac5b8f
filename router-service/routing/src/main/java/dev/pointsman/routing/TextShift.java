package dev.pointsman.routing;

import dev.pointsman.routing.features.TextForecast;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the text of one conversation adds to the quality expected of each arm, and by what factor it
 * moves the output tokens expected of each, as it entered the draw. A row keeps it among its features,
 * every number exactly, so that the decision can be computed again without the text.
 *
 * @param model the id of the text model that said so
 * @param shifts points of quality per arm, in the order of {@link Policy#candidates()}; finite
 * @param tokenFactors factor of the segment's mean output tokens per arm, finite and at least 0; empty
 *     where the model says nothing of tokens
 */
@SuppressWarnings("ArrayRecordComponent") // on the path of every request; compared by field
public record TextShift(String model, double[] shifts, double[] tokenFactors) {

  /** What a context without a text model has. */
  static final double[] NONE = {};

  /** Of a model that says nothing of tokens. */
  public TextShift(String model, double[] shifts) {
    this(model, shifts, NONE);
  }

  /** What a model foretold. */
  public TextShift(String model, TextForecast forecast) {
    this(model, forecast.shifts(), forecast.tokenFactors());
  }

  public TextShift {
    if (tokenFactors.length > 0 && tokenFactors.length != shifts.length) {
      throw new IllegalArgumentException(
          "as many token factors as shifts are needed, or none: %d and %d"
              .formatted(tokenFactors.length, shifts.length));
    }
  }

  /** Puts it among the features of a row. */
  void writeTo(Map<String, String> features) {
    features.put(Decision.TEXT_MODEL, model);
    features.put(Decision.TEXT_SHIFTS, text(shifts));
    if (tokenFactors.length > 0) {
      features.put(Decision.TEXT_TOKENS, text(tokenFactors));
    }
  }

  private static String text(double[] numbers) {
    StringBuilder text = new StringBuilder(24 * numbers.length);
    for (double number : numbers) {
      text.append(text.isEmpty() ? "" : ",").append(number);
    }
    return text.toString();
  }

  /**
   * The same for the candidates of another policy.
   *
   * @param candidates whom this is of
   * @param others whom it is to be of; nothing is said of one that is not among the candidates
   */
  TextShift of(List<String> candidates, List<String> others) {
    double[] ofOthers = new double[others.size()];
    double[] factors = new double[tokenFactors.length == 0 ? 0 : others.size()];
    for (int arm = 0; arm < ofOthers.length; arm++) {
      int at = candidates.indexOf(others.get(arm));
      ofOthers[arm] = at < 0 ? 0 : shifts[at];
      if (factors.length > 0) {
        factors[arm] = at < 0 ? 1 : tokenFactors[at];
      }
    }
    return new TextShift(model, ofOthers, factors);
  }

  /**
   * What the features of a row say.
   *
   * @param arms how many candidates the row has
   * @return null where no text model was in use
   * @throws IllegalArgumentException if it is not one finite number per candidate beside a model's id,
   *     or a factor of tokens is below 0
   */
  public static @Nullable TextShift ofFeatures(Map<String, String> features, int arms) {
    String model = features.get(Decision.TEXT_MODEL);
    String text = features.get(Decision.TEXT_SHIFTS);
    String tokens = features.get(Decision.TEXT_TOKENS);
    if (model == null && text == null && tokens == null) {
      return null;
    }
    double[] shifts = numbers(Decision.TEXT_SHIFTS, text, model, arms);
    double[] factors = tokens == null ? NONE : numbers(Decision.TEXT_TOKENS, tokens, model, arms);
    for (double factor : factors) {
      if (factor < 0) {
        throw new IllegalArgumentException(
            "%s must not be below 0: %s".formatted(Decision.TEXT_TOKENS, tokens));
      }
    }
    return new TextShift(Objects.requireNonNull(model), shifts, factors);
  }

  private static double[] numbers(
      String feature, @Nullable String text, @Nullable String model, int arms) {
    String[] parts = text == null ? new String[0] : text.split(",", -1);
    if (model == null || parts.length != arms) {
      throw new IllegalArgumentException(
          "%s needs one number per candidate and %s a model: %d candidates, %d numbers, model %s"
              .formatted(feature, Decision.TEXT_MODEL, arms, parts.length, model));
    }
    double[] numbers = new double[arms];
    for (int arm = 0; arm < arms; arm++) {
      numbers[arm] = Double.parseDouble(parts[arm]);
      if (!Double.isFinite(numbers[arm])) {
        throw new IllegalArgumentException(
            "%s must be finite numbers: %s".formatted(feature, text));
      }
    }
    return numbers;
  }
}
