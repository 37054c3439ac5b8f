package dev.pointsman.report;

import dev.pointsman.analysis.AllocationTest;
import dev.pointsman.analysis.AsymptoticConfidenceSequence;
import dev.pointsman.eventstore.StatisticsRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Figures of one function, folded from its statistics rows. Quality counts matured decisions only:
 * those whose whole bucket is older than the attribution window.
 */
final class FunctionFigures {

  static final double ALPHA = 0.05;
  private static final int MOST_BUCKETS = 60;

  private final List<StatisticsRow> rows;
  private final Instant maturedBefore;
  private final List<String> variants;

  /**
   * Figures of some rows.
   *
   * @param rows rows of one function, any order
   * @param now the time that maturity is judged at
   * @param attributionWindow how long feedback may take
   * @param known variants that are listed even without a row
   */
  FunctionFigures(
      List<StatisticsRow> rows, Instant now, Duration attributionWindow, Iterable<String> known) {
    this.rows = rows.stream().sorted(Comparator.comparing(StatisticsRow::bucket)).toList();
    this.maturedBefore = now.minus(attributionWindow).minus(StatisticsRow.BUCKET);
    TreeSet<String> names = new TreeSet<>();
    known.forEach(names::add);
    rows.forEach(row -> names.add(row.variant()));
    this.variants = List.copyOf(names);
  }

  /** Decisions before this moment have had their whole attribution window. */
  Instant maturedUntil() {
    return maturedBefore.plus(StatisticsRow.BUCKET);
  }

  /** Since when there were about so many decisions, {@code earliest} if fewer. */
  Instant sinceLast(long decisions, Instant earliest) {
    long pulls = 0;
    for (StatisticsRow row : rows.reversed()) {
      pulls += row.pulls();
      if (pulls >= decisions) {
        return row.bucket().isBefore(earliest) ? earliest : row.bucket();
      }
    }
    return earliest;
  }

  List<String> variants() {
    return variants;
  }

  boolean matured(StatisticsRow row) {
    return !row.bucket().isAfter(maturedBefore);
  }

  long sum(Predicate<StatisticsRow> which, ToLongFunction<StatisticsRow> what) {
    return rows.stream().filter(which).mapToLong(what).sum();
  }

  /** Σ of a variant's propensities over all decisions. */
  double expectedPulls(String variant) {
    return rows.stream()
        .filter(row -> row.variant().equals(variant))
        .mapToDouble(StatisticsRow::expectedPulls)
        .sum();
  }

