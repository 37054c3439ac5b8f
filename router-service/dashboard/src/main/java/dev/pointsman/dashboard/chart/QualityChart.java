package dev.pointsman.dashboard.chart;

import dev.pointsman.report.Mark;
import dev.pointsman.report.QualitySeries;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Quality over time: one cumulative mean with its always-valid band per series. */
public final class QualityChart {

  private QualityChart() {}

  /** The chart as SVG text; the i-th series has the colour class {@code v<i>}. */
  public static String svg(
      List<QualitySeries> all, List<Mark> marks, Instant from, Instant to, String metric) {
    Plot plot =
        new Plot(
            from,
            to,
            0,
            1,
            "Quality: " + metric,
            "Cumulative mean over matured decisions with a band that is valid at every look.");
    plot.valueAxis(4, "%.2f");
    for (int i = 0; i < all.size(); i++) {
      QualitySeries series = all.get(i);
      List<double[]> mean = new ArrayList<>();
      List<double[]> upper = new ArrayList<>();
      List<double[]> lower = new ArrayList<>();
      for (QualitySeries.Point point : series.points()) {
        if (!point.estimate().known()) {
          continue;
        }
        double x = plot.x(point.at());
        mean.add(new double[] {x, plot.y(point.estimate().mean())});
        upper.add(new double[] {x, plot.y(point.estimate().high())});
        lower.add(new double[] {x, plot.y(point.estimate().low())});
      }
      plot.area("band v" + i % 8, upper, lower, series.label() + ", 95 % band");
      plot.path("mean v" + i % 8, mean, series.label() + ", mean");
    }
    marks.forEach(mark -> plot.mark(mark.at(), mark.kind(), mark.text()));
    plot.timeAxis(to);
    return plot.end();
  }
}
