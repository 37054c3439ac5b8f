package dev.pointsman.benchmarks.store;

import com.sun.management.OperatingSystemMXBean;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RollupTags;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What checkpoints of the embedded store do. {@code days N} writes N days of thin traffic in rounds of
 * ten minutes, brings statistics and rollups up to date after each, closes the store every three
 * hours, which is a checkpoint, and prints what is in the file: rows that are rewritten all the time
 * must not fill it. {@code batches N} writes N inferences with 3 KB of text in batches of 8,192, 8,192 and
 * 4,000, of which the last of three leaves a group of rows half full, and prints what the dearest
 * batch and the close cost.
 *
 * <p>A third argument is the engine's {@code max_vacuum_tasks}, in place of the store's own.
 */
public final class CheckpointTimes {

  private static final Instant START = Instant.parse("2026-11-20T00:00:00Z");
  private static final int PER_DAY = 28_800;
  private static final int PER_ROUND = 200;
  private static final int UNTIL_CHECKPOINT = 3_600;
  private static final int[] BATCHES = {8_192, 8_192, 4_000};

  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private CheckpointTimes() {}

  /** Runs it in a temporary directory, which is left for inspection. */
  public static void main(String[] args) throws Exception {
    int most = Integer.parseInt(args[1]);
    String merges = args.length > 2 ? args[2] : null;
    Path directory = Files.createTempDirectory("checkpoints");
    if (args[0].equals("days")) {
      days(most, directory, merges);
    } else {
      batches(most, directory, merges);
    }
    System.out.println(directory);
  }

  private static void days(int days, Path directory, @Nullable String merges) throws Exception {
    TrafficEvents events = new TrafficEvents(START, Duration.ofSeconds(3), 100);
    SplittableRandom random = new SplittableRandom(1);
    for (int first = 0; first < days * PER_DAY; first += UNTIL_CHECKPOINT) {
      long start = System.nanoTime();
      try (EventStore store = open(directory, merges)) {
        for (int i = first; i < first + UNTIL_CHECKPOINT; i += PER_ROUND) {
          Instant now = events.timeOf(i + PER_ROUND);
          store.append(round(events, i, now, random), store.lastSequence() + 1);
          store.refreshStatistics(TrafficEvents.RULE, now);
          store.refreshRollups(List.of(TrafficEvents.RULE), RollupTags.NONE, now);
        }
      }
      System.out.printf(
          "%.2f days, %.1f s: %s%n",
          (first + UNTIL_CHECKPOINT) / (double) PER_DAY,
          (System.nanoTime() - start) / 1e9,
          contents(directory));
    }
  }

  /** New inferences, values for half of those of the round before, and one for any of a day. */
  private static List<Event> round(
      TrafficEvents events, int first, Instant now, SplittableRandom random) {
    List<Event> round = new ArrayList<>();
    for (int i = first; i < first + PER_ROUND; i++) {
      round.add(events.inference(i, random));
      int valued = i == first ? i - random.nextInt(PER_DAY) : i - PER_ROUND;
      if (valued >= 0 && (i == first || random.nextBoolean())) {
        round.add(events.feedback(valued, Duration.between(events.timeOf(valued), now), random));
      }
    }
    return round;
  }

  private static void batches(int rows, Path directory, @Nullable String merges) throws Exception {
    TrafficEvents events = new TrafficEvents(START, Duration.ofMillis(10), 3_000);
    SplittableRandom random = new SplittableRandom(1);
    long dearest = 0;
    long start = PROCESS.getProcessCpuTime();
    long last;
    try (EventStore store = open(directory, merges)) {
      int written = 0;
      for (int batch = 0; written < rows; batch++) {
        List<Event> next = new ArrayList<>();
        for (int i = 0; i < BATCHES[batch % BATCHES.length]; i++) {
          next.add(events.inference(written++, random));
        }
        long before = PROCESS.getProcessCpuTime();
        store.append(next, written);
        dearest = Math.max(dearest, PROCESS.getProcessCpuTime() - before);
      }
      last = PROCESS.getProcessCpuTime();
    }
    System.out.printf(
        "%.1f s of CPU, the dearest batch %.1f s, the close %.1f s; %s%n",
        (last - start) / 1e9,
        dearest / 1e9,
        (PROCESS.getProcessCpuTime() - last) / 1e9,
        contents(directory));
  }

  private static EventStore open(Path directory, @Nullable String merges) throws Exception {
    EventStore store = EventStore.open(directory, EventStore.Settings.DEFAULT);
    if (merges != null) {
      // A setting of the engine's own, which nobody else has a reason to change.
      Object engine = field(store, "engine");
      try (Statement statement = ((Connection) field(engine, "root")).createStatement()) {
        statement.execute("SET max_vacuum_tasks = " + Integer.parseInt(merges));
      }
    }
    return store;
  }

  private static Object field(Object of, String name) throws ReflectiveOperationException {
    Field field = of.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(of);
  }

  /** Size, and of each table that has any the rows that are there, and those stored, in groups. */
  private static String contents(Path directory) throws SQLException, IOException {
    Path file = directory.resolve("events.duckdb");
    StringBuilder text = new StringBuilder("%.1f MB".formatted(Files.size(file) / 1e6));
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("ATTACH '%s' AS ev (READ_ONLY)".formatted(file));
      statement.execute("USE ev");
      List<String> tables = new ArrayList<>();
      try (ResultSet row =
          statement.executeQuery(
              "SELECT used_blocks, free_blocks FROM pragma_database_size() WHERE database_name ="
                  + " 'ev'")) {
        row.next();
        text.append(", blocks %d free %d".formatted(row.getLong(1), row.getLong(2)));
      }
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT table_name FROM duckdb_tables() WHERE database_name = 'ev' ORDER BY 1")) {
        while (rows.next()) {
          tables.add(rows.getString(1));
        }
      }
      for (String table : tables) {
        try (ResultSet row =
            statement.executeQuery(
                """
                SELECT (SELECT count(*) FROM "%1$s"), sum(count), count(DISTINCT row_group_id)
                FROM pragma_storage_info('%1$s')
                WHERE column_id = 0 AND segment_type <> 'VALIDITY'\
                """
                    .formatted(table))) {
          row.next();
          if (row.getLong(2) > 1_000) {
            text.append(
                "; %s %,d of %,d in %d"
                    .formatted(table, row.getLong(1), row.getLong(2), row.getLong(3)));
          }
        }
      }
    }
    return text.toString();
  }
}
