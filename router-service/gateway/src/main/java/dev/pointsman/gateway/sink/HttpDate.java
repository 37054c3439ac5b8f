package dev.pointsman.gateway.sink;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The value of a {@code Date} header, formatted once a second. */
final class HttpDate {

  private record Formatted(long second, String text) {}

  private static volatile Formatted last = format(0);

  private HttpDate() {}

  static String now() {
    long second = Math.floorDiv(System.currentTimeMillis(), 1_000L);
    Formatted known = last;
    if (known.second != second) {
      known = format(second);
      last = known;
    }
    return known.text;
  }

  private static Formatted format(long second) {
    return new Formatted(
        second,
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC)));
  }
}
