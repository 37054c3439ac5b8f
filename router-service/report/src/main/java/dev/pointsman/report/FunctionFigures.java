package dev.pointsman.report;

import dev.pointsman.analysis.AllocationTest;
import dev.pointsman.analysis.AsymptoticConfidenceSequence;
import dev.pointsman.eventstore.DecisionSums;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Figures of one function, folded from sums over its decisions. */
final class FunctionFigures {

  static final double ALPHA = 0.05;

  private final Sources sources;
  private final List<String> variants;

  /**
   * What figures are made of.
   *
   * @param all sums over the range, by segment, lane and variant
   * @param matured the same over its matured part: quality counts matured decisions only
   * @param overTime sums by bucket, lane and variant
   * @param lanes the same of the lanes as such: rows without a variant
   * @param weighted sums of weights over the matured part
   * @param maturedUntil decisions before this moment have had their whole attribution window
   * @param width the length of a bucket
   */
  record Sources(
      List<DecisionSums> all,
      List<DecisionSums> matured,
      List<DecisionSums> overTime,
      List<DecisionSums> lanes,
      List<DecisionSums> weighted,
      Instant maturedUntil,
      Duration width) {

    Sources {
      all = ofVariants(all);
      matured = ofVariants(matured);
      overTime =
          ofVariants(overTime).stream()
              .sorted(Comparator.comparing(FunctionFigures::start))
              .toList();
      lanes = lanes.stream().filter(row -> row.variant().isEmpty()).toList();
      weighted = ofVariants(weighted);
    }

    private static List<DecisionSums> ofVariants(List<DecisionSums> rows) {
      return rows.stream().filter(row -> !row.variant().isEmpty()).toList();
    }
  }

  /**
   * Figures of some sums.
   *
   * @param known variants that are listed even without a row
   */
  FunctionFigures(Sources sources, Iterable<String> known) {
    this.sources = sources;
    TreeSet<String> names = new TreeSet<>();
    known.forEach(names::add);
    sources.all().forEach(row -> names.add(row.variant()));
    sources.overTime().forEach(row -> names.add(row.variant()));
    this.variants = List.copyOf(names);
  }

  private static Instant start(DecisionSums row) {
    return Objects.requireNonNull(row.start());
  }

  List<String> variants() {
    return variants;
  }

  long sum(Predicate<DecisionSums> which, ToLongFunction<DecisionSums> what) {
    return sources.all().stream().filter(which).mapToLong(what).sum();
  }

  /** The same over matured decisions. */
  long maturedSum(Predicate<DecisionSums> which, ToLongFunction<DecisionSums> what) {
    return sources.matured().stream().filter(which).mapToLong(what).sum();
  }

  /** Σ of a variant's propensities over all decisions. */
  double expectedPulls(String variant) {
    return sources.all().stream()
        .filter(row -> row.variant().equals(variant))
        .mapToDouble(DecisionSums::expectedPulls)
        .sum();
  }

  /** Mean quality of the matured decisions among some rows. */
  Estimate quality(Predicate<DecisionSums> which) {
    Sums sums = new Sums();
    sources.matured().stream().filter(which).forEach(sums::add);
    return sums.estimate();
  }

  /**
   * Mean quality a variant would have on all traffic: its mean in each segment, weighted by the
   * segment's share of decisions. Known only when the variant has feedback in every segment.
   */
  Estimate standardisedQuality(String variant) {
    Map<String, Sums> bySegment = new TreeMap<>();
    Map<String, Long> decisions = new HashMap<>();
    long all = 0;
    for (DecisionSums row : sources.matured()) {
      decisions.merge(segment(row), row.pulls(), Long::sum);
      all += row.pulls();
      if (row.variant().equals(variant)) {
        bySegment.computeIfAbsent(segment(row), s -> new Sums()).add(row);
      }
    }
    double mean = 0;
    double squaredError = 0;
    long n = 0;
    for (Map.Entry<String, Long> segment : decisions.entrySet()) {
      double share = (double) segment.getValue() / all;
      if (share == 0) {
        continue;
      }
      Sums sums = bySegment.get(segment.getKey());
      if (sums == null || sums.n == 0) {
        return Estimate.NONE;
      }
      mean += share * sums.mean();
      squaredError += share * share * sums.variance() / sums.n;
      n += sums.n;
    }
    return n == 0 ? Estimate.NONE : around(mean, Math.sqrt(squaredError), n);
  }

