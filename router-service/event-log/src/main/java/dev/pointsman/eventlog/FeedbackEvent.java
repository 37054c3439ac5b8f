package dev.pointsman.eventlog;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One value of a metric for an inference or an episode, as it came in. Exactly one of the three
 * values is set. It is joined to its target late; the last value per (target, metric, source) wins.
 *
 * @param targetId the inference's or episode's id
 * @param metricName the metric, or {@code comment} or {@code demonstration}
 * @param source tag {@code source}, else the key, else {@code api}
 * @param keyId public id of the API key, null for anonymous callers
 * @param rejected why it does not count, null when it does
 */
public record FeedbackEvent(
    UUID feedbackId,
    Instant receivedAt,
    Target target,
    UUID targetId,
    String metricName,
    @Nullable Boolean booleanValue,
    @Nullable Double floatValue,
    @Nullable String textValue,
    String source,
    Map<String, String> tags,
    @Nullable String keyId,
    @Nullable String rejected)
    implements Event {

  /** Cuts the time to microseconds. */
  public FeedbackEvent {
    receivedAt = Event.micros(receivedAt);
  }

  /** What a feedback is about. */
  public enum Target {
    /** One inference. */
    INFERENCE,
    /** A whole episode. */
    EPISODE;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The stored value. */
    public String label() {
      return label;
    }
  }

  @Override
  public UUID id() {
    return feedbackId;
  }

  @Override
  public Instant at() {
    return receivedAt;
  }
}
