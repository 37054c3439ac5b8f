package dev.pointsman.report;

import dev.pointsman.eventstore.DecisionSums;
import java.time.Duration;
import java.time.Instant;

/** One row of sums over 10 seconds being described; what is not set is zero. */
final class RowDraft {

  static final Instant START = Instant.parse("2026-11-20T12:00:00Z");

  private String segment = "all";
  private String lane = "policy";
  private final String variant;
  private final Instant start;
  private long pulls;
  private double expected;
  private double variance;
  private long feedbacks;
  private double rewards;
  private long filled;
  private long failed;
  private long served;
  private long costNanos;
  private long costCount;
  private long laneDraws;
  private double expectedLaneDraws;
  private double laneVariance;
  private double weightSum;
  private double weightSumSquares;
  private double weightedRewardSum;

  private RowDraft(String variant, long bucket) {
    this.variant = variant;
    this.start = START.plus(Duration.ofSeconds(10 * bucket));
  }

  /** A row of the n-th bucket after {@link #START}. */
  static RowDraft row(String variant, long bucket) {
    return new RowDraft(variant, bucket);
  }

  RowDraft segment(String name) {
    segment = name;
    return this;
  }

  RowDraft lane(String name) {
    lane = name;
    return this;
  }

  /** Decisions that chose the variant, all served, out of some that gave it {@code p} each. */
  RowDraft pulls(long chosen, long decisions, double p) {
    pulls = chosen;
    served = chosen;
    expected = decisions * p;
    variance = decisions * p * (1 - p);
    return this;
  }

  /** Boolean feedback. */
  RowDraft rewards(long count, long good) {
    feedbacks = count;
    rewards = good;
    return this;
  }

  /** Decisions that nothing answered, of those there are. */
  RowDraft failed(long count) {
    failed = count;
    return this;
  }

  RowDraft filled(long count) {
    filled = count;
    return this;
  }

  RowDraft cost(long nanos, long count) {
    costNanos = nanos;
    costCount = count;
    return this;
  }

  /** Of a row without a variant: draws of the lane, out of decisions that gave it {@code share}. */
  RowDraft laneDraws(long drawn, long decisions, double share) {
    laneDraws = drawn;
    expectedLaneDraws = decisions * share;
    laneVariance = decisions * share * (1 - share);
    return this;
  }

  /** Boolean feedback of decisions of one propensity. */
  RowDraft weights(long count, long good, double propensity) {
    rewards(count, good);
    weightSum = count / propensity;
    weightSumSquares = count / (propensity * propensity);
    weightedRewardSum = good / propensity;
    return this;
  }

  DecisionSums build() {
    return new DecisionSums(
        "support_reply",
        start,
        segment,
        lane,
        null,
        variant,
        pulls,
        expected,
        variance,
        laneDraws,
        expectedLaneDraws,
        laneVariance,
        0,
        0,
        0,
        0,
        feedbacks,
        rewards,
        rewards,
        weightSum,
        weightSumSquares,
        0,
        weightedRewardSum,
        0,
        0,
        filled,
        0,
        pulls,
        served,
        served,
        failed,
        costNanos,
        costCount,
        0,
        0,
        0,
        0,
        0,
        0);
  }
}
