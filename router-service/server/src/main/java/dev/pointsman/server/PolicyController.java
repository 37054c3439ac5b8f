package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pointsman.dashboard.ReportThreads;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import dev.pointsman.trainer.EvaluationRefusedException;
import dev.pointsman.trainer.GateWatch;
import dev.pointsman.trainer.PolicyTrainer;
import dev.pointsman.trainer.PromotionGate;
import dev.pointsman.trainer.scores.PriorRegister;
import dev.pointsman.trainer.scores.ScoreTraining;
import dev.pointsman.trainer.scores.ScoresRefusedException;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;

/** What people ask about the policies of a running service, and of them. */
@Controller("/api/policies")
@ExecuteOn(ReportThreads.NAME)
final class PolicyController {

  private final ServerParts parts;
  private final ActiveSnapshot snapshots;

  /** One at a time: each reads up to months of decisions. */
  private final Semaphore running = new Semaphore(1);

  private final GateWatch gate;
  private final PolicyTrainer trainer;

  PolicyController(
      ServerParts parts, ActiveSnapshot snapshots, GateWatch gate, PolicyTrainer trainer) {
    this.gate = gate;
    this.trainer = trainer;
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

  /**
   * Lets the function start from a file of scores. The body is the file as it is; a page of another
   * origin cannot send such a body unasked.
   *
   * @param name of the file; its ending says what it holds
   * @param packed whether it was packed, once more, to be sent
   */
  @Post(value = "/{function}/training", consumes = MediaType.APPLICATION_OCTET_STREAM)
  HttpResponse<JsonNode> train(
      @PathVariable String function,
      @QueryValue String name,
      @QueryValue(value = "held_out", defaultValue = "0.3") double heldOut,
      @QueryValue(defaultValue = "20") double weight,
      @QueryValue(value = "dry_run", defaultValue = "false") boolean dryRun,
      @QueryValue(defaultValue = "false") boolean packed,
      @Body byte[] file) {
    return train(
        () ->
            new ScoreTrainings(snapshots.current().catalog())
                .train(
                    function,
                    new ScoreTrainings.Wanted(
                        name, file, packed, new ScoreTraining.Plan(heldOut, weight), "api", now()),
                    dryRun ? null : register()));
  }

  /** Forgets what files of scores gave. */
  @Delete("/{function}/training")
  HttpResponse<JsonNode> forget(@PathVariable String function) {
    return train(() -> ScoreTrainings.outcome(register().remove(function, "api", now())));
  }

  private PriorRegister register() {
    return new PriorRegister(parts.control(), trainer, parts.eventLog()::append, parts.ids());
  }

  private Instant now() {
    return parts.clock().instant().truncatedTo(ChronoUnit.MICROS);
  }

  private HttpResponse<JsonNode> train(Supplier<JsonNode> work) {
    if (!running.tryAcquire()) {
      return busy();
    }
    try {
      return HttpResponse.ok(work.get());
    } catch (ScoresRefusedException | IllegalArgumentException e) {
      return HttpResponse.badRequest(error(String.valueOf(e.getMessage())));
    } finally {
      running.release();
    }
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
        .body(error("something else is being judged; try again when it is done"));
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
