package dev.pointsman.gateway.pipeline;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.JsonSchema;
import dev.pointsman.chat.ContentBlock;
import dev.pointsman.chat.InputCheck;
import dev.pointsman.chat.InputMessage;
import dev.pointsman.chat.OfferedTools;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.eventlog.AppendFailedException;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.InferenceEvent.Ending;
import dev.pointsman.eventlog.InferenceEvent.Tokens;
import dev.pointsman.eventlog.SpoolFullException;
import dev.pointsman.gateway.attempt.AttemptLedger;
import dev.pointsman.gateway.attempt.Attempts;
import dev.pointsman.gateway.attempt.Circuits;
import dev.pointsman.gateway.attempt.PromptEmbeddings;
import dev.pointsman.gateway.attempt.RequestDeadlines;
import dev.pointsman.gateway.attempt.RunningAttempt;
import dev.pointsman.gateway.dialect.AnswerFacts;
import dev.pointsman.gateway.dialect.AnswerUsage;
import dev.pointsman.gateway.dialect.ChatStream;
import dev.pointsman.gateway.dialect.RefusalAnswer;
import dev.pointsman.gateway.inference.Answer;
import dev.pointsman.gateway.inference.AnswerEvent;
import dev.pointsman.gateway.inference.Refusal;
import dev.pointsman.gateway.inference.RefusedException;
import dev.pointsman.gateway.provider.ProviderFailureException;
import dev.pointsman.gateway.render.RequestRenderer;
import dev.pointsman.gateway.sink.AnswerHead;
import dev.pointsman.gateway.sink.AnswerSink;
import dev.pointsman.gateway.sink.CallerLeftException;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import dev.pointsman.gateway.snapshot.BoundEmbedding;
import dev.pointsman.gateway.snapshot.BoundFunction;
import dev.pointsman.gateway.snapshot.BoundVariant;
import dev.pointsman.gateway.snapshot.LatencyWatch;
import dev.pointsman.gateway.snapshot.Snapshot;
import dev.pointsman.routing.BudgetPacer;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.DecisionRequest;
import dev.pointsman.routing.DecisionSampler;
import dev.pointsman.routing.EpisodeStickiness;
import dev.pointsman.routing.Exclusion;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.NoEligibleVariantException;
import dev.pointsman.routing.SoftRules;
import dev.pointsman.routing.features.PromptVector;
import dev.pointsman.routing.features.RequestComplexity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to an inference request: admit, look up, find eligible, decide, render, attempt,
 * answer, log. Sequential code for one virtual thread; a caller who leaves interrupts it.
 *
 * <p>Every request that a decision was made for writes exactly one line, however it ends. The last
 * part of an answer is sent when the line is as durable as the log promises.
 */
public final class InferencePipeline {

  private static final Logger LOG = LoggerFactory.getLogger(InferencePipeline.class);

  /** What a line needs beside texts: vectors, ids, attempts. */
  private static final int LINE_BYTES = 16 << 10;

  private final ActiveSnapshot snapshots;
  private final DecisionSampler sampler;
  private final Circuits circuits;
  private final Attempts attempts;
  private final PromptEmbeddings embeddings;
  private final EventLog log;
  private final IdSource ids;
  private final PointsmanMeters meters;
  private final String node;

  /** Of its parts; {@code node} is this router's name in the log. */
  public InferencePipeline(
      ActiveSnapshot snapshots,
      DecisionSampler sampler,
      Circuits circuits,
      Attempts attempts,
      EventLog log,
      IdSource ids,
      PointsmanMeters meters,
      String node) {
    this.snapshots = snapshots;
    this.sampler = sampler;
    this.circuits = circuits;
    this.attempts = attempts;
    this.embeddings = new PromptEmbeddings(circuits, ids);
    this.log = log;
    this.ids = ids;
    this.meters = meters;
    this.node = node;
  }

  /** Answers one request, whatever happens; nothing is thrown for a reason the caller can mend. */
  public void run(InferenceCall call, AnswerSink sink) throws InterruptedException {
    run(call, this::attemptAndAnswer, sink);
  }

  /** Decides for one request and says what was decided, for a caller who calls the model himself. */
  public void route(InferenceCall call, AnswerSink sink) throws InterruptedException {
    run(call, (c, snapshot, function, tools, draft, s) -> routed(c, function, draft, s), sink);
  }

  /** What follows a decision. */
  @FunctionalInterface
  private interface Sequel {
    Closing of(
        InferenceCall call,
        Snapshot snapshot,
        BoundFunction function,
        OfferedTools tools,
        InferenceDraft draft,
        AnswerSink sink);
  }

