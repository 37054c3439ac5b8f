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
import java.util.List;

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
 * @param weight how much the model is believed
 * @param calibration errors per variant
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
    Recipe recipe,
    double weight,
    List<CalibrationFigures> calibration) {

  /** What a kind of model was fitted with, and what the fit found beside weight and errors. */
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
      json.writeArrayFieldStart("fits");
      for (String fit : fitted.provenance()) {
        json.writeString(fit);
      }
      json.writeEndArray();
    };
  }

  static Recipe neighbours(NeighbourFit.Fitted fitted) {
    NeighbourQuality.Settings settings = fitted.model().settings();
    return json -> {
      json.writeStringField("space", settings.space());
      json.writeNumberField("dimension", settings.dimension());
      json.writeNumberField("nearest", settings.nearest());
      json.writeNumberField("pseudo_counts", settings.pseudoCounts());
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
      json.writeNumberField("weight", weight);
      json.writeArrayFieldStart("calibration");
      for (CalibrationFigures figures : calibration) {
        json.writeStartObject();
        json.writeStringField("variant", figures.variant());
        json.writeNumberField("rows", figures.rows());
        if (figures.rows() > 0) {
          write(json, "segments", figures.segments());
          write(json, "text", figures.text());
          write(json, "both", figures.both());
        }
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a provenance could not be written to memory", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, String name, CalibrationFigures.Errors errors)
      throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("brier", errors.brier());
    json.writeNumberField("ece", errors.ece());
    json.writeEndObject();
  }
}
