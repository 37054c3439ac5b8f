package dev.pointsman.worlds;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A truth that routers may be judged by: who asks how often, how good, dear and quick each model is
 * at each kind of request, and what changes when. All times count from the first request.
 *
 * @param name the world's name, as golden reports print it
 * @param requestsPerSecond mean arrival rate; arrivals are a Poisson process
 * @param kinds the kinds of requests, equally frequent
 * @param models the models, in name order
 * @param drifts changes of quality, in order of time
 * @param feedback how users give feedback
 * @param costWeight quality points that a dollar is worth
 */
public record World(
    String name,
    double requestsPerSecond,
    List<RequestKind> kinds,
    List<ModelTruth> models,
    List<Drift> drifts,
    FeedbackHabit feedback,
    double costWeight) {

  public World {
    kinds = List.copyOf(kinds);
    models = List.copyOf(models);
    drifts = List.copyOf(drifts);
    if (!(requestsPerSecond > 0)) {
      throw new IllegalArgumentException("requestsPerSecond must be > 0: " + requestsPerSecond);
    }
    if (kinds.isEmpty() || models.isEmpty()) {
      throw new IllegalArgumentException("a world needs at least one kind and one model");
    }
    for (ModelTruth model : models) {
      if (!model.quality().keySet().containsAll(kinds)) {
        throw new IllegalArgumentException(
            "model %s has no quality for some of the kinds %s: %s"
                .formatted(model.name(), kinds, model.quality()));
      }
    }
  }

  /**
   * A model as it really is.
   *
   * @param name its name, also the variant's
   * @param quality probability of a right answer per kind, before any drift
   * @param usage tokens and prices of a request
   * @param latency how long an answer takes
   */
  public record ModelTruth(
      String name, Map<RequestKind, Double> quality, Usage usage, LatencyTruth latency) {
    public ModelTruth {
      quality = Map.copyOf(quality);
      quality.values().forEach(World::requireProbability);
    }
  }

  /**
   * The same tokens for every request, so that a request has one exact price.
   *
   * @param inputTokens reported input tokens
   * @param outputTokens reported output tokens
   * @param inputNanos price of an input token in nano-dollars
   * @param outputNanos price of an output token in nano-dollars
   */
  public record Usage(int inputTokens, int outputTokens, long inputNanos, long outputNanos) {
    /** The price of a request in nano-dollars. */
    public long priceNanos() {
      return inputTokens * inputNanos + outputTokens * outputNanos;
    }
  }

  /**
   * Log-normal durations.
   *
   * @param median half of the answers are quicker
   * @param spread standard deviation of the logarithm
   */
  public record LatencyTruth(Duration median, double spread) {}

  /**
   * A step change of one model's quality at one kind of request.
   *
   * @param after time since the first request
   * @param model the model
   * @param kind the kind
   * @param quality its quality from then on
   */
  public record Drift(Duration after, String model, RequestKind kind, double quality) {
    public Drift {
      requireProbability(quality);
    }
  }

  /**
   * How users give feedback: with a fixed probability, after a shortest delay plus an exponential
   * one.
   *
   * @param rate share of answers that get feedback
   * @param shortestDelay the least delay
   * @param meanExtraDelay mean of the exponential part
   */
  public record FeedbackHabit(double rate, Duration shortestDelay, Duration meanExtraDelay) {
    public FeedbackHabit {
      requireProbability(rate);
    }
  }

  /**
   * The model of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public ModelTruth model(String modelName) {
    return models.stream()
        .filter(model -> model.name().equals(modelName))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "world %s has no model %s: use one of %s"
                        .formatted(
                            name, modelName, models.stream().map(ModelTruth::name).toList())));
  }

  /** Probability of a right answer at a time after the first request. */
  public double quality(String modelName, RequestKind kind, Duration sinceFirstRequest) {
    double quality = requireKind(model(modelName), kind);
    for (Drift drift : drifts) {
      if (drift.model().equals(modelName)
          && drift.kind() == kind
          && drift.after().compareTo(sinceFirstRequest) <= 0) {
        quality = drift.quality();
      }
    }
    return quality;
  }

  private double requireKind(ModelTruth model, RequestKind kind) {
    Double quality = model.quality().get(kind);
    if (quality == null) {
      throw new IllegalArgumentException(
          "world %s has no requests of kind %s: use one of %s".formatted(name, kind, kinds));
    }
    return quality;
  }

  /** Quality minus the price times the cost weight. */
  public double utility(String modelName, RequestKind kind, Duration sinceFirstRequest) {
    return quality(modelName, kind, sinceFirstRequest)
        - costWeight * model(modelName).usage().priceNanos() / 1e9;
  }

  /** The model of highest utility. */
  public ModelTruth best(RequestKind kind, Duration sinceFirstRequest) {
    return models.stream()
        .max(Comparator.comparingDouble(model -> utility(model.name(), kind, sinceFirstRequest)))
        .orElseThrow();
  }

  private static void requireProbability(double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("a probability must be in 0..1: " + value);
    }
  }
}