  private void run(InferenceCall call, Sequel sequel, AnswerSink sink) throws InterruptedException {
    long startNanos = System.nanoTime();
    Instant startedAt = ids.now();
    Snapshot snapshot = snapshots.current();
    try (Admission admission = admit(call)) {
      BoundFunction function = lookUp(call, snapshot);
      OfferedTools tools = check(call, snapshot, function);
      UUID inferenceId = ids.next();
      UUID episodeId = call.episodeId() == null ? ids.next() : call.episodeId();
      AttemptLedger ledger = new AttemptLedger(function.definition().logText());
      Decision decision = decide(call, function, tools, inferenceId, episodeId, ledger);
      InferenceDraft draft =
          new InferenceDraft(
              inferenceId,
              episodeId,
              startedAt,
              startNanos,
              call,
              snapshot,
              function,
              tools,
              tags(call),
              decision,
              ledger);
      BudgetPacer.Charge charge = charge(call, function, decision);
      Closing closing = Closing.NOTHING;
      boolean logged;
      try {
        closing = sequel.of(call, snapshot, function, tools, draft, sink);
      } finally {
        sink.shield();
        settle(charge, draft);
        watch(function, draft);
        logged = write(call, snapshot, draft, admission);
      }
      closing.send(logged);
    } catch (RefusedException e) {
      meters.refused(e.refusal().getClass().getSimpleName());
      refuse(call, e.refusal(), Map.of("x-request-id", call.origin().requestId()), sink);
    } catch (CallerLeftException e) {
      // The line is written; there is nobody to send the rest to.
    }
  }

  // ---- admit -----------------------------------------------------------------------------------

  /** Room in the spool; none for a dry run, which writes nothing. */
  private record Admission(EventLog.@Nullable Reservation room) implements AutoCloseable {
    @Override
    public void close() {
      if (room != null) {
        room.close();
      }
    }
  }

  /** Four characters a token, logged twice, as input and raw request; answers are mostly shorter. */
  private static int textBytes(InferenceCall call) {
    return (int) Math.min(Integer.MAX_VALUE / 2, 10L * call.input().estimatedTokens());
  }

  private Admission admit(InferenceCall call) {
    if (call.dryrun()) {
      return new Admission(null);
    }
    try {
      return new Admission(log.reserve(LINE_BYTES, textBytes(call)));
    } catch (SpoolFullException e) {
      throw new RefusedException(
          new Refusal.Overloaded(String.valueOf(e.getMessage()), Duration.ofSeconds(5)));
    }
  }

  // ---- look up ---------------------------------------------------------------------------------

  private static BoundFunction lookUp(InferenceCall call, Snapshot snapshot) {
    if (call.functionName() != null) {
      BoundFunction function = snapshot.functions().get(call.functionName());
      if (function == null) {
        throw new RefusedException(new Refusal.UnknownFunction(call.functionName()));
      }
      if (call.variantName() != null && !function.variants().containsKey(call.variantName())) {
        throw new RefusedException(new Refusal.UnknownVariant(function.name(), call.variantName()));
      }
      return function;
    }
    String model = call.modelName() == null ? "" : call.modelName();
    BoundFunction function = snapshot.functionOfModel(model);
    if (function == null) {
      throw new RefusedException(
          new Refusal.UnknownModel(
              "Unknown model: %s. Declare [models.%s], or use a shorthand such as openai::MODEL or dummy::good."
                  .formatted(model, model)));
    }
    return function;
  }

  private static OfferedTools check(InferenceCall call, Snapshot snapshot, BoundFunction function) {
    FunctionDefinition definition = function.definition();
    try {
      InputCheck.check(definition, call.input(), "input");
      return offered(call, snapshot, definition);
    } catch (FieldException e) {
      throw RefusedException.malformed(e.path(), String.valueOf(e.getMessage()));
    }
  }

  private static OfferedTools offered(
      InferenceCall call, Snapshot snapshot, FunctionDefinition definition) {
    if (definition.type() == FunctionDefinition.Type.JSON) {
      return OfferedTools.NONE;
    }
    if (call.outputSchema() != null) {
      throw RefusedException.malformed(
          "output_schema",
          "`output_schema` is for json functions; %s is a chat function"
              .formatted(definition.name()));
    }
    return OfferedTools.of(snapshot.tools()::get, definition, call.tools());
  }

