package dev.pointsman.report;

import dev.pointsman.eventstore.StatisticsRow;
import java.time.Instant;

/** One statistics row being described; what is not set is zero. */
final class RowDraft {

  static final Instant START = Instant.parse("2026-11-20T12:00:00Z");

  private String segment = "all";
  private String lane = "policy";
  private final String variant;
  private final Instant bucket;
  private long pulls;
  private double expected;
  private double variance;
  private long feedbacks;
  private double rewards;
  private long filled;
  private long served;
  private long costNanos;
  private long costCount;

  private RowDraft(String variant, long bucket) {
    this.variant = variant;
    this.bucket = START.plus(StatisticsRow.BUCKET.multipliedBy(bucket));
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

  RowDraft filled(long count) {
    filled = count;
    return this;
  }

  RowDraft cost(long nanos, long count) {
    costNanos = nanos;
    costCount = count;
    return this;
  }

  StatisticsRow build() {
    return new StatisticsRow(
        "support_reply",
        "resolved",
        segment,
        variant,
        lane,
        bucket,
        pulls,
        expected,
        variance,
        0,
        feedbacks,
        rewards,
        rewards,
        feedbacks,
        rewards,
        rewards,
        filled,
        0,
        pulls,
        served,
        served,
        0,
        0,
        0,
        0,
        0,
        costNanos,
        costCount,
        0,
        0,
        0,
        0);
  }
}
