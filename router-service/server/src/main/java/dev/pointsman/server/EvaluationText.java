package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A challenger's evaluation as a table for people, from its JSON. */
final class EvaluationText {

  private final StringBuilder text = new StringBuilder();

  private EvaluationText() {}

  static String of(JsonNode evaluation) {
    EvaluationText made = new EvaluationText();
    made.head(evaluation);
    JsonNode figures = evaluation.path("figures");
    made.estimates(figures);
    made.differences(figures, evaluation.path("cost_weight").asDouble());
    made.target(evaluation.path("target"));
    made.evidence(figures);
    made.guardrails(figures);
    made.segments(figures);
    made.moves(figures);
    made.checks(figures, evaluation.path("left_out"));
    return made.text.toString();
  }

  private void head(JsonNode evaluation) {
    JsonNode figures = evaluation.path("figures");
    line(
        "%s (%s) against %s · %s · metric %s",
        evaluation.path("challenger").asText(),
        evaluation.path("algorithm").asText(),
        evaluation.path("incumbent").asText(),
        evaluation.path("function").asText(),
        evaluation.path("metric").asText());
    line(
        "%,d matured decisions, %,d with feedback%s, %s to %s%s",
        figures.path("decisions").asLong(),
        figures.path("outcomes").asLong(),
        figures.path("judge").isObject()
            ? String.format(
                Locale.ROOT,
                " or a judge's score (%,d with people's)",
                figures.path("judge").path("labelled").asLong())
            : "",
        evaluation.path("from").asText(),
        evaluation.path("to").asText(),
        evaluation.path("log_cut").isNull()
            ? "; trained before each block of them"
            : "; trained on all before " + evaluation.path("log_cut").asText());
    line("");
    line("%s", evaluation.path("verdict").asText());
    figures.path("ruling").path("reasons").forEach(reason -> line("  %s", reason.asText()));
    long needed = figures.path("needed").asLong();
    if (evaluation.path("verdict").asText().equals("HOLD") && needed > 0) {
      line("  about %,d more outcomes would prove it, if the estimates are right", needed);
    }
  }

  private void estimates(JsonNode figures) {
    line("");
    line("%-18s %-22s %8s %9s", "estimator", "quality", "Δ", "$/1k");
    boolean lead = true;
    for (JsonNode estimate : figures.path("lines")) {
      line(
          "%-18s %-22s %8s %9s",
          estimate.path("estimator").asText() + (lead ? " (lead)" : ""),
          "%s (%s, %s)"
              .formatted(
                  number("%.3f", estimate.path("quality")),
                  number("%.3f", estimate.path("low")),
                  number("%.3f", estimate.path("high"))),
          number("%+.3f", estimate.path("delta")),
          number("%.2f", estimate.path("dollars_per_thousand")));
      lead = false;
    }
    for (JsonNode reference : figures.path("references")) {
      line(
          "%-18s %-22s %8s %9s",
          reference.path("name").asText(),
          number("%.3f", reference.path("quality")),
          "",
          number("%.2f", reference.path("dollars_per_thousand")));
    }
  }

  private void differences(JsonNode figures, double costWeight) {
    line("");
    line("Difference, with bounds that hold at every look (95 %%)");
    line("  Δquality    %s", bounds("%+.4f", figures.path("quality"), 1));
    if (!figures.path("dollars").isNull()) {
      line("  Δ$/1k       %s", bounds("%+.3f", figures.path("dollars"), 1000));
    }
    line(
        "  ΔU          %s   at %s quality points per dollar",
        bounds("%+.4f", figures.path("utility"), 1), number("%.4g", costWeight));
    line(
        "  Δquality if missing feedback were 0: %s; if 1: %s",
        bounds("%+.4f", figures.path("if_missing_were_zero"), 1),
        bounds("%+.4f", figures.path("if_missing_were_one"), 1));
  }

  private void target(JsonNode target) {
    if (target.isObject()) {
      line(
          "  target      $%s/1k: each at the price of cost that holds it on the %,d decisions"
              + " before: %s (serving, $%s/1k), %s (challenger, $%s/1k)",
          perThousand(target.path("usd")),
          target.path("decisions").asLong(),
          number("%.3g", target.path("serving_price")),
          perThousand(target.path("serving_usd")),
          number("%.3g", target.path("challenger_price")),
          perThousand(target.path("challenger_usd")));
    }
  }

  private static String perThousand(JsonNode usd) {
    return String.format(Locale.ROOT, "%.3g", 1_000 * usd.asDouble());
  }

  private void evidence(JsonNode figures) {
    JsonNode overlap = figures.path("overlap");
    line("");
    line(
        "ESS %s   max weight %s   mean weight %s ± %s   unsupported %s %%   calibration slope %s",
        number("%,.0f", overlap.path("effective_sample_size")),
        number("%.1f", overlap.path("max_weight")),
        number("%.4f", overlap.path("mean_weight")),
        number("%.4f", overlap.path("mean_weight_error")),
        number("%.1f", 100 * overlap.path("unsupported_mass").asDouble()),
        number("%.2f", figures.path("calibration_slope")));
  }

  private void guardrails(JsonNode figures) {
    if (figures.path("guardrails").isEmpty()) {
      return;
    }
    line("");
    for (JsonNode guardrail : figures.path("guardrails")) {
      line(
          "guardrail %-8s %s",
          guardrail.path("state").asText().toLowerCase(Locale.ROOT),
          guardrail.path("sentence").asText());
    }
  }

  private void segments(JsonNode figures) {
    if (figures.path("segments").size() < 2) {
      return;
    }
    line("");
    line("%-24s %9s  %-28s %s", "segment", "outcomes", "Δquality", "p (Holm)");
    for (JsonNode segment : figures.path("segments")) {
      line(
          "%-24s %,9d  %-28s %s",
          segment.path("segment").asText(),
          segment.path("outcomes").asLong(),
          bounds("%+.3f", segment.path("quality"), 1),
          number("%.3f", segment.path("p")));
    }
  }

  private void moves(JsonNode figures) {
    List<String> moves = new ArrayList<>();
    for (JsonNode move : figures.path("moves")) {
      moves.add(
          "%s → %s %s %%"
              .formatted(
                  move.path("from").asText(),
                  move.path("to").asText(),
                  number("%.1f", 100 * move.path("share").asDouble())));
    }
    line("");
    line(
        "moves %s %% of traffic%s",
        number("%.1f", 100 * figures.path("moved").asDouble()),
        moves.isEmpty() ? "" : ": " + String.join(", ", moves));
  }

  private void checks(JsonNode figures, JsonNode leftOut) {
    line("");
    for (JsonNode check : figures.path("checks")) {
      line(
          "%-6s %-11s %s",
          check.path("outcome").asText(),
          check.path("name").asText(),
          check.path("sentence").asText());
    }
    figures.path("warnings").forEach(warning -> line("WARN   %s", warning.asText()));
    leftOut
        .properties()
        .forEach(entry -> line("left out: %,d (%s)", entry.getValue().asLong(), entry.getKey()));
  }

  private static String bounds(String format, JsonNode difference, double unit) {
    return "%s (%s, %s)"
        .formatted(
            scaled(format, difference.path("value"), unit),
            scaled(format, difference.path("lower"), unit),
            scaled(format, difference.path("upper"), unit));
  }

  private static String scaled(String format, JsonNode value, double unit) {
    return value.isNumber() ? number(format, unit * value.asDouble()) : "?";
  }

  private static String number(String format, JsonNode value) {
    return value.isNumber() ? number(format, value.asDouble()) : "–";
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
  }
}
