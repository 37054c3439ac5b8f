package dev.pointsman.trainer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.pointsman.routing.features.ConversationFeatures;
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
    TextSettings settings,
    String codeVersion,
    TextFit.Fitted fitted) {

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
      json.writeNumberField("epochs", settings.epochs());
      json.writeNumberField("learning_rate", settings.learningRate());
      json.writeNumberField("seed", settings.seed());
      json.writeNumberField("feature_version", ConversationFeatures.VERSION);
      json.writeStringField("code_version", codeVersion);
      json.writeStringField("java_version", Runtime.version().toString());
      fitted.writeTo(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a provenance could not be written to memory", e);
    }
    return text.toString();
  }
}
