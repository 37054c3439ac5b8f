package dev.pointsman.eventstore;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How much feedback was received.
 *
 * @param start the bucket's start, null when all of them were added up
 * @param functionName what it is about, empty when unknown
 * @param targetType {@code inference} or {@code episode}
 * @param status empty where it is about something stored, {@value #ORPHAN} where nothing of that id
 *     is, else why it was rejected
 */
public record FeedbackSums(
    @Nullable Instant start,
    String functionName,
    String metricName,
    String source,
    String targetType,
    String status,
    long feedbacks) {

  /** The status of feedback about nothing that is stored. */
  public static final String ORPHAN = "orphan";
}
