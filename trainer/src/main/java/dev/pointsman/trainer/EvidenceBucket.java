package dev.pointsman.trainer;

import dev.pointsman.eventstore.StatisticsRow;

/** What is known of one cell's decisions of one bucket and lane. */
final class EvidenceBucket {

  /** What identifies a bucket within its cell. */
  record Key(long startMillis, String lane) {}

  final long startMillis;
  final String lane;
  long pulls;
  long feedbacks;
  long rewards;
  double rewardSum;
  double rewardSumSquares;
  long answered;
  long durationMicros;
  long outputTokens;
  long outputTokensCount;

  /** The discount at {@link #discountReference}, NaN before it was computed. */
  private double discount = Double.NaN;

  private long discountReference;

  EvidenceBucket(long startMillis, String lane) {
    this.startMillis = startMillis;
    this.lane = lane;
  }

  /** Takes a row's figures; returns whether any differed. */
  boolean set(StatisticsRow row) {
    boolean same =
        pulls == row.pulls()
            && feedbacks == row.feedbacks()
            && rewards == row.servedFeedbacks()
            && Double.compare(rewardSum, row.servedRewardSum()) == 0
            && Double.compare(rewardSumSquares, row.servedRewardSumSquares()) == 0
            && answered == row.answered()
            && durationMicros == row.durationMicros()
            && outputTokens == row.outputTokens()
            && outputTokensCount == row.outputTokensCount();
    pulls = row.pulls();
    feedbacks = row.feedbacks();
    rewards = row.servedFeedbacks();
    rewardSum = row.servedRewardSum();
    rewardSumSquares = row.servedRewardSumSquares();
    answered = row.answered();
    durationMicros = row.durationMicros();
    outputTokens = row.outputTokens();
    outputTokensCount = row.outputTokensCount();
    return !same;
  }

  /** 2^((minute − reference)/half-life), remembered for the reference asked last. */
  double discount(long referenceMillis, long halfLifeMillis) {
    if (Double.isNaN(discount) || discountReference != referenceMillis) {
      discount =
          StrictMath.pow(
              2, (double) (TrainerState.minuteOf(startMillis) - referenceMillis) / halfLifeMillis);
      discountReference = referenceMillis;
    }
    return discount;
  }
}
