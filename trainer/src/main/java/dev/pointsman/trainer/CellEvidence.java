package dev.pointsman.trainer;

import dev.pointsman.analysis.BernoulliGlr;
import dev.pointsman.analysis.PageHinkley;
import dev.pointsman.analysis.RecentDrop;
import dev.pointsman.eventstore.EvidenceRow;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.PolicyStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The evidence about one variant in one segment: its buckets in time order, and their sums. */
final class CellEvidence {

  /** A change in the mean reward. */
  record Shift(
      long changePointMillis,
      double meanBefore,
      double meanSquareBefore,
      double meanAfter,
      double countBefore,
      double countAfter) {}

  private final String segment;
  private final String variant;

  /** By start. */
  private final List<EvidenceBucket> buckets = new ArrayList<>();

  private @Nullable ChangeAlarm alarm;
  private @Nullable PriorCell prior;
  private long priorMillis;
  private boolean rewardsUnseen;

  /** Sums discounted to {@code sumsReference}; not valid while {@code sumsStale}. */
  private final Sums sums = new Sums();

  private long sumsReference;
  private boolean sumsStale = true;
  private PolicyStatistics.@Nullable Cell last;
  private double lastFactor;

  private long pulls;
  private long feedbacks;
  private long firstPullMillis;

  CellEvidence(String segment, String variant) {
    this.segment = segment;
    this.variant = variant;
  }

  boolean put(EvidenceRow row) {
    EvidenceBucket bucket = bucket(row.start().toEpochMilli());
    long rewardsBefore = bucket.rewards;
    double sumBefore = bucket.rewardSum;
    if (!bucket.set(row)) {
      return false;
    }
    rewardsUnseen |= bucket.rewards != rewardsBefore || bucket.rewardSum != sumBefore;
    sumsStale = true;
    return true;
  }

  void add(long startMillis, Consumer<EvidenceBucket> change) {
    EvidenceBucket bucket = bucket(startMillis);
    long rewardsBefore = bucket.rewards;
    change.accept(bucket);
    rewardsUnseen |= bucket.rewards != rewardsBefore;
    sumsStale = true;
  }

  /** Forgets the buckets from some time on, apart from those kept. */
  boolean keepOnly(long fromMillis, Set<Long> kept) {
    boolean removed =
        buckets.removeIf(
            bucket -> bucket.startMillis >= fromMillis && !kept.contains(bucket.startMillis));
    rewardsUnseen |= removed;
    sumsStale |= removed;
    return removed;
  }

  void resetBefore(ChangeAlarm newAlarm) {
    alarm = newAlarm;
    sumsStale = true;
  }

  /**
   * Sets what was known before any row.
   *
   * @param cell null for nothing
   * @param millis when it was taken in; it is discounted like a reward of then
   */
  void expect(@Nullable PriorCell cell, long millis) {
    prior = cell;
    priorMillis = millis;
    sumsStale = true;
  }

  /** How many of the rewards of the last {@link #statistics} were known before any row. */
  double priorWeight() {
    return sums.prior * lastFactor;
  }

  long pulls() {
    refreshCounts();
    return pulls;
  }

  long feedbacks() {
    refreshCounts();
    return feedbacks;
  }

  /** Start of the bucket of the first decision; the greatest long when there was none. */
  long firstPullMillis() {
    refreshCounts();
    return firstPullMillis;
  }

  long pullsSince(long millis) {
    long result = 0;
    for (int i = buckets.size() - 1; i >= 0 && buckets.get(i).startMillis >= millis; i--) {
      result += buckets.get(i).pulls;
    }
    return result;
  }

  /**
   * The evidence now, or null when there is none.
   *
   * @param reference the time that buckets are discounted to, at or before now
   * @param halfLifeMillis null for no discount
   * @param sinceReference the discount from now to the reference
   */
  PolicyStatistics.@Nullable Cell statistics(
      long reference, @Nullable Long halfLifeMillis, double sinceReference, long raisedFloorPulls) {
    boolean recomputed = sumsStale || sumsReference != reference;
    if (recomputed) {
      sum(reference, halfLifeMillis);
    }
    PolicyStatistics.Cell known = last;
    if (!recomputed
        && known != null
        && lastFactor == sinceReference
        && known.raisedFloorPulls() == raisedFloorPulls) {
      return known;
    }
    lastFactor = sinceReference;
    last = sums.cell(segment, variant, sinceReference, raisedFloorPulls);
    return last;
  }

