package dev.pointsman.trainer;

import dev.pointsman.analysis.CategoryShift;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.IdSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether the requests of a function are still those that it learnt from: their segments, and
 * their sizes in input tokens by powers of two. Each new decision is compared with one of up to
 * {@value #MOST_BEFORE} earlier ones by a {@link CategoryShift}; when these are used up, the new ones
 * take their place.
 *
 * <p>An alarm needs both a shift that chance does not explain, at a level of {@value #LEVEL} that
 * holds at every look of a stretch, and one that is worth telling, a stability index of at least
 * {@value #LEAST_INDEX}. It is logged as a change about the object {@code features segment} or {@code
 * features input_tokens}; nothing that was learnt is thrown away, for a mean of a segment stays true
 * when the segment is asked for more often. After an alarm the comparison begins anew, and so it does
 * at a start of the process, from where each look goes a stretch further back until it has enough to
 * compare with. Not safe for concurrent use.
 */
final class FeatureWatch {

  /** The most earlier decisions that are compared with. */
  static final int MOST_BEFORE = 2_000;

  /** Fewer are not compared with. */
  static final int LEAST_BEFORE = 500;

  static final double LEVEL = 0.001;
  static final double LEAST_INDEX = 0.1;

  private static final String ACTOR = "trainer";
  private static final int CATEGORIES = 16;

  /** The last so long of a busy function has enough; stretches before it are longer and longer. */
  private static final Duration FIRST_STRETCH = Duration.ofMinutes(30);

  private static final int LONGER = 4;

  /** Earlier ones are not sought. */
  private static final Duration FURTHEST = Duration.ofDays(30);

  /** How long after its start a decision is in the store. */
  private static final Duration DRAINED = Duration.ofSeconds(30);

  private final EventStore store;
  private final Consumer<Event> log;
  private final IdSource ids;
  private final Map<String, Watched> watched = new TreeMap<>();

  /** What is looked at. */
  private enum Measure {
    SEGMENT("segment"),
    INPUT_TOKENS("input_tokens");

    private final String label;

    Measure(String label) {
      this.label = label;
    }

    /** Among a fixed number of categories, whatever comes. */
    int category(Seen seen) {
      return switch (this) {
        // By hash: which segments share a category must not hang on what was seen.
        case SEGMENT -> (seen.segment().hashCode() * 0x9E3779B9) >>> 28;
        case INPUT_TOKENS ->
            Math.min(CATEGORIES - 1, 32 - Integer.numberOfLeadingZeros(seen.tokens()));
      };
    }

    String value(Seen seen) {
      if (this == SEGMENT) {
        return "\"" + seen.segment() + "\"";
      }
      int power = 32 - Integer.numberOfLeadingZeros(seen.tokens());
      return power == 0 ? "0" : "%d to %d".formatted(1L << (power - 1), (1L << power) - 1);
    }
  }

  /** What is kept of a decision. */
  private record Seen(UUID id, String segment, int tokens) {}

  /** What was seen of one function. */
  private static final class Watched {
    private Instant from;

    /** Decisions to compare with are sought before this moment; null when that is over. */
    private @Nullable Instant sought;

    private Duration stretch = FIRST_STRETCH;
    private List<Seen> before = new ArrayList<>();
    private List<Seen> since = new ArrayList<>();
    private final Map<Measure, CategoryShift> shifts = new TreeMap<>();

    Watched(Instant from) {
      this.from = from;
      this.sought = from;
    }

    /** Compares with those from now on, in an order that does not hang on time. */
    void compareWith(List<Seen> earlier) {
      before = new ArrayList<>(earlier);
      before.sort(Comparator.comparingLong(seen -> seen.id().getLeastSignificantBits()));
      since = new ArrayList<>();
      shifts.clear();
      for (Measure measure : Measure.values()) {
        shifts.put(measure, new CategoryShift(CATEGORIES));
      }
    }
  }

  FeatureWatch(EventStore store, Consumer<Event> log, IdSource ids) {
    this.store = store;
    this.log = log;
    this.ids = ids;
  }

  /** Forgets the functions that are not among these. */
  void retain(Iterable<String> functions) {
    TreeSet<String> kept = new TreeSet<>();
    functions.forEach(kept::add);
    watched.keySet().retainAll(kept);
  }

  /** Looks at what came since the last look. */
  void look(RewardRule rule, Instant now, Slices slices) {
    String function = rule.functionName();
    Instant until = now.minus(DRAINED);
    Watched own = watched.computeIfAbsent(function, f -> new Watched(until));
    if (own.sought != null) {
      lookBack(function, own, own.sought, slices);
      return;
    }
    Instant end = own.from.isBefore(until) ? slices.end(function, own.from, until) : null;
    if (end == null) {
      return;
    }
    List<Seen> came = read(function, own.from, end, slices);
    own.from = end;
    for (Seen seen : came) {
      take(function, own, seen, now);
    }
  }

  /** Reads one stretch; what comes meanwhile waits, and so does what of a busy one did not fit. */
  private void lookBack(String function, Watched own, Instant to, Slices slices) {
    Instant begin = to.minus(own.stretch);
    Instant end = slices.end(function, begin, to);
    if (end == null) {
      return;
    }
    List<Seen> earlier = read(function, begin, end, slices);
    earlier.addAll(own.before);
    own.before = earlier.subList(Math.max(0, earlier.size() - MOST_BEFORE), earlier.size());
    own.from = to.equals(own.from) ? end : own.from;
    own.sought = begin;
    own.stretch = Slices.bounded(own.stretch.multipliedBy(LONGER));
    if (own.before.size() == MOST_BEFORE || begin.isBefore(own.from.minus(FURTHEST))) {
      own.compareWith(own.before);
      own.sought = null;
    }
  }

  private List<Seen> read(String function, Instant from, Instant to, Slices slices) {
    List<Seen> read = new ArrayList<>();
    store
        .functions()
        .requests(
            function,
            from,
            to,
            (id, segment, tokens) -> {
              Seen seen = seen(id, segment, tokens);
              if (seen != null) {
                read.add(seen);
              }
            });
    slices.read(read.size());
    return read;
  }

  private void take(String function, Watched own, Seen seen, Instant now) {
    if (own.since.isEmpty() && own.before.size() < LEAST_BEFORE) {
      own.before.add(seen);
      if (own.before.size() == LEAST_BEFORE) {
        own.compareWith(own.before);
      }
      return;
    }
    Seen earlier = own.before.get(own.since.size());
    own.since.add(seen);
    boolean alarmed = false;
    for (Map.Entry<Measure, CategoryShift> entry : own.shifts.entrySet()) {
      Measure measure = entry.getKey();
      CategoryShift shift = entry.getValue();
      shift.accept(measure.category(earlier), measure.category(seen));
      if (shift.pValue() <= LEVEL && shift.stabilityIndex() >= LEAST_INDEX) {
        log.accept(change(function, own, measure, shift, now));
        alarmed = true;
      }
    }
    if (alarmed) {
      own.compareWith(List.of());
    } else if (own.since.size() == own.before.size()) {
      own.compareWith(own.since);
    }
  }

  private ChangeEvent change(
      String function, Watched own, Measure measure, CategoryShift shift, Instant now) {
    int pairs = own.since.size();
    Map<String, Integer> before = counts(own.before.subList(0, pairs), measure);
    Map<String, Integer> since = counts(own.since, measure);
    TreeSet<String> values = new TreeSet<>(before.keySet());
    values.addAll(since.keySet());
    String moved = values.first();
    for (String value : values) {
      moved =
          Math.abs(difference(before, since, value)) > Math.abs(difference(before, since, moved))
              ? value
              : moved;
    }
    double was = before.getOrDefault(moved, 0) / (double) pairs;
    double is = since.getOrDefault(moved, 0) / (double) pairs;
    String reason =
        String.format(
            Locale.ROOT,
            "Requests are others than before: %s %s makes up %.1f %% of the last %,d decisions,"
                + " %.1f %% of as many before them (stability index %.2f, p = %.2g at every look)."
                + " What was learnt stays; whether it still holds is for the alarms of quality and"
                + " the gate to say.",
            measure == Measure.SEGMENT ? "segment" : "a size in input tokens of",
            moved,
            100 * is,
            pairs,
            100 * was,
            shift.stabilityIndex(),
            shift.pValue());
    return new ChangeEvent(
        ids.at(now),
        now,
        ChangeEvent.Kind.POLICY,
        ACTOR,
        function,
        ChangeEvent.FEATURES + measure.label,
        "{\"share\":%s,\"decisions\":%d}".formatted(was, pairs),
        "{\"share\":%s,\"decisions\":%d,\"stability_index\":%s,\"p\":%s}"
            .formatted(is, pairs, shift.stabilityIndex(), shift.pValue()),
        reason);
  }

  private static int difference(
      Map<String, Integer> before, Map<String, Integer> since, String value) {
    return since.getOrDefault(value, 0) - before.getOrDefault(value, 0);
  }

  private static Map<String, Integer> counts(List<Seen> some, Measure measure) {
    Map<String, Integer> counts = new HashMap<>();
    for (Seen seen : some) {
      counts.merge(measure.value(seen), 1, Integer::sum);
    }
    return counts;
  }

  /** Null where it is not known how large the request was. */
  private static @Nullable Seen seen(UUID id, String segment, @Nullable String tokens) {
    try {
      return tokens == null ? null : new Seen(id, segment, Math.max(0, Integer.parseInt(tokens)));
    } catch (NumberFormatException unreadable) {
      return null;
    }
  }
}
