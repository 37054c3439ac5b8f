package dev.pointsman.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the table {@code statistics} in step with what came in, without transactions: a refresh
 * writes the buckets that differ under a version of its own, and its mark last, which makes them
 * count. A refresh that is cut off leaves rows that never count, and the next one finds the same
 * buckets. Several routers may refresh the same rule: whichever version is the greatest counts, and
 * the next refresh starts from its mark, so that nothing is left out.
 */
final class ClickHouseStatistics {

  /** Buckets computed by one statement however much is in them. */
  private static final int BUCKETS_AT_ONCE = 2_000;

  /** The most runs of buckets of a statement, whose text the server does not take at any length. */
  private static final int MOST_RUNS = 12_000;

  /** The most decisions of a statement of more than {@link #BUCKETS_AT_ONCE}: they must fit in memory. */
  private static final int DECISIONS_AT_ONCE = 250_000;

  /** One reads in the order of time, which keeps a single core of the server busy. */
  private static final int STATEMENTS_AT_ONCE = 2;

  /** What does not count any more is deleted by the way, every so many refreshes of a rule. */
  private static final int TRIM_EVERY = 300;

  private static final int TRIMMED_AT_ONCE = 5_000;

  private final Readers readers;
  private final Map<String, String> layout;
  private final Map<String, Integer> refreshes = new HashMap<>();

  /**
   * Statistics of a server.
   *
   * @param layout names that differ on a cluster
   */
  ClickHouseStatistics(Readers readers, Map<String, String> layout) {
    this.readers = readers;
    this.layout = layout;
  }

  synchronized int refresh(RewardRule rule, Instant asOf) {
    return readers.use(
        "refreshing the statistics of %s for '%s'".formatted(rule.functionName(), rule.metric()),
        connection -> refresh(connection, rule, asOf));
  }

  /**
   * The last complete refresh.
   *
   * @param reached how far it had read each source
   */
  private record Mark(long version, Instant asOf, Map<String, Long> reached) {}

  private int refresh(Connection connection, RewardRule rule, Instant asOf) throws SQLException {
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("function", rule.functionName());
    values.put("metric", rule.metric());
    Mark mark = mark(connection, rule, values);
    Instant computedFor = mark != null && mark.asOf().isAfter(asOf) ? mark.asOf() : asOf;
    Map<String, Long> reached = reached(connection);
    Instant compacted = StatisticsRow.compactedUntil(computedFor);
    DirtyBuckets dirty;
    if (mark != null) {
      boolean matures = rule.noFeedback() != null && computedFor.isAfter(mark.asOf());
      boolean behind = isBehind(mark.reached(), reached);
      Instant compactedBefore = StatisticsRow.compactedUntil(mark.asOf());
      boolean compacts = compacted.isAfter(compactedBefore);
      if (!behind && !matures && !compacts) {
        return 0;
      }
      dirty = DirtyBuckets.none(Grain.TEN_SECONDS);
      if (behind || matures) {
        Map<String, @Nullable Object> asked =
            new HashMap<>(rule.dirtyValues(mark.asOf(), computedFor, Grain.TEN_SECONDS));
        asked.putAll(since(mark.reached()));
        dirty = buckets(connection, "dirty_units", Map.of(), asked, Grain.TEN_SECONDS);
      }
      if (compacts) {
        Map<String, @Nullable Object> old = new HashMap<>(values);
        old.put("from", compactedBefore);
        old.put("to", compacted);
        dirty =
            dirty.and(buckets(connection, "statistics_buckets", Map.of(), old, Grain.TEN_SECONDS));
      }
    } else {
      Map<String, @Nullable Object> all = new HashMap<>();
      all.put("function", rule.functionName());
      all.put("width_us", Grain.TEN_SECONDS.micros());
      dirty = buckets(connection, "all_units", Map.of(), all, Grain.TEN_SECONDS);
    }
    // What is made a minute is said to be computed of all the ten seconds in it.
    List<Long> buckets =
        List.copyOf(
            dirty
                .within(compacted, null)
                .and(dirty.within(null, compacted).in(Grain.MINUTE).splitInto(Grain.TEN_SECONDS))
                .indexes());
    long version = version(mark == null ? null : mark.version());
    if (!buckets.isEmpty()) {
      compute(connection, rule, computedFor, buckets, version);
    }
    Map<String, @Nullable Object> next = new HashMap<>(values);
    next.put("version", version);
    next.put("reward_rule", rule.toString());
    next.put("reached", pairs(reached));
    next.put("as_of", computedFor);
    sql("statistics_mark_insert").execute(connection, next);
    if (refreshes.merge(rule.functionName() + "\n" + rule.metric(), 1, Integer::sum) % TRIM_EVERY
        == 0) {
      trim(connection, values);
    }
    return dirty.size();
  }

