package dev.pointsman.trainer;

import dev.pointsman.eventstore.EvidenceRow;

/** What is known of one cell's decisions of one bucket. */
final class EvidenceBucket {

  final long startMillis;
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

  EvidenceBucket(long startMillis) {
    this.startMillis = startMillis;
  }

  /** Takes a row's figures; returns whether any differed. */
  boolean set(EvidenceRow row) {
    boolean same =
        pulls == row.pulls()
            && feedbacks == row.feedbacks()
            && rewards == row.rewards()
            && Double.compare(rewardSum, row.rewardSum()) == 0
            && Double.compare(rewardSumSquares, row.rewardSumSquares()) == 0
            && answered == row.answered()
            && durationMicros == row.durationMicros()
            && outputTokens == row.outputTokens()
            && outputTokensCount == row.outputTokensCount();
    pulls = row.pulls();
    feedbacks = row.feedbacks();
    rewards = row.rewards();
    rewardSum = row.rewardSum();
    rewardSumSquares = row.rewardSumSquares();
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
