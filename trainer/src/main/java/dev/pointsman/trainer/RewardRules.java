package dev.pointsman.trainer;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.MetricDefinition;
import dev.pointsman.eventstore.RewardRule;
import org.jspecify.annotations.Nullable;

/** How a catalog's metric becomes the reward of a function that learns. */
public final class RewardRules {

  private RewardRules() {}

  /** The rule of a function; of one that learns nothing, that nothing is rewarded. */
  public static RewardRule of(FunctionCatalog catalog, FunctionDefinition function) {
    return function.experimentation() instanceof Experimentation.Learned learned
        ? of(catalog, function.name(), learned)
        : RewardRule.unrewarded(function.name());
  }

  /**
   * The rule of one function.
   *
   * @throws IllegalArgumentException if the metric is not declared, or is a float without a range
   */
  public static RewardRule of(
      FunctionCatalog catalog, String functionName, Experimentation.Learned learned) {
    return of(catalog, functionName, learned, learned.metric(), learned.attribution().noFeedback());
  }

  /**
   * The rule of a metric that the function does not learn from but is judged by as well: within the
   * same window, and what has no value has none.
   *
   * @throws IllegalArgumentException if the metric is not declared, or is a float without a range
   */
  static RewardRule of(
      FunctionCatalog catalog,
      String functionName,
      Experimentation.Learned learned,
      String metricName) {
    return of(catalog, functionName, learned, metricName, null);
  }

  private static RewardRule of(
      FunctionCatalog catalog,
      String functionName,
      Experimentation.Learned learned,
      String metricName,
      @Nullable Double noFeedback) {
    MetricDefinition metric = catalog.metrics().get(metricName);
    if (metric == null) {
      throw new IllegalArgumentException(
          "functions.%s.experimentation names metric %s, which is not declared under [metrics]"
              .formatted(functionName, metricName));
    }
    MetricDefinition.Range range = metric.range();
    if (range == null && metric.type() == MetricDefinition.Type.FLOAT) {
      throw new IllegalArgumentException(
          "metrics.%s needs range = [low, high], since functions.%s learns from it"
              .formatted(metric.name(), functionName));
    }
    return new RewardRule(
        functionName,
        metric.name(),
        switch (metric.level()) {
          case INFERENCE -> RewardRule.Level.INFERENCE;
          case EPISODE -> RewardRule.Level.EPISODE;
        },
        switch (metric.type()) {
          case BOOLEAN -> RewardRule.Type.BOOLEAN;
          case FLOAT -> RewardRule.Type.FLOAT;
        },
        range == null ? 0 : range.low(),
        range == null ? 1 : range.high(),
        metric.optimize() == MetricDefinition.Direction.MAX,
        learned.attribution().window(),
        noFeedback);
  }
}
