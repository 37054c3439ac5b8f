package dev.pointsman.eventstore;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Buckets of one length that must be computed again. They are worked off cluster by cluster, each of
 * which is asked for by its bounds as well: rows lie in the order of time, and what is outside the
 * bounds is never read.
 *
 * @param indexes their numbers, counted from 1970
 */
record DirtyBuckets(Grain grain, SortedSet<Long> indexes) {

  private static final int MOST_CLUSTERS = 4;

  /** A statement per cluster; a longer one would need more memory than it saves time. */
  private static final long LONGEST_SECONDS = 21_600;

  DirtyBuckets(Grain grain, Collection<Long> indexes) {
    this(grain, new TreeSet<>(indexes));
  }

  static DirtyBuckets none(Grain grain) {
    return new DirtyBuckets(grain, List.of());
  }

  /** Every bucket that overlaps [from, to). */
  static DirtyBuckets between(Grain grain, Instant from, Instant to) {
    SortedSet<Long> indexes = new TreeSet<>();
    for (Instant at = grain.floor(from); at.isBefore(to); at = at.plus(grain.length())) {
      indexes.add(grain.indexOf(at));
    }
    return new DirtyBuckets(grain, indexes);
  }

  boolean isEmpty() {
    return indexes.isEmpty();
  }

  /** The start of the day of the first of them; there must be one. */
  Instant firstDay() {
    return Grain.DAY.floor(grain.startOf(indexes.first()));
  }

  /** Whether the first of them starts before a time. */
  boolean startsBefore(Instant time) {
    return !indexes.isEmpty() && grain.startOf(indexes.first()).isBefore(time);
  }

  int size() {
    return indexes.size();
  }

  /** The buckets of another length that hold any of these. */
  DirtyBuckets in(Grain longer) {
    return new DirtyBuckets(
        longer,
        indexes.stream()
            .map(index -> longer.indexOf(grain.startOf(index)))
            .collect(Collectors.toCollection(TreeSet::new)));
  }

  /** All buckets of a shorter length that lie in these. */
  DirtyBuckets splitInto(Grain shorter) {
    long parts = grain.length().dividedBy(shorter.length());
    SortedSet<Long> split = new TreeSet<>();
    for (long index : indexes) {
      for (long part = 0; part < parts; part++) {
        split.add(index * parts + part);
      }
    }
    return new DirtyBuckets(shorter, split);
  }

  /** These and others. */
  DirtyBuckets and(DirtyBuckets others) {
    SortedSet<Long> all = new TreeSet<>(indexes);
    all.addAll(others.indexes);
    return new DirtyBuckets(grain, all);
  }

  /** Those that start in [from, to); null leaves a side open. */
  DirtyBuckets within(@Nullable Instant from, @Nullable Instant to) {
    SortedSet<Long> left = indexes;
    if (from != null) {
      left = left.tailSet(grain.indexOf(grain.ceil(from)));
    }
    if (to != null) {
      left = left.headSet(grain.indexOf(grain.ceil(to)));
    }
    return new DirtyBuckets(grain, left);
  }

  /** The parameters {@code from}, {@code to}, {@code width_us} and {@code buckets} per cluster. */
  List<Map<String, Object>> clusters() {
    List<Map<String, Object>> clusters = new ArrayList<>();
    long gap = widestGapToBridge();
    List<Long> cluster = new ArrayList<>();
    long longest = Math.max(1, LONGEST_SECONDS / grain.length().toSeconds());
    for (long index : indexes) {
      if (!cluster.isEmpty()
          && (index - cluster.getLast() > gap || index - cluster.getFirst() >= longest)) {
        clusters.add(parameters(cluster));
        cluster = new ArrayList<>();
      }
      cluster.add(index);
    }
    if (!cluster.isEmpty()) {
      clusters.add(parameters(cluster));
    }
    return clusters;
  }

  /**
   * These in parts that follow each other, each of at most so many decisions or a single bucket.
   *
   * @param decisions how many each bucket holds
   */
  List<DirtyBuckets> parts(Map<Long, Long> decisions, long most) {
    List<DirtyBuckets> parts = new ArrayList<>();
    List<Long> part = new ArrayList<>();
    long held = 0;
    for (long index : indexes) {
      long more = decisions.getOrDefault(index, 0L);
      if (!part.isEmpty() && held + more > most) {
        parts.add(new DirtyBuckets(grain, part));
        part.clear();
        held = 0;
      }
      part.add(index);
      held += more;
    }
    if (!part.isEmpty()) {
      parts.add(new DirtyBuckets(grain, part));
    }
    return parts;
  }

  /** All of them as one cluster, of {@link #clusters()}. */
  Map<String, Object> asCluster() {
    return parameters(List.copyOf(indexes));
  }

  /**
   * Which of the buckets from the first to the last of a cluster belong to it, a 1 or a 0 for each.
   *
   * @param cluster one of {@link #clusters()}
   */
  static String mask(Map<String, ?> cluster) {
    long[] indexes =
        Stream.of(String.valueOf(cluster.get("buckets")).split(","))
            .mapToLong(Long::parseLong)
            .toArray();
    char[] mask = new char[Math.toIntExact(indexes[indexes.length - 1] - indexes[0] + 1)];
    Arrays.fill(mask, '0');
    for (long index : indexes) {
      mask[(int) (index - indexes[0])] = '1';
    }
    return new String(mask);
  }

  /** The smallest distance that must be bridged so that few clusters are left. */
  private long widestGapToBridge() {
    List<Long> gaps = new ArrayList<>();
    Long before = null;
    for (long index : indexes) {
      if (before != null) {
        gaps.add(index - before);
      }
      before = index;
    }
    gaps.sort(null);
    return gaps.size() < MOST_CLUSTERS ? 1 : gaps.get(gaps.size() - MOST_CLUSTERS);
  }

  private Map<String, Object> parameters(List<Long> cluster) {
    Map<String, Object> values = new HashMap<>();
    values.put("from", grain.startOf(cluster.getFirst()));
    values.put("to", grain.startOf(cluster.getLast() + 1));
    values.put("width_us", grain.micros());
    values.put("buckets", cluster.stream().map(String::valueOf).collect(Collectors.joining(",")));
    return values;
  }
}
