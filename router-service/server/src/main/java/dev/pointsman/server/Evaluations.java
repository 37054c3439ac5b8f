package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.ExperimentationFragment;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.control.ControlStore;
import dev.pointsman.control.Generation;
import dev.pointsman.dashboard.ReportJson;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.routing.MalformedPolicyException;
import dev.pointsman.routing.PolicyArtifact;
import dev.pointsman.routing.PolicyArtifactCodec;
import dev.pointsman.trainer.Challenger;
import dev.pointsman.trainer.ChallengerEvaluator;
import dev.pointsman.trainer.EvaluationRefusedException;
import dev.pointsman.trainer.FunctionSimulation;
import dev.pointsman.trainer.GateSettings;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Challengers judged, as the interface asks for it; over HTTP and on a stopped directory alike. */
final class Evaluations {

  private static final double MARGIN = 0.01;
  private static final double CANARY = 0.05;
  private static final int RUNS = 200;
  private static final int MOST_RUNS = 10_000;

  private final EventStore store;
  private final ControlStore control;
  private final FunctionCatalog catalog;

  Evaluations(EventStore store, ControlStore control, FunctionCatalog catalog) {
    this.store = store;
    this.control = control;
    this.catalog = catalog;
  }

  /**
   * The judgement as JSON.
   *
   * @param body one of {@code challenger} (a generation's id, with {@code progressive}), {@code
   *     experimentation} (TOML) and {@code artifact} (JSON as text), the latter two with {@code name};
   *     and {@code from}, {@code margin}
   * @throws IllegalArgumentException if the body is not that
   * @throws EvaluationRefusedException if it cannot be judged so
   */
  JsonNode evaluate(String function, JsonNode body, Instant now) {
    FunctionDefinition definition = catalog.functions().get(function);
    if (definition == null) {
      throw new IllegalArgumentException(
          "there is no function %s in the configuration".formatted(function));
    }
    return ReportJson.tree(
        ChallengerEvaluator.of(store, catalog, control)
            .evaluate(
                new ChallengerEvaluator.Question(
                    function, challenger(definition, body, now), from(body), margin(body), now)));
  }

  /**
   * The gate tried on a function's own traffic, as JSON.
   *
   * @param body {@code runs}, {@code seed}, {@code margin}, {@code canary}; all may be left out
   * @throws IllegalArgumentException if the body is not that
   * @throws EvaluationRefusedException if there is no log to draw from
   */
  JsonNode simulate(String function, JsonNode body, Instant now) {
    double canary = body.path("canary").asDouble(CANARY);
    int runs = body.path("runs").asInt(RUNS);
    if (runs < 1 || runs > MOST_RUNS) {
      throw new IllegalArgumentException(
          "runs must be from 1 to %d: %s".formatted(MOST_RUNS, body.path("runs")));
    }
    return ReportJson.tree(
        FunctionSimulation.of(
            store,
            catalog,
            function,
            new GateSettings(GateSettings.Mode.AUTO, margin(body), canary, Duration.ofDays(1)),
            runs,
            body.path("seed").asLong(1),
            now));
  }

  private Challenger challenger(FunctionDefinition function, JsonNode body, Instant now) {
    List<String> ways =
        List.of("challenger", "experimentation", "artifact").stream().filter(body::has).toList();
    if (ways.size() != 1 || !body.path(ways.getFirst()).isTextual()) {
      throw new IllegalArgumentException(
          "say who is judged by one of challenger (a generation's id), experimentation (TOML as"
              + " text) and artifact (JSON as text)");
    }
    String text = body.path(ways.getFirst()).asText();
    String name = body.path("name").asText("the challenger");
    return switch (ways.getFirst()) {
      case "challenger" ->
          Challenger.of(
              store, generation(function, text), now, body.path("progressive").asBoolean());
      case "experimentation" -> ofToml(function, name, text);
      default -> ofArtifact(function, name, text);
    };
  }

  private Generation generation(FunctionDefinition function, String id) {
    List<Generation> known = control.generations(function.name());
    return known.stream()
        .filter(generation -> generation.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "functions.%s has no generation %s; it has %s"
                        .formatted(
                            function.name(), id, known.stream().map(Generation::id).toList())));
  }

  private Challenger ofToml(FunctionDefinition function, String name, String toml) {
    ExperimentationFragment fragment = ExperimentationFragment.read(catalog, function, name, toml);
    if (fragment.experimentation() == null) {
      throw new IllegalArgumentException(
          fragment.diagnostics().stream().map(Object::toString).collect(Collectors.joining("; ")));
    }
    if (!(fragment.experimentation() instanceof Experimentation.Learned learned)) {
      throw new IllegalArgumentException(
          "%s: only an experimentation of type learned or adaptive can be judged".formatted(name));
    }
    return Challenger.of(name, learned);
  }

  private static Challenger ofArtifact(FunctionDefinition function, String name, String json) {
    PolicyArtifact artifact;
    try {
      artifact = PolicyArtifactCodec.decode(json);
    } catch (MalformedPolicyException e) {
      throw new IllegalArgumentException("%s: %s".formatted(name, e.getMessage()), e);
    }
    if (!artifact.functionName().equals(function.name())) {
      throw new IllegalArgumentException(
          "%s is a policy of function %s, not of %s"
              .formatted(name, artifact.functionName(), function.name()));
    }
    return Challenger.of(name, artifact);
  }

  private static @Nullable Instant from(JsonNode body) {
    JsonNode from = body.path("from");
    if (from.isMissingNode() || from.isNull()) {
      return null;
    }
    try {
      return Instant.parse(from.asText());
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "from must be a time as in 2026-11-20T00:00:00Z, but is '%s'".formatted(from.asText()),
          e);
    }
  }

  private static double margin(JsonNode body) {
    JsonNode margin = body.path("margin");
    if (margin.isMissingNode() || margin.isNull()) {
      return MARGIN;
    }
    if (!margin.isNumber() || !(margin.asDouble() >= 0 && margin.asDouble() <= 1)) {
      throw new IllegalArgumentException("margin must be a number from 0 to 1: " + margin);
    }
    return margin.asDouble();
  }
}
