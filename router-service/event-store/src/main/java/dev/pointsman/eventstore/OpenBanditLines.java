package dev.pointsman.eventstore;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The Open Bandit Pipeline's {@code bandit_feedback} as JSON lines. The first line holds what is said
 * once: {@code n_rounds}, {@code n_actions}, {@code action_context} (one-hot), and the names of the
 * actions and of the context's columns. Every other line is a round: {@code action} from 0, {@code
 * position} always 0, {@code reward}, {@code pscore}, {@code context}, and {@code pi_b}, the chances
 * of all actions, 0 for those that could not be chosen.
 */
final class OpenBanditLines implements BanditWriter {

  private final long rounds;
  private final BanditVocabulary vocabulary;
  private final List<String> actions;
  private final DecisionExport.Selection selection;
  private final JsonGenerator json;

  OpenBanditLines(
      long rounds,
      BanditVocabulary vocabulary,
      DecisionExport.Selection selection,
      OutputStream out) {
    this.rounds = rounds;
    this.vocabulary = vocabulary;
    this.actions = vocabulary.actions();
    this.selection = selection;
    try {
      json = TableExport.JSON.createGenerator(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    json.setRootValueSeparator(null);
  }

  @Override
  public void begin() throws IOException {
    json.writeStartObject();
    json.writeNumberField("n_rounds", rounds);
    json.writeNumberField("n_actions", actions.size());
    json.writeArrayFieldStart("action_context");
    for (int i = 0; i < actions.size(); i++) {
      json.writeStartArray();
      for (int j = 0; j < actions.size(); j++) {
        json.writeNumber(i == j ? 1 : 0);
      }
      json.writeEndArray();
    }
    json.writeEndArray();
    texts("actions", actions);
    texts("context_names", vocabulary.columnNames());
    json.writeStringField("function", selection.rule().functionName());
    json.writeStringField("metric", selection.rule().metric());
    json.writeStringField("stratum", selection.stratum());
    json.writeEndObject();
    json.writeRaw('\n');
  }

  private void texts(String name, List<String> texts) throws IOException {
    json.writeArrayFieldStart(name);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  @Override
  public void write(BanditRound round) throws IOException {
    json.writeStartObject();
    json.writeStringField("inference_id", round.inferenceId().toString());
    json.writeStringField("timestamp", TableExport.written(round.decidedAt()));
    json.writeNumberField("action", actions.indexOf(round.action()));
    json.writeNumberField("position", 0);
    json.writeNumberField("reward", round.reward());
    json.writeNumberField("pscore", round.propensity());
    json.writeFieldName("context");
    double[] context = vocabulary.columns(round);
    json.writeArray(context, 0, context.length);
    json.writeFieldName("pi_b");
    double[] chances = new double[actions.size()];
    for (int i = 0; i < round.actions().size(); i++) {
      chances[actions.indexOf(round.actions().get(i))] = round.propensities()[i];
    }
    json.writeArray(chances, 0, chances.length);
    json.writeEndObject();
    json.writeRaw('\n');
  }

  @Override
  public void end() throws IOException {
    json.flush();
  }
}
