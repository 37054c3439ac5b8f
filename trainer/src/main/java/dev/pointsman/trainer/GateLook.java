package dev.pointsman.trainer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** A state of the gate with what was known then, as changes keep it. */
final class GateLook {

  private static final JsonFactory JSON = new JsonFactory();

  private GateLook() {}

  /**
   * As {@code {"stage", "share", "frozen", "verdict", "reasons", "quality", "decisions", "outcomes",
   * "lane_outcomes", "guardrails"}}.
   */
  static String json(GateState state, GateEvidence evidence, int decisions, int outcomes) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("stage", Standings.word(state.stage()));
      json.writeNumberField("share", state.share());
      json.writeBooleanField("frozen", state.frozen());
      json.writeStringField("verdict", evidence.ruling().verdict().words());
      json.writeArrayFieldStart("reasons");
      for (String reason : evidence.ruling().reasons()) {
        json.writeString(reason);
      }
      json.writeEndArray();
      json.writeFieldName("quality");
      json.writeRawValue(Standings.json(evidence.quality()));
      json.writeNumberField("decisions", decisions);
      json.writeNumberField("outcomes", outcomes);
      json.writeNumberField("lane_outcomes", evidence.laneOutcomes());
      json.writeArrayFieldStart("guardrails");
      for (Guardrail guardrail : evidence.guardrails()) {
        json.writeStartObject();
        json.writeStringField("name", guardrail.name());
        json.writeNumberField("requests", guardrail.requests());
        json.writeNumberField("bad", guardrail.bad());
        json.writeNumberField("most", guardrail.most());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a look at the gate could not be written to memory", e);
    }
    return text.toString();
  }
}
