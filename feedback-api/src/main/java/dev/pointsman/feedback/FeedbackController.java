package dev.pointsman.feedback;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.access.Caller;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** {@code POST /feedback}, and {@code /v1/feedback} for clients whose base address ends in /v1. */
@Controller
@Requires(beans = FeedbackIntake.class)
final class FeedbackController {

  private final FeedbackIntake intake;

  FeedbackController(FeedbackIntake intake) {
    this.intake = intake;
  }

  @Post(value = "/feedback", consumes = MediaType.ALL, produces = MediaType.ALL)
  @ExecuteOn(TaskExecutors.VIRTUAL)
  HttpResponse<byte[]> feedback(@Body byte[] body) {
    try {
      return accepted(intake.accept(body, Caller.ANONYMOUS));
    } catch (FeedbackRefusedException e) {
      return refused(e, JsonNodeFactory.instance.textNode(String.valueOf(e.getMessage())));
    }
  }

  @Post(value = "/v1/feedback", consumes = MediaType.ALL, produces = MediaType.ALL)
  @ExecuteOn(TaskExecutors.VIRTUAL)
  HttpResponse<byte[]> feedbackOfOpenAiClients(@Body byte[] body) {
    try {
      return accepted(intake.accept(body, Caller.ANONYMOUS));
    } catch (FeedbackRefusedException e) {
      String type =
          switch (e.status()) {
            case 503 -> "overloaded_error";
            default -> "invalid_request_error";
          };
      String code =
          switch (e.status()) {
            case 404 -> "metric_not_found";
            case 503 -> "overloaded";
            default -> null;
          };
      return refused(
          e,
          JsonNodeFactory.instance
              .objectNode()
              .put("message", e.getMessage())
              .put("type", type)
              .put("param", e.param())
              .put("code", code));
    }
  }

  private static HttpResponse<byte[]> accepted(UUID id) {
    return json(
        HttpResponse.ok(), JsonNodeFactory.instance.objectNode().put("feedback_id", id.toString()));
  }

  private static HttpResponse<byte[]> refused(FeedbackRefusedException problem, JsonNode error) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.set("error", error);
    MutableHttpResponse<byte[]> response =
        json(HttpResponse.status(problem.status(), reason(problem.status())), body);
    return problem.status() == 503 ? response.header("retry-after", "5") : response;
  }

  private static String reason(int status) {
    return switch (status) {
      case 404 -> "Not Found";
      case 503 -> "Service Unavailable";
      default -> "Bad Request";
    };
  }

  private static MutableHttpResponse<byte[]> json(
      MutableHttpResponse<byte[]> response, ObjectNode body) {
    return response
        .body(body.toString().getBytes(StandardCharsets.UTF_8))
        .contentType(MediaType.APPLICATION_JSON_TYPE);
  }
}
