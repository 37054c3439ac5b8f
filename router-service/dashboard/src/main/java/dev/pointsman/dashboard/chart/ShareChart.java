package dev.pointsman.dashboard.chart;

import dev.pointsman.report.Mark;
import dev.pointsman.report.ShareSeries;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Traffic share over time: stacked areas are what was served, stepped lines what was intended. The
 * bucket that is still filling is drawn apart, paler and dotted; buckets without traffic are gaps.
 */
public final class ShareChart {

  private static final double LEAST_LABELLED = 0.05;

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
      for (List<Integer> run : runs(series, series.served())) {
        List<double[]> upper = new ArrayList<>();
        List<double[]> lower = new ArrayList<>();
        for (int b : run) {
          steps(plot, series, b, servedBelow[b][v + 1], to, upper);
          steps(plot, series, b, servedBelow[b][v], to, lower);
        }
        boolean open = isOpen(series, run);
        plot.area(
            "area v" + v % 8 + (open ? " open" : ""),
            upper,
            lower,
            series.variants().get(v) + (open ? ", served so far" : ", served"));
      }
    }
    label(plot, series, servedBelow);
    for (int v = 0; v < variants - 1; v++) {
      for (List<Integer> run : runs(series, series.intended())) {
        List<double[]> line = new ArrayList<>();
        for (int b : run) {
          steps(plot, series, b, intendedBelow[b][v + 1], to, line);
        }
        plot.path(
            isOpen(series, run) ? "intended open" : "intended",
            line,
            "intended share up to " + series.variants().get(v));
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

  /** Names at the right end, where colour alone would have to tell the areas apart. */
  private static void label(Plot plot, ShareSeries series, double[][] below) {
    for (int b = below.length - 1; b >= 0; b--) {
      if (isEmpty(series.served()[b])) {
        continue;
      }
      List<Plot.Label> labels = new ArrayList<>();
      for (int v = 0; v < series.variants().size(); v++) {
        if (series.served()[b][v] >= LEAST_LABELLED) {
          labels.add(
              new Plot.Label(
                  "v" + v % 8,
                  plot.y((below[b][v] + below[b][v + 1]) / 2),
                  series.variants().get(v)));
        }
      }
      plot.endLabels(labels);
      return;
    }
  }

  /** Stretches of adjoining buckets that hold something; one that still fills is alone. */
  private static List<List<Integer>> runs(ShareSeries series, double[][] shares) {
    List<List<Integer>> runs = new ArrayList<>();
    List<Integer> run = new ArrayList<>();
    for (int b = 0; b < shares.length; b++) {
      boolean joins =
          !run.isEmpty()
              && series
                  .starts()
                  .get(run.getLast())
                  .plus(series.bucket())
                  .equals(series.starts().get(b))
              && !(series.lastOpen() && b == shares.length - 1);
      if (!run.isEmpty() && (!joins || isEmpty(shares[b]))) {
        runs.add(run);
        run = new ArrayList<>();
      }
      if (!isEmpty(shares[b])) {
        run.add(b);
      }
    }
    if (!run.isEmpty()) {
      runs.add(run);
    }
    return runs;
  }

  private static boolean isEmpty(double[] shares) {
    return shares.length == 0 || Double.isNaN(shares[0]);
  }

  private static boolean isOpen(ShareSeries series, List<Integer> run) {
    return series.lastOpen() && run.getFirst() == series.starts().size() - 1;
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
