package dev.pointsman.trainer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pointsman.analysis.offpolicy.Difference;
import dev.pointsman.control.GateStanding;
import dev.pointsman.control.Generation;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the gate knows as the control store keeps it. */
final class Standings {

  private static final JsonFactory JSON = new JsonFactory();

  private Standings() {}

  /** Of a challenger that was just registered. */
  static GateStanding first(Generation challenger, String incumbent, GateState state) {
    return new GateStanding(
        challenger.id(),
        challenger.functionName(),
        incumbent,
        word(state.stage()),
        state.share(),
        state.since(),
        state.frozen(),
        null,
        null,
        null,
        state.reason());
  }

  /** The same challenger in another state. */
  static GateStanding with(GateStanding standing, GateState state) {
    Difference forecast = state.forecast();
    return new GateStanding(
        standing.generationId(),
        standing.functionName(),
        standing.incumbent(),
        word(state.stage()),
        state.share(),
        state.since(),
        state.frozen(),
        forecast == null ? null : json(forecast),
        standing.outcome(),
        standing.waitsFor(),
        state.reason());
  }

  /** The same with what its next step waits for. */
  static GateStanding waiting(GateStanding standing, @Nullable String waitsFor) {
    return new GateStanding(
        standing.generationId(),
        standing.functionName(),
        standing.incumbent(),
        standing.stage(),
        standing.share(),
        standing.since(),
        standing.frozen(),
        standing.forecast(),
        standing.outcome(),
        waitsFor,
        standing.reason());
  }

  /** The same with what came after its promotion. */
  static GateStanding settled(GateStanding standing, Difference outcome, String reason) {
    return new GateStanding(
        standing.generationId(),
        standing.functionName(),
        standing.incumbent(),
        standing.stage(),
        standing.share(),
        standing.since(),
        standing.frozen(),
        standing.forecast(),
        json(outcome),
        null,
        reason);
  }

  static GateState stateOf(GateStanding standing) {
    String forecast = standing.forecast();
    return new GateState(
        GateState.Stage.valueOf(standing.stage().toUpperCase(Locale.ROOT)),
        standing.share(),
        standing.since(),
        standing.frozen(),
        forecast == null ? null : difference(forecast),
        standing.reason());
  }

  static String word(GateState.Stage stage) {
    return stage.name().toLowerCase(Locale.ROOT);
  }

  /** As {@code {"value", "standard_error", "lower", "upper"}}; an unbounded end is null. */
  static String json(Difference difference) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      write(json, "value", difference.value());
      write(json, "standard_error", difference.standardError());
      write(json, "lower", difference.lower());
      write(json, "upper", difference.upper());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a difference could not be written to memory", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, String name, double value) throws IOException {
    if (Double.isFinite(value)) {
      json.writeNumberField(name, value);
    } else {
      json.writeNullField(name);
    }
  }

  static Difference difference(String text) {
    Map<String, Double> numbers = new HashMap<>();
    try (JsonParser json = JSON.createParser(text)) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token.isNumeric()) {
          numbers.put(json.currentName(), json.getDoubleValue());
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("a stored difference is not readable: " + text, e);
    }
    return new Difference(
        numbers.getOrDefault("value", 0.0),
        numbers.getOrDefault("standard_error", Double.POSITIVE_INFINITY),
        numbers.getOrDefault("lower", Double.NEGATIVE_INFINITY),
        numbers.getOrDefault("upper", Double.POSITIVE_INFINITY));
  }
}
