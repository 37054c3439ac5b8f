package dev.pointsman.eventstore;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a trainer learns from the decisions of one bucket that chose one variant in one segment: the
 * sums of their {@link StatisticsRow}s over all lanes. How long the bucket is says {@link
 * EvidenceAges}.
 *
 * <p>Sums of rewards are whole multiples of 2⁻⁴⁰, each statistics row rounded on its own, so that
 * they come out the same to the last bit in whatever order an engine adds.
 *
 * @param start of the bucket
 * @param pulls decisions
 * @param feedbacks of these with a reward
 * @param rewards of these served as chosen
 * @param rewardSum Σ of the rewards of those, each 0..1
 * @param rewardSumSquares Σ of their squares
 * @param answered inferences that the variant answered to the end
 * @param durationMicros Σ over {@code answered}
 * @param outputTokens Σ over {@code answered} where known; the count is of those
 */
public record EvidenceRow(
    String segment,
    String variant,
    Instant start,
    long pulls,
    long feedbacks,
    long rewards,
    double rewardSum,
    double rewardSumSquares,
    long answered,
    long durationMicros,
    long outputTokens,
    long outputTokensCount) {

  /** What sums of rewards are multiples of. */
  static final double UNIT = 0x1p-40;

  private static final Comparator<EvidenceRow> ORDER =
      Comparator.comparing(EvidenceRow::start)
          .thenComparing(EvidenceRow::segment)
          .thenComparing(EvidenceRow::variant);

  /**
   * What follows from statistics rows, as {@link EventStore#evidence} gives it.
   *
   * @param rows one per (segment, variant, lane, bucket)
   * @param ages how long the buckets are
   * @return by start, segment and variant
   */
  public static List<EvidenceRow> of(Collection<StatisticsRow> rows, EvidenceAges ages) {
    Map<Key, EvidenceRow> sums = new HashMap<>();
    for (StatisticsRow row : rows) {
      if (row.pulls() > 0) {
        Instant start = ages.startOf(row.bucket());
        sums.merge(new Key(row.segment(), row.variant(), start), of(row, start), EvidenceRow::plus);
      }
    }
    return sums.values().stream().sorted(ORDER).toList();
  }

  private record Key(String segment, String variant, Instant start) {}

  private static EvidenceRow of(StatisticsRow row, Instant start) {
    return new EvidenceRow(
        row.segment(),
        row.variant(),
        start,
        row.pulls(),
        row.feedbacks(),
        row.servedFeedbacks(),
        rounded(row.servedRewardSum()),
        rounded(row.servedRewardSumSquares()),
        row.answered(),
        row.durationMicros(),
        row.outputTokens(),
        row.outputTokensCount());
  }

  private static double rounded(double sum) {
    return Math.floor(sum / UNIT + 0.5) * UNIT;
  }

  private EvidenceRow plus(EvidenceRow other) {
    return new EvidenceRow(
        segment,
        variant,
        start,
        pulls + other.pulls,
        feedbacks + other.feedbacks,
        rewards + other.rewards,
        rewardSum + other.rewardSum,
        rewardSumSquares + other.rewardSumSquares,
        answered + other.answered,
        durationMicros + other.durationMicros,
        outputTokens + other.outputTokens,
        outputTokensCount + other.outputTokensCount);
  }
}
