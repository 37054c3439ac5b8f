package dev.pointsman.eventstore;

/**
 * Feedback that counts for nothing.
 *
 * @param metricName its metric
 * @param reason why it was rejected; for an orphan what it is about, {@code inference} or {@code
 *     episode}
 * @param feedbacks how many
 */
public record FeedbackCount(String metricName, String reason, long feedbacks) {}