  private static Map<String, String> tags(InferenceCall call) {
    if (call.namespace() == null && call.variantName() == null) {
      return call.tags();
    }
    Map<String, String> tags = new LinkedHashMap<>(call.tags());
    if (call.namespace() != null) {
      tags.put("tensorzero::namespace", call.namespace());
    }
    if (call.variantName() != null) {
      tags.put("tensorzero::variant_pinned", call.variantName());
    }
    return tags;
  }

  // ---- find eligible, decide -------------------------------------------------------------------

  private Decision decide(
      InferenceCall call,
      BoundFunction function,
      OfferedTools tools,
      UUID inferenceId,
      UUID episodeId,
      AttemptLedger ledger) {
    // Putting it together copies every word of it, and most functions do not go by it.
    String lastUserText =
        function.readsLastUserText() ? lastUserText(call.input().messages()) : null;
    Map<String, String> features = function.segments().features(call.tags(), lastUserText);
    String segment = function.vocabulary().admit(function.segments().segment(features));
    FunctionRouting routing = function.routing();
    EpisodeStickiness stickiness = function.stickiness();
    if (routing == null || stickiness == null) {
      return Decision.pinned(function.variants().keySet().iterator().next(), segment, features);
    }
    if (call.variantName() != null) {
      return Decision.pinned(call.variantName(), segment, features);
    }
    boolean remembers = !call.dryrun();
    if (remembers && call.episodeId() != null) {
      EpisodeStickiness.Choice earlier = stickiness.find(function.name(), episodeId);
      if (earlier != null && function.variants().containsKey(earlier.variant())) {
        return follow(earlier, function, features);
      }
    }
    if (lastUserText != null && routing.readsComplexity()) {
      features.put(Decision.COMPLEXITY, RequestComplexity.of(lastUserText).label());
    }
    Experimentation.Learned learned = function.learned();
    List<@Nullable Exclusion> exclusions =
        softly(exclusions(function, routing.policy().candidates()), function, segment);
    PromptVector embedding = embed(function, lastUserText, exclusions, features, ledger);
    DecisionRequest request =
        new DecisionRequest(
            episodeId,
            segment,
            features,
            call.input().estimatedTokens(),
            exclusions,
            exclusions(function, routing.fallbackVariants()),
            learned == null
                || learned.exploreIf() == null
                || learned.exploreIf().allows(call.tags()),
            function.pacer() == null ? null : function.pacer().price(),
            function.text() == null
                ? null
                : function.text().of(call.input(), tools.specs().size(), embedding));
    Decision decision;
    try {
      decision = sampler.decide(routing, request);
    } catch (NoEligibleVariantException e) {
      String message = String.valueOf(e.getMessage());
      throw new RefusedException(
          e.requestToBlame()
              ? new Refusal.NothingEligible(message)
              : new Refusal.Overloaded(message, Duration.ofSeconds(30)));
    }
    if (remembers && decision.kind() == DecisionKind.DECISION) {
      EpisodeStickiness.Choice mine =
          new EpisodeStickiness.Choice(
              inferenceId, decision.chosenVariant(), decision.fallbackOrder(), segment);
      EpisodeStickiness.Choice holds = stickiness.putIfAbsent(function.name(), episodeId, mine);
      if (!holds.decidedBy().equals(inferenceId)
          && function.variants().containsKey(holds.variant())) {
        return follow(holds, function, features);
      }
    }
    return decision;
  }

  /**
   * The embedding of the prompt, where the function has a model for it and there is something to choose;
   * features say what came of it.
   */
  private @Nullable PromptVector embed(
      BoundFunction function,
      @Nullable String prompt,
      List<@Nullable Exclusion> exclusions,
      Map<String, String> features,
      AttemptLedger ledger) {
    BoundEmbedding model = function.embedding();
    if (model == null) {
      return null;
    }
    long eligible =
        exclusions.stream()
            .filter(exclusion -> exclusion == null || exclusion.level() == Exclusion.Level.SOFT)
            .count();
    if (eligible < 2) {
      return null;
    }
    PromptEmbeddings.Outcome outcome = embeddings.of(model, prompt, ledger);
    PromptVector vector = outcome.vector();
    if (vector != null) {
      features.put(Decision.EMBEDDING, vector.toText());
    } else if (outcome.leftOut() != null) {
      features.put(Decision.EMBEDDING_LEFT_OUT, outcome.leftOut());
    }
    return vector;
  }

