package dev.pointsman.gateway.attempt;

import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.InferenceEvent.Tokens;
import dev.pointsman.eventlog.LoggedText;
import dev.pointsman.gateway.inference.Answer;
import dev.pointsman.gateway.inference.AnswerCollector;
import dev.pointsman.gateway.inference.AnswerEvent;
import dev.pointsman.gateway.inference.FinishReason;
import dev.pointsman.gateway.provider.ModelRequest;
import dev.pointsman.gateway.provider.ProviderAnswer;
import dev.pointsman.gateway.provider.ProviderFailure;
import dev.pointsman.gateway.provider.ProviderFailureException;
import dev.pointsman.gateway.snapshot.BoundVariant;
import dev.pointsman.gateway.snapshot.Deployment;
import dev.pointsman.routing.IdSource;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One call of one deployment, from its start until it is settled as succeeded, failed or abandoned;
 * settling writes it into the ledger and tells its circuit. Used by one thread.
 */
public final class RunningAttempt implements AutoCloseable {

  private final UUID id;
  private final int ordinal;
  private final Instant startedAt;
  private final long startNanos;
  private final BoundVariant variant;
  private final Deployment deployment;
  private final RequestDeadlines.OfAttempt deadlines;
  private final Circuit circuit;
  private final Circuit.Phase asked;
  private final AttemptLedger ledger;
  private final boolean stream;
  private final int estimatedInput;
  private final AnswerCollector collector = new AnswerCollector();
  private final Queue<AnswerEvent> pulled = new ArrayDeque<>();
  private @Nullable ProviderAnswer answer;
  private AnswerEvent.@Nullable UsageReported usage;
  private AnswerEvent.@Nullable Fault fault;
  private @Nullable Long ttftNanos;
  private @Nullable Long costNanos;
  private @Nullable FinishReason finish;
  private Tokens tokens = Tokens.UNKNOWN;
  private boolean tokensEstimated;
  private boolean settled;

  RunningAttempt(
      IdSource ids,
      BoundVariant variant,
      Deployment deployment,
      RequestDeadlines.OfAttempt deadlines,
      Circuit circuit,
      Circuit.Phase asked,
      AttemptLedger ledger,
      boolean stream,
      int estimatedInput) {
    this.id = ids.next();
    this.startedAt = ids.now();
    this.startNanos = System.nanoTime();
    this.ordinal = ledger.nextOrdinal();
    this.variant = variant;
    this.deployment = deployment;
    this.deadlines = deadlines;
    this.circuit = circuit;
    this.asked = asked;
    this.ledger = ledger;
    this.stream = stream;
    this.estimatedInput = estimatedInput;
  }

  /** Sends the request and pulls the answer until its first part, or whole if it is not streamed. */
  void begin(ModelRequest request) throws ProviderFailureException, InterruptedException {
    long from = System.nanoTime();
    try {
      answer = deployment.client().open(request, deadlines.beginBy());
    } finally {
      ledger.waited(System.nanoTime() - from);
    }
    while (true) {
      AnswerEvent event = pull(answer, deadlines.beginBy());
      if (event == null) {
        return;
      }
      if (event instanceof AnswerEvent.Fault broken && (!stream || pulled.isEmpty())) {
        throw new ProviderFailureException(
            new ProviderFailure.UpstreamFault(broken.message(), answer.httpStatus()),
            answer.rawRequest(),
            answer.rawResponse());
      }
      pulled.add(event);
      boolean content = !(event instanceof AnswerEvent.UsageReported);
      if (stream && content) {
        return;
      }
    }
  }

  /**
   * The next event of the answer, null at its end.
   *
   * @throws ProviderFailureException if the answer broke; settle the attempt as failed then
   */
  public @Nullable AnswerEvent next() throws ProviderFailureException, InterruptedException {
    AnswerEvent event = pulled.poll();
    if (event != null || answer == null) {
      return event;
    }
    return stream ? pull(answer, deadlines.nextBy(System.nanoTime())) : null;
  }

  private @Nullable AnswerEvent pull(ProviderAnswer from, long by)
      throws ProviderFailureException, InterruptedException {
    long before = System.nanoTime();
    AnswerEvent event;
    try {
      event = from.next(by);
    } finally {
      ledger.waited(System.nanoTime() - before);
    }
    if (event != null) {
      if (stream && ttftNanos == null && !(event instanceof AnswerEvent.UsageReported)) {
        ttftNanos = System.nanoTime() - startNanos;
      }
      switch (event) {
        case AnswerEvent.UsageReported reported -> usage = reported;
        case AnswerEvent.Finished finished -> finish = finished.reason();
        case AnswerEvent.Fault broken -> fault = broken;
        default -> {}
      }
      collector.add(event);
    }
    return event;
  }