  /** Looks for a change since the last alarm, if rewards came since the last look. */
  Optional<Shift> findShift(RewardRule.Type type) {
    if (!rewardsUnseen) {
      return Optional.empty();
    }
    rewardsUnseen = false;
    Series series = seriesSinceAlarm();
    return switch (type) {
      case BOOLEAN -> likelihoodShift(series);
      case FLOAT -> residualShift(series);
    };
  }

  /**
   * A change of either sign at any time, or a fall within the last few hundred rewards: a variant
   * that became worse is paid for with every decision, so a needless reset in 50,000 rewards is a
   * fair price for finding it in half the time.
   */
  private static Optional<Shift> likelihoodShift(Series series) {
    return BernoulliGlr.strongest(series.counts, series.sums, series.length)
        .filter(BernoulliGlr.Change::isAlarm)
        .or(() -> RecentDrop.find(series.counts, series.sums, series.length))
        .map(change -> series.shiftAt(change.split()));
  }

  /** Residuals to the running mean, in standard deviations, watched for a fall and for a rise. */
  private static Optional<Shift> residualShift(Series series) {
    double deviation = series.deviation();
    PageHinkley fall = new PageHinkley(PageHinkley.STANDARD_DELTA);
    PageHinkley rise = new PageHinkley(PageHinkley.STANDARD_DELTA);
    for (int i = 0; i < series.length; i++) {
      double scaled = series.sums[i] / deviation;
      fall.accept(series.counts[i], scaled);
      rise.accept(series.counts[i], -scaled);
    }
    return Math.max(fall.statistic(), rise.statistic()) > PageHinkley.STANDARD_THRESHOLD
        ? series.widestSplit().map(series::shiftAt)
        : Optional.empty();
  }

  private Series seriesSinceAlarm() {
    long from = alarm == null ? Long.MIN_VALUE : alarm.changePoint().toEpochMilli();
    Series series = new Series(buckets.size());
    for (EvidenceBucket bucket : buckets) {
      if (bucket.startMillis >= from && bucket.rewards > 0) {
        series.add(bucket);
      }
    }
    return series;
  }

  private void refreshCounts() {
    if (sumsStale) {
      pulls = 0;
      feedbacks = 0;
      firstPullMillis = Long.MAX_VALUE;
      for (EvidenceBucket bucket : buckets) {
        pulls += bucket.pulls;
        feedbacks += bucket.feedbacks;
        if (bucket.pulls > 0) {
          firstPullMillis = Math.min(firstPullMillis, bucket.startMillis);
        }
      }
    }
  }

  private void sum(long reference, @Nullable Long halfLifeMillis) {
    sumsStale = true;
    refreshCounts();
    sums.clear();
    ChangeAlarm reset = alarm;
    long from = Long.MIN_VALUE;
    if (reset != null) {
      from = reset.changePoint().toEpochMilli();
      double weight =
          FunctionTrainer.PSEUDO_ROWS
              * (halfLifeMillis == null
                  ? 1
                  : StrictMath.pow(2, (double) (from - reference) / halfLifeMillis));
      sums.weight = weight;
      sums.reward = weight * reset.meanBefore();
      sums.rewardSquares = weight * reset.meanSquareBefore();
    }
    PriorCell expected = prior;
    if (expected != null) {
      sums.add(
          expected,
          halfLifeMillis == null
              ? 1
              : StrictMath.pow(
                  2, (double) (TrainerState.minuteOf(priorMillis) - reference) / halfLifeMillis),
          priorMillis >= from);
    }
    for (EvidenceBucket bucket : buckets) {
      sums.add(
          bucket,
          halfLifeMillis == null ? 1 : bucket.discount(reference, halfLifeMillis),
          bucket.startMillis >= from);
    }
    sumsReference = reference;
    sumsStale = false;
  }

  private EvidenceBucket bucket(long startMillis) {
    int i = buckets.size();
    while (i > 0 && buckets.get(i - 1).startMillis >= startMillis) {
      i--;
      if (buckets.get(i).startMillis == startMillis) {
        return buckets.get(i);
      }
    }
    EvidenceBucket bucket = new EvidenceBucket(startMillis);
    buckets.add(i, bucket);
    return bucket;
  }