  private Decision follow(
      EpisodeStickiness.Choice choice, BoundFunction function, Map<String, String> features) {
    List<String> order = new ArrayList<>();
    for (String name : choice.fallbackOrder()) {
      BoundVariant variant = function.variants().get(name);
      if (variant != null && circuits.mayServe(variant.model())) {
        order.add(name);
      }
    }
    return Decision.sticky(choice.decidedBy(), choice.variant(), order, choice.segment(), features);
  }

  private List<@Nullable Exclusion> exclusions(BoundFunction function, List<String> names) {
    List<@Nullable Exclusion> result = new ArrayList<>(names.size());
    for (String name : names) {
      BoundVariant variant = function.variants().get(name);
      result.add(
          variant == null
              ? new Exclusion(Exclusion.Level.STATE, "not configured")
              : circuits.mayServe(variant.model())
                  ? null
                  : new Exclusion(Exclusion.Level.STATE, "circuit open"));
    }
    return result;
  }

  /** Adds the soft exclusions; what excludes an arm already stays. */
  private List<@Nullable Exclusion> softly(
      List<@Nullable Exclusion> exclusions, BoundFunction function, String segment) {
    SoftRules rules = function.softRules();
    FunctionRouting routing = function.routing();
    if (rules == null || routing == null) {
      return exclusions;
    }
    LatencyWatch latencies = function.latencies();
    Instant now = latencies == null ? Instant.EPOCH : ids.now();
    for (int arm = 0; arm < exclusions.size(); arm++) {
      if (exclusions.get(arm) == null && rules.applyTo(arm)) {
        Exclusion found = rules.quality(segment, arm);
        if (found == null && latencies != null) {
          found = latencies.tooSlow(routing.policy().candidates().get(arm), now);
        }
        exclusions.set(arm, found);
      }
    }
    return exclusions;
  }

  private static @Nullable String lastUserText(List<InputMessage> messages) {
    for (InputMessage message : messages.reversed()) {
      if (message.role() == InputMessage.Role.USER) {
        List<String> lines = new ArrayList<>();
        for (ContentBlock block : message.content()) {
          if (block instanceof ContentBlock.Text part) {
            lines.add(part.text());
          }
        }
        lines.add("");
        return String.join("\n", lines);
      }
    }
    return null;
  }

  // ---- keep to the dollar target ---------------------------------------------------------------

  private BudgetPacer.@Nullable Charge charge(
      InferenceCall call, BoundFunction function, Decision decision) {
    BudgetPacer pacer = function.pacer();
    if (pacer == null || call.dryrun()) {
      return null;
    }
    meters.paced(function.name(), pacer);
    return pacer.take(decision);
  }

  /** However the inference ended; a bill that nobody knows leaves the charge as it is. */
  private static void settle(BudgetPacer.@Nullable Charge charge, InferenceDraft draft) {
    if (charge == null) {
      return;
    }
    Long nanos = draft.billedNanos();
    if (nanos != null) {
      charge.settle(Math.max(0, nanos) * 1e-9);
    }
  }

  /** Every call of a provider counts, whoever asked for it. */
  private void watch(BoundFunction function, InferenceDraft draft) {
    LatencyWatch latencies = function.latencies();
    if (latencies != null) {
      Instant now = ids.now();
      for (InferenceEvent.Attempt attempt : draft.ledger.attempts()) {
        if (attempt.purpose().equals(PromptEmbeddings.PURPOSE)) {
          continue; // no variant's time
        }
        Long first = attempt.ttftMicros();
        boolean answered = attempt.status().equals("ok") || attempt.status().equals("truncated");
        latencies.record(
            attempt.variant(), now, first == null ? attempt.durationMicros() : first, answered);
      }
    }
  }

  // ---- or leave the call to the caller ---------------------------------------------------------

  private Closing routed(
      InferenceCall call, BoundFunction function, InferenceDraft draft, AnswerSink sink) {
    List<BoundVariant> order =
        inOrder(draft.decision, function).stream()
            .filter(variant -> circuits.mayServe(variant.model()))
            .toList();
    if (order.isEmpty()) {
      draft.ended(Ending.FAILED, "circuit_open");
      Refusal refusal =
          new Refusal.Overloaded(
              "every model that could be named is failing now: the circuits of its providers are"
                  + " open",
              Duration.ofSeconds(5));
      Map<String, String> headers = AnswerHeaders.of(call, draft, null);
      return logged -> refuse(call, refusal, with(headers, logged), sink);
    }
    draft.routed(order.getFirst());
    byte[] body = RouteAnswer.of(draft.inferenceId, draft.episodeId, function.name(), order);
    Map<String, String> headers = AnswerHeaders.of(call, draft, null);
    return logged ->
        sink.full(new AnswerHead(200, "application/json", with(headers, logged)), body);
  }

