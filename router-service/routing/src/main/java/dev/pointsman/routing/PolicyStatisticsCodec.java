package dev.pointsman.routing;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Statistics as a JSON text and back, every double exactly:
 *
 * <pre>{@code
 * {"format":1, "feedback_count":630.0,
 *  "cells":[[segment, variant, n, sum, sum of squares, tokens | null, latency | null, raised pulls]],
 *  "variants":[[variant, pulls, feedbacks, in nursery]],
 *  "priors":{variant: contrast},
 *  "threshold":[lead | null, at lead, decisions, share]}
 * }</pre>
 *
 * The threshold is left out where there is none.
 */
public final class PolicyStatisticsCodec {

  private static final int FORMAT = 1;
  private static final String WHAT = "policy statistics";

  private PolicyStatisticsCodec() {}

  /**
   * The JSON text.
   *
   * @throws IllegalArgumentException if a number is not finite
   */
  public static String encode(PolicyStatistics statistics) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = StrictJson.FACTORY.createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("format", FORMAT);
      json.writeFieldName("feedback_count");
      write(json, statistics.feedbackCount());
      json.writeArrayFieldStart("cells");
      for (PolicyStatistics.Cell cell : statistics.cells()) {
        json.writeStartArray();
        json.writeString(cell.segment());
        json.writeString(cell.variant());
        write(json, cell.weight());
        write(json, cell.sum());
        write(json, cell.sumSquares());
        write(json, cell.outputTokens());
        write(json, cell.latencyUs());
        json.writeNumber(cell.raisedFloorPulls());
        json.writeEndArray();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("variants");
      for (PolicyStatistics.VariantEvidence variant : statistics.variants()) {
        json.writeStartArray();
        json.writeString(variant.variant());
        json.writeNumber(variant.pulls());
        json.writeNumber(variant.feedbacks());
        json.writeBoolean(variant.inNursery());
        json.writeEndArray();
      }
      json.writeEndArray();
      json.writeObjectFieldStart("priors");
      for (Map.Entry<String, Double> prior : new TreeMap<>(statistics.priors()).entrySet()) {
        json.writeFieldName(prior.getKey());
        write(json, prior.getValue());
      }
      json.writeEndObject();
      PolicyStatistics.Threshold threshold = statistics.threshold();
      if (threshold != null) {
        json.writeArrayFieldStart("threshold");
        write(json, threshold.lead());
        write(json, threshold.atLead());
        json.writeNumber(threshold.decisions());
        write(json, threshold.share());
        json.writeEndArray();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return text.toString();
  }

  /**
   * The statistics of a text.
   *
   * @throws MalformedPolicyException if it is not exactly what {@link #encode} writes, white space
   *     and the order of fields apart
   */
  public static PolicyStatistics decode(String text) {
    return StrictJson.read(WHAT, text, PolicyStatisticsCodec::statistics);
  }

  private static PolicyStatistics statistics(StrictJson json) throws IOException {
    Fields read = new Fields();
    json.object(
        name -> {
          switch (name) {
            case "format" -> read.format = json.whole();
            case "feedback_count" -> read.feedbackCount = json.number();
            case "cells" -> read.cells = json.list(PolicyStatisticsCodec::cell);
            case "variants" -> read.variants = json.list(PolicyStatisticsCodec::variant);
            case "priors" -> read.priors = json.map(StrictJson::number);
            case "threshold" -> read.threshold = threshold(json);
            default -> throw json.unknown(name);
          }
        });
    long format = json.required(read.format, "format");
    if (format != FORMAT) {
      throw json.malformed("format %d is not known, only %d".formatted(format, FORMAT));
    }
    return new PolicyStatistics(
        json.required(read.feedbackCount, "feedback_count"),
        List.copyOf(json.required(read.cells, "cells")),
        List.copyOf(json.required(read.variants, "variants")),
        Map.copyOf(json.required(read.priors, "priors")),
        read.threshold);
  }

  private static PolicyStatistics.Threshold threshold(StrictJson json) throws IOException {
    json.openArray();
    PolicyStatistics.Threshold threshold =
        new PolicyStatistics.Threshold(
            json.next().nullableNumber(),
            json.next().number(),
            json.next().count(),
            json.next().number());
    json.closeArray();
    return threshold;
  }

  private static PolicyStatistics.Cell cell(StrictJson json) throws IOException {
    json.openArray();
    PolicyStatistics.Cell cell =
        new PolicyStatistics.Cell(
            json.next().string(),
            json.next().string(),
            json.next().number(),
            json.next().number(),
            json.next().number(),
            json.next().nullableNumber(),
            json.next().nullableNumber(),
            json.next().count());
    json.closeArray();
    return cell;
  }

  private static PolicyStatistics.VariantEvidence variant(StrictJson json) throws IOException {
    json.openArray();
    PolicyStatistics.VariantEvidence variant =
        new PolicyStatistics.VariantEvidence(
            json.next().string(), json.next().count(), json.next().count(), json.next().bool());
    json.closeArray();
    return variant;
  }

  private static final class Fields {
    @Nullable Long format;
    @Nullable Double feedbackCount;
    @Nullable List<PolicyStatistics.Cell> cells;
    @Nullable List<PolicyStatistics.VariantEvidence> variants;
    @Nullable Map<String, Double> priors;
    PolicyStatistics.@Nullable Threshold threshold;
  }

  private static void write(JsonGenerator json, @Nullable Double value) throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (Double.isFinite(value)) {
      json.writeNumber(value);
    } else {
      throw new IllegalArgumentException(WHAT + " must be finite numbers: " + value);
    }
  }
}
