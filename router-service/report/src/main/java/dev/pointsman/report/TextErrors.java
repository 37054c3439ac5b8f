package dev.pointsman.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far a function's latest text model was off for one variant, on rows later than those it was
 * fitted on: beside the segment's mean, which it must beat.
 *
 * @param predictions of quality that were judged
 * @param bySegments of the segment's mean reward
 * @param byText of the text model alone
 * @param byBoth of the two averaged, which is what decides
 * @param tokens of the output tokens foretold; null where none were
 */
public record TextErrors(
    String variant,
    long predictions,
    Quality bySegments,
    Quality byText,
    Quality byBoth,
    @Nullable Tokens tokens) {

  /**
   * Errors of predicted rewards.
   *
   * @param brier the mean of (predicted − reward)² (Brier, 1950)
   * @param calibration the mean over ten bins of equal count of |mean predicted − mean reward|
   */
  public record Quality(double brier, double calibration) {
    private static Quality of(JsonNode errors) {
      return new Quality(errors.path("brier").asDouble(), errors.path("ece").asDouble());
    }
  }

  /**
   * Errors of output tokens foretold: roots of the mean squared error, in tokens.
   *
   * @param serves whether the text's forecast is used
   */
  public record Tokens(double bySegments, double byText, boolean serves) {}

  /** Those of a model's provenance, variant by variant; none of a model that was never judged. */
  static List<TextErrors> of(JsonNode provenance) {
    Map<String, Tokens> tokens = new HashMap<>();
    for (JsonNode one : provenance.path("output_tokens")) {
      if (one.path("rows").asLong() > 0) {
        tokens.put(
            one.path("variant").asText(),
            new Tokens(
                one.path("error_by_segments").asDouble(),
                one.path("error_by_text").asDouble(),
                one.path("serves").asBoolean()));
      }
    }
    List<TextErrors> errors = new ArrayList<>();
    for (JsonNode one : provenance.path("calibration")) {
      long predictions = one.path("rows").asLong();
      if (predictions > 0) {
        String variant = one.path("variant").asText();
        errors.add(
            new TextErrors(
                variant,
                predictions,
                Quality.of(one.path("segments")),
                Quality.of(one.path("text")),
                Quality.of(one.path("both")),
                tokens.get(variant)));
      }
    }
    return errors;
  }
}