  private static List<BoundVariant> inOrder(Decision decision, BoundFunction function) {
    List<BoundVariant> order = new ArrayList<>();
    for (String name : decision.fallbackOrder()) {
      BoundVariant variant = function.variants().get(name);
      if (variant != null) {
        order.add(variant);
      }
    }
    return order;
  }

  // ---- render, attempt, answer -----------------------------------------------------------------

  private Closing attemptAndAnswer(
      InferenceCall call,
      Snapshot snapshot,
      BoundFunction function,
      OfferedTools tools,
      InferenceDraft draft,
      AnswerSink sink) {
    JsonSchema schema =
        call.outputSchema() == null ? function.definition().outputSchema() : call.outputSchema();
    RequestRenderer renderer =
        new RequestRenderer(
            function.definition(),
            call.input(),
            tools,
            schema,
            call.sampling(),
            call.jsonMode(),
            call.format(),
            call.stream());
    List<BoundVariant> order = inOrder(draft.decision, function);
    Duration most = snapshot.catalog().gateway().globalOutboundTimeout();
    boolean pinned = call.variantName() != null;
    Attempts.Plan plan =
        new Attempts.Plan(
            order,
            variant -> renderer.request(variant.definition()),
            new RequestDeadlines(System.nanoTime() + most.toNanos(), call.stream()),
            pinned,
            call.input().estimatedTokens());
    try (RunningAttempt attempt = attempts.firstAnswer(plan, draft.ledger)) {
      boolean json = function.definition().type() == FunctionDefinition.Type.JSON;
      AnswerFacts facts =
          new AnswerFacts(
              draft.inferenceId,
              draft.episodeId,
              attempt.variant().name(),
              call.requestedModel(),
              draft.startedAt,
              json,
              schema,
              tools.schemas(),
              call.usageAsked());
      draft.serving(attempt, facts);
      boolean throughTool = renderer.answersThroughTool(attempt.variant().definition());
      return call.stream()
          ? streamed(call, facts, attempt, throughTool, draft, sink)
          : whole(call, facts, attempt, throughTool, draft, sink);
    } catch (RefusedException e) {
      draft.ended(Ending.FAILED, failureClass(e.refusal(), draft));
      Map<String, String> headers = AnswerHeaders.of(call, draft, null);
      return logged -> refuse(call, e.refusal(), with(headers, logged), sink);
    } catch (InterruptedException | CallerLeftException e) {
      draft.ended(Ending.ABANDONED, null);
      return Closing.NOTHING;
    } catch (RuntimeException e) {
      LOG.error("inference {} failed by our own fault", draft.inferenceId, e);
      draft.ended(Ending.FAILED, "internal");
      Refusal refusal = internal(call);
      return logged -> refuse(call, refusal, with(Map.of(), logged), sink);
    }
  }

  private static Refusal internal(InferenceCall call) {
    return new Refusal.Internal(
        "the router failed; its log says why under request id " + call.origin().requestId());
  }

  private static String failureClass(Refusal refusal, InferenceDraft draft) {
    String last = draft.ledger.lastErrorClass();
    return switch (refusal) {
      case Refusal.DeadlinePassed late -> "timed_out";
      case Refusal.Overloaded overloaded -> "circuit_open";
      case Refusal.Internal internal -> "internal";
      default -> last == null ? "internal" : last;
    };
  }

  private static Closing whole(
      InferenceCall call,
      AnswerFacts facts,
      RunningAttempt attempt,
      boolean throughTool,
      InferenceDraft draft,
      AnswerSink sink) {
    attempt.succeeded();
    draft.ended(Ending.ANSWERED, null);
    Answer answer = throughTool ? toolAsText(attempt.soFar()) : attempt.soFar();
    byte[] body = call.dialect().whole(facts, answer, usage(attempt, draft));
    Map<String, String> headers = AnswerHeaders.of(call, draft, attempt);
    return logged ->
        sink.full(new AnswerHead(200, "application/json", with(headers, logged)), body);
  }

