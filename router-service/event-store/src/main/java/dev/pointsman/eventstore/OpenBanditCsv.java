package dev.pointsman.eventstore;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The CSV of the Open Bandit Dataset: an unnamed index, {@code timestamp}, {@code item_id} (the
 * action from 0), {@code position} (always 1: there is one place), {@code click} (the reward), {@code
 * propensity_score}, and the context as {@code user_feature_0…}, text as it was logged.
 */
final class OpenBanditCsv implements BanditWriter {

  private final List<String> actions;
  private final List<String> features;
  private final Writer out;
  private long index;

  OpenBanditCsv(BanditVocabulary vocabulary, OutputStream out) {
    this.actions = vocabulary.actions();
    this.features = vocabulary.featureNames();
    this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
  }

  @Override
  public void begin() throws IOException {
    out.append(",timestamp,item_id,position,click,propensity_score");
    for (int i = 0; i < features.size(); i++) {
      out.append(",user_feature_").append(Integer.toString(i));
    }
    out.append('\n');
  }

  @Override
  public void write(BanditRound round) throws IOException {
    out.append(Long.toString(index++)).append(',');
    out.append(TableExport.written(round.decidedAt())).append(',');
    out.append(Integer.toString(actions.indexOf(round.action()))).append(",1,");
    out.append(Double.toString(round.reward())).append(',');
    out.append(Double.toString(round.propensity()));
    for (String feature : features) {
      out.append(',').append(quoted(round.context().getOrDefault(feature, "")));
    }
    out.append('\n');
  }

  private static String quoted(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  @Override
  public void end() throws IOException {
    out.flush();
  }
}
