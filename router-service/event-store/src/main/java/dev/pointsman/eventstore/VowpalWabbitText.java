package dev.pointsman.eventstore;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Vowpal Wabbit's text format. A label is {@code action:cost:probability}; actions are numbered from
 * 1 in name order over the whole export.
 *
 * <p>With {@code --cb_adf} a decision is a block: a line of shared features, one line per eligible
 * variant, the chosen one labelled, and an empty line. With {@code --cb N} it is one line. Characters
 * that the format gives a meaning to ({@code : |}, white space, {@code %}) are percent-encoded.
 */
final class VowpalWabbitText implements BanditWriter {

  private final List<String> actions;
  private final boolean perAction;
  private final Writer out;

  VowpalWabbitText(BanditVocabulary vocabulary, boolean perAction, OutputStream out) {
    this.actions = vocabulary.actions();
    this.perAction = perAction;
    this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
  }

  @Override
  public void begin() {}

  @Override
  public void write(BanditRound round) throws IOException {
    String label =
        (actions.indexOf(round.action()) + 1)
            + ":"
            // Zero minus, not the sign turned: no cost is -0.0.
            + (0 - round.reward())
            + ":"
            + round.propensity();
    if (!perAction) {
      out.append(label).append(" |c").append(features(round)).append('\n');
      return;
    }
    out.append("shared |c").append(features(round)).append('\n');
    for (int i = 0; i < round.actions().size(); i++) {
      if (i == round.chosen()) {
        out.append(label).append(' ');
      }
      out.append("|a variant=").append(escaped(round.actions().get(i))).append('\n');
    }
    out.append('\n');
  }

  private static String features(BanditRound round) {
    StringBuilder line = new StringBuilder();
    for (Map.Entry<String, String> feature : round.context().entrySet()) {
      line.append(' ').append(escaped(feature.getKey()));
      line.append(BanditVocabulary.isNumber(feature.getValue()) ? ':' : '=');
      line.append(escaped(feature.getValue()));
    }
    return line.toString();
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c == ':' || c == '|' || c == '%') {
        escaped.append("%%%02X".formatted((int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  @Override
  public void end() throws IOException {
    out.flush();
  }
}
