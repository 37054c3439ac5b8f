package dev.pointsman.dashboard.chart;

import dev.pointsman.report.Mark;
import dev.pointsman.report.QualitySeries;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Quality over time: one cumulative mean with its always-valid band per series. Series are told
 * apart by colour, dash and a name at the end; time whose decisions may still get feedback is shaded.
 */
public final class QualityChart {

  private QualityChart() {}

  /**
   * The chart as SVG text; the i-th series has the class {@code s<i>}, never a variant's colour.
   *
   * @param maturedUntil since when decisions are pending
   */
  public static String svg(
      List<QualitySeries> all,
      Instant maturedUntil,
      List<Mark> marks,
      Instant from,
      Instant to,
      String metric) {
    Plot plot =
        new Plot(
            from,
            to,
            0,
            1,
            "Quality: " + metric,
            "Cumulative mean over matured decisions with a band that is valid at every look.");
    plot.valueAxis(4, "%.2f");
    plot.stretch("pending", maturedUntil, to, "decisions since then may still get feedback");
    List<Plot.Label> labels = new ArrayList<>();
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
      String colour = "s" + i % 4;
      plot.area("band " + colour, upper, lower, series.label() + ", 95 % band");
      plot.path("mean " + colour, mean, series.label() + ", mean");
      if (!mean.isEmpty()) {
        labels.add(new Plot.Label(colour, mean.getLast()[1], series.label()));
      }
    }
    plot.endLabels(labels);
    marks.forEach(mark -> plot.mark(mark.at(), mark.kind(), mark.text()));
    plot.timeAxis(to);
    return plot.end();
  }
}
