package dev.pointsman.trainer;

import java.time.Instant;

/**
 * A change in the mean reward of one variant in one segment, as it was found. The evidence from
 * before {@code changePoint} has counted as a few pseudo-rows at the old mean ever since.
 *
 * <p>Alarms are part of a trainer's state that cannot be computed from the rows again, because late
 * feedback changes the rows an alarm was raised on. They are therefore stored in the provenance of
 * every revision and read back at a start; the rows and the stored alarms give a revision's
 * statistics again to the last bit. A cell's later alarm replaces its earlier one.
 *
 * @param segment the segment
 * @param variant the variant
 * @param changePoint start of the first bucket after the change
 * @param raisedAt the revision that found it
 * @param meanBefore mean reward before
 * @param meanSquareBefore mean of the squared rewards before
 * @param meanAfter mean reward after, as far as it was known then
 * @param countBefore number of rewards before
 * @param countAfter number of rewards after
 * @param segmentPulls decisions of the segment between the change and the alarm
 */
public record ChangeAlarm(
    String segment,
    String variant,
    Instant changePoint,
    Instant raisedAt,
    double meanBefore,
    double meanSquareBefore,
    double meanAfter,
    double countBefore,
    double countAfter,
    long segmentPulls) {}
