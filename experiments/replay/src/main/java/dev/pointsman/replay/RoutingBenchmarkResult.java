package dev.pointsman.replay;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.analysis.routing.CostQualityHull;
import dev.pointsman.analysis.routing.CostQualityHull.Point;
import dev.pointsman.analysis.routing.HullGain;
import dev.pointsman.analysis.routing.PairCurve;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What a {@link RoutingBenchmark} came to.
 *
 * @param source where the rows come from
 * @param trainRows rows learnt from
 * @param testRows rows judged on
 * @param readsPrompts false when the rows had none, so that task means are all there is
 * @param assumedCosts whether a cost was computed from list prices
 * @param weak the cheapest model on training rows
 * @param strong the best model on training rows
 * @param singles each single model's mean cost and quality on the rows judged on
 * @param gain nAIQ of the router and of the hull of single models, with the bootstrap error
 * @param router the router's curve, anchored at the weak model
 * @param perTask the curve of shrunk task means, for the same rows
 * @param oracle the curve of recorded outcomes themselves
 * @param pair the router between the weak and the strong model
 * @param leads by row judged on, how much better than the weak model the router takes the strong one
 *     to be
 * @param untrained the tiers of {@link dev.pointsman.routing.features.RequestComplexity} in its place:
 *     what a function goes by before it has feedback
 * @param choice what was chosen for the text model on training rows
 * @param seconds how long it took
 */
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
public record RoutingBenchmarkResult(
    String source,
    int trainRows,
    int testRows,
    boolean readsPrompts,
    boolean assumedCosts,
    String weak,
    String strong,
    Map<String, Point> singles,
    HullGain gain,
    CostQualityHull router,
    CostQualityHull perTask,
    CostQualityHull oracle,
    PairCurve pair,
    double[] leads,
    PairCurve untrained,
    RoutingChoice choice,
    double seconds) {

  /** nAIQ of the best model per task, by shrunk means. */
  public double perTaskNaiq() {
    return perTask.normalised(weakPoint(), strongPoint());
  }

  /** nAIQ of choosing by the recorded outcomes. */
  public double oracleNaiq() {
    return oracle.normalised(weakPoint(), strongPoint());
  }

  Point weakPoint() {
    return point(weak);
  }

  Point strongPoint() {
    return point(strong);
  }

  private Point point(String model) {
    Point point = singles.get(model);
    if (point == null) {
      throw new IllegalStateException(model + " is none of " + singles.keySet());
    }
    return point;
  }

  /**
   * The lead above which the strong model is to be asked for a share of the gap to be recovered, as
   * RouteLLM's thresholds are found: the quantile of the leads at the share of strong calls.
   *
   * @param recovered the share of the gap, 0..1
   * @return empty when it is never recovered
   */
  public OptionalDouble threshold(double recovered) {
    OptionalDouble share = pair.leastShare(recovered);
    if (share.isEmpty()) {
      return share;
    }
    double[] sorted = leads.clone();
    Arrays.sort(sorted);
    int weakCalls = (int) Math.floor((1 - share.getAsDouble()) * sorted.length);
    return OptionalDouble.of(sorted[Math.min(weakCalls, sorted.length - 1)]);
  }

  /**
   * As a JSON object: {@code naiq}, {@code d_hull} and its {@code d_hull_se}, {@code hull_naiq},
   * {@code per_task_naiq}, {@code oracle_naiq}, {@code best_quality}, {@code best_cost_relative},
   * {@code cost_save} (null when the strong model's quality is not reached), {@code apgr}, {@code
   * cpt50}, {@code cpt80}, the leads they begin at, {@code threshold50} and {@code threshold80}, {@code
   * apgr_untrained}, the {@code curve} and more.
   */
  public String toJson() {
    ObjectNode json = JsonMapper.builder().build().createObjectNode();
    json.put("source", source);
    json.put("train_rows", trainRows);
    json.put("test_rows", testRows);
    json.put("naiq", gain.router());
    json.put("d_hull", gain.gain());
    json.put("d_hull_se", gain.standardError());
    json.put("worth_running", gain.isWorthRunning());
    json.put("hull_naiq", gain.singles());
    json.put("per_task_naiq", perTaskNaiq());
    json.put("oracle_naiq", oracleNaiq());
    json.put("best_quality", best().quality());
    json.put("best_cost_relative", best().cost() / strongPoint().cost());
    put(json, "cost_save", router.costSaving(strongPoint()));
    json.put("apgr", pair.area());
    put(json, "cpt50", pair.leastShare(0.5));
    put(json, "cpt80", pair.leastShare(0.8));
    put(json, "threshold50", threshold(0.5));
    put(json, "threshold80", threshold(0.8));
    json.put("apgr_untrained", untrained.area());
    json.set("weak", model(json.objectNode(), weak));
    json.set("strong", model(json.objectNode(), strong));
    json.put("reads_prompts", readsPrompts);
    json.put("assumed_costs", assumedCosts);
    ObjectNode text = json.putObject("text_model");
    text.put("weight", choice.weight());
    text.put("epochs", choice.settings().epochs());
    text.put("learning_rate", choice.settings().learningRate());
    if (readsPrompts) {
      text.put("held_out_error", choice.error());
      text.put("held_out_error_of_task_means", choice.taskError());
    }
    ArrayNode curve = json.putArray("curve");
    for (Point point : router.points()) {
      curve.addObject().put("cost_usd", point.cost()).put("quality", point.quality());
    }
    json.put("seconds", seconds);
    return json.toPrettyString();
  }

  private ObjectNode model(ObjectNode json, String name) {
    Point point = point(name);
    return json.put("model", name).put("cost_usd", point.cost()).put("quality", point.quality());
  }

  private static void put(ObjectNode json, String field, OptionalDouble value) {
    if (value.isPresent()) {
      json.put(field, value.getAsDouble());
    } else {
      json.putNull(field);
    }
  }

  private Point best() {
    return router.points().getLast();
  }

  /** As a table for a terminal. */
  public String toTable() {
    StringBuilder out = new StringBuilder();
    line(out, "%s: learnt from %,d rows, judged on %,d", source, trainRows, testRows);
    if (!readsPrompts) {
      line(out, "The rows have no prompts: the router knows the task only.");
    }
    if (assumedCosts) {
      line(
          out,
          "Costs are list price x tokens where none is recorded, with %d output tokens where none"
              + " are.",
          ReplayData.ASSUMED_OUTPUT_TOKENS);
    }
    line(out, "");
    line(out, "%-34s %9s %12s %9s", "", "quality", "USD / 1,000", "nAIQ");
    row(out, "weak: " + weak, weakPoint(), "");
    row(out, "strong: " + strong, strongPoint(), "");
    row(out, "router at its best", best(), number(gain.router()));
    row(out, "best model per task", perTask.points().getLast(), number(perTaskNaiq()));
    line(out, "%-34s %9s %12s %9s", "best mix of single models", "", "", number(gain.singles()));
    row(out, "oracle", oracle.points().getLast(), number(oracleNaiq()));
    line(out, "");
    line(
        out,
        "d_hull %.3f ± %.3f: %s",
        gain.gain(),
        gain.standardError(),
        gain.isWorthRunning()
            ? "worth running"
            : "not worth running, the gain is below twice its standard error");
    OptionalDouble saving = router.costSaving(strongPoint());
    line(
        out,
        "saved at the strong model's quality: %s",
        saving.isPresent()
            ? String.format(Locale.ROOT, "%.1f %% of its cost", 100 * saving.getAsDouble())
            : "its quality is not reached");
    line(
        out,
        "between weak and strong: APGR %.3f, CPT(50 %%) %s, CPT(80 %%) %s",
        pair.area(),
        number(pair.leastShare(0.5)),
        number(pair.leastShare(0.8)));
    line(
        out,
        "the strong model from a lead of %s and %s on; APGR by complexity alone %.3f",
        number(threshold(0.5)),
        number(threshold(0.8)),
        untrained.area());
    line(out, "weight of the text beside the task: %.2f; %.1f s", choice.weight(), seconds);
    return out.toString();
  }

  private static void row(StringBuilder out, String name, Point point, String naiq) {
    line(out, "%-34s %9.4f %12.4f %9s", name, point.quality(), 1000 * point.cost(), naiq);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static String number(OptionalDouble value) {
    return value.isPresent() ? number(value.getAsDouble()) : "never";
  }

  private static void line(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  /** The curves as a picture: mean cost to the right, mean quality upwards. */
  public String toSvg() {
    return CostQualityPicture.of(this, List.of(perTask, router, oracle));
  }
}
