package dev.pointsman.eventstore;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Vowpal Wabbit's decision service JSON: {@code a} are the actions and {@code p} their chances, the
 * chosen one first; actions are numbered from 1 in the order of {@code c._multi}; {@code
 * _label_Action} is the chosen one's number and {@code _labelIndex} the same from 0; the cost is
 * minus the reward, which is also in {@code o} as the observed outcome.
 */
final class VowpalWabbitJson implements BanditWriter {

  private static final JsonFactory JSON = TableExport.JSON;

  private final JsonGenerator json;

  VowpalWabbitJson(OutputStream out) {
    try {
      json = JSON.createGenerator(out);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    json.setRootValueSeparator(null);
  }

  @Override
  public void begin() {}

  @Override
  public void write(BanditRound round) throws IOException {
    List<Integer> order = new ArrayList<>();
    order.add(round.chosen());
    for (int i = 0; i < round.actions().size(); i++) {
      if (i != round.chosen()) {
        order.add(i);
      }
    }
    json.writeStartObject();
    json.writeNumberField("_label_cost", 0 - round.reward());
    json.writeNumberField("_label_probability", round.propensity());
    json.writeNumberField("_label_Action", round.chosen() + 1);
    json.writeNumberField("_labelIndex", round.chosen());
    json.writeArrayFieldStart("o");
    json.writeStartObject();
    json.writeNumberField("v", round.reward());
    json.writeStringField("EventId", round.inferenceId().toString());
    json.writeBooleanField("ActionTaken", true);
    json.writeEndObject();
    json.writeEndArray();
    json.writeStringField("Timestamp", TableExport.written(round.decidedAt()));
    json.writeStringField("Version", "1");
    json.writeStringField("EventId", round.inferenceId().toString());
    json.writeArrayFieldStart("a");
    for (int i : order) {
      json.writeNumber(i + 1);
    }
    json.writeEndArray();
    json.writeObjectFieldStart("c");
    json.writeObjectFieldStart("Context");
    for (Map.Entry<String, String> feature : round.context().entrySet()) {
      if (BanditVocabulary.isNumber(feature.getValue())) {
        json.writeNumberField(feature.getKey(), Double.parseDouble(feature.getValue()));
      } else {
        json.writeStringField(feature.getKey(), feature.getValue());
      }
    }
    json.writeEndObject();
    json.writeArrayFieldStart("_multi");
    for (String action : round.actions()) {
      json.writeStartObject();
      json.writeObjectFieldStart("Action");
      json.writeStringField("variant", action);
      json.writeEndObject();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
    json.writeArrayFieldStart("p");
    for (int i : order) {
      json.writeNumber(round.propensities()[i]);
    }
    json.writeEndArray();
    if (round.policy() != null) {
      json.writeObjectFieldStart("VWState");
      json.writeStringField("m", round.policy());
      json.writeEndObject();
    }
    json.writeEndObject();
    json.writeRaw('\n');
  }

  @Override
  public void end() throws IOException {
    json.flush();
  }
}
