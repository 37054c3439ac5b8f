package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pointsman.dashboard.ReportThreads;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import dev.pointsman.trainer.EvaluationRefusedException;
import dev.pointsman.trainer.GateWatch;
import dev.pointsman.trainer.PromotionGate;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/** What people ask about the policies of a running service, and of them. */
@Controller("/api/policies")
@ExecuteOn(ReportThreads.NAME)
final class PolicyController {

  private final ServerParts parts;
  private final ActiveSnapshot snapshots;

  /** One at a time: each reads up to months of decisions. */
  private final Semaphore running = new Semaphore(1);

  private final GateWatch gate;

  PolicyController(ServerParts parts, ActiveSnapshot snapshots, GateWatch gate) {
    this.gate = gate;
    this.parts = parts;
    this.snapshots = snapshots;
  }

  /** The generations of a function. */
  @Get("/{function}")
  HttpResponse<JsonNode> list(@PathVariable String function) {
    try {
      return HttpResponse.ok(
          Policies.list(parts.store(), parts.control(), function, gate::lastLook));
    } catch (IllegalArgumentException e) {
      return HttpResponse.<JsonNode>status(HttpStatus.NOT_FOUND)
          .body(error(String.valueOf(e.getMessage())));
    }
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

  /** The next stage for the challenger, whatever the evidence. Takes JSON only, as all below. */
  @Post(value = "/{function}/promote", consumes = "application/json")
  HttpResponse<JsonNode> promote(@PathVariable String function, @Body JsonNode body) {
    return ask(function, PromotionGate.Wish.PROMOTE, body);
  }

  /** Turns the challenger away, or goes back behind the last promotion. */
  @Post(value = "/{function}/rollback", consumes = "application/json")
  HttpResponse<JsonNode> rollback(@PathVariable String function, @Body JsonNode body) {
    return ask(function, PromotionGate.Wish.ROLL_BACK, body);
  }

  /** Stops all steps forward of the challenger. */
  @Post(value = "/{function}/freeze", consumes = "application/json")
  HttpResponse<JsonNode> freeze(@PathVariable String function, @Body JsonNode body) {
    return ask(function, PromotionGate.Wish.FREEZE, body);
  }

  /** Allows steps forward again. */
  @Post(value = "/{function}/thaw", consumes = "application/json")
  HttpResponse<JsonNode> thaw(@PathVariable String function, @Body JsonNode body) {
    return ask(function, PromotionGate.Wish.THAW, body);
  }

  private HttpResponse<JsonNode> ask(String function, PromotionGate.Wish wish, JsonNode body) {
    JsonNode reason = body.path("reason");
    if (!reason.isTextual() || reason.asText().isBlank()) {
      return HttpResponse.badRequest(error("reason must say in a sentence why; it is kept"));
    }
    if (!running.tryAcquire()) {
      return busy();
    }
    try {
      return HttpResponse.ok(
          Policies.moved(
              function, gate.ask(function, wish, "api", reason.asText(), parts.clock().instant())));
    } catch (IllegalArgumentException e) {
      return HttpResponse.badRequest(error(String.valueOf(e.getMessage())));
    } finally {
      running.release();
    }
  }

  private static HttpResponse<JsonNode> busy() {
    return HttpResponse.<JsonNode>status(HttpStatus.SERVICE_UNAVAILABLE)
        .body(error("another challenger is being judged; try again when it is done"));
  }

  private HttpResponse<JsonNode> alone(Function<Evaluations, JsonNode> question) {
    if (!running.tryAcquire()) {
      return busy();
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
