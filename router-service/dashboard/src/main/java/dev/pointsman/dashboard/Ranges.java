package dev.pointsman.dashboard;

import dev.pointsman.report.FunctionReport.Range;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Ranges of time as addresses write them: a length such as {@code 5m}, {@code 24h} or {@code 7d}. */
public final class Ranges {

  private static final Pattern LENGTH = Pattern.compile("([1-9][0-9]{0,4})([mhd])");

  private Ranges() {}

  /** The range of that length that ends at a moment, null when the text is no length. */
  public static @Nullable Range ending(String length, Instant end) {
    Matcher parts = LENGTH.matcher(length);
    if (!parts.matches()) {
      return null;
    }
    long amount = Long.parseLong(parts.group(1));
    Duration duration =
        switch (parts.group(2)) {
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        };
    return new Range(end.minus(duration), end);
  }
}