  /** A fault that the stream went on after, null without one. */
  public AnswerEvent.@Nullable Fault fault() {
    return fault;
  }

  /** What has come so far. */
  public Answer soFar() {
    return collector.answer();
  }

  /** The answer is complete. */
  public void succeeded() {
    if (fault != null) {
      settle("truncated", fault.errorClass(), httpStatus(), null, null);
      circuit.failed(asked, fault.errorClass());
    } else {
      settle("ok", null, httpStatus(), null, null);
      circuit.succeeded(asked);
    }
  }

  /** The call failed, before or after it began to answer. */
  public void failed(ProviderFailureException problem) {
    ProviderFailure failure = problem.failure();
    boolean begun = finish != null || collector.estimatedTokens() > 0;
    settle(
        begun && stream ? "truncated" : "failed",
        failure.errorClass(),
        failure.httpStatus() == null ? httpStatus() : failure.httpStatus(),
        problem.rawRequest(),
        problem.rawResponse());
    ledger.failure(
        "%s via %s: %s: %s"
            .formatted(variant.name(), deployment.name(), failure.errorClass(), failure.message()));
    if (failure.countsForCircuit()) {
      circuit.failed(asked, failure.errorClass());
    } else {
      circuit.abandoned(asked);
    }
  }

  /** Nobody waits for the answer any more; the call is cancelled. */
  public void abandoned() {
    settle("abandoned", null, httpStatus(), null, null);
    circuit.abandoned(asked);
  }

  private @Nullable Integer httpStatus() {
    return answer == null ? null : answer.httpStatus();
  }

  private void settle(
      String status,
      @Nullable String errorClass,
      @Nullable Integer httpStatus,
      @Nullable String rawRequest,
      @Nullable String rawResponse) {
    if (settled) {
      return;
    }
    settled = true;
    AnswerEvent.UsageReported reported = usage;
    if (reported != null) {
      tokens = reported.tokens();
      costNanos = CostMeter.cost(deployment.definition().cost(), reported.raw(), stream);
    } else if (status.equals("ok") || collector.estimatedTokens() > 0) {
      tokens = new Tokens((long) estimatedInput, collector.estimatedTokens(), null, null, null);
      tokensEstimated = true;
      costNanos = CostMeter.costOfTokens(deployment.price(), tokens);
    }
    ProviderAnswer from = answer;
    boolean keep = ledger.keepText();
    ledger.add(
        new InferenceEvent.Attempt(
            id,
            ordinal,
            startedAt,
            variant.name(),
            deployment.model(),
            deployment.provider(),
            "answer",
            status,
            httpStatus,
            errorClass,
            asked.label,
            tokens,
            costNanos,
            (System.nanoTime() - startNanos) / 1_000,
            ttftNanos == null ? null : ttftNanos / 1_000,
            finish == null ? null : finish.label(),
            false,
            !keep
                ? null
                : LoggedText.shorten(
                    rawRequest != null || from == null ? rawRequest : from.rawRequest()),
            !keep
                ? null
                : LoggedText.shorten(
                    rawResponse != null || from == null ? rawResponse : from.rawResponse())));
  }

  /** The variant that is called. */
  public BoundVariant variant() {
    return variant;
  }

  /** The deployment that is called. */
  public Deployment deployment() {
    return deployment;
  }

  /** What it used; known once it is settled. */
  public Tokens tokens() {
    return tokens;
  }

  /** Whether the token counts are estimates. */
  public boolean tokensEstimated() {
    return tokensEstimated;
  }

  /** Why the model stopped, null while it has not. */
  public @Nullable FinishReason finish() {
    return finish;
  }

  /** Microseconds until the first part of a streamed answer, null before it. */
  public @Nullable Long ttftMicros() {
    return ttftNanos == null ? null : ttftNanos / 1_000;
  }

  /** Ends the call; an answer that is still under way is cancelled, and nothing is charged twice. */
  @Override
  public void close() {
    if (!settled) {
      abandoned();
    }
    if (answer != null) {
      answer.close();
    }
  }
}
