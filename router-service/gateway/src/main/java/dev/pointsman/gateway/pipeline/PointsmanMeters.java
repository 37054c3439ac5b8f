package dev.pointsman.gateway.pipeline;

import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.InferenceEvent.Attempt;
import dev.pointsman.routing.BudgetPacer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Every meter of the request path, each with what it means. Tags come from the configuration, so
 * their number is bounded; what callers can invent is counted as {@code other}.
 */
public final class PointsmanMeters {

  private final MeterRegistry registry;
  private final Map<Ended, Ending> endings = new ConcurrentHashMap<>();
  private final Map<Attempted, Counter> attempts = new ConcurrentHashMap<>();
  private final Map<Requested, Counter> requests = new ConcurrentHashMap<>();
  private final Map<String, Timer> firstTokens = new ConcurrentHashMap<>();
  private final Map<String, Counter> costs = new ConcurrentHashMap<>();
  private final Map<String, Counter> unknownCosts = new ConcurrentHashMap<>();
  private final Map<String, AtomicReference<BudgetPacer>> pacers = new ConcurrentHashMap<>();
  private final Counter inputTokens;
  private final Counter outputTokens;

  /** Registers with a registry. */
  public PointsmanMeters(MeterRegistry registry) {
    this.registry = registry;
    this.inputTokens =
        Counter.builder("tensorzero.input.tokens").description("Input tokens").register(registry);
    this.outputTokens =
        Counter.builder("tensorzero.output.tokens").description("Output tokens").register(registry);
  }

  /**
   * {@code tensorzero_requests_total}: requests to an endpoint that were not dry runs.
   *
   * @param endpoint {@code inference} or {@code feedback}
   */
  void requestCame(String endpoint, String function, String model) {
    requests.computeIfAbsent(new Requested(endpoint, function, model), this::requests).increment();
  }

  private record Requested(String endpoint, String function, String model) {}

  private Counter requests(Requested key) {
    return Counter.builder("tensorzero.requests")
        .description("Requests to an endpoint that were not dry runs")
        .tag("endpoint", key.endpoint())
        .tag("function_name", key.function())
        .tag("model_name", key.model())
        // Feedback counts under the same name and needs this label; empty is absent.
        .tag("metric_name", "")
        .register(registry);
  }

  /** All that one inference adds when it ends. */
  void inferenceEnded(InferenceEvent event) {
    String function = event.asker().functionName();
    String served = event.outcome().servedVariant();
    String variant = event.decision().chosenVariant();
    boolean configured = !function.startsWith("tensorzero::");
    endings
        .computeIfAbsent(
            new Ended(
                function,
                configured ? variant : "other",
                event.outcome().ending().label(),
                served != null && !served.equals(variant)),
            Ending::new)
        .add(event.quantities());
    for (Attempt attempt : event.attempts()) {
      String errorClass = attempt.errorClass();
      attempts
          .computeIfAbsent(
              new Attempted(
                  attempt.provider(), attempt.status(), errorClass == null ? "none" : errorClass),
              this::attempts)
          .increment();
    }
  }

  /** What tells the meters of one inference from those of another. */
  private record Ended(String function, String variant, String outcome, boolean fallback) {}

  private record Attempted(String provider, String status, String errorClass) {}

  private Counter attempts(Attempted key) {
    return Counter.builder("pointsman.attempts")
        .description("Provider calls by how they ended")
        .tag("provider", key.provider())
        .tag("status", key.status())
        .tag("error_class", key.errorClass())
        .register(registry);
  }

  /** The meters that inferences of one kind add to; looking each up again would cost more. */
  private final class Ending {
    private final String function;
    private final Counter inferences;
    private final Counter outcomes;
    private final DistributionSummary overhead;
    private final Timer duration;