  /**
   * Mean quality a variant would have on all traffic, each rewarded decision weighted by one over
   * its propensity.
   */
  Estimate weightedQuality(String variant) {
    for (DecisionSums row : sources.weighted()) {
      if (row.variant().equals(variant) && row.weightSum() > 0) {
        return around(row.weightedReward(), row.weightedRewardError(), row.feedbacks());
      }
    }
    return Estimate.NONE;
  }

  private static Estimate around(double mean, double error, long n) {
    AsymptoticConfidenceSequence.Bounds bounds =
        AsymptoticConfidenceSequence.around(mean, error, (double) n, ALPHA, 1_000);
    return new Estimate(
        mean, Math.clamp(bounds.lower(), 0, 1), Math.clamp(bounds.upper(), 0, 1), n);
  }

  /** Dollars per thousand inferences with a known cost, among some rows; null without any. */
  @Nullable Double dollarsPerThousand(Predicate<DecisionSums> which) {
    long count = sum(which, DecisionSums::costCount);
    return count == 0 ? null : sum(which, DecisionSums::costNanos) / 1e9 / count * 1_000;
  }

  /** Served and intended share per bucket. */
  ShareSeries shares(Instant now) {
    SortedMap<Instant, double[][]> byBucket = new TreeMap<>();
    SortedMap<Instant, Long> decisions = new TreeMap<>();
    for (DecisionSums row : sources.overTime()) {
      double[][] sums = byBucket.computeIfAbsent(start(row), s -> new double[2][variants.size()]);
      int variant = variants.indexOf(row.variant());
      sums[0][variant] += row.served();
      sums[1][variant] += row.expectedPulls();
      decisions.merge(start(row), row.pulls(), Long::sum);
    }
    double[][] served = new double[byBucket.size()][];
    double[][] intended = new double[byBucket.size()][];
    int at = 0;
    for (double[][] sums : byBucket.values()) {
      served[at] = shares(sums[0]);
      intended[at] = shares(sums[1]);
      at++;
    }
    List<Instant> starts = List.copyOf(byBucket.keySet());
    boolean open = !starts.isEmpty() && starts.getLast().plus(sources.width()).isAfter(now);
    return new ShareSeries(
        starts,
        sources.width(),
        variants,
        served,
        intended,
        decisions.values().stream().mapToLong(Long::longValue).toArray(),
        open);
  }

  /** Cumulative quality per lane; the last point is that of all matured decisions. */
  List<QualitySeries> qualityByLane(List<String> lanes) {
    List<QualitySeries> all = new ArrayList<>();
    for (String lane : lanes) {
      Sums sums = new Sums();
      Map<Instant, Estimate> after = new LinkedHashMap<>();
      for (DecisionSums row : sources.overTime()) {
        Instant end = start(row).plus(sources.width());
        if (lane.equals(row.lane()) && !end.isAfter(sources.maturedUntil())) {
          sums.add(row);
          if (sums.n > 0) {
            after.put(end, sums.estimate());
          }
        }
      }
      Estimate whole = quality(row -> lane.equals(row.lane()));
      if (whole.n() > sums.n) {
        after.put(sources.maturedUntil(), whole);
      }
      List<QualitySeries.Point> points = new ArrayList<>();
      after.forEach((at, estimate) -> points.add(new QualitySeries.Point(at, estimate)));
      all.add(new QualitySeries(lane, points));
    }
    return all;
  }

  /** The always-valid allocation test of a variant, by its worst moment. */
  AllocationTest.Result allocation(String variant) {
    Allocation allocation = new Allocation();
    for (DecisionSums row : sources.overTime()) {
      allocation.reach(start(row));
      if (row.variant().equals(variant)) {
        allocation.add(row.pulls(), row.expectedPulls(), row.pullVariance());
      }
    }
    return allocation.worst();
  }

  /** The same of the lanes, by name. */
  SortedMap<String, AllocationTest.Result> laneAllocation() {
    SortedMap<String, Allocation> byLane = new TreeMap<>();
    sources.lanes().stream()
        .sorted(Comparator.comparing(FunctionFigures::start))
        .forEach(
            row -> {
              Allocation allocation =
                  byLane.computeIfAbsent(Objects.requireNonNull(row.lane()), l -> new Allocation());
              allocation.reach(start(row));
              allocation.add(row.laneDraws(), row.expectedLaneDraws(), row.laneVariance());
            });
    SortedMap<String, AllocationTest.Result> results = new TreeMap<>();
    byLane.forEach((lane, allocation) -> results.put(lane, allocation.worst()));
    return results;
  }

