package dev.pointsman.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.control.ControlStore;
import dev.pointsman.control.GateStanding;
import dev.pointsman.control.Generation;
import dev.pointsman.control.PriorEvidence;
import dev.pointsman.dashboard.ReportJson;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.TextModelLine;
import dev.pointsman.report.StrongShareStory;
import dev.pointsman.report.TextStory;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The generations of a function as JSON, and how two of them differ. */
final class Policies {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LAST_DECISIONS = 1_000;

  private Policies() {}

  /**
   * {@code {"function", "generations": [{"id", "algorithm", "status", "created_at", "settings",
   * "provenance", "last_revision", "gate"}], "text": {…}, "strong_share": {…}, "prior_evidence": {…}}},
   * the latest first, and {@link TextStory}; {@code last_revision} is null for what is retired, {@code
   * gate} for what was never at the gate, {@code strong_share} for what divides nothing between two
   * variants, {@code prior_evidence} while nothing was learnt outside the log.
   *
   * @param lastLooks what the gate saw last of a generation, as JSON; it becomes {@code gate.look}
   * @throws IllegalArgumentException if the function has none
   */
  static JsonNode list(
      EventStore store,
      ControlStore control,
      String function,
      Function<String, Optional<String>> lastLooks) {
    List<Generation> generations = control.generations(function);
    if (generations.isEmpty()) {
      throw new IllegalArgumentException(
          "%s has no generations: it learns nothing, or has not begun".formatted(function));
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode().put("function", function);
    ArrayNode list = answer.putArray("generations");
    for (Generation generation : generations) {
      ObjectNode one =
          list.addObject()
              .put("id", generation.id())
              .put("algorithm", generation.kind())
              .put("status", generation.status().name().toLowerCase(Locale.ROOT))
              .put("created_at", generation.createdAt().toString());
      one.set("settings", parsed(generation.settings()));
      one.set("provenance", parsed(generation.provenance()));
      PolicyRevision latest =
          generation.status() == Generation.Status.RETIRED
              ? null
              : store.history().latestRevision(function, generation.id());
      if (latest != null) {
        one.putObject("last_revision")
            .put("revision", latest.revision())
            .put("published_at", latest.publishedAt().toString());
      } else {
        one.putNull("last_revision");
      }
      ObjectNode gate = control.standing(generation.id()).map(Policies::gate).orElse(null);
      if (gate != null) {
        gate.set("look", lastLooks.apply(generation.id()).map(Policies::parsed).orElse(null));
      }
      one.set("gate", gate);
    }
    Generation serving = control.currentGeneration(function).orElse(generations.getFirst());
    PolicyRevision decides = store.history().latestRevision(function, serving.id());
    TextModelLine text = store.history().latestTextModel(function);
    answer.set(
        "text",
        TextStory.of(
            parsed(serving.settings()),
            decides == null ? MissingNode.getInstance() : parsed(decides.provenance()).path("text"),
            text,
            text == null ? MissingNode.getInstance() : parsed(text.provenance())));
    answer.set("strong_share", strongShare(store, function, serving, decides));
    answer.set(
        "prior_evidence",
        control
            .priorEvidence(function)
            .map(evidence -> prior(evidence, serving, decides))
            .orElse(null));
    return answer;
  }

  /** {@link StrongShareStory} of the last decisions, without those that chose it counted. */
  private static @Nullable JsonNode strongShare(
      EventStore store, String function, Generation serving, @Nullable PolicyRevision decides) {
    JsonNode share = parsed(serving.settings()).path("strong_share");
    if (share.isMissingNode()) {
      return null;
    }
    String variant = share.path("variant").asText();
    Double intended = store.functions().meanPropensities(function, LAST_DECISIONS).get(variant);
    long pulls = 0;
    if (decides != null) {
      for (PolicyStatistics.VariantEvidence one : decides.statistics().variants()) {
        pulls += one.pulls();
      }
    }
    StrongShareStory story =
        StrongShareStory.of(
            variant,
            share.path("wanted").asDouble(),
            intended == null ? Double.NaN : intended,
            null,
            Math.min(pulls, LAST_DECISIONS),
            decides == null ? null : decides.statistics().threshold());
    ObjectNode told = (ObjectNode) ReportJson.tree(story);
    told.remove("reached");
    return told.put("where", story.where());
  }

  /**
   * What was learnt outside the log: {@code {"metric", "used", "counts_for", "feedbacks",
   * "taken_in_at", "source"}}; how many rewards it counts for in the serving generation's last
   * revision, beside how many of its own, both discounted; null before a revision. Of another metric
   * than the serving generation's it is not used.
   */
  private static JsonNode prior(
      PriorEvidence evidence, Generation serving, @Nullable PolicyRevision decides) {
    ObjectNode prior =
        JsonNodeFactory.instance
            .objectNode()
            .put("metric", evidence.metric())
            .put(
                "used",
                parsed(serving.settings()).path("metric").asText().equals(evidence.metric()));
    JsonNode counted =
        decides == null
            ? MissingNode.getInstance()
            : parsed(decides.provenance()).path("prior_evidence").path("counts_for");
    Double countsFor = counted.isNumber() ? Double.valueOf(counted.asDouble()) : null;
    prior.put("counts_for", countsFor);
    prior.put(
        "feedbacks",
        decides == null
            ? null
            : Double.valueOf(
                Math.max(
                    0,
                    decides.statistics().feedbackCount() - (countsFor == null ? 0 : countsFor))));
    prior.put("taken_in_at", evidence.createdAt().toString());
    prior.set("source", parsed(evidence.provenance()));
    return prior;
  }

  /**
   * Where a challenger stands, or stood: {@code {"stage", "share", "since", "frozen", "incumbent",
   * "forecast", "outcome", "waits_for", "reason"}}.
   */
  static ObjectNode gate(GateStanding standing) {
    ObjectNode gate =
        JsonNodeFactory.instance
            .objectNode()
            .put("stage", standing.stage())
            .put("share", standing.share())
            .put("since", standing.since().toString())
            .put("frozen", standing.frozen())
            .put("incumbent", standing.incumbent());
    String forecast = standing.forecast();
    String outcome = standing.outcome();
    gate.set("forecast", forecast == null ? null : parsed(forecast));
    gate.set("outcome", outcome == null ? null : parsed(outcome));
    return gate.put("waits_for", standing.waitsFor()).put("reason", standing.reason());
  }

  private static JsonNode parsed(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what is stored of a generation is no JSON: " + json, e);
    }
  }

