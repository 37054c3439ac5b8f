package dev.pointsman.gateway.pipeline;

import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.InferenceEvent.Attempt;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Every meter of the request path, each with what it means. Tags come from the configuration, so
 * their number is bounded; what callers can invent is counted as {@code other}.
 */
public final class PointsmanMeters {

  private final MeterRegistry registry;

  /** Registers with a registry. */
  public PointsmanMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * {@code tensorzero_requests_total}: requests to an endpoint that were not dry runs.
   *
   * @param endpoint {@code inference} or {@code feedback}
   */
  void requestCame(String endpoint, String function, String model) {
    Counter.builder("tensorzero.requests")
        .description("Requests to an endpoint that were not dry runs")
        .tag("endpoint", endpoint)
        .tag("function_name", function)
        .tag("model_name", model)
        // Feedback counts under the same name and needs this label; empty is absent.
        .tag("metric_name", "")
        .register(registry)
        .increment();
  }

  /** All that one inference adds when it ends. */
  void inferenceEnded(InferenceEvent event) {
    String function = event.asker().functionName();
    String served = event.outcome().servedVariant();
    String variant = event.decision().chosenVariant();
    boolean configured = !function.startsWith("tensorzero::");
    String variantTag = configured ? variant : "other";
    Counter.builder("tensorzero.inferences")
        .description("Inferences that were not dry runs")
        .tag("function_name", function)
        .register(registry)
        .increment();
    Counter.builder("pointsman.inferences")
        .description("Inferences by how they ended and whether another variant had to serve")
        .tag("function_name", function)
        .tag("variant_name", variantTag)
        .tag("outcome", event.outcome().ending().label())
        .tag("fallback", Boolean.toString(served != null && !served.equals(variant)))
        .register(registry)
        .increment();
    addTokens("tensorzero.input.tokens", "Input tokens", event.quantities().tokens().input());
    addTokens("tensorzero.output.tokens", "Output tokens", event.quantities().tokens().output());
    DistributionSummary.builder("tensorzero.inference.latency.overhead")
        .description("Time per inference not spent waiting for a provider")
        .baseUnit("seconds")
        .serviceLevelObjectives(0.001, 0.01, 0.1)
        .tag("function_name", function)
        .tag("variant_name", variantTag)
        .register(registry)
        .record(event.quantities().overheadMicros() / 1e6);
    Timer.builder("pointsman.inference.duration")
        .description("Time from admission to the end of the answer")
        .tag("function_name", function)
        .register(registry)
        .record(event.quantities().durationMicros(), TimeUnit.MICROSECONDS);
    Long ttft = event.quantities().ttftMicros();
    if (ttft != null) {
      Timer.builder("pointsman.first.token")
          .description("Time until the first part of a streamed answer")
          .tag("function_name", function)
          .register(registry)
          .record(Duration.ofNanos(ttft * 1_000));
    }
    Long cost = event.quantities().costNanos();
    if (cost == null) {
      Counter.builder("pointsman.cost.unknown")
          .description("Inferences whose cost is not known")
          .tag("function_name", function)
          .register(registry)
          .increment();
    } else {
      Counter.builder("pointsman.cost")
          .description("What inferences cost, attempts included")
          .baseUnit("dollars")
          .tag("function_name", function)
          .register(registry)
          .increment(Math.max(0, cost / 1e9));
    }
    for (Attempt attempt : event.attempts()) {
      Counter.builder("pointsman.attempts")
          .description("Provider calls by how they ended")
          .tag("provider", attempt.provider())
          .tag("status", attempt.status())
          .tag("error_class", attempt.errorClass() == null ? "none" : attempt.errorClass())
          .register(registry)
          .increment();
    }
  }

  private void addTokens(
      String name, String description, @org.jspecify.annotations.Nullable Long count) {
    if (count != null) {
      Counter.builder(name).description(description).register(registry).increment(count);
    }
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

  /** {@code pointsman_running_requests}: requests being worked on now. */
  public <T> void runningRequests(T source, ToDoubleFunction<T> count) {
    gauge("pointsman.running.requests", "Requests being worked on now", source, count);
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
