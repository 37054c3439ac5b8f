package dev.pointsman.dashboard.chart;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The frame that all time charts share: a linear time axis below, a linear value axis at the left,
 * grid lines, marks, and the SVG text being written.
 */
final class Plot {

  static final int WIDTH = 640;
  static final int HEIGHT = 240;
  static final int LEFT = 48;
  static final int RIGHT = 84;
  static final int TOP = 12;
  private static final double LABEL_STEP = 12;
  private static final int LABEL_LENGTH = 13;
  static final int BOTTOM = 28;

  private static final Pattern NO_XML =
      Pattern.compile("[^\\t\\n\\r\\x{20}-\\x{D7FF}\\x{E000}-\\x{FFFD}\\x{10000}-\\x{10FFFF}]");

  private final Instant from;
  private final double seconds;
  private final double low;
  private final double high;
  private final StringBuilder svg = new StringBuilder(8_192);

  Plot(Instant from, Instant to, double low, double high, String title, String description) {
    this.from = from;
    this.seconds = Math.max(1e-3, Duration.between(from, to).toNanos() / 1e9);
    this.low = low;
    this.high = high;
    svg.append("<svg class=\"chart\" role=\"img\" viewBox=\"0 0 ")
        .append(WIDTH)
        .append(' ')
        .append(HEIGHT)
        .append("\" xmlns=\"http://www.w3.org/2000/svg\"><title>")
        .append(escape(title))
        .append("</title><desc>")
        .append(escape(description))
        .append("</desc>");
  }

  /** A name at the right end of a line or area, at the height {@code y}. */
  record Label(String cssClass, double y, String words) {}

  double x(Instant at) {
    double share = Duration.between(from, at).toNanos() / 1e9 / seconds;
    return LEFT + Math.clamp(share, 0, 1) * (WIDTH - LEFT - RIGHT);
  }

  double y(double value) {
    double share = (Math.clamp(value, low, high) - low) / (high - low);
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  }

  void valueAxis(int lines, String format) {
    for (int i = 0; i <= lines; i++) {
      double value = low + (high - low) * i / lines;
      line("grid", LEFT, y(value), WIDTH - RIGHT, y(value));
      text("axis end", LEFT - 6, y(value) + 4, String.format(Locale.ROOT, format, value));
    }
  }

  void timeAxis(Instant to) {
    DateTimeFormatter clock =
        DateTimeFormatter.ofPattern(
                seconds <= 3_600 ? "HH:mm:ss" : seconds <= 172_800 ? "HH:mm" : "d MMM", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    int labels = 4;
    for (int i = 0; i <= labels; i++) {
      Instant at = from.plusNanos((long) (seconds * 1e9 * i / labels));
      String anchor = i == 0 ? "axis" : i == labels ? "axis end" : "axis middle";
      text(anchor, x(at), HEIGHT - 8, clock.format(at));
    }
    line("baseline", LEFT, HEIGHT - BOTTOM, x(to), HEIGHT - BOTTOM);
  }

  void mark(Instant at, String kind, String label) {
    double x = x(at);
    svg.append("<g class=\"mark ").append(escape(kind)).append("\"><title>");
    svg.append(escape(kind + ": " + label)).append("</title>");
    line("", x, TOP, x, HEIGHT - BOTTOM);
    svg.append("</g>");
  }

  /** Names beside the right end, moved apart so that none covers another. */
  void endLabels(List<Label> labels) {
    List<Label> sorted = labels.stream().sorted(Comparator.comparingDouble(Label::y)).toList();
    double lowest = HEIGHT - BOTTOM;
    double[] at = new double[sorted.size()];
    for (int i = 0; i < at.length; i++) {
      at[i] = Math.max(sorted.get(i).y(), i == 0 ? TOP : at[i - 1] + LABEL_STEP);
    }
    for (int i = at.length - 1; i >= 0; i--) {
      at[i] = Math.min(at[i], i == at.length - 1 ? lowest : at[i + 1] - LABEL_STEP);
    }
    for (int i = 0; i < at.length; i++) {
      String words = sorted.get(i).words();
      text(
          "label " + sorted.get(i).cssClass(),
          WIDTH - RIGHT + 5,
          at[i] + 4,
          words.length() <= LABEL_LENGTH ? words : words.substring(0, LABEL_LENGTH - 1) + "…");
    }
  }

  /** A stretch of time that is marked from top to bottom. */
  void stretch(String cssClass, Instant from, Instant to, String title) {
    double left = x(from);
    double right = x(to);
    if (right > left) {
      area(
          cssClass,
          List.of(new double[] {left, TOP}, new double[] {right, TOP}),
          List.of(new double[] {left, HEIGHT - BOTTOM}, new double[] {right, HEIGHT - BOTTOM}),
          title);
    }
  }

  void line(String cssClass, double x1, double y1, double x2, double y2) {
    svg.append("<line class=\"").append(cssClass).append("\" x1=\"").append(number(x1));
    svg.append("\" y1=\"").append(number(y1)).append("\" x2=\"").append(number(x2));
    svg.append("\" y2=\"").append(number(y2)).append("\"/>");
  }

  void text(String cssClass, double x, double y, String words) {
    svg.append("<text class=\"").append(cssClass).append("\" x=\"").append(number(x));
    svg.append("\" y=\"").append(number(y)).append("\">").append(escape(words)).append("</text>");
  }

  /** A line through points given as x, y pairs. */
  void path(String cssClass, List<double[]> points, String title) {
    if (points.isEmpty()) {
      return;
    }
    svg.append("<path class=\"").append(cssClass).append("\" d=\"");
    append(points, 'M');
    svg.append("\"><title>").append(escape(title)).append("</title></path>");
  }

  /** The area between an upper and a lower line, both from left to right. */
  void area(String cssClass, List<double[]> upper, List<double[]> lower, String title) {
    if (upper.isEmpty()) {
      return;
    }
    svg.append("<path class=\"").append(cssClass).append("\" d=\"");
    append(upper, 'M');
    append(lower.reversed(), 'L');
    svg.append("Z\"><title>").append(escape(title)).append("</title></path>");
  }

  private void append(List<double[]> points, char first) {
    char command = first;
    for (double[] point : points) {
      svg.append(command).append(number(point[0])).append(' ').append(number(point[1]));
      command = 'L';
    }
  }

  String end() {
    return svg.append("</svg>").toString();
  }

  private static String number(double value) {
    long tenths = Math.round(value * 10);
    return tenths % 10 == 0 ? Long.toString(tenths / 10) : Double.toString(tenths / 10.0);
  }

  /** Text as XML text or attribute; characters that XML does not know become a question mark. */
  static String escape(String text) {
    return NO_XML
        .matcher(text)
        .replaceAll("?")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
