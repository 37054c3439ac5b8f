package dev.pointsman.gateway.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.chat.OfferedTools;
import dev.pointsman.chat.ToolSpec;
import dev.pointsman.chat.json.Json;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.InferenceEvent.Attempt;
import dev.pointsman.eventlog.InferenceEvent.Ending;
import dev.pointsman.eventlog.InferenceEvent.Tokens;
import dev.pointsman.gateway.attempt.AttemptLedger;
import dev.pointsman.gateway.attempt.CostMeter;
import dev.pointsman.gateway.attempt.RunningAttempt;
import dev.pointsman.gateway.dialect.AnswerFacts;
import dev.pointsman.gateway.dialect.NativeDialect;
import dev.pointsman.gateway.snapshot.BoundFunction;
import dev.pointsman.gateway.snapshot.BoundVariant;
import dev.pointsman.gateway.snapshot.Deployment;
import dev.pointsman.gateway.snapshot.Snapshot;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.SegmentRule;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The line of the log that a request is going to write, as far as it is known. One thread's. */
final class InferenceDraft {

  final UUID inferenceId;
  final UUID episodeId;
  final Instant startedAt;
  final Decision decision;
  final AttemptLedger ledger;
  private final long startNanos;
  private final InferenceCall call;
  private final Snapshot snapshot;
  private final BoundFunction function;
  private final OfferedTools tools;
  private final Map<String, String> tags;
  private Ending ending = Ending.ABANDONED;
  private @Nullable String errorClass;
  private @Nullable RunningAttempt serving;
  private @Nullable AnswerFacts facts;
  private @Nullable BoundVariant routedTo;

  InferenceDraft(
      UUID inferenceId,
      UUID episodeId,
      Instant startedAt,
      long startNanos,
      InferenceCall call,
      Snapshot snapshot,
      BoundFunction function,
      OfferedTools tools,
      Map<String, String> tags,
      Decision decision,
      AttemptLedger ledger) {
    this.inferenceId = inferenceId;
    this.episodeId = episodeId;
    this.startedAt = startedAt;
    this.startNanos = startNanos;
    this.call = call;
    this.snapshot = snapshot;
    this.function = function;
    this.tools = tools;
    this.tags = tags;
    this.decision = decision;
    this.ledger = ledger;
  }

  void serving(RunningAttempt attempt, AnswerFacts answerFacts) {
    serving = attempt;
    facts = answerFacts;
  }

  /** The caller was told to ask this variant's model. */
  void routed(BoundVariant variant) {
    routedTo = variant;
    ended(Ending.ROUTED, null);
  }

  void ended(Ending how, @Nullable String withErrorClass) {
    ending = how;
    errorClass = withErrorClass;
  }

  /** Nano-dollars of all attempts; null when one of them is unknown that must have cost something. */
  @Nullable Long costNanos() {
    long total = 0;
    for (Attempt attempt : ledger.attempts()) {
      if (attempt.costNanos() != null) {
        total += attempt.costNanos();
      } else if (attempt.tokens().output() != null || attempt.status().equals("ok")) {
        return null;
      }
    }
    return total;
  }

  /** The same; null too where the caller asks the model himself and is billed elsewhere. */
  @Nullable Long billedNanos() {
    return routedTo == null ? costNanos() : null;
  }

  /** Microseconds not spent waiting for a provider. */
  long overheadMicros() {
    return Math.max(0, (System.nanoTime() - startNanos - ledger.providerNanos()) / 1_000);
  }

  InferenceEvent event(String node) {
    RunningAttempt served = serving;
    BoundVariant by = served == null ? routedTo : served.variant();
    Deployment on =
        served != null
            ? served.deployment()
            : by == null ? null : by.model().deployments().getFirst();
    Tokens tokens = served == null ? Tokens.UNKNOWN : served.tokens();
    long duration = (System.nanoTime() - startNanos) / 1_000;
    FunctionRouting routing = function.routing();
    String baseline = routing == null ? null : routing.baselineVariant();
    BoundVariant baselineVariant = baseline == null ? null : function.variants().get(baseline);
    return new InferenceEvent(
        new InferenceEvent.Ids(
            inferenceId,
            episodeId,
            call.origin().requestId(),
            call.origin().traceId(),
            call.origin().idempotencyKey(),
            node,
            startedAt),
        new InferenceEvent.Asker(
            call.dialect().surface(),
            call.namespace(),
            function.name(),
            function.definition().type() == FunctionDefinition.Type.JSON ? "json" : "chat",
            call.origin().caller().keyId(),
            call.origin().caller().teamId(),
            call.endUser(),
            tags),
        new InferenceEvent.Versions(
            snapshot.catalog().configHash(), snapshot.priceVersion(), SegmentRule.FEATURE_VERSION),
        decision,
        new InferenceEvent.Outcome(
            ending,
            errorClass,
            by == null ? null : by.name(),
            on == null ? null : on.model(),
            on == null ? null : on.provider(),
            ledger.count(),
            by != null && !by.name().equals(decision.chosenVariant()),
            served == null || served.finish() == null ? null : served.finish().label(),
            call.stream(),
            "off"),
        new InferenceEvent.Quantities(
            tokens,
            served != null && served.tokensEstimated(),
            billedNanos(),
            baseline,
            baselineVariant == null
                ? null
                : CostMeter.costOfTokens(baselineVariant.model().price(), tokens),
            duration,
            served == null ? null : served.ttftMicros(),
            Math.max(0, duration - ledger.providerNanos() / 1_000)),
        ledger.attempts(),
        function.definition().logText() ? payload() : null);
  }

  private InferenceEvent.Payload payload() {
    String input = Json.text(call.input().toJson());
    RunningAttempt served = serving;
    String output =
        served == null || facts == null
            ? null
            : Json.text(NativeDialect.content(facts, served.soFar()));
    JsonNode parameters = call.parameters();
    String parameterText = parameters == null ? null : Json.text(parameters);
    String toolText = tools.specs().isEmpty() ? null : Json.text(toolsAsJson());
    return InferenceEvent.Payload.of(input, output, parameterText, toolText);
  }

  private ArrayNode toolsAsJson() {
    ArrayNode list = Json.array();
    for (ToolSpec tool : tools.specs()) {
      list.addObject()
          .put("name", tool.name())
          .put("description", tool.description())
          .set("parameters", tool.parameters());
    }
    return list;
  }
}
