package dev.pointsman.benchmarks.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fills the tables of a store with thirty days of generated traffic, in the engine itself, since
 * millions of events through the log would take an hour. Four variants, eight segments and twelve
 * keys of uneven size, three lanes, three generations.
 *
 * @param decisions inferences, one in twenty of them sticky
 * @param feedbacks values, on a share of the inferences
 */
record MonthOfTraffic(long decisions, long feedbacks) {

  static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
  static final Duration LENGTH = Duration.ofDays(30);

  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)}");

  /** The month's end. */
  static Instant end() {
    return START.plus(LENGTH);
  }

  /** Fills the tables day by day, if there is nothing in them yet; whether it did. */
  boolean fill(Connection connection, String dialect) throws SQLException, IOException {
    long step = micros(LENGTH) / decisions;
    int days = (int) LENGTH.toDays();
    try (Statement statement = connection.createStatement()) {
      try (ResultSet row = statement.executeQuery(text(dialect, "filled", Map.of()))) {
        row.next();
        if (row.getLong(1) > 0) {
          return false;
        }
      }
      for (int day = 0; day < days; day++) {
        Map<String, Object> values = new HashMap<>();
        values.put("start_us", START.getEpochSecond() * 1_000_000);
        values.put("step_us", step);
        values.put("decisions", decisions);
        values.put("first", decisions * day / days);
        values.put("last", decisions * (day + 1) / days);
        statement.execute(text(dialect, "fill_inference", values));
        values.put("from_us", micros(START.plus(Duration.ofDays(day))));
        values.put("to_us", micros(START.plus(Duration.ofDays(day + 1))));
        values.put("share", (double) feedbacks / decisions);
        statement.execute(text(dialect, "fill_attempt", values));
        statement.execute(text(dialect, "fill_feedback", values));
      }
      return true;
    }
  }

  private static long micros(Duration duration) {
    return duration.toMillis() * 1_000;
  }

  private static long micros(Instant time) {
    return time.getEpochSecond() * 1_000_000;
  }

  private static String text(String dialect, String name, Map<String, Object> values)
      throws IOException {
    String resource = dialect + "/" + name + ".sql";
    try (InputStream in = MonthOfTraffic.class.getResourceAsStream(resource)) {
      String sql =
          new String(Objects.requireNonNull(in, resource).readAllBytes(), StandardCharsets.UTF_8);
      return PLACEHOLDER
          .matcher(sql)
          .replaceAll(m -> Matcher.quoteReplacement(String.valueOf(values.get(m.group(1)))));
    }
  }
}
