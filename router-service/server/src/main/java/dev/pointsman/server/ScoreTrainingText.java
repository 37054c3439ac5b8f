package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What training from scores gave as a table for people, from its JSON. */
final class ScoreTrainingText {

  private static final int MOST_SEGMENTS = 20;
  private static final int MOST_CHANCES = 3;
  private static final double PER_THOUSAND = 1_000;

  private final StringBuilder text = new StringBuilder();

  private ScoreTrainingText() {}

  static String of(JsonNode training) {
    ScoreTrainingText made = new ScoreTrainingText();
    made.head(training);
    made.lines(training);
    made.text(training);
    made.choices(training.path("choices"));
    made.kept(training);
    return made.text.toString();
  }

  static String ofRemoval(String function, JsonNode outcome) {
    ScoreTrainingText made = new ScoreTrainingText();
    if (outcome.path("changed").asBoolean()) {
      made.line(
          "%s forgets what it learnt from %s; it decides by its feedback alone from revision %s on",
          function, outcome.path("before").path("file").asText(), made.revision(outcome));
    } else {
      made.line("%s learnt nothing from a file; nothing was changed", function);
    }
    return made.text.toString();
  }

  private void head(JsonNode training) {
    line(
        "%s · metric %s (%s is better) · %s, %,d rows",
        training.path("function").asText(),
        training.path("metric").asText(),
        training.path("optimize").asText().equals("max") ? "more" : "less",
        training.path("file").asText(),
        training.path("rows").asLong());
    line(
        "%,d rows of %,d requests teach, %,d rows of %,d requests judge (held out by the hash of"
            + " the prompt: %.0f %%)",
        training.path("taught_rows").asLong(),
        training.path("taught_requests").asLong(),
        training.path("held_out_rows").asLong(),
        training.path("held_out_requests").asLong(),
        100 * training.path("held_out").asDouble());
    long withCost = training.path("rows_with_cost").asLong();
    if (withCost < training.path("rows").asLong()) {
      line(withCost == 0 ? "no row has a cost" : "%,d rows have a cost", withCost);
    }
    if (training.path("untagged").asLong() > 0) {
      line(
          "%,d rows lack a tag that segments are made of; they teach the segment of requests"
              + " without it",
          training.path("untagged").asLong());
    }
    List<String> unused = new ArrayList<>();
    training.path("unused_columns").forEach(column -> unused.add(column.asText()));
    if (!unused.isEmpty()) {
      line("not used: %s", String.join(", ", unused));
    }
  }

  private void lines(JsonNode training) {
    List<String[]> rows = new ArrayList<>();
    rows.add(
        new String[] {
          "held-out requests",
          "judged",
          "unscored",
          "score (95 %)",
          "$/1k (95 %)",
          "first generation's − this",
          "$/1k"
        });
    for (JsonNode one : training.path("lines")) {
      rows.add(
          new String[] {
            one.path("name").asText(),
            count(one.path("requests")),
            count(one.path("unscored")),
            figure("%.4g", one.path("score"), 1),
            figure("%.4g", one.path("cost_usd"), PER_THOUSAND),
            figure("%+.3g", one.path("score_difference"), 1),
            figure("%+.3g", one.path("cost_difference"), PER_THOUSAND)
          });
    }
    line("");
    table(rows, 1, 2);
    long unscored = training.path("lines").path(0).path("unscored").asLong();
    if (unscored > 0) {
      line(
          "%,d held-out requests have no score of the variant that the first generation chooses: it"
              + " is judged on the others",
          unscored);
    }
  }

  private void text(JsonNode training) {
    JsonNode text = training.path("text");
    if (text.isObject()) {
      line(
          "text: deciding by it gains %s points of utility a request over segments alone (%,d"
              + " compared): it %s",
          figure("%+.3g", text.path("utility_difference"), 1),
          text.path("compared").asLong(),
          text.path("serves").asBoolean() ? "serves" : "does not serve");
    }
    JsonNode price = training.path("cost_price");
    if (price.isNumber()) {
      line("the dollar target is held by a price of %.3g on the mean", price.asDouble());
    }
  }

