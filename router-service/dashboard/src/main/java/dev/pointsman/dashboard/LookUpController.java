package dev.pointsman.dashboard;

import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.report.LiveDecision;
import dev.pointsman.report.LiveQuery;
import dev.pointsman.report.Reports;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Single things that were logged: the live table's rows, episodes, feedback by its target. */
@Controller
@ExecuteOn(ReportThreads.NAME)
final class LookUpController {

  private static final int LIVE_ROWS = 50;
  private static final int MOST_FEEDBACK = 1_000;

  private final Reports reports;

  LookUpController(Reports reports) {
    this.reports = reports;
  }

  /**
   * A page of the live table.
   *
   * @param inferences newest first
   * @param next what {@code before} must be for the next page, null behind the last one
   */
  record LivePage(List<LiveDecision> inferences, @Nullable UUID next) {}

  @Get("/api/inferences")
  HttpResponse<byte[]> inferences(HttpRequest<?> request) {
    LiveQuery query;
    try {
      query = LiveParameters.of(request.getParameters(), LIVE_ROWS).query();
    } catch (IllegalArgumentException e) {
      return ApiAnswers.error(400, String.valueOf(e.getMessage()));
    }
    List<LiveDecision> rows = reports.live(query);
    return ApiAnswers.json(
        new LivePage(rows, rows.size() < query.size() ? null : rows.getLast().inferenceId()));
  }

  @Get("/api/episodes/{id}")
  HttpResponse<byte[]> episode(String id) {
    UUID episodeId = ApiAnswers.id(id);
    if (episodeId == null) {
      return ApiAnswers.error(400, "%s is not an episode id; ids are UUIDs".formatted(id));
    }
    return reports
        .episode(episodeId)
        .map(ApiAnswers::json)
        .orElseGet(
            () ->
                ApiAnswers.error(404, "no inference of episode %s is in the store".formatted(id)));
  }

  @Get("/api/feedback")
  HttpResponse<byte[]> feedback(
      @QueryValue String target, @QueryValue(defaultValue = "100") int limit) {
    return feedbackOf(target, limit);
  }

  /** TensorZero's path for the same. */
  @Get("/internal/feedback/{target}")
  HttpResponse<byte[]> tensorZeroFeedback(
      String target, @QueryValue(defaultValue = "100") int limit) {
    return feedbackOf(target, limit);
  }

  private HttpResponse<byte[]> feedbackOf(String target, int limit) {
    UUID targetId = ApiAnswers.id(target);
    if (targetId == null) {
      return ApiAnswers.error(
          400, "%s is no id of an inference or an episode; ids are UUIDs".formatted(target));
    }
    if (limit < 1 || limit > MOST_FEEDBACK) {
      return ApiAnswers.error(400, "limit must be 1 to %d".formatted(MOST_FEEDBACK));
    }
    return ApiAnswers.json(
        Map.of(
            "feedback",
            reports.feedback(targetId, limit).stream().map(LookUpController::row).toList()));
  }

  /** A feedback in TensorZero's shape, and beside it its source and whether it counts. */
  private static Map<String, @Nullable Object> row(FeedbackEvent feedback) {
    String metric = feedback.metricName();
    boolean builtIn = metric.equals("comment") || metric.equals("demonstration");
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("type", builtIn ? metric : feedback.booleanValue() == null ? "float" : "boolean");
    row.put("id", feedback.feedbackId());
    row.put(metric.equals("demonstration") ? "inference_id" : "target_id", feedback.targetId());
    if (metric.equals("comment")) {
      row.put("target_type", feedback.target().label());
    } else if (!builtIn) {
      row.put("metric_name", metric);
    }
    row.put(
        "value",
        feedback.booleanValue() != null
            ? feedback.booleanValue()
            : feedback.floatValue() != null ? feedback.floatValue() : feedback.textValue());
    row.put("tags", feedback.tags());
    row.put("timestamp", feedback.receivedAt());
    row.put("source", feedback.source());
    row.put("rejected", feedback.rejected());
    return row;
  }
}