    Ending(Ended key) {
      function = key.function();
      inferences =
          Counter.builder("tensorzero.inferences")
              .description("Inferences that were not dry runs")
              .tag("function_name", function)
              .register(registry);
      outcomes =
          Counter.builder("pointsman.inferences")
              .description("Inferences by how they ended and whether another variant had to serve")
              .tag("function_name", function)
              .tag("variant_name", key.variant())
              .tag("outcome", key.outcome())
              .tag("fallback", Boolean.toString(key.fallback()))
              .register(registry);
      overhead =
          DistributionSummary.builder("tensorzero.inference.latency.overhead")
              .description("Time per inference not spent waiting for a provider")
              .baseUnit("seconds")
              .serviceLevelObjectives(0.001, 0.01, 0.1)
              .tag("function_name", function)
              .tag("variant_name", key.variant())
              .register(registry);
      duration =
          Timer.builder("pointsman.inference.duration")
              .description("Time from admission to the end of the answer")
              .tag("function_name", function)
              .register(registry);
    }

    void add(InferenceEvent.Quantities quantities) {
      inferences.increment();
      outcomes.increment();
      addTokens(inputTokens, quantities.tokens().input());
      addTokens(outputTokens, quantities.tokens().output());
      overhead.record(quantities.overheadMicros() / 1e6);
      duration.record(quantities.durationMicros(), TimeUnit.MICROSECONDS);
      Long ttft = quantities.ttftMicros();
      if (ttft != null) {
        firstTokens
            .computeIfAbsent(function, PointsmanMeters.this::firstToken)
            .record(ttft, TimeUnit.MICROSECONDS);
      }
      Long nanos = quantities.costNanos();
      if (nanos == null) {
        unknownCosts.computeIfAbsent(function, PointsmanMeters.this::unknownCost).increment();
      } else {
        costs
            .computeIfAbsent(function, PointsmanMeters.this::cost)
            .increment(Math.max(0, nanos / 1e9));
      }
    }
  }

  private Timer firstToken(String function) {
    return Timer.builder("pointsman.first.token")
        .description("Time until the first part of a streamed answer")
        .tag("function_name", function)
        .register(registry);
  }

  private Counter unknownCost(String function) {
    return Counter.builder("pointsman.cost.unknown")
        .description("Inferences whose cost is not known")
        .tag("function_name", function)
        .register(registry);
  }

  private Counter cost(String function) {
    return Counter.builder("pointsman.cost")
        .description("What inferences cost, attempts included")
        .baseUnit("dollars")
        .tag("function_name", function)
        .register(registry);
  }

  private static void addTokens(Counter counter, @Nullable Long count) {
    if (count != null) {
      counter.increment(count);
    }
  }

  /**
   * {@code pointsman_pacer_price}, {@code pointsman_pacer_cost_dollars} and {@code
   * pointsman_pacer_target_dollars} of a function with a dollar target.
   */
  void paced(String function, BudgetPacer pacer) {
    AtomicReference<BudgetPacer> shown = pacers.get(function);
    if (shown == null) {
      shown = pacers.computeIfAbsent(function, name -> pacerGauges(name, pacer));
    }
    if (shown.getPlain() != pacer) {
      shown.set(pacer);
    }
  }

  private AtomicReference<BudgetPacer> pacerGauges(String function, BudgetPacer pacer) {
    AtomicReference<BudgetPacer> shown = new AtomicReference<>(pacer);
    Gauge.builder("pointsman.pacer.price", shown, source -> source.get().price())
        .description("λ, 0 to 5: how much dearer than configured a dollar counts, in targets")
        .tag("function_name", function)
        .strongReference(true)
        .register(registry);
    Gauge.builder("pointsman.pacer.cost", shown, source -> source.get().smoothedUsd())
        .description("Smoothed cost of a request, to be compared with the target")
        .baseUnit("dollars")
        .tag("function_name", function)
        .strongReference(true)
        .register(registry);
    Gauge.builder("pointsman.pacer.target", shown, source -> source.get().targetUsd())
        .description("What a request is to cost in the mean")
        .baseUnit("dollars")
        .tag("function_name", function)
        .strongReference(true)
        .register(registry);
    return shown;
  }

  /** {@code pointsman_log_lost_total}: answers that were given although the log refused their row. */
  void logLost() {
    Counter.builder("pointsman.log.lost")
        .description("Answers that were given although the log refused their row")
        .register(registry)
        .increment();
  }

  /**
   * {@code pointsman_refused_total}: requests refused before anything was decided.
   *
   * @param reason the refusal's kind
   */
  void refused(String reason) {
    Counter.builder("pointsman.refused")
        .description("Inference requests that were refused before anything was decided")
        .tag("reason", reason)
        .register(registry)
        .increment();
  }