  /** Mean quality of the matured decisions among some rows. */
  Estimate quality(Predicate<StatisticsRow> which) {
    Sums sums = new Sums();
    rows.stream().filter(which).filter(this::matured).forEach(sums::add);
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
    for (StatisticsRow row : rows) {
      if (!matured(row)) {
        continue;
      }
      decisions.merge(row.segment(), row.pulls(), Long::sum);
      all += row.pulls();
      if (row.variant().equals(variant)) {
        bySegment.computeIfAbsent(row.segment(), s -> new Sums()).add(row);
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
    if (n == 0) {
      return Estimate.NONE;
    }
    AsymptoticConfidenceSequence.Bounds bounds =
        AsymptoticConfidenceSequence.around(
            mean, Math.sqrt(squaredError), (double) n, ALPHA, 1_000);
    return new Estimate(
        mean, Math.clamp(bounds.lower(), 0, 1), Math.clamp(bounds.upper(), 0, 1), n);
  }

  /** Dollars per thousand inferences with a known cost, among some rows; null without any. */
  @Nullable Double dollarsPerThousand(Predicate<StatisticsRow> which) {
    long count = sum(which, StatisticsRow::costCount);
    return count == 0 ? null : sum(which, StatisticsRow::costNanos) / 1e9 / count * 1_000;
  }

  /** Served and intended share per bucket, in at most {@value #MOST_BUCKETS} buckets. */
  ShareSeries shares(FunctionReport.Range range, Instant now) {
    Duration bucket = bucketLength(range);
    SortedMap<Instant, double[][]> byBucket = new TreeMap<>();
    SortedMap<Instant, Long> decisions = new TreeMap<>();
    for (StatisticsRow row : rows) {
      Instant start = startOf(row.bucket(), bucket);
      double[][] sums = byBucket.computeIfAbsent(start, s -> new double[2][variants.size()]);
      int variant = variants.indexOf(row.variant());
      sums[0][variant] += row.served();
      sums[1][variant] += row.expectedPulls();
      decisions.merge(start, row.pulls(), Long::sum);
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
    boolean open = !starts.isEmpty() && starts.getLast().plus(bucket).isAfter(now);
    return new ShareSeries(
        starts,
        bucket,
        variants,
        served,
        intended,
        decisions.values().stream().mapToLong(Long::longValue).toArray(),
        open);
  }

  /** Cumulative quality per lane. */
  List<QualitySeries> qualityByLane(FunctionReport.Range range, List<String> lanes) {
    Duration bucket = bucketLength(range);
    List<QualitySeries> all = new ArrayList<>();
    for (String lane : lanes) {
      Sums sums = new Sums();
      Map<Instant, Estimate> after = new LinkedHashMap<>();
      for (StatisticsRow row : rows) {
        if (row.lane().equals(lane) && matured(row)) {
          sums.add(row);
          if (sums.n > 0) {
            after.put(startOf(row.bucket(), bucket).plus(bucket), sums.estimate());
          }
        }
      }
      List<QualitySeries.Point> points = new ArrayList<>();
      after.forEach((at, estimate) -> points.add(new QualitySeries.Point(at, estimate)));
      all.add(new QualitySeries(lane, points));
    }
    return all;
  }

  /** The always-valid allocation test of a variant over these rows, by its worst moment. */
  AllocationTest.Result allocation(String variant) {
    double chosen = 0;
    double expected = 0;
    double variance = 0;
    AllocationTest.Result worst = AllocationTest.ofSums(0, 0, 0);
    int last = rows.size() - 1;
    for (int i = 0; i <= last; i++) {
      StatisticsRow row = rows.get(i);
      if (row.variant().equals(variant)) {
        chosen += row.pulls();
        expected += row.expectedPulls();
        variance += row.pullVariance();
      }
      if (i == last || !rows.get(i + 1).bucket().equals(row.bucket())) {
        AllocationTest.Result now = AllocationTest.ofSums(chosen, expected, variance);
        worst = now.p() < worst.p() ? now : worst;
      }
    }
    return worst;
  }

  /** Matured decisions among some rows, and how many of them have feedback, filled ones not. */
  long[] coverage(Predicate<StatisticsRow> which) {
    return new long[] {
      sum(which.and(this::matured), StatisticsRow::pulls),
      sum(which.and(this::matured), row -> row.feedbacks() - row.filled())
    };
  }

  /** Segments by decisions, most first. */
  List<String> segments() {
    Map<String, Long> decisions = new TreeMap<>();
    rows.forEach(row -> decisions.merge(row.segment(), row.pulls(), Long::sum));
    return decisions.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static Duration bucketLength(FunctionReport.Range range) {
    long seconds = Duration.between(range.from(), range.to()).toSeconds();
    long step = StatisticsRow.BUCKET.toSeconds();
    return Duration.ofSeconds(Math.max(1, Math.ceilDiv(seconds, MOST_BUCKETS * step)) * step);
  }

  private static Instant startOf(Instant time, Duration bucket) {
    long seconds = time.getEpochSecond();
    return Instant.ofEpochSecond(seconds - Math.floorMod(seconds, bucket.toSeconds()));
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

  /** Running sums of rewards. */
  private static final class Sums {
    private long n;
    private double sum;
    private double squares;

    void add(StatisticsRow row) {
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