  /** What an act at the gate left: {@code {"function", "generation", "gate"}}. */
  static JsonNode moved(String function, GateStanding standing) {
    ObjectNode answer =
        JsonNodeFactory.instance
            .objectNode()
            .put("function", function)
            .put("generation", standing.generationId());
    answer.set("gate", gate(standing));
    return answer;
  }

  /**
   * One generation of a list.
   *
   * @throws IllegalArgumentException if it is not in it
   */
  static JsonNode generation(JsonNode list, String id) {
    for (JsonNode generation : list.path("generations")) {
      if (generation.path("id").asText().equals(id)) {
        return generation;
      }
    }
    throw new IllegalArgumentException(
        "%s has no generation %s; it has %s"
            .formatted(
                list.path("function").asText(),
                id,
                list.path("generations").findValuesAsText("id")));
  }

  /**
   * What is set otherwise, {@code [{"setting", "from", "to"}]} by name; settings within others are
   * named as in {@code nursery.age}, and null is what a generation does not have.
   */
  static ArrayNode diff(JsonNode from, JsonNode to) {
    Map<String, JsonNode> before = flat("", from.path("settings"), new TreeMap<>());
    Map<String, JsonNode> after = flat("", to.path("settings"), new TreeMap<>());
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    ArrayNode changes = JsonNodeFactory.instance.arrayNode();
    for (String name : names) {
      if (!Objects.equals(before.get(name), after.get(name))) {
        ObjectNode change = changes.addObject().put("setting", name);
        change.set("from", before.get(name));
        change.set("to", after.get(name));
      }
    }
    return changes;
  }

  private static Map<String, JsonNode> flat(
      String prefix, JsonNode node, Map<String, JsonNode> into) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (field.getValue().isObject()) {
        flat(prefix + field.getKey() + ".", field.getValue(), into);
      } else {
        into.put(prefix + field.getKey(), field.getValue());
      }
    }
    return into;
  }
}
