package dev.pointsman.eventstore;

import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Which inferences are meant: a tree of conditions. Each condition holds or does not; what is unknown
 * of an inference, such as the value of a metric that it has no feedback for, does not hold.
 */
public sealed interface InferenceFilter {

  /** All inferences. */
  InferenceFilter ALL = new AllOf(List.of());

  /** All of them hold; none given holds always. */
  record AllOf(List<InferenceFilter> children) implements InferenceFilter {
    public AllOf {
      children = List.copyOf(children);
    }
  }

  /** One of them holds; none given never holds. */
  record AnyOf(List<InferenceFilter> children) implements InferenceFilter {
    public AnyOf {
      children = List.copyOf(children);
    }
  }

  /** It does not hold. */
  record Not(InferenceFilter child) implements InferenceFilter {}

  /** It is one of these. */
  record Ids(List<UUID> inferenceIds) implements InferenceFilter {
    public Ids {
      inferenceIds = List.copyOf(inferenceIds);
    }
  }

  /** It is of this function. */
  record OfFunction(String name) implements InferenceFilter {}

  /** This variant answered; where none did, it was chosen. */
  record OfVariant(String name) implements InferenceFilter {}

  /** It is of this episode. */
  record OfEpisode(UUID episodeId) implements InferenceFilter {}

  /** A variant answered it, wholly or in part. */
  record Served() implements InferenceFilter {}

  /** It fell into this segment. */
  record InSegment(String segment) implements InferenceFilter {}

  /** It was decided in this lane. */
  record InLane(String lane) implements InferenceFilter {}

  /** It was asked with this key, by the key's public id. */
  record OfKey(String keyId) implements InferenceFilter {}

  /** It ended like this. */
  record Ended(InferenceEvent.Ending ending) implements InferenceFilter {}

  /** It was, or was not, decided for another variant than the likeliest. */
  record Explored(boolean explored) implements InferenceFilter {}

  /**
   * The tag is there and has the value.
   *
   * @param equal false for: is there and has another value
   */
  record Tag(String key, String value, boolean equal) implements InferenceFilter {}

  /** When it was admitted, compared with a moment. */
  record StartedAt(Comparison comparison, Instant time) implements InferenceFilter {}

  /** The last value of a boolean metric for it, or for its episode, is this one. */
  record BooleanMetric(Metric metric, boolean value) implements InferenceFilter {}

  /** The last value of a float metric for it, or for its episode, compared with a number. */
  record FloatMetric(Metric metric, Comparison comparison, double value)
      implements InferenceFilter {}

  /** It has a demonstration: an output that a person gave. */
  record Demonstrated() implements InferenceFilter {}

  /**
   * A metric.
   *
   * @param level what its values are about
   */
  record Metric(String name, FeedbackEvent.Target level) {}

  /** How two values are compared. */
  enum Comparison {
    /** Less. */
    LESS("<"),
    /** Less or equal. */
    LESS_OR_EQUAL("<="),
    /** Equal. */
    EQUAL("="),
    /** Not equal. */
    NOT_EQUAL("<>"),
    /** Greater or equal. */
    GREATER_OR_EQUAL(">="),
    /** Greater. */
    GREATER(">");

    private final String operator;

    Comparison(String operator) {
      this.operator = operator;
    }

    String operator() {
      return operator;
    }
  }
}
