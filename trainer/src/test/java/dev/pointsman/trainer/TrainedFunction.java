package dev.pointsman.trainer;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.MetricDefinition;
import dev.pointsman.catalog.VariantDefinition;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A function that the tests of this module train: {@code reply}, learning whether what it said {@code
 * resolved} what was asked, and whatever else a test says.
 */
final class TrainedFunction {

  private static final FunctionCatalog NONE =
      new FunctionCatalog(
          "h",
          "",
          null,
          null,
          Map.of(),
          Map.of(),
          Map.of(),
          Map.of(
              "resolved",
              new MetricDefinition(
                  "resolved",
                  MetricDefinition.Type.BOOLEAN,
                  MetricDefinition.Level.INFERENCE,
                  MetricDefinition.Direction.MAX,
                  null,
                  null)),
          Map.of());

  private final LearnedSettings settings;
  private String name = "reply";
  private String metric = "resolved";
  private String context = "segments";
  private Duration window = Duration.ofHours(24);
  private boolean logText = true;
  private Experimentation.Rules rules = Experimentation.Rules.NONE;
  private Experimentation.@Nullable Embedding embedding;

  private TrainedFunction(LearnedSettings settings) {
    this.settings = settings;
  }

  /** What is configured where nothing is. */
  static LearnedSettings settings(double costWeight) {
    return settings(costWeight, Events.CANDIDATES);
  }

  static LearnedSettings settings(double costWeight, List<String> candidates) {
    return new LearnedSettings(
        "squarecb",
        candidates,
        "large",
        new LearnedSettings.Weights(costWeight, 0),
        LearnedSettings.Exploration.DEFAULT,
        Duration.ofDays(14),
        LearnedSettings.Options.DEFAULT,
        LearnedSettings.Limits.NONE);
  }

  static TrainedFunction of(LearnedSettings settings) {
    return new TrainedFunction(settings);
  }

  TrainedFunction named(String other) {
    name = other;
    return this;
  }

  TrainedFunction learning(String other) {
    metric = other;
    return this;
  }

  TrainedFunction context(String other) {
    context = other;
    return this;
  }

  TrainedFunction within(Duration attributionWindow) {
    window = attributionWindow;
    return this;
  }

  TrainedFunction logText(boolean log) {
    logText = log;
    return this;
  }

  /** Changed settings wait for a person. */
  TrainedFunction gated() {
    rules =
        new Experimentation.Rules(
            new Experimentation.Promotion(Experimentation.Promotion.Mode.MANUAL, 0.01, 0.05),
            List.of(),
            List.of());
    return this;
  }

  /**
   * With neighbours by the embedding of prompts.
   *
   * @param model null for none
   */
  TrainedFunction embedding(@Nullable String model) {
    embedding = model == null ? null : new Experimentation.Embedding(model, Duration.ofMillis(150));
    return this;
  }

  Experimentation.Learned learned() {
    return new Experimentation.Learned(
        metric,
        settings,
        context,
        LaneShares.POLICY_ONLY,
        List.of(),
        Duration.ofSeconds(5),
        Experimentation.Stickiness.DEFAULT,
        Experimentation.Attribution.within(window),
        null,
        rules,
        embedding);
  }

  private FunctionDefinition definition() {
    Map<String, VariantDefinition> variants = new TreeMap<>();
    for (String candidate : settings.candidates()) {
      variants.put(
          candidate,
          new VariantDefinition(candidate, "model-" + candidate, Map.of(), null, null, null, null));
    }
    return new FunctionDefinition(
        name,
        FunctionDefinition.Type.CHAT,
        null,
        variants,
        Map.of(),
        List.of(),
        "none",
        null,
        null,
        learned(),
        List.of(),
        logText);
  }

  /** With no other function. */
  FunctionCatalog catalog() {
    return besides(NONE);
  }

  /** With those of another catalog. */
  FunctionCatalog besides(FunctionCatalog others) {
    Map<String, FunctionDefinition> functions = new TreeMap<>(others.functions());
    functions.put(name, definition());
    return new FunctionCatalog(
        others.configHash(),
        others.text(),
        others.gateway(),
        others.store(),
        functions,
        others.models(),
        Map.of(),
        others.metrics(),
        others.tools());
  }
}
