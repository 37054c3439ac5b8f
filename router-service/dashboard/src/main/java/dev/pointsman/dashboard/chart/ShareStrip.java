package dev.pointsman.dashboard.chart;

import java.util.List;
import java.util.Locale;

/** A one-line bar of shares, one colour a variant. */
public final class ShareStrip {

  private static final String NO_TRAFFIC = "<span class=\"soft\">no traffic</span>";

  private ShareStrip() {}

  /** The strip as SVG text. */
  public static String svg(List<String> variants, double[] shares) {
    StringBuilder words = new StringBuilder();
    StringBuilder bars = new StringBuilder();
    double x = 0;
    if (shares.length == 0) {
      return NO_TRAFFIC;
    }
    for (int v = 0; v < shares.length; v++) {
      if (Double.isNaN(shares[v])) {
        return NO_TRAFFIC;
      }
      words.append(String.format(Locale.ROOT, "%s %.2f ", variants.get(v), shares[v]));
      bars.append(
          String.format(
              Locale.ROOT,
              "<rect class=\"v%d\" x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"10\"/>",
              v % 8,
              x,
              Math.clamp(shares[v], 0, 1) * 100));
      x += Math.clamp(shares[v], 0, 1) * 100;
    }
    return "<svg class=\"strip\" role=\"img\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\""
        + " xmlns=\"http://www.w3.org/2000/svg\"><title>"
        + Plot.escape(words.toString().strip())
        + "</title>"
        + bars
        + "</svg>";
  }
}
