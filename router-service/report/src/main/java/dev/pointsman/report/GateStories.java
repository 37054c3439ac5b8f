package dev.pointsman.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.control.ControlStore;
import dev.pointsman.control.GateStanding;
import dev.pointsman.control.Generation;
import dev.pointsman.eventstore.EventStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads how a function's promotion gate stands. Queries both stores; not for a request thread. */
public final class GateStories {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_STEPS = 12;

  private final ControlStore control;
  private final EventStore store;
  private final Supplier<FunctionCatalog> catalog;
  private final Function<String, Optional<String>> lastLooks;

  /**
   * Over the stores.
   *
   * @param lastLooks what the gate saw last of a generation, as JSON; empty when it never looked
   */
  public GateStories(
      ControlStore control,
      EventStore store,
      Supplier<FunctionCatalog> catalog,
      Function<String, Optional<String>> lastLooks) {
    this.control = control;
    this.store = store;
    this.catalog = catalog;
    this.lastLooks = lastLooks;
  }

  /** The story of one function; empty where there is no gate and never was. */
  public Optional<GateStory> of(String functionName) {
    FunctionDefinition function = catalog.get().functions().get(functionName);
    Experimentation.Promotion promotion =
        function != null && function.experimentation() instanceof Experimentation.Learned learned
            ? learned.rules().promotion()
            : null;
    List<Generation> generations = control.generations(functionName);
    GateStory.@Nullable Standing standing = standing(generations);
    if (promotion == null && standing == null) {
      return Optional.empty();
    }
    return Optional.of(
        new GateStory(
            functionName,
            promotion == null ? null : promotion.mode().name().toLowerCase(Locale.ROOT),
            promotion == null ? 0 : promotion.margin(),
            generations.stream()
                .filter(generation -> generation.status() == Generation.Status.SERVING)
                .map(Generation::id)
                .findFirst()
                .orElse(null),
            standing,
            standing == null ? List.of() : steps(standing.generation())));
  }

  /** Of the challenger, else of what serves, else of the latest that was turned away. */
  private GateStory.@Nullable Standing standing(List<Generation> generations) {
    for (Generation.Status status :
        List.of(Generation.Status.CHALLENGER, Generation.Status.SERVING)) {
      for (Generation generation : generations) {
        if (generation.status() == status) {
          Optional<GateStanding> found = control.standing(generation.id());
          if (found.isPresent()) {
            return told(found.get());
          }
        }
      }
    }
    return generations.stream()
        .filter(generation -> generation.status() == Generation.Status.REJECTED)
        .flatMap(generation -> control.standing(generation.id()).stream())
        .findFirst()
        .map(this::told)
        .orElse(null);
  }

  private GateStory.Standing told(GateStanding standing) {
    return new GateStory.Standing(
        standing.generationId(),
        standing.incumbent(),
        standing.stage(),
        standing.share(),
        standing.since(),
        standing.frozen(),
        standing.waitsFor(),
        standing.reason(),
        bounds(parsed(standing.forecast())),
        bounds(parsed(standing.outcome())),
        look(parsed(lastLooks.apply(standing.generationId()).orElse(null))));
  }

  private List<GateStory.Step> steps(String generation) {
    return store.history().changesOf("gate of generation " + generation, MOST_STEPS).stream()
        .map(change -> new GateStory.Step(change.at(), change.actor(), change.reason()))
        .toList();
  }

  private static GateStory.@Nullable Look look(JsonNode look) {
    if (!look.isObject()) {
      return null;
    }
    List<String> reasons = new ArrayList<>();
    look.path("reasons").forEach(reason -> reasons.add(reason.asText()));
    List<GateStory.Guardrail> guardrails = new ArrayList<>();
    look.path("guardrails")
        .forEach(
            guardrail ->
                guardrails.add(
                    new GateStory.Guardrail(
                        guardrail.path("state").asText("counted"),
                        guardrail.path("sentence").asText())));
    return new GateStory.Look(
        Instant.parse(look.path("at").asText()),
        look.path("looks").asLong(),
        look.path("verdict").asText(),
        reasons,
        bounds(look.path("quality")),
        look.path("decisions").asLong(),
        look.path("outcomes").asLong(),
        look.path("needed").asLong(),
        look.path("lane_outcomes").asLong(),
        guardrails);
  }

  /** Null while nothing bounds it: then its value says nothing either. */
  private static GateStory.@Nullable Bounds bounds(JsonNode difference) {
    if (!difference.path("value").isNumber() || !difference.path("standard_error").isNumber()) {
      return null;
    }
    return new GateStory.Bounds(
        difference.path("value").asDouble(),
        difference.path("lower").isNumber() ? difference.path("lower").asDouble() : null,
        difference.path("upper").isNumber() ? difference.path("upper").asDouble() : null);
  }

  private static JsonNode parsed(@Nullable String json) {
    try {
      return JSON.readTree(json == null ? "null" : json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what is stored of a gate is no JSON: " + json, e);
    }
  }
}
