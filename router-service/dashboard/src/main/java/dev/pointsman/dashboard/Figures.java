package dev.pointsman.dashboard;

import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.report.Estimate;
import dev.pointsman.report.FunctionReport.Range;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How figures are written on pages. Unknown is a dash, never a zero. */
public final class Figures {

  private static final String UNKNOWN = "–";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("d MMM HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Figures() {}

  /** The ranges a page offers. */
  public static List<String> ranges() {
    return List.of("5m", "1h", "24h", "7d");
  }

  /** A name as one segment of a path. */
  public static String segment(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** A moment, UTC. */
  public static String time(Instant at) {
    return TIME.format(at);
  }

  /** A range's length in words. */
  public static String span(Range range) {
    Duration length = Duration.between(range.from(), range.to());
    if (length.compareTo(Duration.ofHours(2)) < 0) {
      return "last " + length.toMinutes() + " min";
    }
    return length.compareTo(Duration.ofDays(3)) < 0
        ? "last " + length.toHours() + " h"
        : "last " + length.toDays() + " days";
  }

  /** A count with thousands separators. */
  public static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** A share of 0..1 as a percentage. */
  public static String percent(@Nullable Double share) {
    return share == null || share.isNaN()
        ? UNKNOWN
        : String.format(Locale.ROOT, "%.1f %%", share * 100);
  }

  /** A number of 0..1 with three digits. */
  public static String share(@Nullable Double share) {
    return share == null || share.isNaN() ? UNKNOWN : String.format(Locale.ROOT, "%.3f", share);
  }

  /** A mean error of numbers of 0..1, with four digits. */
  public static String error(double error) {
    return String.format(Locale.ROOT, "%.4f", error);
  }

  /** An error in tokens. */
  public static String tokensOff(@Nullable Double tokens) {
    return tokens == null ? UNKNOWN : String.format(Locale.ROOT, "%,.1f", tokens);
  }

  /** Dollars; small amounts keep more digits. */
  public static String dollars(@Nullable Double dollars) {
    if (dollars == null || dollars.isNaN()) {
      return UNKNOWN;
    }
    String digits = Math.abs(dollars) < 0.1 ? "%.4f" : "%,.2f";
    return (dollars < 0 ? "−$" : "$") + String.format(Locale.ROOT, digits, Math.abs(dollars));
  }

  /** Nano-dollars as dollars. */
  public static String nanos(@Nullable Long nanos) {
    return nanos == null || nanos < 0 ? UNKNOWN : String.format(Locale.ROOT, "$%.6f", nanos / 1e9);
  }

  /** Milliseconds, or seconds when there are many. */
  public static String millis(@Nullable Double millis) {
    if (millis == null || millis.isNaN()) {
      return UNKNOWN;
    }
    return millis >= 10_000
        ? String.format(Locale.ROOT, "%.1f s", millis / 1000)
        : String.format(Locale.ROOT, "%.0f ms", millis);
  }

  /** Input and output tokens. */
  public static String tokens(InferenceEvent.Tokens tokens) {
    return (tokens.input() == null ? UNKNOWN : count(tokens.input()))
        + " + "
        + (tokens.output() == null ? UNKNOWN : count(tokens.output()));
  }

  /** The value of a feedback, whichever it has. */
  public static String value(FeedbackEvent feedback) {
    if (feedback.booleanValue() != null) {
      return feedback.booleanValue().toString();
    }
    if (feedback.floatValue() != null) {
      return feedback.floatValue().toString();
    }
    return feedback.textValue() == null ? UNKNOWN : feedback.textValue();
  }

  /** A mean alone. */
  public static String mean(Estimate estimate) {
    return estimate.known() ? String.format(Locale.ROOT, "%.3f", estimate.mean()) : UNKNOWN;
  }

  /** The band and the count behind a mean. */
  public static String band(Estimate estimate) {
    return estimate.known()
        ? String.format(
            Locale.ROOT, "%.3f–%.3f, n = %,d", estimate.low(), estimate.high(), estimate.n())
        : "no matured feedback yet";
  }

  /** Mean, half width and count. */
  public static String estimate(Estimate estimate) {
    return estimate.known()
        ? String.format(
            Locale.ROOT,
            "%.3f ± %.3f, n = %,d",
            estimate.mean(),
            (estimate.high() - estimate.low()) / 2,
            estimate.n())
        : UNKNOWN;
  }
}
