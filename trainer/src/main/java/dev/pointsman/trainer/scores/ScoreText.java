package dev.pointsman.trainer.scores;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.pointsman.routing.TextPublication;
import dev.pointsman.routing.features.ConversationFeatures;
import dev.pointsman.trainer.text.CalibrationFigures;
import dev.pointsman.trainer.text.TextFit;
import dev.pointsman.trainer.text.TextSettings;
import dev.pointsman.trainer.text.TokenFigures;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/**
 * What the text of prompts tells beside their segments, learnt from scores and judged on prompts held
 * out.
 *
 * @param fitted the model and its figures on teaching prompts, forward through their blocks
 * @param samples scored answers that it learnt from
 * @param utilityDifference points of utility that deciding by text gains a request over deciding by
 *     segments alone, held out: score as a reward of 0..1 − {@code cost_weight}·dollars
 * @param compared requests behind it
 * @param serves whether it decides: the lower end of that difference is above 0
 */
public record ScoreText(
    @JsonIgnore TextFit.Fitted fitted,
    int samples,
    ScoreTraining.Figure utilityDifference,
    int compared,
    boolean serves) {

  private static final JsonFactory JSON = new JsonFactory();

  /** The id of the model. */
  public String getModel() {
    return fitted.model().id();
  }

  /** How much it is believed, 0..1. */
  public double getWeight() {
    return fitted.model().weight();
  }

  /** Errors of quality by variant. */
  public List<CalibrationFigures> getCalibration() {
    return fitted.calibration();
  }

  /** Errors of output tokens by variant. */
  public List<TokenFigures> getOutputTokens() {
    return fitted.tokens();
  }

  /** As it goes into the log. */
  TextPublication publication(String function, ScoreFile file, Instant now) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("scores", file.name());
      json.writeStringField("sha256", file.sha256());
      json.writeNumberField("samples", samples);
      json.writeNumberField("epochs", TextSettings.DEFAULT.epochs());
      json.writeNumberField("learning_rate", TextSettings.DEFAULT.learningRate());
      json.writeNumberField("seed", TextSettings.DEFAULT.seed());
      json.writeNumberField("feature_version", ConversationFeatures.VERSION);
      json.writeStringField("java_version", Runtime.version().toString());
      fitted.writeTo(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a provenance could not be written to memory", e);
    }
    return new TextPublication(
        function,
        getModel(),
        now,
        text.toString(),
        Base64.getEncoder().encodeToString(fitted.model().encode()));
  }
}