  /** By few statements, since each looks for feedback in all there is, and none of too many rows. */
  private void compute(
      Connection connection, RewardRule rule, Instant asOf, List<Long> buckets, long version)
      throws SQLException {
    List<List<Long>> parts = parts(connection, rule, buckets);
    if (parts.size() == 1) {
      insert(connection, rule, asOf, buckets, version);
      return;
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(STATEMENTS_AT_ONCE)) {
      List<Callable<@Nullable Void>> inserts = new ArrayList<>();
      for (List<Long> part : parts) {
        inserts.add(
            () ->
                readers.<@Nullable Void>use(
                    "computing statistics of " + rule.functionName(),
                    own -> {
                      insert(own, rule, asOf, part, version);
                      return null;
                    }));
      }
      for (Future<@Nullable Void> inserted : threads.invokeAll(inserts)) {
        inserted.get();
      }
    } catch (ExecutionException e) {
      throw new StoreException(
          "statistics of %s could not be computed: %s"
              .formatted(rule.functionName(), e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while statistics were computed", e);
    }
  }

  private List<List<Long>> parts(Connection connection, RewardRule rule, List<Long> buckets)
      throws SQLException {
    int half = halfOf(buckets);
    if (half == buckets.size()
        || runs(buckets).size() <= MOST_RUNS
            && (buckets.size() <= BUCKETS_AT_ONCE
                || decisions(connection, rule, buckets) <= DECISIONS_AT_ONCE)) {
      return List.of(buckets);
    }
    List<List<Long>> parts = new ArrayList<>(parts(connection, rule, buckets.subList(0, half)));
    parts.addAll(parts(connection, rule, buckets.subList(half, buckets.size())));
    return parts;
  }

  private static void insert(
      Connection connection, RewardRule rule, Instant asOf, List<Long> buckets, long version)
      throws SQLException {
    Map<String, @Nullable Object> values = rule.sqlValues(asOf);
    values.put("runs", String.join(",", runs(buckets)));
    values.put("first_us", buckets.getFirst() * Grain.TEN_SECONDS.micros());
    values.putAll(range(buckets));
    values.put("compacted_until", StatisticsRow.compactedUntil(asOf));
    values.put("version", version);
    sql("statistics_insert").execute(connection, values);
  }

  /** Stretches of buckets without a gap, as {@code from-to} counted from the first. */
  private static List<String> runs(List<Long> buckets) {
    long first = buckets.getFirst();
    List<String> runs = new ArrayList<>();
    int begin = 0;
    for (int i = 1; i <= buckets.size(); i++) {
      if (i == buckets.size() || buckets.get(i) != buckets.get(i - 1) + 1) {
        runs.add("%d-%d".formatted(buckets.get(begin) - first, buckets.get(i - 1) - first + 1));
        begin = i;
      }
    }
    return runs;
  }

  /** Where the second half begins, the buckets of a minute being kept together. */
  private static int halfOf(List<Long> buckets) {
    long perMinute = Grain.MINUTE.micros() / Grain.TEN_SECONDS.micros();
    int half = Math.max(1, buckets.size() / 2);
    while (half < buckets.size()
        && buckets.get(half) / perMinute == buckets.get(half - 1) / perMinute) {
      half++;
    }
    return half;
  }

  /** How many decisions there are from the first to the last of some buckets. */
  private static long decisions(Connection connection, RewardRule rule, List<Long> buckets)
      throws SQLException {
    Map<String, @Nullable Object> values = new HashMap<>(range(buckets));
    values.put("function", rule.functionName());
    try (PreparedStatement statement = sql("decisions_between").prepare(connection, values);
        ResultSet row = statement.executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  private static Map<String, Instant> range(List<Long> buckets) {
    return Map.of(
        "first_bucket", Grain.TEN_SECONDS.startOf(buckets.getFirst()),
        "last_bucket", Grain.TEN_SECONDS.startOf(buckets.getLast()));
  }

  /** Deletes what does not count any more of a rule's statistics. */
  synchronized void trim(RewardRule rule) {
    readers.<@Nullable Void>use(
        "deleting old statistics of " + rule.functionName(),
        connection -> {
          trim(connection, Map.of("function", rule.functionName(), "metric", rule.metric()));
          return null;
        });
  }

  /** Deletes rows of the buckets' earlier versions. */
  private void trim(Connection connection, Map<String, ? extends @Nullable Object> values)
      throws SQLException {
    List<String> buckets = new ArrayList<>();
    List<String> versions = new ArrayList<>();
    Map<String, @Nullable Object> stale = new HashMap<>(values);
    stale.put("most", TRIMMED_AT_ONCE);
    try (PreparedStatement statement = sql("statistics_stale").prepare(connection, stale);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        buckets.add(rows.getString("bucket"));
        versions.add(rows.getString("version"));
      }
    }
    if (!buckets.isEmpty()) {
      Map<String, @Nullable Object> trimmed = new HashMap<>(values);
      trimmed.put("buckets", String.join(",", buckets));
      trimmed.put("versions", String.join(",", versions));
      NamedSql.of(Dialect.CLICKHOUSE, "statistics_trim", layout).execute(connection, trimmed);
    }
  }

  /** Null when nothing was computed by exactly this rule, or too long ago. */
  private static @Nullable Mark mark(
      Connection connection, RewardRule rule, Map<String, ? extends @Nullable Object> values)
      throws SQLException {
    try (PreparedStatement statement = sql("statistics_mark").prepare(connection, values);
        ResultSet row = statement.executeQuery()) {
      if (!row.next()
          || !row.getString("reward_rule").equals(rule.toString())
          || row.getBoolean("forgotten")) {
        return null;
      }
      Map<String, Long> reached = new HashMap<>();
      ((Map<?, ?>) row.getObject("reached"))
          .forEach((source, seq) -> reached.put((String) source, ((Number) seq).longValue()));
      return new Mark(row.getLong("version"), Rows.instant(row, "as_of"), reached);
    }
  }

  /** How far each source is stored. */
  static Map<String, Long> reached(Connection connection) throws SQLException {
    Map<String, Long> reached = new HashMap<>();
    // One of no source, so that the lists are never empty.
    reached.put("", 0L);
    try (PreparedStatement statement = sql("ingest_reached").prepare(connection, Map.of());
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        reached.put(rows.getString("source"), rows.getLong("seq"));
      }
    }
    return reached;
  }

  /** What a question about what came in since needs to be told. */
  static Map<String, Object> since(Map<String, Long> reached) {
    return Map.of(
        "sources", joined(reached, Map.Entry::getKey),
        "reached", joined(reached, Map.Entry::getValue));
  }

  /** Whether any source has come further since. */
  static boolean isBehind(Map<String, Long> before, Map<String, Long> now) {
    return now.entrySet().stream()
        .anyMatch(source -> source.getValue() > before.getOrDefault(source.getKey(), 0L));
  }

  /** How far each source is stored, as a mark is told. */
  static String pairs(Map<String, Long> reached) {
    return joined(reached, e -> e.getKey() + " " + e.getValue());
  }

  /** Later than the mark that it starts from, and that of nobody else who starts from it. */
  static long version(@Nullable Long before) {
    long now = (System.currentTimeMillis() << 20) | ThreadLocalRandom.current().nextInt(1 << 20);
    return before == null ? now : Math.max(now, before + 1);
  }

  /** The buckets that a statement finds. */
  static DirtyBuckets buckets(
      Connection connection,
      String name,
      Map<String, String> identifiers,
      Map<String, ? extends @Nullable Object> values,
      Grain grain)
      throws SQLException {
    List<Long> found = new ArrayList<>();
    try (PreparedStatement statement =
            NamedSql.of(Dialect.CLICKHOUSE, name, identifiers).prepare(connection, values);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        found.add(rows.getLong("bucket"));
      }
    }
    return new DirtyBuckets(grain, found);
  }

  private static String joined(
      Map<String, Long> reached, Function<Map.Entry<String, Long>, Object> written) {
    return reached.entrySet().stream()
        .map(e -> written.apply(e).toString())
        .collect(Collectors.joining(","));
  }

  private static NamedSql sql(String name) {
    return NamedSql.of(Dialect.CLICKHOUSE, name);
  }
}
