package dev.pointsman.eventstore;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Figures over ranges of time, from the rollups as they were refreshed last: the same filter
 * everywhere, and never a look at single events. Made for one page: how far the rollups reach is
 * looked up with the first question. Safe for concurrent use.
 */
public final class TrafficQueries {

  private static final int ALL_ROWS = 100_000;

  private final Readers readers;
  private volatile @Nullable State reach;

  TrafficQueries(Readers readers) {
    this.readers = readers;
  }

  /** What usage can be told apart by. */
  public enum Dimension {
    /** Nothing. */
    NONE,
    /** The function. */
    FUNCTION,
    /** The segment. */
    SEGMENT,
    /** The variant that served. */
    VARIANT,
    /** The policy's generation. */
    GENERATION,
    /** The lane. */
    LANE,
    /** The model that answered. */
    MODEL,
    /** The key that asked. */
    KEY,
    /** The team that asked. */
    TEAM,
    /** A tag's value. */
    TAG;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What rows of usage are by.
   *
   * @param first the first dimension
   * @param second the second one
   * @param tag the tag that {@link Dimension#TAG} is of, empty when it is not used
   * @param width length of a bucket of time, null to add all up; a whole number of minutes, of hours
   *     for ranges that begin days back
   */
  public record Grouping(Dimension first, Dimension second, String tag, @Nullable Duration width) {

    /** All in one row. */
    public static final Grouping TOTAL = new Grouping(Dimension.NONE, Dimension.NONE, "", null);

    /** By one dimension. */
    public static Grouping by(Dimension first) {
      return new Grouping(first, Dimension.NONE, "", null);
    }

    /** By two. */
    public static Grouping by(Dimension first, Dimension second) {
      return new Grouping(first, second, "", null);
    }

    /** By a tag. */
    public static Grouping byTag(String tag) {
      return new Grouping(Dimension.TAG, Dimension.NONE, tag, null);
    }

    /** The same over time. */
    public Grouping over(Duration bucket) {
      return new Grouping(first, second, tag, bucket);
    }
  }

  /** Which durations are meant. */
  public enum Measure {
    /** From the request to the end of the answer. */
    DURATION,
    /** To the first part of a streamed answer. */
    FIRST_TOKEN,
    /** What was not spent waiting for a provider. */
    OVERHEAD;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What rows about decisions are by, beside the variant.
   *
   * @param width length of a bucket of time, null to add all up
   */
  public record DecisionGrouping(
      boolean segment, boolean lane, boolean generation, @Nullable Duration width) {
    /** By variant only. */
    public static final DecisionGrouping TOTAL = new DecisionGrouping(false, false, false, null);
  }

  /**
   * How far the rollups reach.
   *
   * @param asOf when they were refreshed last
   * @param tags that they know
   */
  public record State(Instant asOf, RollupTags tags) {}

  /** How far the rollups reach, as all questions asked here are answered. */
  private @Nullable State reach() {
    State known = reach;
    if (known == null) {
      known = state();
      reach = known;
    }
    return known;
  }

  /** How far the rollups reach now; null before the first refresh. */
  public @Nullable State state() {
    List<State> found =
        readers.query(
            "rollup_state",
            Map.of(),
            row -> {
              String tags = row.getString("tags");
              return new State(
                  Rows.instant(row, "as_of"),
                  tags == null ? RollupTags.NONE : RollupTags.ofText(tags));
            });
    return found.isEmpty() ? null : found.getFirst();
  }

  /** Names of all functions that anything was logged of, in order. */
  public List<String> functionNames() {
    return readers.query("function_names", Map.of(), row -> row.getString("function_name"));
  }

  /** Usage in time order, then by the dimensions' values. */
  public List<UsageSums> usage(TrafficFilter filter, Grouping grouping) {
    return usage(filter, grouping, null, ALL_ROWS);
  }

  /**
   * A page of usage.
   *
   * @param after the last row of the page before, null for the first page; pages are of totals, not
   *     over time
   * @param most rows of the page
   */
  public List<UsageSums> usage(
      TrafficFilter filter, Grouping grouping, @Nullable UsageSums after, int most) {
    Map<String, @Nullable Object> values = usageValues(filter, grouping);
    if (values.isEmpty()) {
      return List.of();
    }
    values.put("after_first", after == null ? null : after.first());
    values.put("after_second", after == null ? null : after.second());
    values.put("most", most);
    return readers.query("usage_grouped", values, Rows::usage);
  }

  /**
   * Which durations a histogram is of.
   *
   * @param start the bucket's start, null when all of them were added up
   */
  public record LatencyKey(@Nullable Instant start, String first, String second) {}

  /** Durations by time bucket and the dimensions' values. */
  public Map<LatencyKey, LatencyHistogram> latency(
      TrafficFilter filter, Grouping grouping, Measure measure) {
    Map<LatencyKey, SortedMap<Integer, Long>> bins = new LinkedHashMap<>();
    Map<String, @Nullable Object> values = usageValues(filter, grouping);
    if (values.isEmpty()) {
      return Map.of();
    }
    values.put("measure", measure.label());
    readers.query(
        "usage_latency",
        values,
        row ->
            bins.computeIfAbsent(
                    new LatencyKey(
                        Rows.instantOrNull(row, "start"),
                        row.getString("first_name"),
                        row.getString("second_name")),
                    key -> new TreeMap<>())
                .put(row.getInt("bin"), row.getLong("n")));
    return histograms(bins);
  }

  private Map<String, @Nullable Object> usageValues(TrafficFilter filter, Grouping grouping) {
    State state = reach();
    if (state == null) {
      return Map.of();
    }
    refuseUnknown(filter, state);
    if (!grouping.tag().isEmpty()) {
      refuseUnknown(grouping.tag(), state);
    }
    Map<String, @Nullable Object> values = new HashMap<>(filter.sqlValues());
    values.putAll(range(filter, state, grouping.width()).sqlValues());
    values.put("width_us", micros(grouping.width()));
    values.put("first", grouping.first().label());
    values.put("second", grouping.second().label());
    values.put("tag", grouping.tag());
    return values;
  }

  /**
   * Decisions under some rules, by function, then in time order.
   *
   * @param rules of which decisions are meant; the filter may narrow them to one function
   */
  public List<DecisionSums> decisions(
      TrafficFilter filter, Collection<RewardRule> rules, DecisionGrouping grouping) {
    State state = reach();
    if (state == null) {
      return List.of();
    }
    refuseUnknown(filter, state);
    Map<String, @Nullable Object> values = new HashMap<>(filter.sqlValues());
    values.remove("function");
    values.putAll(range(filter, state, grouping.width()).sqlValues());
    putGrouping(values, filter, rules, grouping);
    return readers.query("decision_grouped", values, Rows::decisions);
  }

  /**
   * The same from the statistics, which have buckets of ten seconds for a day, but know neither keys,
   * tags, generations, models, lanes as such nor weights.
   *
   * @throws IllegalArgumentException if the filter asks for one of them
   */
  public List<DecisionSums> youngDecisions(
      TrafficFilter filter, Collection<RewardRule> rules, DecisionGrouping grouping) {
    if (!filter.isPlain()) {
      throw new IllegalArgumentException(
          "the statistics know no key, team, tag, generation or model: " + filter);
    }
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("from", filter.from());
    values.put("to", filter.to());
    values.put("segment", filter.segment());
    values.put("variant", filter.variant());
    values.put("lane", filter.lane());
    putGrouping(values, filter, rules, grouping);
    return readers.query("statistics_grouped", values, Rows::decisions);
  }

  private static void putGrouping(
      Map<String, @Nullable Object> values,
      TrafficFilter filter,
      Collection<RewardRule> rules,
      DecisionGrouping grouping) {
    values.put(
        "rules",
        rules.stream()
            .filter(
                rule ->
                    filter.functionName() == null
                        || rule.functionName().equals(filter.functionName()))
            .map(rule -> rule.functionName() + RollupTags.SEPARATOR + rule.metric())
            .collect(Collectors.joining(TrafficFilter.WITHIN_A_TAG)));
    values.put("width_us", micros(grouping.width()));
    values.put("by_segment", grouping.segment());
    values.put("by_lane", grouping.lane());
    values.put("by_generation", grouping.generation());
  }

  /**
   * Feedback by the time it was received.
   *
   * @param metric null for all
   * @param source null for all
   * @param width length of a bucket of time, null to add all up
   */
  public List<FeedbackSums> feedback(
      TrafficFilter filter,
      @Nullable String metric,
      @Nullable String source,
      @Nullable Duration width) {
    Map<String, @Nullable Object> values = feedbackValues(filter, metric, source, width);
    if (values.isEmpty()) {
      return List.of();
    }
    values.put("width_us", micros(width));
    return readers.query(
        "feedback_grouped",
        values,
        row ->
            new FeedbackSums(
                Rows.instantOrNull(row, "start"),
                row.getString("function_name"),
                row.getString("metric_name"),
                row.getString("source"),
                row.getString("target_type"),
                row.getString("status"),
                row.getLong("feedbacks")));
  }

  /** How long after what it is about feedback comes. */
  public LatencyHistogram feedbackDelay(
      TrafficFilter filter, @Nullable String metric, @Nullable String source) {
    Map<String, @Nullable Object> values = feedbackValues(filter, metric, source, null);
    SortedMap<Integer, Long> bins = new TreeMap<>();
    if (!values.isEmpty()) {
      readers.query("feedback_delay", values, row -> bins.put(row.getInt("bin"), row.getLong("n")));
    }
    return new LatencyHistogram(bins);
  }

  private Map<String, @Nullable Object> feedbackValues(
      TrafficFilter filter,
      @Nullable String metric,
      @Nullable String source,
      @Nullable Duration width) {
    State state = reach();
    if (state == null) {
      return Map.of();
    }
    Map<String, @Nullable Object> values = new HashMap<>(range(filter, state, width).sqlValues());
    values.put("function", filter.functionName());
    values.put("metric", metric);
    values.put("source", source);
    return values;
  }

  /**
   * Provider calls by provider and model.
   *
   * @param provider null for all
   * @param width length of a bucket of time, null to add all up
   */
  public List<AttemptSums> attempts(
      TrafficFilter filter, @Nullable String provider, @Nullable Duration width) {
    Map<String, @Nullable Object> values = attemptValues(filter, provider, width);
    if (values.isEmpty()) {
      return List.of();
    }
    values.put("width_us", micros(width));
    return readers.query(
        "attempt_grouped",
        values,
        row ->
            new AttemptSums(
                Rows.instantOrNull(row, "start"),
                row.getString("provider"),
                row.getString("model"),
                row.getLong("attempts"),
                row.getLong("failed"),
                row.getLong("rate_limited"),
                row.getLong("timeouts"),
                row.getLong("retries"),
                row.getLong("cost_nanos"),
                row.getLong("cost_count")));
  }

  /** A model at a provider. */
  public record Deployment(String provider, String model) {}

  /** How long provider calls take; of {@link Measure} what is not the first token is the whole. */
  public Map<Deployment, LatencyHistogram> attemptLatency(
      TrafficFilter filter, @Nullable String provider, Measure measure) {
    Map<String, @Nullable Object> values = attemptValues(filter, provider, null);
    if (values.isEmpty()) {
      return Map.of();
    }
    values.put("measure", measure == Measure.FIRST_TOKEN ? "first_token" : "duration");
    Map<Deployment, SortedMap<Integer, Long>> bins = new LinkedHashMap<>();
    readers.query(
        "attempt_latency",
        values,
        row ->
            bins.computeIfAbsent(
                    new Deployment(row.getString("provider"), row.getString("model")),
                    key -> new TreeMap<>())
                .put(row.getInt("bin"), row.getLong("n")));
    return histograms(bins);
  }

  private Map<String, @Nullable Object> attemptValues(
      TrafficFilter filter, @Nullable String provider, @Nullable Duration width) {
    State state = reach();
    if (state == null) {
      return Map.of();
    }
    Map<String, @Nullable Object> values = new HashMap<>(range(filter, state, width).sqlValues());
    values.put("function", filter.functionName());
    values.put("variant", filter.variant());
    values.put("model", filter.model());
    values.put("provider", provider);
    return values;
  }

  private static <K> Map<K, LatencyHistogram> histograms(Map<K, SortedMap<Integer, Long>> bins) {
    Map<K, LatencyHistogram> histograms = new LinkedHashMap<>();
    bins.forEach((key, counts) -> histograms.put(key, new LatencyHistogram(counts)));
    return histograms;
  }

  private static RollupRange range(TrafficFilter filter, State state, @Nullable Duration width) {
    Grain longest = Grain.DAY;
    if (width != null && width.toSeconds() % Grain.DAY.length().toSeconds() != 0) {
      longest =
          width.toSeconds() % Grain.HOUR.length().toSeconds() == 0 ? Grain.HOUR : Grain.MINUTE;
      if (width.toSeconds() % Grain.MINUTE.length().toSeconds() != 0) {
        throw new IllegalArgumentException("a bucket must be a whole number of minutes: " + width);
      }
    }
    return RollupRange.of(filter.from(), filter.to(), state.asOf(), longest);
  }

  private static void refuseUnknown(TrafficFilter filter, State state) {
    filter.tags().keySet().forEach(tag -> refuseUnknown(tag, state));
  }

  private static void refuseUnknown(String tag, State state) {
    if (!state.tags().names().contains(tag)) {
      throw new IllegalArgumentException(
          "the figures do not tell tag %s apart; name it in store.rollup_tags (now %s) and restart"
              .formatted(tag, state.tags().names()));
    }
  }

  private static long micros(@Nullable Duration width) {
    return width == null ? 0 : width.toMillis() * 1_000;
  }
}