  private void choices(JsonNode choices) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"segment", "judged", "chosen first", "chance as it will serve"});
    for (JsonNode choice : choices) {
      if (rows.size() <= MOST_SEGMENTS) {
        rows.add(
            new String[] {
              choice.path("segment").asText(),
              count(choice.path("requests")),
              chosen(choice),
              chances(choice.path("served"))
            });
      }
    }
    line("");
    table(rows, 1);
    if (choices.size() > MOST_SEGMENTS) {
      line("… and %,d more segments (--json has them)", choices.size() - MOST_SEGMENTS);
    }
  }

  /** Columns as wide as they need; the ones named are of numbers. */
  private void table(List<String[]> rows, Integer... ofNumbers) {
    int columns = rows.getFirst().length;
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int column = 0; column < columns; column++) {
        widths[column] = Math.max(widths[column], row[column].length());
      }
    }
    for (String[] row : rows) {
      StringBuilder padded = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String space = " ".repeat(widths[column] - row[column].length());
        boolean right = List.of(ofNumbers).contains(column);
        padded
            .append(column == 0 ? "" : "  ")
            .append(right ? space : "")
            .append(row[column])
            .append(right ? "" : space);
      }
      line("%s", padded);
    }
  }

  private static String count(JsonNode number) {
    return String.format(Locale.ROOT, "%,d", number.asLong());
  }

  private static String chosen(JsonNode choice) {
    List<String> names = new ArrayList<>();
    double requests = choice.path("requests").asDouble();
    for (Map.Entry<String, JsonNode> one : choice.path("chosen").properties()) {
      double share = one.getValue().asDouble() / requests;
      names.add(
          share == 1
              ? one.getKey()
              : String.format(Locale.ROOT, "%s %.0f %%", one.getKey(), 100 * share));
    }
    return String.join(", ", names);
  }

  /** The likeliest ones. */
  private static String chances(JsonNode served) {
    List<String> names =
        served
            .propertyStream()
            .sorted(
                Comparator.comparingDouble(
                    (Map.Entry<String, JsonNode> one) -> -one.getValue().asDouble()))
            .limit(MOST_CHANCES)
            .map(
                one ->
                    String.format(Locale.ROOT, "%s %.3f", one.getKey(), one.getValue().asDouble()))
            .toList();
    return String.join(", ", names) + (served.size() > MOST_CHANCES ? ", …" : "");
  }

  private void kept(JsonNode training) {
    JsonNode kept = training.path("kept");
    line("");
    if (!kept.isObject()) {
      line("nothing was kept (--dry-run)");
      return;
    }
    if (!kept.path("changed").asBoolean()) {
      line(
          "%s has learnt this already (%s); nothing was changed, and it goes on ageing",
          training.path("function").asText(), kept.path("before").path("taken_in_at").asText());
      return;
    }
    line(
        "%s decides by it from revision %s on: %,d segments and variants, each worth %s rewards at"
            + " most, ageing like feedback%s",
        training.path("function").asText(),
        revision(kept),
        training.path("cells").size(),
        plain(training.path("weight").asDouble()),
        kept.path("before").isObject()
            ? "; in place of " + kept.path("before").path("file").asText()
            : "");
  }

  /** {@code 1 of g-1}. */
  private String revision(JsonNode outcome) {
    return outcome.path("revision").isNull()
        ? "(the next one)"
        : "%d of %s"
            .formatted(outcome.path("revision").asLong(), outcome.path("generation").asText());
  }

  private static String figure(String format, JsonNode figure, double factor) {
    if (!figure.path("mean").isNumber()) {
      return "–";
    }
    String mean = number(format, figure.path("mean"), factor);
    return figure.path("low").isNumber()
        ? "%s (%s, %s)"
            .formatted(
                mean,
                number(format, figure.path("low"), factor),
                number(format, figure.path("high"), factor))
        : mean;
  }

  private static String number(String format, JsonNode value, double factor) {
    return String.format(Locale.ROOT, format, factor * value.asDouble());
  }

  private static String plain(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : Double.toString(value);
  }

  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
  }
}