  /** Rewards per bucket in time order. */
  private static final class Series {
    private final double[] counts;
    private final double[] sums;
    private final double[] squares;
    private final long[] starts;
    private int length;

    Series(int capacity) {
      counts = new double[capacity];
      sums = new double[capacity];
      squares = new double[capacity];
      starts = new long[capacity];
    }

    void add(EvidenceBucket bucket) {
      starts[length] = bucket.startMillis;
      counts[length] = bucket.rewards;
      sums[length] = bucket.rewardSum;
      squares[length] = bucket.rewardSumSquares;
      length++;
    }

    /** Standard deviation of the rewards, at least 0.01. */
    double deviation() {
      double n = 0;
      double sum = 0;
      double squared = 0;
      for (int i = 0; i < length; i++) {
        n += counts[i];
        sum += sums[i];
        squared += squares[i];
      }
      double mean = sum / n;
      return Math.max(0.01, Math.sqrt(Math.max(0, squared / n - mean * mean)));
    }

    /**
     * The split between the two most different parts, by least squares: the detector's own lowest
     * point says that there was a change, but lies some values beside it.
     */
    Optional<Integer> widestSplit() {
      double n = 0;
      double sum = 0;
      for (int i = 0; i < length; i++) {
        n += counts[i];
        sum += sums[i];
      }
      double best = 0;
      int split = -1;
      double before = 0;
      double sumBefore = 0;
      for (int i = 0; i < length - 1; i++) {
        before += counts[i];
        sumBefore += sums[i];
        double after = n - before;
        if (before >= BernoulliGlr.LEAST_BEFORE && after >= BernoulliGlr.LEAST_AFTER) {
          double distance = sumBefore / before - (sum - sumBefore) / after;
          double between = before * after * distance * distance;
          if (between > best) {
            best = between;
            split = i + 1;
          }
        }
      }
      return split < 0 ? Optional.empty() : Optional.of(split);
    }

    Shift shiftAt(int split) {
      double before = 0;
      double sumBefore = 0;
      double squaresBefore = 0;
      double after = 0;
      double sumAfter = 0;
      for (int i = 0; i < length; i++) {
        if (i < split) {
          before += counts[i];
          sumBefore += sums[i];
          squaresBefore += squares[i];
        } else {
          after += counts[i];
          sumAfter += sums[i];
        }
      }
      return new Shift(
          starts[split],
          sumBefore / before,
          squaresBefore / before,
          sumAfter / after,
          before,
          after);
    }
  }

  /** Discounted sums over buckets. */
  private static final class Sums {
    private double weight;
    private double prior;
    private double reward;
    private double rewardSquares;
    private double answered;
    private double durationMicros;
    private double outputTokens;
    private double outputTokensCount;

    void clear() {
      weight = 0;
      prior = 0;
      reward = 0;
      rewardSquares = 0;
      answered = 0;
      durationMicros = 0;
      outputTokens = 0;
      outputTokensCount = 0;
    }

    void add(PriorCell cell, double discount, boolean rewardsCount) {
      double counts = discount * cell.weight();
      if (rewardsCount) {
        prior = counts;
        weight += counts;
        reward += counts * cell.mean();
        rewardSquares += counts * cell.meanSquare();
      }
      Double tokens = cell.outputTokens();
      if (tokens != null) {
        outputTokens += counts * tokens;
        outputTokensCount += counts;
      }
    }

    void add(EvidenceBucket bucket, double discount, boolean rewardsCount) {
      if (rewardsCount) {
        weight += discount * bucket.rewards;
        reward += discount * bucket.rewardSum;
        rewardSquares += discount * bucket.rewardSumSquares;
      }
      answered += discount * bucket.answered;
      durationMicros += discount * bucket.durationMicros;
      outputTokens += discount * bucket.outputTokens;
      outputTokensCount += discount * bucket.outputTokensCount;
    }

    PolicyStatistics.@Nullable Cell cell(
        String segment, String variant, double factor, long raisedFloorPulls) {
      if (weight == 0 && answered == 0 && raisedFloorPulls == 0) {
        return null;
      }
      return new PolicyStatistics.Cell(
          segment,
          variant,
          weight * factor,
          reward * factor,
          rewardSquares * factor,
          outputTokensCount > 0 ? Double.valueOf(outputTokens / outputTokensCount) : null,
          answered > 0 ? Double.valueOf(durationMicros / answered) : null,
          raisedFloorPulls);
    }
  }
}
