package dev.pointsman.eventstore;

import java.time.Duration;

/**
 * How long after its inference feedback comes.
 *
 * @param feedbacks values the quantiles are of
 * @param median half of them came within this
 * @param p90 nine of ten came within this
 */
public record FeedbackDelay(long feedbacks, Duration median, Duration p90) {}
