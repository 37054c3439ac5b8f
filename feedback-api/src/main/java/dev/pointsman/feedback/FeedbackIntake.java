package dev.pointsman.feedback;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.access.Caller;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.MetricDefinition;
import dev.pointsman.eventlog.AppendFailedException;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.FeedbackEvent.Target;
import dev.pointsman.eventlog.SpoolFullException;
import dev.pointsman.routing.IdSource;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes feedback: checks it against the catalog, mints its id and time, and appends it. When {@link
 * #accept} returns, the feedback is as durable as the log promises. Whether its target exists is not
 * asked: an inference's line may still be on its way, so the join is made later, and what never finds
 * its target is shown as an orphan.
 */
public final class FeedbackIntake {

  private static final String COMMENT = "comment";
  private static final String DEMONSTRATION = "demonstration";

  private final Supplier<FunctionCatalog> catalog;
  private final EventLog log;
  private final IdSource ids;
  private final FeedbackMeters meters;

  /**
   * Into a log.
   *
   * @param catalog the catalog in force, asked once per feedback
   */
  public FeedbackIntake(
      Supplier<FunctionCatalog> catalog, EventLog log, IdSource ids, FeedbackMeters meters) {
    this.catalog = catalog;
    this.log = log;
    this.ids = ids;
    this.meters = meters;
  }

  /**
   * Takes one feedback.
   *
   * @param body the request's body
   * @return the feedback's id
   * @throws FeedbackRefusedException if it is wrong or cannot be stored; nothing was stored then
   */
  public UUID accept(byte @Nullable [] body, Caller caller) {
    FeedbackFields fields = FeedbackFields.of(body);
    Target target = target(fields);
    UUID targetId = target == Target.INFERENCE ? fields.inferenceId() : fields.episodeId();
    MetricDefinition metric = metric(fields, target);
    UUID id = ids.next();
    JsonNode value = fields.value();
    FeedbackEvent event =
        new FeedbackEvent(
            id,
            ids.now(),
            target,
            Objects.requireNonNull(targetId),
            fields.metricName(),
            isBoolean(metric) ? checkedBoolean(fields) : null,
            isFloat(metric) ? checkedNumber(fields) : null,
            metric == null ? checkedText(fields.metricName(), value) : null,
            source(fields, caller),
            fields.tags(),
            caller.keyId(),
            null);
    if (!fields.dryrun()) {
      append(event);
      meters.accepted(metric == null ? fields.metricName() : metric.name());
    }
    return id;
  }

  private static Target target(FeedbackFields fields) {
    if (fields.inferenceId() != null && fields.episodeId() != null) {
      throw FeedbackFields.malformed(
          "inference_id", "send one of `inference_id` and `episode_id`, not both");
    }
    if (fields.inferenceId() == null && fields.episodeId() == null) {
      throw FeedbackFields.malformed(
          "inference_id", "send `inference_id` or `episode_id`: neither is there");
    }
    return fields.inferenceId() != null ? Target.INFERENCE : Target.EPISODE;
  }

  /** The declared metric, null for the two built-in ones. */
  private @Nullable MetricDefinition metric(FeedbackFields fields, Target target) {
    String name = fields.metricName();
    if (name.equals(COMMENT)) {
      return null;
    }
    if (name.equals(DEMONSTRATION)) {
      if (target != Target.INFERENCE) {
        throw FeedbackFields.malformed(
            "inference_id", "a demonstration is about an inference: send `inference_id`");
      }
      return null;
    }
    MetricDefinition metric = catalog.get().metrics().get(name);
    if (metric == null) {
      throw new FeedbackRefusedException(
          404,
          "metric_name",
          "Unknown metric: %s. Declare [metrics.%s], or send a comment or a demonstration."
              .formatted(name, name));
    }
    boolean fits =
        (metric.level() == MetricDefinition.Level.INFERENCE) == (target == Target.INFERENCE);
    if (!fits) {
      String wanted =
          metric.level() == MetricDefinition.Level.INFERENCE ? "inference_id" : "episode_id";
      throw FeedbackFields.malformed(
          wanted, "metric %s needs `%s`".formatted(name, wanted));
    }
    return metric;
  }

  private static boolean isBoolean(@Nullable MetricDefinition metric) {
    return metric != null && metric.type() == MetricDefinition.Type.BOOLEAN;
  }

  private static boolean isFloat(@Nullable MetricDefinition metric) {
    return metric != null && metric.type() == MetricDefinition.Type.FLOAT;
  }

  private static Boolean checkedBoolean(FeedbackFields fields) {
    if (!fields.value().isBoolean()) {
      throw FeedbackFields.malformed(
          "value", "`value` of metric %s must be true or false".formatted(fields.metricName()));
    }
    return fields.value().booleanValue();
  }

  private static Double checkedNumber(FeedbackFields fields) {
    double value = fields.value().isNumber() ? fields.value().doubleValue() : Double.NaN;
    if (!Double.isFinite(value)) {
      throw FeedbackFields.malformed(
          "value", "`value` of metric %s must be a finite number".formatted(fields.metricName()));
    }
    return value;
  }

  /** A comment is kept as it is; a demonstration as JSON, whichever shape it has. */
  private static String checkedText(String metric, JsonNode value) {
    if (metric.equals(COMMENT)) {
      if (!value.isTextual()) {
        throw FeedbackFields.malformed("value", "`value` of a comment must be a string");
      }
      return FeedbackFields.wellFormed("value", value.textValue());
    }
    if (value.isArray()) {
      for (JsonNode block : value) {
        String type = block.path("type").asText();
        if (!type.equals("text") && !type.equals("tool_call")) {
          throw FeedbackFields.malformed(
              "value",
              "a demonstration of a chat function is a string or a list of text and tool_call blocks");
        }
      }
    }
    return FeedbackFields.json(value);
  }

  private static String source(FeedbackFields fields, Caller caller) {
    String tag = fields.tags().get("source");
    if (tag != null) {
      return tag;
    }
    return caller.keyId() == null ? "api" : caller.keyId();
  }

  private void append(FeedbackEvent event) {
    try {
      log.append(event);
    } catch (SpoolFullException e) {
      throw new FeedbackRefusedException(503, null, String.valueOf(e.getMessage()));
    } catch (AppendFailedException e) {
      throw new FeedbackRefusedException(
          503, null, "the feedback could not be stored: send it again");
    }
  }
}
