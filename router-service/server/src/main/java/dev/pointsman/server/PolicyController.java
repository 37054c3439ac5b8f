package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pointsman.dashboard.ReportThreads;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import dev.pointsman.trainer.EvaluationRefusedException;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/** What people ask about the policies of a running service. */
@Controller("/api/policies")
@ExecuteOn(ReportThreads.NAME)
final class PolicyController {

  private final ServerParts parts;
  private final ActiveSnapshot snapshots;

  /** One at a time: each reads up to months of decisions. */
  private final Semaphore running = new Semaphore(1);

  PolicyController(ServerParts parts, ActiveSnapshot snapshots) {
    this.parts = parts;
    this.snapshots = snapshots;
  }

  /** Judges a challenger. Takes JSON only, which a page of another origin cannot send unasked. */
  @Post(value = "/{function}/evaluations", consumes = "application/json")
  HttpResponse<JsonNode> evaluate(@PathVariable String function, @Body JsonNode body) {
    return alone(evaluations -> evaluations.evaluate(function, body, parts.clock().instant()));
  }

  /** Tries the promotion gate on the function's own traffic. Takes JSON only. */
  @Post(value = "/{function}/simulations", consumes = "application/json")
  HttpResponse<JsonNode> simulate(@PathVariable String function, @Body JsonNode body) {
    return alone(evaluations -> evaluations.simulate(function, body, parts.clock().instant()));
  }

  private HttpResponse<JsonNode> alone(Function<Evaluations, JsonNode> question) {
    if (!running.tryAcquire()) {
      return HttpResponse.<JsonNode>status(HttpStatus.SERVICE_UNAVAILABLE)
          .body(error("another challenger is being judged; try again when it is done"));
    }
    try {
      return HttpResponse.ok(
          question.apply(
              new Evaluations(parts.store(), parts.control(), snapshots.current().catalog())));
    } catch (EvaluationRefusedException | IllegalArgumentException e) {
      return HttpResponse.badRequest(error(String.valueOf(e.getMessage())));
    } finally {
      running.release();
    }
  }

  private static JsonNode error(String sentence) {
    return JsonNodeFactory.instance.objectNode().put("error", sentence);
  }
}
