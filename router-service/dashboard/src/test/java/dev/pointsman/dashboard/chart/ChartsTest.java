package dev.pointsman.dashboard.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.report.Estimate;
import dev.pointsman.report.Mark;
import dev.pointsman.report.QualitySeries;
import dev.pointsman.report.ShareSeries;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

final class ChartsTest {

  private static final Instant FROM = Instant.parse("2026-11-20T12:00:00Z");
  private static final Instant TO = FROM.plusSeconds(60);
  private static final String HOSTILE = "<script>alert(1)</script>\"'&\u0000\u0007";

  /** Buckets of ten seconds; a bucket's shares are those of the first of two variants. */
  private static ShareSeries series(boolean lastOpen, long[] starts, double... first) {
    double[][] shares =
        Arrays.stream(first).mapToObj(s -> new double[] {s, 1 - s}).toArray(double[][]::new);
    return new ShareSeries(
        Arrays.stream(starts).mapToObj(FROM::plusSeconds).toList(),
        Duration.ofSeconds(10),
        List.of("large", HOSTILE),
        shares,
        shares,
        new long[starts.length],
        lastOpen);
  }

  private static String shares(ShareSeries series) {
    return ShareChart.svg(series, List.of(), FROM, TO);
  }

  @Test
  void shareChart_adjoiningBuckets_areOneArea() {
    String svg = shares(series(false, new long[] {0, 10, 20}, 0.5, 0.6, 0.7));

    assertThat(Svg.ofClass(svg, "area v0")).hasSize(1);
    assertThat(Svg.ofClass(svg, "intended")).hasSize(1);
  }

  @Test
  void shareChart_missingOrUnknownBucket_leavesAGap() {
    assertThat(Svg.ofClass(shares(series(false, new long[] {0, 30}, 0.5, 0.6)), "area v0"))
        .hasSize(2);
    assertThat(
            Svg.ofClass(
                shares(series(false, new long[] {0, 10, 20}, 0.5, Double.NaN, 0.7)), "area v0"))
        .hasSize(2);
  }

  @Test
  void shareChart_bucketThatStillFills_isDrawnApart() {
    String svg = shares(series(true, new long[] {0, 10, 20}, 0.5, 0.6, 0.7));

    assertThat(Svg.ofClass(svg, "area v0")).hasSize(2);
    assertThat(Svg.ofClass(svg, "area v0 open")).hasSize(1);
    assertThat(Svg.ofClass(svg, "intended open")).hasSize(1);
  }

  @Test
  void charts_hostileNames_areTextAndWellFormed() {
    List<Mark> marks = List.of(new Mark(FROM.plusSeconds(5), "policy", HOSTILE));
    String share = ShareChart.svg(series(false, new long[] {0}, 0.5), marks, FROM, TO);
    String quality =
        QualityChart.svg(List.of(quality(HOSTILE, 0.5, 0.4, 0.6)), FROM, marks, FROM, TO, HOSTILE);
    String strip = ShareStrip.svg(List.of(HOSTILE), new double[] {1});

    for (String svg : List.of(share, quality, strip)) {
      assertThat(svg).doesNotContain("<script").doesNotContain(" style=");
      assertThat(Svg.parsed(svg).getDocumentElement().getTagName()).isEqualTo("svg");
    }
    assertThat(Svg.ofClass(quality, "mark").getFirst().getTextContent())
        .startsWith("policy: <script>alert(1)</script>");
  }

  @Test
  void shareChart_names_standAtTheEndOfTheirAreas() {
    String svg = shares(series(false, new long[] {0}, 0.99));

    assertThat(Svg.ofClass(svg, "label"))
        .extracting(Element::getTextContent)
        .containsExactly("large");
  }

  @Test
  void qualityChart_valuesOutOfRange_stayInsideTheFrame() {
    String svg =
        QualityChart.svg(
            List.of(quality("policy", 7, -3, 12)), FROM.minusSeconds(99), List.of(), FROM, TO, "m");

    for (Element path : Svg.ofClass(svg, "s0")) {
      for (MatchResult point :
          Pattern.compile("[ML]([-0-9.]+) ([-0-9.]+)")
              .matcher(path.getAttribute("d"))
              .results()
              .toList()) {
        assertThat(Double.parseDouble(point.group(1)))
            .isBetween((double) Plot.LEFT, (double) Plot.WIDTH - Plot.RIGHT);
        assertThat(Double.parseDouble(point.group(2)))
            .isBetween((double) Plot.TOP, (double) Plot.HEIGHT - Plot.BOTTOM);
      }
    }
  }

  @Test
  void qualityChart_unknownPoint_isNotDrawnAtZero() {
    String svg =
        QualityChart.svg(
            List.of(
                new QualitySeries("policy", List.of(new QualitySeries.Point(FROM, Estimate.NONE)))),
            TO,
            List.of(),
            FROM,
            TO,
            "m");

    assertThat(Svg.ofClass(svg, "mean")).isEmpty();
    assertThat(Svg.ofClass(svg, "label")).isEmpty();
    assertThat(svg).doesNotContain("NaN");
  }

  @Test
  void qualityChart_timeThatMayStillGetFeedback_isShaded() {
    assertThat(
            Svg.ofClass(
                QualityChart.svg(List.of(), FROM.plusSeconds(30), List.of(), FROM, TO, "m"),
                "pending"))
        .hasSize(1);
    assertThat(Svg.ofClass(QualityChart.svg(List.of(), TO, List.of(), FROM, TO, "m"), "pending"))
        .isEmpty();
  }

  @Test
  void qualityChart_seriesThatEndAlike_haveNamesApart() {
    String svg =
        QualityChart.svg(
            List.of(
                quality("policy", 0.01, 0, 1),
                quality("holdout", 0, 0, 1),
                quality("uniform", 0, 0, 1)),
            TO,
            List.of(),
            FROM,
            TO,
            "m");

    List<Double> heights =
        Svg.ofClass(svg, "label").stream()
            .map(label -> Double.parseDouble(label.getAttribute("y")))
            .sorted()
            .toList();
    assertThat(heights.get(1) - heights.get(0)).isGreaterThanOrEqualTo(12);
    assertThat(heights.get(2) - heights.get(1)).isGreaterThanOrEqualTo(12);
    assertThat(heights.get(2)).isLessThanOrEqualTo(Plot.HEIGHT - Plot.BOTTOM + 4.0);
  }

  @Test
  void strip_noTraffic_saysSo() {
    assertThat(ShareStrip.svg(List.of(), new double[0])).contains("no traffic");
    assertThat(ShareStrip.svg(List.of("a"), new double[] {Double.NaN})).contains("no traffic");
  }

  private static QualitySeries quality(String label, double mean, double low, double high) {
    return new QualitySeries(
        label,
        List.of(
            new QualitySeries.Point(FROM.plusSeconds(10), new Estimate(mean, low, high, 10)),
            new QualitySeries.Point(FROM.plusSeconds(20), new Estimate(mean, low, high, 20))));
  }
}