  /**
   * {@code pointsman_circuit_changes_total}: circuits that opened or closed.
   *
   * @param after the new phase
   */
  public void circuitChanged(String after) {
    Counter.builder("pointsman.circuit.changes")
        .description("Changes of circuits, by the new phase")
        .tag("phase", after)
        .register(registry)
        .increment();
  }

  /** The log's own figures, {@code pointsman_log_…}. */
  public void log(EventLog log) {
    gauge(
        "pointsman.log.waiting",
        log,
        "Events that the slowest sink has not stored",
        EventLog.Health::lag,
        "events");
    gauge(
        "pointsman.log.lag",
        log,
        "Since when the oldest of these events waits",
        health -> health.lagTime().toNanos() / 1e9,
        "seconds");
    gauge(
        "pointsman.log.stored",
        log,
        "Bytes in the spool that not every sink has stored",
        EventLog.Health::storedBytes,
        "bytes");
    gauge(
        "pointsman.log.reserved",
        log,
        "Bytes promised to requests under way",
        EventLog.Health::reservedBytes,
        "bytes");
    gauge(
        "pointsman.log.max", log, "The most that both may be", EventLog.Health::maxBytes, "bytes");
    gauge(
        "pointsman.log.failing",
        log,
        "1 while the spool's disk refuses writes; /health says why",
        health -> health.state() == EventLog.State.FAILING ? 1 : 0,
        null);
    counter(
        "pointsman.log.failed",
        log,
        "Events that the spool's disk refused",
        EventLog.Health::failedRecords);
    counter(
        "pointsman.log.shed",
        log,
        "Events whose texts were left out because the spool was nearly full",
        EventLog.Health::shedRecords);
    counter(
        "pointsman.log.damaged",
        log,
        "Events that could not be read from the spool's files",
        EventLog.Health::lostRecords);
  }

  private void gauge(
      String name,
      EventLog log,
      String description,
      ToDoubleFunction<EventLog.Health> figure,
      @Nullable String unit) {
    Gauge.builder(name, log, source -> figure.applyAsDouble(source.health()))
        .description(description)
        .baseUnit(unit)
        .strongReference(true)
        .register(registry);
  }

  private void counter(
      String name, EventLog log, String description, ToDoubleFunction<EventLog.Health> figure) {
    FunctionCounter.builder(name, log, source -> figure.applyAsDouble(source.health()))
        .description(description)
        .register(registry);
  }

  /** {@code pointsman_running_requests}: requests being worked on now. */
  public <T> void runningRequests(T source, ToDoubleFunction<T> count) {
    gauge("pointsman.running.requests", "Requests being worked on now", source, count);
  }

  /** {@code pointsman_large_bodies}: bytes of bodies above 64 KB that are being answered. */
  public <T> void largeBodies(T source, ToDoubleFunction<T> bytes) {
    gauge("pointsman.large.bodies", "Bytes of large bodies being answered now", source, bytes);
  }

  /** {@code pointsman_open_answers}: answers neither handed over completely nor given up. */
  public <T> void openAnswers(T source, ToDoubleFunction<T> count) {
    gauge("pointsman.open.answers", "Answers that are not complete yet", source, count);
  }

  /** {@code pointsman_upstream_exchanges}: calls of providers over the network under way. */
  public <T> void upstreamExchanges(T source, ToDoubleFunction<T> count) {
    gauge("pointsman.upstream.exchanges", "Calls of providers under way", source, count);
  }

  /**
   * {@code pointsman_upstream_connections} and {@code pointsman_upstream_idle_connections}:
   * connections to providers, and those of them that wait for their next call.
   */
  public <T> void upstreamConnections(
      T source, ToDoubleFunction<T> open, ToDoubleFunction<T> idle) {
    gauge("pointsman.upstream.connections", "Connections to providers", source, open);
    gauge(
        "pointsman.upstream.idle.connections",
        "Connections to providers that wait for their next call",
        source,
        idle);
  }

  private <T> void gauge(String name, String description, T source, ToDoubleFunction<T> value) {
    Gauge.builder(name, source, value)
        .description(description)
        .strongReference(true)
        .register(registry);
  }
}
