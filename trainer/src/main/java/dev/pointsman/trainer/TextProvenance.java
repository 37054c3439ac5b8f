package dev.pointsman.trainer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.pointsman.routing.features.ConversationFeatures;
import dev.pointsman.routing.features.NeighbourQuality;
import dev.pointsman.trainer.text.CalibrationFigures;
import dev.pointsman.trainer.text.NeighbourFit;
import dev.pointsman.trainer.text.TextFit;
import dev.pointsman.trainer.text.TextSettings;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;

/**
 * Where a text model came from, stored with it: enough to fit it again and compare bytes.
 *
 * @param logCut decisions and rewards before this moment were read
 * @param logPosition the last event of the spool that was in the store
 * @param generation the generation whose means it adds to
 * @param metric the metric of the rewards
 * @param feedbacks rewarded decisions of the function, whether their text was logged or not
 * @param from the first decision read
 * @param to the last decision read
 * @param samples decisions read
 * @param codeVersion the version of the code
 * @param recipe how it was fitted, and what came out
 */
record TextProvenance(
    Instant logCut,
    long logPosition,
    String generation,
    String metric,
    long feedbacks,
    Instant from,
    Instant to,
    int samples,
    String codeVersion,
    Recipe recipe) {

  /** What a kind of model was fitted with, and what the fit found: weight and errors at least. */
  interface Recipe {
    /** Writes the fields of an object that was begun. */
    void writeTo(JsonGenerator json) throws IOException;
  }

  static Recipe text(TextSettings settings, TextFit.Fitted fitted) {
    return json -> {
      json.writeNumberField("epochs", settings.epochs());
      json.writeNumberField("learning_rate", settings.learningRate());
      json.writeNumberField("seed", settings.seed());
      json.writeNumberField("feature_version", ConversationFeatures.VERSION);
      fitted.writeTo(json);
    };
  }

  static Recipe neighbours(NeighbourFit.Fitted fitted) {
    NeighbourQuality.Settings settings = fitted.model().settings();
    return json -> {
      json.writeStringField("space", settings.space());
      json.writeNumberField("dimension", settings.dimension());
      json.writeNumberField("nearest", settings.nearest());
      json.writeNumberField("pseudo_counts", settings.pseudoCounts());
      json.writeNumberField("weight", settings.weight());
      json.writeArrayFieldStart("calibration");
      for (CalibrationFigures figures : fitted.calibration()) {
        figures.writeTo(json);
      }
      json.writeEndArray();
    };
  }

  private static final JsonFactory JSON = new JsonFactory();

  String toJson() {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("log_cut", logCut.toString());
      json.writeNumberField("log_position", logPosition);
      json.writeStringField("generation", generation);
      json.writeStringField("metric", metric);
      json.writeNumberField("feedbacks", feedbacks);
      json.writeStringField("from", from.toString());
      json.writeStringField("to", to.toString());
      json.writeNumberField("samples", samples);
      json.writeStringField("code_version", codeVersion);
      json.writeStringField("java_version", Runtime.version().toString());
      recipe.writeTo(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a provenance could not be written to memory", e);
    }
    return text.toString();
  }
}
