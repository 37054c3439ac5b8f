package dev.pointsman.replay;

import dev.pointsman.analysis.routing.CostQualityHull;
import dev.pointsman.analysis.routing.CostQualityHull.Point;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Draws curves of cost and quality, and the single models as dots, as an SVG document. */
final class CostQualityPicture {

  private static final int WIDTH = 760;
  private static final int HEIGHT = 480;
  private static final int LEFT = 70;
  private static final int RIGHT = 30;
  private static final int TOP = 50;
  private static final int BOTTOM = 60;
  private static final int TICKS = 5;
  private static final String[] NAMES = {"best model per task", "router", "oracle"};
  private static final String[] COLOURS = {"#d97706", "#2563eb", "#9ca3af"};

  private final double leastQuality;
  private final double mostQuality;
  private final double mostCost;

  private CostQualityPicture(double leastQuality, double mostQuality, double mostCost) {
    this.leastQuality = leastQuality;
    this.mostQuality = mostQuality;
    this.mostCost = mostCost;
  }

  /**
   * The picture.
   *
   * @param curves per task, router, oracle, in this order
   */
  static String of(RoutingBenchmarkResult result, List<CostQualityHull> curves) {
    double least = 1;
    double most = 0;
    double cost = 0;
    for (Point point : result.singles().values()) {
      least = Math.min(least, point.quality());
      most = Math.max(most, point.quality());
      cost = Math.max(cost, point.cost());
    }
    for (CostQualityHull curve : curves) {
      most = Math.max(most, curve.points().getLast().quality());
      cost = Math.max(cost, curve.points().getLast().cost());
    }
    double margin = 0.05 * (most - least);
    return new CostQualityPicture(least - margin, most + margin, cost * 1.03).drawn(result, curves);
  }

  private String drawn(RoutingBenchmarkResult result, List<CostQualityHull> curves) {
    StringBuilder out = new StringBuilder();
    add(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"12\" role=\"img\">",
        WIDTH,
        HEIGHT);
    add(out, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT);
    add(
        out,
        "<title>%s: nAIQ %.3f, best model per task %.3f, single models %.3f</title>",
        escaped(result.source()),
        result.gain().router(),
        result.perTaskNaiq(),
        result.gain().singles());
    axes(out);
    for (int i = 0; i < curves.size(); i++) {
      curve(out, curves.get(i), COLOURS[i]);
      add(
          out,
          "<rect x=\"%d\" y=\"20\" width=\"14\" height=\"4\" fill=\"%s\"/><text x=\"%d\""
              + " y=\"26\">%s</text>",
          LEFT + i * 160,
          COLOURS[i],
          LEFT + i * 160 + 20,
          NAMES[i]);
    }
    for (Map.Entry<String, Point> single : result.singles().entrySet()) {
      Point at = single.getValue();
      boolean atRight = x(at.cost()) > WIDTH * 0.7;
      add(
          out,
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"#111\"/><text x=\"%.1f\" y=\"%.1f\""
              + " fill=\"#444\" font-size=\"10\" text-anchor=\"%s\">%s</text>",
          x(at.cost()),
          y(at.quality()),
          x(at.cost()) + (atRight ? -6 : 6),
          y(at.quality()) + 12,
          atRight ? "end" : "start",
          escaped(single.getKey()));
    }
    return out.append("</svg>\n").toString();
  }

  private void axes(StringBuilder out) {
    for (int tick = 0; tick <= TICKS; tick++) {
      double quality = leastQuality + (mostQuality - leastQuality) * tick / TICKS;
      double cost = mostCost * tick / TICKS;
      add(
          out,
          "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#e5e7eb\"/><text x=\"%d\""
              + " y=\"%.1f\" text-anchor=\"end\">%.3f</text>",
          LEFT,
          WIDTH - RIGHT,
          y(quality),
          y(quality),
          LEFT - 8,
          y(quality) + 4,
          quality);
      add(
          out,
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.3g</text>",
          x(cost),
          HEIGHT - BOTTOM + 20,
          1000 * cost);
    }
    add(
        out,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">USD per 1,000 prompts</text>",
        (LEFT + WIDTH - RIGHT) / 2,
        HEIGHT - 14);
    add(
        out,
        "<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\">mean"
            + " quality</text>",
        (TOP + HEIGHT - BOTTOM) / 2);
  }

  private void curve(StringBuilder out, CostQualityHull hull, String colour) {
    StringBuilder points = new StringBuilder();
    for (Point point : hull.points()) {
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.cost()), y(point.quality())));
    }
    // A hull is flat after its last point: dearer mixes gain nothing.
    points.append(
        String.format(Locale.ROOT, "%.1f,%.1f", x(mostCost), y(hull.points().getLast().quality())));
    add(
        out,
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
        points,
        colour);
  }

  private double x(double cost) {
    return LEFT + cost / mostCost * (WIDTH - LEFT - RIGHT);
  }

  private double y(double quality) {
    return TOP + (mostQuality - quality) / (mostQuality - leastQuality) * (HEIGHT - TOP - BOTTOM);
  }

  private static void add(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