  private Closing streamed(
      InferenceCall call,
      AnswerFacts facts,
      RunningAttempt attempt,
      boolean throughTool,
      InferenceDraft draft,
      AnswerSink sink)
      throws InterruptedException, CallerLeftException {
    ChatStream stream = call.dialect().stream(facts);
    boolean headSent = false;
    try {
      AnswerEvent event;
      while ((event = attempt.next()) != null) {
        if (event instanceof AnswerEvent.Fault fault && !stream.survivesFaults()) {
          return brokenOff(attempt, fault, stream, draft, sink);
        }
        byte[] part = stream.part(throughTool ? toolAsText(event) : event);
        if (part != null) {
          if (!headSent) {
            headSent = true;
            sink.begin(streamHead(call, draft, attempt));
          }
          sink.write(part);
        }
      }
    } catch (ProviderFailureException e) {
      attempt.failed(e);
      draft.ended(Ending.TRUNCATED, e.failure().errorClass());
      if (!headSent) {
        sink.begin(streamHead(call, draft, attempt));
      }
      byte[] last = stream.broken(e.failure().message());
      return logged -> finish(last, sink);
    }
    attempt.succeeded();
    AnswerEvent.Fault fault = attempt.fault();
    draft.ended(
        fault == null ? Ending.ANSWERED : Ending.TRUNCATED,
        fault == null ? null : fault.errorClass());
    if (!headSent) {
      sink.begin(streamHead(call, draft, attempt));
    }
    byte[] last = stream.end(attempt.soFar(), usage(attempt, draft));
    return logged -> finish(last, sink);
  }

  private static Closing brokenOff(
      RunningAttempt attempt,
      AnswerEvent.Fault fault,
      ChatStream stream,
      InferenceDraft draft,
      AnswerSink sink) {
    attempt.succeeded();
    draft.ended(Ending.TRUNCATED, fault.errorClass());
    byte[] last = stream.broken(fault.message());
    return logged -> finish(last, sink);
  }

  private static void finish(byte[] last, AnswerSink sink)
      throws InterruptedException, CallerLeftException {
    sink.write(last);
    sink.end();
  }

  private static AnswerHead streamHead(
      InferenceCall call, InferenceDraft draft, RunningAttempt attempt) {
    return new AnswerHead(200, "text/event-stream", AnswerHeaders.of(call, draft, attempt))
        .with("cache-control", "no-cache");
  }

  private static AnswerUsage usage(RunningAttempt attempt, InferenceDraft draft) {
    return new AnswerUsage(
        attempt.tokensEstimated() ? Tokens.UNKNOWN : attempt.tokens(), draft.costNanos());
  }

  private static Answer toolAsText(Answer answer) {
    List<Answer.Block> blocks = new ArrayList<>();
    for (Answer.Block block : answer.blocks()) {
      blocks.add(
          block instanceof Answer.ToolCallBlock call
              ? new Answer.TextBlock(call.arguments())
              : block);
    }
    return new Answer(blocks, answer.finish(), answer.tokens());
  }

  private static AnswerEvent toolAsText(AnswerEvent event) {
    return event instanceof AnswerEvent.ToolCallDelta call
        ? new AnswerEvent.TextDelta(call.call(), call.arguments())
        : event;
  }

  private static void refuse(
      InferenceCall call, Refusal refusal, Map<String, String> headers, AnswerSink sink) {
    RefusalAnswer answer = call.dialect().refusal(refusal);
    AnswerHead head = new AnswerHead(answer.status(), "application/json", headers);
    Duration retryAfter = answer.retryAfter();
    if (retryAfter != null) {
      head = head.with("retry-after", Long.toString(Math.max(1, retryAfter.toSeconds())));
    }
    sink.full(head, answer.body());
  }

  private static Map<String, String> with(Map<String, String> headers, boolean logged) {
    if (logged) {
      return headers;
    }
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put("x-pointsman-log", "lost");
    return more;
  }

  // ---- log -------------------------------------------------------------------------------------

  /** Writes the line. False if the log refused it; a dry run has no line. */
  private boolean write(
      InferenceCall call, Snapshot snapshot, InferenceDraft draft, Admission admission) {
    EventLog.Reservation room = admission.room();
    if (room == null) {
      return true;
    }
    try {
      InferenceEvent event = draft.event(node);
      String model = call.modelName() == null ? "" : call.modelName();
      meters.requestCame(
          "inference",
          event.asker().functionName(),
          model.isEmpty() || snapshot.catalog().models().containsKey(model) ? model : "other");
      meters.inferenceEnded(event);
      room.append(event);
      return true;
    } catch (AppendFailedException e) {
      meters.logLost();
      LOG.error("inference {} is not in the log", draft.inferenceId, e);
      return false;
    }
  }
}
