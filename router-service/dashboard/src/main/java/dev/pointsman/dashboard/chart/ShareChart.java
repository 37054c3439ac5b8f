package dev.pointsman.dashboard.chart;

import dev.pointsman.report.Mark;
import dev.pointsman.report.ShareSeries;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Traffic share over time: stacked areas are what was served, stepped lines what was intended. */
public final class ShareChart {

  private ShareChart() {}

  /** The chart as SVG text. */
  public static String svg(ShareSeries series, List<Mark> marks, Instant from, Instant to) {
    Plot plot =
        new Plot(
            from,
            to,
            0,
            1,
            "Traffic share by variant",
            "Stacked areas: share of answered inferences. Lines: mean propensity.");
    plot.valueAxis(4, "%.2f");
    int variants = series.variants().size();
    double[][] servedBelow = cumulative(series.served());
    double[][] intendedBelow = cumulative(series.intended());
    for (int v = 0; v < variants; v++) {
      for (List<Integer> run : runs(series.served())) {
        List<double[]> upper = new ArrayList<>();
        List<double[]> lower = new ArrayList<>();
        for (int b : run) {
          steps(plot, series, b, servedBelow[b][v + 1], to, upper);
          steps(plot, series, b, servedBelow[b][v], to, lower);
        }
        plot.area("area v" + v % 8, upper, lower, series.variants().get(v) + ", served");
      }
    }
    for (int v = 0; v < variants - 1; v++) {
      for (List<Integer> run : runs(series.intended())) {
        List<double[]> line = new ArrayList<>();
        for (int b : run) {
          steps(plot, series, b, intendedBelow[b][v + 1], to, line);
        }
        plot.path("intended", line, "intended share up to " + series.variants().get(v));
      }
    }
    marks.forEach(mark -> plot.mark(mark.at(), mark.kind(), mark.text()));
    plot.timeAxis(to);
    return plot.end();
  }

  private static void steps(
      Plot plot, ShareSeries series, int bucket, double value, Instant to, List<double[]> into) {
    Instant start = series.starts().get(bucket);
    Instant end = start.plus(series.bucket());
    into.add(new double[] {plot.x(start), plot.y(value)});
    into.add(new double[] {plot.x(end.isAfter(to) ? to : end), plot.y(value)});
  }

  /** Stretches of buckets that hold something: gaps stay gaps. */
  private static List<List<Integer>> runs(double[][] shares) {
    List<List<Integer>> runs = new ArrayList<>();
    List<Integer> run = new ArrayList<>();
    for (int b = 0; b < shares.length; b++) {
      if (shares[b].length > 0 && !Double.isNaN(shares[b][0])) {
        run.add(b);
      } else if (!run.isEmpty()) {
        runs.add(run);
        run = new ArrayList<>();
      }
    }
    if (!run.isEmpty()) {
      runs.add(run);
    }
    return runs;
  }

  private static double[][] cumulative(double[][] shares) {
    double[][] below = new double[shares.length][];
    for (int b = 0; b < shares.length; b++) {
      below[b] = new double[shares[b].length + 1];
      for (int v = 0; v < shares[b].length; v++) {
        below[b][v + 1] = below[b][v] + shares[b][v];
      }
    }
    return below;
  }
}
