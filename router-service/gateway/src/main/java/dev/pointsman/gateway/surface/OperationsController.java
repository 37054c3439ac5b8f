package dev.pointsman.gateway.surface;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.chat.json.Json;
import dev.pointsman.gateway.attempt.Circuits;
import dev.pointsman.gateway.operations.HealthCheck;
import dev.pointsman.gateway.operations.ReadyCheck;
import dev.pointsman.gateway.operations.RouterIdentity;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;

/** {@code /status}, {@code /health}, {@code /ready}, {@code /metrics} and {@code /openapi.yaml}. */
@Requires(beans = ActiveSnapshot.class)
@Controller
final class OperationsController {

  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final ActiveSnapshot snapshots;
  private final Circuits circuits;
  private final List<ReadyCheck> checks;
  private final List<HealthCheck> components;
  private final RouterIdentity identity;
  private final PrometheusMeterRegistry meters;

  OperationsController(
      ActiveSnapshot snapshots,
      Circuits circuits,
      List<ReadyCheck> checks,
      List<HealthCheck> components,
      RouterIdentity identity,
      PrometheusMeterRegistry meters) {
    this.snapshots = snapshots;
    this.circuits = circuits;
    this.checks = checks;
    this.components = components;
    this.identity = identity;
    this.meters = meters;
  }

  /** Alive: asks nothing that could fail. */
  @Get("/status")
  HttpResponse<byte[]> status() {
    return json(
        200,
        Json.object()
            .put("status", "ok")
            .put("version", identity.version())
            .put("config_hash", snapshots.current().catalog().configHash()));
  }

  /** Each component, ok or error, and what is wrong; those that are not in use count as ok. */
  @Get("/health")
  HttpResponse<byte[]> health() {
    ObjectNode body = Json.object().put("gateway", "ok");
    ObjectNode problems = Json.object();
    for (HealthCheck check : components) {
      String problem = check.problem().get();
      body.put(check.component(), problem == null ? "ok" : "error");
      if (problem != null) {
        problems.put(check.component(), problem);
      }
    }
    for (String unused : List.of("clickhouse", "postgres", "valkey", "valkey_cache")) {
      if (!body.has(unused)) {
        body.put(unused, "ok");
      }
    }
    if (!problems.isEmpty()) {
      body.set("problems", problems);
    }
    return json(problems.isEmpty() ? 200 : 503, body);
  }

  /** Whether to send traffic here, and if not, every reason. */
  @Get("/ready")
  HttpResponse<byte[]> ready() {
    ObjectNode body = Json.object();
    ArrayNode reasons = body.putArray("reasons");
    for (ReadyCheck check : checks) {
      String objection = check.objection();
      if (objection != null) {
        reasons.add(objection);
      }
    }
    ObjectNode phases = body.putObject("circuits");
    circuits.phases().forEach(phases::put);
    body.put("ready", reasons.isEmpty());
    return json(reasons.isEmpty() ? 200 : 503, body);
  }

  @Get("/metrics")
  HttpResponse<String> metrics() {
    return HttpResponse.ok(meters.scrape()).contentType(MediaType.of(PROMETHEUS_TEXT));
  }

  @Get("/openapi.yaml")
  HttpResponse<byte[]> openApi() throws IOException {
    try (InputStream in = OperationsController.class.getResourceAsStream("/openapi.yaml")) {
      return HttpResponse.ok(Objects.requireNonNull(in, "openapi.yaml is missing").readAllBytes())
          .contentType(MediaType.of("application/yaml"));
    }
  }

  private static MutableHttpResponse<byte[]> json(int status, ObjectNode body) {
    return HttpResponse.<byte[]>status(status, status == 200 ? "OK" : "Service Unavailable")
        .body(Json.bytes(body))
        .contentType(MediaType.APPLICATION_JSON_TYPE);
  }
}