  /** Matured decisions among some rows, and how many of them have feedback, filled ones not. */
  long[] coverage(Predicate<DecisionSums> which) {
    return new long[] {
      maturedSum(which, DecisionSums::pulls),
      maturedSum(which, row -> row.feedbacks() - row.filled())
    };
  }

  /**
   * Whether feedback on a variant's answers comes as often as on all in the same segments: a variant
   * that serves where people say little is not one whose feedback is missing, nor is one that fails
   * more. Where rows are not told by segment all are one.
   */
  AllocationTest.Result feedback(String variant) {
    Map<String, long[]> all = new TreeMap<>();
    Map<String, long[]> own = new TreeMap<>();
    for (DecisionSums row : sources.matured()) {
      long given = row.feedbacks() - row.filled();
      long asked = row.pulls() - Math.min(row.failed(), row.pulls() - given);
      add(all, row, asked, given);
      if (row.variant().equals(variant)) {
        add(own, row, asked, given);
      }
    }
    double answered = 0;
    double expected = 0;
    double variance = 0;
    for (Map.Entry<String, long[]> cell : own.entrySet()) {
      long[] segment = Objects.requireNonNull(all.get(cell.getKey()));
      double rate = segment[0] == 0 ? 0 : (double) segment[1] / segment[0];
      answered += cell.getValue()[1];
      expected += cell.getValue()[0] * rate;
      variance += cell.getValue()[0] * rate * (1 - rate);
    }
    return AllocationTest.ofSums(answered, expected, variance);
  }

  private static void add(Map<String, long[]> sums, DecisionSums row, long asked, long given) {
    long[] sum = sums.computeIfAbsent(segment(row), s -> new long[2]);
    sum[0] += asked;
    sum[1] += given;
  }

  /** Whether the rows are told by segment. */
  boolean isBySegment() {
    return sources.matured().stream().anyMatch(row -> row.segment() != null);
  }

  /** Segments by decisions, most first. */
  List<String> segments() {
    Map<String, Long> decisions = new TreeMap<>();
    sources.all().forEach(row -> decisions.merge(segment(row), row.pulls(), Long::sum));
    return decisions.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static String segment(DecisionSums row) {
    return Objects.requireNonNullElse(row.segment(), "");
  }

  private static double[] shares(double[] sums) {
    double total = 0;
    for (double sum : sums) {
      total += sum;
    }
    double[] shares = new double[sums.length];
    for (int i = 0; i < sums.length; i++) {
      shares[i] = total == 0 ? Double.NaN : sums[i] / total;
    }
    return shares;
  }

  /** A test by sums that is looked at after every bucket. */
  private static final class Allocation {
    private double chosen;
    private double expected;
    private double variance;
    private AllocationTest.Result worst = AllocationTest.ofSums(0, 0, 0);
    private @Nullable Instant bucket;

    void reach(Instant start) {
      if (!start.equals(bucket)) {
        look();
        bucket = start;
      }
    }

    void add(double pulls, double expectedPulls, double pullVariance) {
      chosen += pulls;
      expected += expectedPulls;
      variance += pullVariance;
    }

    AllocationTest.Result worst() {
      look();
      return worst;
    }

    private void look() {
      AllocationTest.Result now = AllocationTest.ofSums(chosen, expected, variance);
      worst = now.p() < worst.p() ? now : worst;
    }
  }

  /** Running sums of rewards. */
  private static final class Sums {
    private long n;
    private double sum;
    private double squares;

    void add(DecisionSums row) {
      n += row.feedbacks();
      sum += row.rewardSum();
      squares += row.rewardSumSquares();
    }

    double mean() {
      return sum / n;
    }

    double variance() {
      return Math.max(1e-4, squares / n - mean() * mean());
    }

    Estimate estimate() {
      if (n == 0) {
        return Estimate.NONE;
      }
      double margin = AsymptoticConfidenceSequence.margin(variance(), (double) n, ALPHA);
      return new Estimate(
          mean(), Math.clamp(mean() - margin, 0, 1), Math.clamp(mean() + margin, 0, 1), n);
    }
  }
}
