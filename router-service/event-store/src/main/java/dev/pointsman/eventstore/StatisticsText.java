package dev.pointsman.eventstore;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pointsman.routing.PolicyStatistics;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The column {@code statistics} of a revision: JSON in which every double keeps its last bit. */
final class StatisticsText {

  private static final JsonFactory JSON = new JsonFactory();

  private StatisticsText() {}

  static String write(PolicyStatistics statistics) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("feedback_count", statistics.feedbackCount());
      json.writeArrayFieldStart("cells");
      for (PolicyStatistics.Cell cell : statistics.cells()) {
        json.writeStartObject();
        json.writeStringField("segment", cell.segment());
        json.writeStringField("variant", cell.variant());
        json.writeNumberField("weight", cell.weight());
        json.writeNumberField("sum", cell.sum());
        json.writeNumberField("sum_squares", cell.sumSquares());
        writeIfKnown(json, "output_tokens", cell.outputTokens());
        writeIfKnown(json, "latency_us", cell.latencyUs());
        json.writeNumberField("raised_floor_pulls", cell.raisedFloorPulls());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("variants");
      for (PolicyStatistics.VariantEvidence variant : statistics.variants()) {
        json.writeStartObject();
        json.writeStringField("variant", variant.variant());
        json.writeNumberField("pulls", variant.pulls());
        json.writeNumberField("feedbacks", variant.feedbacks());
        json.writeBooleanField("in_nursery", variant.inNursery());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeObjectFieldStart("priors");
      for (Map.Entry<String, Double> prior : statistics.priors().entrySet()) {
        json.writeNumberField(prior.getKey(), prior.getValue());
      }
      json.writeEndObject();
      PolicyStatistics.Threshold threshold = statistics.threshold();
      if (threshold != null) {
        json.writeObjectFieldStart("threshold");
        writeIfKnown(json, "lead", threshold.lead());
        json.writeNumberField("at_lead", threshold.atLead());
        json.writeNumberField("decisions", threshold.decisions());
        json.writeNumberField("share", threshold.share());
        json.writeEndObject();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("statistics could not be written to memory", e);
    }
    return text.toString();
  }

  static PolicyStatistics read(String text) {
    try (JsonParser json = JSON.createParser(text)) {
      json.nextToken();
      Map<String, Object> root = object(json);
      List<PolicyStatistics.Cell> cells = new ArrayList<>();
      for (Map<String, Object> cell : objects(root, "cells")) {
        cells.add(
            new PolicyStatistics.Cell(
                text(cell, "segment"),
                text(cell, "variant"),
                real(cell, "weight"),
                real(cell, "sum"),
                real(cell, "sum_squares"),
                realOrNull(cell, "output_tokens"),
                realOrNull(cell, "latency_us"),
                whole(cell, "raised_floor_pulls")));
      }
      List<PolicyStatistics.VariantEvidence> variants = new ArrayList<>();
      for (Map<String, Object> variant : objects(root, "variants")) {
        variants.add(
            new PolicyStatistics.VariantEvidence(
                text(variant, "variant"),
                whole(variant, "pulls"),
                whole(variant, "feedbacks"),
                (Boolean) present(variant, "in_nursery")));
      }
      Map<String, Double> priors = new LinkedHashMap<>();
      for (Map.Entry<?, ?> prior : ((Map<?, ?>) present(root, "priors")).entrySet()) {
        priors.put((String) prior.getKey(), ((Number) prior.getValue()).doubleValue());
      }
      return new PolicyStatistics(
          real(root, "feedback_count"),
          List.copyOf(cells),
          List.copyOf(variants),
          priors,
          threshold(root));
    } catch (IOException | ClassCastException e) {
      throw new StoreException("a stored revision's statistics are not readable JSON", e);
    }
  }

  private static PolicyStatistics.@Nullable Threshold threshold(Map<String, Object> root) {
    if (!root.containsKey("threshold")) {
      return null;
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    ((Map<?, ?>) present(root, "threshold"))
        .forEach((name, value) -> fields.put((String) name, value));
    return new PolicyStatistics.Threshold(
        realOrNull(fields, "lead"),
        real(fields, "at_lead"),
        whole(fields, "decisions"),
        real(fields, "share"));
  }

  private static void writeIfKnown(JsonGenerator json, String name, @Nullable Double value)
      throws IOException {
    if (value != null) {
      json.writeNumberField(name, value);
    }
  }

  private static Map<String, Object> object(JsonParser json) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      fields.put(name, value(json));
    }
    return fields;
  }

  private static Object value(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> object(json);
      case START_ARRAY -> {
        List<Object> items = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(json));
        }
        yield items;
      }
      case VALUE_STRING -> json.getText();
      case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
      case VALUE_NUMBER_INT -> json.getLongValue();
      case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
      default -> throw new IOException("a value expected, found " + json.currentToken());
    };
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> objects(Map<String, Object> fields, String name) {
    return (List<Map<String, Object>>) present(fields, name);
  }

  private static Object present(Map<String, Object> fields, String name) {
    Object value = fields.get(name);
    if (value == null) {
      throw new StoreException("a stored revision's statistics lack " + name);
    }
    return value;
  }

  private static String text(Map<String, Object> fields, String name) {
    return (String) present(fields, name);
  }

  private static long whole(Map<String, Object> fields, String name) {
    return ((Number) present(fields, name)).longValue();
  }

  private static double real(Map<String, Object> fields, String name) {
    Object value = present(fields, name);
    // NaN and the infinities are written as text.
    return value instanceof String word ? Double.parseDouble(word) : ((Number) value).doubleValue();
  }

  private static @Nullable Double realOrNull(Map<String, Object> fields, String name) {
    return fields.containsKey(name) ? Double.valueOf(real(fields, name)) : null;
  }
}
