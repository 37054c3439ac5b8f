package dev.pointsman.feedback;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Every meter of feedback. */
public final class FeedbackMeters {

  private final MeterRegistry registry;

  /** Registers with a registry. */
  public FeedbackMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * {@code tensorzero_requests_total}: feedback taken. The labels are those that inferences use as
   * well; one name must have one set of labels.
   */
  void accepted(String metric) {
    Counter.builder("tensorzero.requests")
        .description("Requests to an endpoint that were not dry runs")
        .tag("endpoint", "feedback")
        .tag("function_name", "")
        .tag("model_name", "")
        .tag("metric_name", metric)
        .register(registry)
        .increment();
  }
}
