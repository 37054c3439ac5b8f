package dev.pointsman.catalog;

import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedAlgorithm;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.TokenPrice;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code functions.F.experimentation}: how a variant is chosen. */
final class ExperimentationReader {

  private static final Pattern CONDITION =
      Pattern.compile("tag:([^\\s=!]+)\\s*(!=|=)\\s*(\\S(?:.*\\S)?)");
  private static final Pattern DOLLARS = Pattern.compile("\\$\\s?(\\d{1,9}(?:\\.\\d{1,12})?)");

  private final Section function;
  private final Collection<String> variants;
  private final Map<String, @Nullable TokenPrice> prices;
  private final Map<String, Integer> longestAnswers;
  private final Map<String, MetricDefinition> metrics;
  private final Map<String, EmbeddingModelDefinition> embeddingModels;
  private final boolean logText;

  /**
   * The reader for one function.
   *
   * @param prices today's price per variant, null where it is unknown
   * @param longestAnswers the most output tokens of the variants that have a limit
   * @param logText whether the function keeps what it is asked
   */
  ExperimentationReader(
      Section function,
      Map<String, @Nullable TokenPrice> prices,
      Map<String, Integer> longestAnswers,
      Map<String, MetricDefinition> metrics,
      Map<String, EmbeddingModelDefinition> embeddingModels,
      boolean logText) {
    this.function = function;
    this.variants = prices.keySet();
    this.prices = prices;
    this.longestAnswers = longestAnswers;
    this.metrics = metrics;
    this.embeddingModels = embeddingModels;
    this.logText = logText;
  }

  /**
   * What is configured.
   *
   * @param weights the deprecated weights of variants that have one
   */
  Experimentation read(Map<String, Double> weights) {
    if (!function.has("experimentation")) {
      return weights.isEmpty() ? new Experimentation.Uniform() : byVariantWeights(weights);
    }
    if (!weights.isEmpty()) {
      function.error(
          "experimentation",
          "%s and the weight of variants exclude each other: give the weights under"
                  .formatted(function.path("experimentation"))
              + " experimentation.candidate_variants");
    }
    Section section = function.child("experimentation", this::kind);
    if (section == null) {
      return new Experimentation.Uniform();
    }
    return switch (section.text("type", "")) {
      case "learned" -> learned(section);
      case "adaptive" -> adaptive(section);
      case "track_and_stop" -> {
        deprecated(section, "track_and_stop", "adaptive");
        yield adaptive(section);
      }
      case "uniform" -> uniform(section);
      case "static_weights" -> {
        deprecated(section, "static_weights", "static");
        yield fixed(section);
      }
      default -> fixed(section);
    };
  }

  private static void deprecated(Section section, String name, String successor) {
    section.warning(
        "type",
        "%s: \"%s\" is deprecated, write \"%s\" instead"
            .formatted(section.path("type"), name, successor));
  }

  /** The kind of table by its type, so that unknown keys are judged by what it is. */
  private @Nullable String kind(TomlNode.Table table) {
    String path = function.path("experimentation") + ".type";
    TomlNode node = table.entries().get("type");
    SourcePlace place = node == null ? table.place() : node.place();
    String type =
        node instanceof TomlNode.Leaf leaf && leaf.value() instanceof String text ? text : "";
    return switch (type) {
      case "static", "static_weights", "uniform" -> "experimentation static";
      case "learned" -> "experimentation learned";
      case "adaptive", "track_and_stop" -> "experimentation adaptive";
      default -> {
        List<String> types = List.of("static", "adaptive", "learned");
        function
            .problems()
            .error(
                place,
                "%s must be one of static, adaptive, learned%s"
                    .formatted(path, Problems.didYouMean(type, types)));
        yield null;
      }
    };
  }

  private Experimentation byVariantWeights(Map<String, Double> weights) {
    if (weights.values().stream().allMatch(weight -> weight == 0)) {
      return new Experimentation.Uniform();
    }
    List<String> unweighted =
        variants.stream().filter(variant -> !weights.containsKey(variant)).toList();
    return new Experimentation.Static(weights, unweighted);
  }

  private Experimentation uniform(Section section) {
    deprecated(section, "uniform", "static");
    return section.has("candidate_variants") || section.has("fallback_variants")
        ? fixed(section)
        : new Experimentation.Uniform();
  }

  private Experimentation.Static fixed(Section section) {
    Map<String, Double> weights = new TreeMap<>();
    TomlNode node = section.node("candidate_variants");
    if (node instanceof TomlNode.Table table) {
      table.entries().forEach((name, weight) -> addWeight(section, weights, name, weight));
    } else if (node != null) {
      section
          .names("candidate_variants", "variant", variants)
          .forEach(name -> weights.put(name, 1.0));
    } else {
      section.missing("candidate_variants");
    }
    if (node != null && isEmpty(node)) {
      section.error(
          "candidate_variants",
          "%s is empty: name at least one variant".formatted(section.path("candidate_variants")));
    } else if (!weights.isEmpty() && weights.values().stream().allMatch(weight -> weight == 0)) {
      section.error(
          "candidate_variants",
          "%s: at least one weight must be > 0".formatted(section.path("candidate_variants")));
    }
    return new Experimentation.Static(
        weights, section.names("fallback_variants", "variant", variants));
  }

  private void addWeight(Section section, Map<String, Double> weights, String name, TomlNode node) {
    String key = "candidate_variants";
    if (!variants.contains(name)) {
      section.problems().error(node.place(), section.unknown(key, "variant", name, variants));
      return;
    }
    Double weight = section.number(key, node);
    if (weight == null) {
      return;
    }
    if (weight < 0) {
      section
          .problems()
          .error(
              node.place(),
              "%s.%s must be >= 0, but is %s".formatted(section.path(key), name, weight));
      return;
    }
    weights.put(name, weight);
  }

  private static boolean isEmpty(TomlNode node) {
    return switch (node) {
      case TomlNode.Array array -> array.items().isEmpty();
      case TomlNode.Table table -> table.entries().isEmpty();
      case TomlNode.Leaf _ -> false;
    };
  }

  private Experimentation.Learned learned(Section section) {
    List<String> candidates = candidates(section);
    double costWeight = costWeight(section);
    LearnedAlgorithm algorithm = algorithm(section);
    String metric = metric(section);
    LaneShares shares = shares(section);
    String baseline = baseline(section, candidates);
    double minProbability =
        minProbability(
            section, candidates.size(), LearnedSettings.Exploration.DEFAULT.minProbability());
    LearnedSettings.Options options = options(section, algorithm, metric);
    LearnedSettings.StrongShare strongShare =
        strongShare(section, algorithm, candidates, baseline, shares, minProbability);
    LearnedSettings settings =
        new LearnedSettings(
            algorithm.label(),
            candidates,
            baseline,
            new LearnedSettings.Weights(
                costWeight, section.number("latency_weight", 0, Double.POSITIVE_INFINITY, 0)),
            new LearnedSettings.Exploration(
                minProbability, explorationLimit(section), nursery(section)),
            halfLife(section),
            strongShare == null ? options : options.withStrongShare(strongShare),
            new LearnedSettings.Limits(
                target(section),
                section.has("min_quality") ? (Double) section.number("min_quality", 0, 1, 0) : null,
                section.has("latency_slo")
                    ? duration(section, "latency_slo", Duration.ofDays(1))
                    : null));
    if (costWeight > 0) {
      requirePrices(
          section, section.has("cost_weight") ? "cost_weight" : "value_of_success", candidates);
    }
    if (settings.limits().targetUsd() != null
        && requirePrices(section, "target_usd_per_request", candidates)) {
      requireWithinReach(section, settings, shares);
    }
    Duration revisionInterval = duration(section, "revision_interval", LearnedDefaults.REVISION);
    if (revisionInterval.compareTo(Duration.ofMillis(100)) < 0) {
      section.error(
          "revision_interval", "%s must be >= 100ms".formatted(section.path("revision_interval")));
    }
    String context = section.choice("context", List.of("none", "segments", "text", "auto"));
    return new Experimentation.Learned(
        metric,
        settings,
        context == null ? "auto" : context,
        shares,
        section.names("fallback_variants", "variant", variants),
        revisionInterval,
        new Experimentation.Stickiness(
            duration(section, "sticky_ttl", Experimentation.Stickiness.DEFAULT.ttl()),
            (int)
                section.whole(
                    "sticky_max", 1, 100_000_000, Experimentation.Stickiness.DEFAULT.max())),
        new Experimentation.Attribution(
            duration(section, "attribution_window", LearnedDefaults.ATTRIBUTION_WINDOW),
            noFeedback(section),
            section.number("reward_on_error", -1, 1, 0)),
        section.parsed("explore_if", ExperimentationReader::parseCondition),
        new Experimentation.Rules(
            promotion(section), guardrails(section), surrogates(section, metric)),
        embedding(section, context, candidates));
  }

  private Experimentation.@Nullable Embedding embedding(
      Section section, @Nullable String context, List<String> candidates) {
    Duration deadline = duration(section, "embedding_deadline", LearnedDefaults.EMBEDDING_DEADLINE);
    if (deadline.compareTo(LearnedDefaults.LONGEST_EMBEDDING) > 0) {
      section.error(
          "embedding_deadline",
          "%s must be <= 10s, since every decision may wait that long"
              .formatted(section.path("embedding_deadline")));
    }
    if (!section.has("embedding_model")) {
      if (section.has("embedding_deadline")) {
        section.error(
            "embedding_deadline",
            "%s is for functions with an embedding_model: name one of [embedding_models]"
                .formatted(section.path("embedding_deadline")));
      }
      return null;
    }
    String name = section.requiredText("embedding_model");
    if (name == null) {
      return null;
    }
    EmbeddingModelDefinition model = embeddingModels.get(name);
    if (model == null) {
      section.error(
          "embedding_model",
          section.unknown("embedding_model", "embedding model", name, embeddingModels.keySet()));
      return null;
    }
    if ("none".equals(context) || "segments".equals(context)) {
      section.error(
          "embedding_model",
          "%s: context = \"%s\" looks at nothing but segments: remove one of the two"
              .formatted(section.path("embedding_model"), context));
    }
    if (!logText) {
      section.error(
          "embedding_model",
          "%s keeps a vector of what is asked, and log_text = false says to keep none of it: remove one of the two"
              .formatted(section.path("embedding_model")));
    }
    boolean priced = candidates.stream().anyMatch(candidate -> prices.get(candidate) != null);
    for (ModelDefinition.ProviderDefinition provider : model.providers().values()) {
      if (priced && provider.cost().isEmpty()) {
        section.warning(
            "embedding_model",
            "%s: embedding_models.%s.providers.%s has no cost, so what inferences cost will be unknown"
                .formatted(section.path("embedding_model"), name, provider.name()));
      }
    }
    return new Experimentation.Embedding(name, deadline);
  }

  /** TensorZero's adaptive experiment: a learned function without cost, segments, age or lanes. */
  private Experimentation.Learned adaptive(Section section) {
    String algorithm = section.text("algorithm", "track_and_stop");
    if (!algorithm.equals("track_and_stop")) {
      section.error(
          "algorithm",
          "%s must be track_and_stop, but is '%s'".formatted(section.path("algorithm"), algorithm));
    }
    if (!section.has("candidate_variants")) {
      section.missing("candidate_variants");
    }
    List<String> candidates = candidates(section);
    String metricName = metric(section);
    MetricDefinition metric = metrics.get(metricName);
    MetricDefinition.Range range = metric == null ? null : metric.range();
    long least = section.whole("min_samples_per_variant", 2, Integer.MAX_VALUE, 10);
    long most = section.whole("max_samples_per_variant", 2, Integer.MAX_VALUE, 10_000);
    if (most < least) {
      section.error(
          section.has("max_samples_per_variant")
              ? "max_samples_per_variant"
              : "min_samples_per_variant",
          "%s must be <= max_samples_per_variant: %d > %d"
              .formatted(section.path("min_samples_per_variant"), least, most));
    }
    double epsilon = section.number("epsilon", 0, Double.POSITIVE_INFINITY, 0);
    LearnedSettings settings =
        new LearnedSettings(
            LearnedAlgorithm.ADAPTIVE.label(),
            candidates,
            null,
            LearnedSettings.Weights.NONE,
            new LearnedSettings.Exploration(
                minProbability(section, candidates.size(), 0),
                Double.POSITIVE_INFINITY,
                LearnedSettings.Nursery.OFF),
            null,
            new LearnedSettings.Options(
                rewards(metricName),
                LearnedSettings.Options.DEFAULT.epsilon(),
                null,
                new LearnedSettings.Stopping(
                    delta(section),
                    range == null ? epsilon : epsilon / (range.high() - range.low()),
                    least,
                    most),
                null),
            LearnedSettings.Limits.NONE);
    return new Experimentation.Learned(
        metricName,
        settings,
        "none",
        LaneShares.POLICY_ONLY,
        section.names("fallback_variants", "variant", variants),
        Duration.ofSeconds(section.whole("update_period_s", 1, Integer.MAX_VALUE, 300)),
        Experimentation.Stickiness.DEFAULT,
        Experimentation.Attribution.within(
            duration(section, "attribution_window", LearnedDefaults.ATTRIBUTION_WINDOW)),
        null,
        Experimentation.Rules.NONE,
        null);
  }

  private LearnedSettings.Rewards rewards(String metricName) {
    MetricDefinition metric = metrics.get(metricName);
    return metric != null && metric.type() == MetricDefinition.Type.FLOAT
        ? LearnedSettings.Rewards.FLOAT
        : LearnedSettings.Rewards.BOOLEAN;
  }

  private static Duration duration(Section section, String key, Duration otherwise) {
    Duration duration = section.parsed(key, DurationText::parse);
    if (duration != null && duration.isZero()) {
      section.error(key, "%s must be longer than 0".formatted(section.path(key)));
      return otherwise;
    }
    return duration == null ? otherwise : duration;
  }

  private List<String> candidates(Section section) {
    if (!section.has("candidate_variants")) {
      return List.copyOf(variants);
    }
    TomlNode node = section.node("candidate_variants");
    if (node instanceof TomlNode.Array array && array.items().isEmpty()) {
      section.error(
          "candidate_variants",
          "%s is empty: name at least one variant".formatted(section.path("candidate_variants")));
    }
    return section.names("candidate_variants", "variant", variants).stream().sorted().toList();
  }

  private static LearnedAlgorithm algorithm(Section section) {
    List<String> known = LearnedAlgorithm.labels();
    String algorithm =
        section.text(
            "algorithm",
            section.has("strong_share") ? LearnedAlgorithm.THRESHOLD.label() : known.getFirst());
    if (known.contains(algorithm)) {
      return LearnedAlgorithm.of(algorithm);
    }
    section.error(
        "algorithm",
        "%s must be one of %s, but is '%s'%s"
            .formatted(
                section.path("algorithm"),
                String.join(", ", known),
                algorithm,
                Problems.didYouMean(algorithm, known)));
    return LearnedAlgorithm.of(known.getFirst());
  }

  /** The share that {@code threshold} keeps; null for other algorithms, and when it is refused. */
  private LearnedSettings.@Nullable StrongShare strongShare(
      Section section,
      LearnedAlgorithm algorithm,
      List<String> candidates,
      @Nullable String baseline,
      LaneShares shares,
      double minProbability) {
    onlyFor(section, "strong_share", algorithm, LearnedAlgorithm.THRESHOLD);
    onlyFor(section, "strong_variant", algorithm, LearnedAlgorithm.THRESHOLD);
    if (algorithm != LearnedAlgorithm.THRESHOLD) {
      return null;
    }
    if (!section.has("strong_share")) {
      section.missing("strong_share");
      return null;
    }
    if (candidates.size() != 2) {
      section.error(
          "strong_share",
          "%s divides the requests between two variants, but there are %d candidates: name two as"
                  .formatted(section.path("strong_share"), candidates.size())
              + " candidate_variants");
      return null;
    }
    if (section.has("target_usd_per_request")) {
      section.error(
          "target_usd_per_request",
          "%s and strong_share both say how much may go to the dear variant: keep one of the two"
              .formatted(section.path("target_usd_per_request")));
    }
    String strong = strong(section, candidates);
    double wanted = section.number("strong_share", 0, 1, Double.NaN);
    if (strong == null || Double.isNaN(wanted)) {
      return null;
    }
    boolean baselineIsStrong = strong.equals(baseline);
    LearnedSettings.StrongShare share =
        LearnedSettings.StrongShare.of(strong, wanted, shares, baselineIsStrong);
    // Both floors together are scaled to 0.3 at most, as everywhere.
    double floor = Math.min(minProbability, LearnedDefaults.LARGEST_FLOORS / 2);
    if (share.ofPolicy() <= floor || share.ofPolicy() >= 1 - floor) {
      double policy = 1 - shares.uniform() - shares.holdout();
      double elsewhere = wanted - share.ofPolicy() * policy;
      section.error(
          "strong_share",
          String.format(
              Locale.ROOT,
              "%s must be > %.4f and < %.4f, what uniform_slice, holdout and min_prob alone give to"
                  + " '%s' at least and leave to it at most, but is %s: change it or the shares",
              section.path("strong_share"),
              elsewhere + floor * policy,
              elsewhere + (1 - floor) * policy,
              strong,
              wanted));
      return null;
    }
    return share;
  }

  /** The one named, else the dearer one. */
  private @Nullable String strong(Section section, List<String> candidates) {
    if (section.has("strong_variant")) {
      String named = section.requiredText("strong_variant");
      if (named != null && !candidates.contains(named)) {
        section.error(
            "strong_variant", section.unknown("strong_variant", "variant", named, candidates));
        return null;
      }
      return named;
    }
    return dearest(section, "strong_variant", candidates);
  }

  private LearnedSettings.Options options(
      Section section, LearnedAlgorithm algorithm, String metricName) {
    LearnedSettings.Options defaults = LearnedSettings.Options.DEFAULT;
    onlyFor(section, "epsilon", algorithm, LearnedAlgorithm.EPSILON_GREEDY);
    onlyFor(section, "epsilon_decay", algorithm, LearnedAlgorithm.EPSILON_GREEDY);
    onlyFor(section, "delta", algorithm, LearnedAlgorithm.TRACK_AND_STOP);
    if (section.has("epsilon") && section.has("epsilon_decay")) {
      section.error(
          "epsilon_decay",
          "%s takes the place of epsilon: keep one of the two"
              .formatted(section.path("epsilon_decay")));
    }
    double delta = delta(section);
    double epsilon = section.number("epsilon", 0, 1, defaults.epsilon());
    double decay = section.number("epsilon_decay", 0, Double.POSITIVE_INFINITY, Double.NaN);
    return new LearnedSettings.Options(
        rewards(metricName),
        epsilon,
        Double.isNaN(decay) ? null : decay,
        new LearnedSettings.Stopping(
            delta,
            defaults.stopping().epsilon(),
            defaults.stopping().leastSamples(),
            defaults.stopping().mostSamples()),
        null);
  }

  private static double delta(Section section) {
    double delta = section.number("delta", 0, 1, LearnedSettings.Stopping.DEFAULT.delta());
    if (delta == 0 || delta == 1) {
      section.error(
          "delta", "%s must be between 0 and 1, but is %s".formatted(section.path("delta"), delta));
    }
    return delta;
  }

  /** Refuses a key of another algorithm, which would be without effect. */
  private static void onlyFor(
      Section section, String key, LearnedAlgorithm algorithm, LearnedAlgorithm owner) {
    if (section.has(key) && algorithm != owner) {
      section.error(
          key,
          "%s is for algorithm = \"%s\", but the algorithm is \"%s\": remove it"
              .formatted(section.path(key), owner.label(), algorithm.label()));
    }
  }

  private String metric(Section section) {
    String name = section.requiredText("metric");
    if (name == null) {
      return "";
    }
    MetricDefinition metric = metrics.get(name);
    if (metric == null) {
      section.error("metric", section.unknown("metric", "metric", name, metrics.keySet()));
    } else if (metric.type() == MetricDefinition.Type.FLOAT && metric.range() == null) {
      section.error(
          "metric",
          "%s: float metric '%s' needs range = [low, high] under [metrics.%s]"
              .formatted(section.path("metric"), name, name));
    }
    return name;
  }

  private @Nullable String baseline(Section section, List<String> candidates) {
    if (section.has("baseline_variant")) {
      String baseline = section.requiredText("baseline_variant");
      if (baseline != null && !candidates.contains(baseline)) {
        section.error(
            "baseline_variant",
            variants.contains(baseline)
                ? "%s: variant '%s' must be one of candidate_variants"
                    .formatted(section.path("baseline_variant"), baseline)
                : section.unknown("baseline_variant", "variant", baseline, candidates));
      }
      return baseline;
    }
    if (candidates.isEmpty()) {
      return null;
    }
    if (candidates.size() == 1) {
      return candidates.getFirst();
    }
    return dearest(section, "baseline_variant", candidates);
  }

  private @Nullable String dearest(Section section, String key, List<String> candidates) {
    String dearest = null;
    String equal = null;
    double most = Double.NEGATIVE_INFINITY;
    for (String candidate : candidates) {
      TokenPrice price = prices.get(candidate);
      if (price == null) {
        section.error(
            key,
            "%s is missing, and it cannot be the dearest candidate since the price of '%s' is"
                    .formatted(section.path(key), candidate)
                + " unknown: name one of "
                + String.join(", ", candidates));
        return null;
      }
      double perToken = price.inputNanos() + price.outputNanos();
      if (perToken > most) {
        most = perToken;
        dearest = candidate;
        equal = null;
      } else if (perToken == most) {
        equal = candidate;
      }
    }
    if (equal != null) {
      section.error(
          key,
          "%s is missing, and there is no dearest candidate since '%s' and '%s' cost the same:"
                  .formatted(section.path(key), dearest, equal)
              + " name one of "
              + String.join(", ", candidates));
    }
    return dearest;
  }

  private static double costWeight(Section section) {
    if (!section.has("value_of_success")) {
      return section.number("cost_weight", 0, Double.POSITIVE_INFINITY, 0);
    }
    if (section.has("cost_weight")) {
      section.error(
          "value_of_success",
          "%s is another way to write cost_weight: keep one of the two"
              .formatted(section.path("value_of_success")));
    }
    Double weight = section.parsed("value_of_success", ExperimentationReader::parseValueOfSuccess);
    return weight == null ? 0 : weight;
  }

  /** One unit of quality is worth so many dollars; the weight of a dollar is its inverse. */
  static double parseValueOfSuccess(String text) {
    Matcher matcher = DOLLARS.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' is no amount: write dollars, as in \"$0.04\"".formatted(text));
    }
    BigDecimal dollars = new BigDecimal(matcher.group(1));
    if (dollars.signum() == 0) {
      throw new IllegalArgumentException("a success must be worth more than $0");
    }
    return BigDecimal.ONE.divide(dollars, MathContext.DECIMAL64).doubleValue();
  }

  private static @Nullable Double target(Section section) {
    Double target = section.number("target_usd_per_request");
    if (target != null && !(target > 0 && Double.isFinite(target))) {
      section.error(
          "target_usd_per_request",
          "%s must be > 0, but is %s".formatted(section.path("target_usd_per_request"), target));
      return null;
    }
    return target;
  }

  /**
   * Refuses a target that no price of cost can bring about: lanes and floors send traffic to dear
   * variants whatever they cost. Only what answers cost is counted, as long as the router expects
   * them to be before it has seen one, or as long as they may be.
   */
  private void requireWithinReach(Section section, LearnedSettings settings, LaneShares shares) {
    List<String> candidates = settings.candidates();
    double[] usd = new double[candidates.size()];
    int cheapest = 0;
    for (int arm = 0; arm < usd.length; arm++) {
      TokenPrice price = prices.get(candidates.get(arm));
      int most = longestAnswers.getOrDefault(candidates.get(arm), LearnedDefaults.OUTPUT_TOKENS);
      usd[arm] =
          price == null
              ? 0
              : price.outputNanos() * Math.min(LearnedDefaults.OUTPUT_TOKENS, most) * 1e-9;
      cheapest = usd[arm] < usd[cheapest] ? arm : cheapest;
    }
    int baseline = candidates.indexOf(settings.baselineVariant());
    double holdout = baseline < 0 ? 0 : shares.holdout();
    double floors = 0;
    double uniform = 0;
    for (double cost : usd) {
      uniform += cost / usd.length;
      floors += settings.exploration().minProbability() * (cost - usd[cheapest]);
    }
    double least =
        holdout * (baseline < 0 ? 0 : usd[baseline])
            + shares.uniform() * uniform
            + (1 - holdout - shares.uniform()) * (usd[cheapest] + floors);
    Double target = settings.limits().targetUsd();
    if (target != null && target < least) {
      section.error(
          "target_usd_per_request",
          String.format(
              Locale.ROOT,
              "%s must be >= what holdout, uniform_slice and min_prob cost when all else goes to"
                  + " '%s': %.3g < %.3g, with answers of %d tokens or the variant's max_tokens:"
                  + " raise the target, lower the shares, or give max_tokens",
              section.path("target_usd_per_request"),
              candidates.get(cheapest),
              target,
              least,
              LearnedDefaults.OUTPUT_TOKENS));
    }
  }

  private boolean requirePrices(Section section, String key, List<String> candidates) {
    List<String> unknown =
        candidates.stream().filter(candidate -> prices.get(candidate) == null).toList();
    if (!unknown.isEmpty()) {
      section.error(
          key,
          "%s: cost is weighed, but the price of %s is unknown: give the provider of its model"
                  .formatted(section.path(key), String.join(", ", unknown))
              + " cost[] with the prices of input and output tokens");
    }
    return unknown.isEmpty();
  }

  private static double minProbability(Section section, int candidates, double otherwise) {
    double least = section.number("min_prob", 0, 1, otherwise);
    if (least * candidates > 1) {
      section.error(
          "min_prob",
          "%s times the number of candidates must be <= 1: %s * %d > 1"
              .formatted(section.path("min_prob"), least, candidates));
    }
    return least;
  }

  private static double explorationLimit(Section section) {
    TomlNode node = section.node("exploration_limit");
    if (node instanceof TomlNode.Leaf leaf && leaf.value().equals(Double.POSITIVE_INFINITY)) {
      return Double.POSITIVE_INFINITY;
    }
    return section.number(
        "exploration_limit",
        0,
        Double.POSITIVE_INFINITY,
        LearnedSettings.Exploration.DEFAULT.limit());
  }

  private static LearnedSettings.Nursery nursery(Section section) {
    LearnedSettings.Nursery defaults = LearnedSettings.Nursery.DEFAULT;
    Section nursery = section.child("nursery", "experimentation learned nursery");
    if (nursery == null) {
      return defaults;
    }
    Duration age = nursery.parsed("age", DurationText::parse);
    return new LearnedSettings.Nursery(
        nursery.whole("feedbacks", 0, Integer.MAX_VALUE, defaults.feedbacks()),
        nursery.whole("pulls", 0, Integer.MAX_VALUE, defaults.pulls()),
        age == null ? defaults.age() : age,
        nursery.number("floor", 0, 1, defaults.floor()));
  }

  private static Experimentation.@Nullable Promotion promotion(Section section) {
    Section promotion = section.child("promotion", "experimentation learned promotion");
    if (promotion == null) {
      return null;
    }
    String mode = promotion.choice("mode", List.of("manual", "auto"));
    double canary =
        promotion.number("canary", 0, LearnedDefaults.MOST_CANARY, LearnedDefaults.CANARY);
    if (canary == 0 || canary == LearnedDefaults.MOST_CANARY) {
      promotion.error(
          "canary",
          "%s must be > 0 and < %s, the first step of the ramp, but is %s"
              .formatted(promotion.path("canary"), LearnedDefaults.MOST_CANARY, canary));
    }
    return new Experimentation.Promotion(
        "auto".equals(mode)
            ? Experimentation.Promotion.Mode.AUTO
            : Experimentation.Promotion.Mode.MANUAL,
        promotion.number("margin", 0, 1, LearnedDefaults.MARGIN),
        canary);
  }

  private List<String> surrogates(Section section, String metricName) {
    List<String> surrogates = section.names("surrogates", "metric", metrics.keySet());
    String path = section.path("surrogates");
    for (String name : surrogates) {
      String rule = notSurrogate(name, metricName);
      if (rule != null) {
        section.error("surrogates", path + ": " + rule);
        return List.of();
      }
    }
    if (!surrogates.isEmpty() && noFeedback(section) != null) {
      section.error(
          "surrogates",
          path
              + " and no_feedback exclude each other: what people do not say is estimated by the"
              + " judge, not filled in; remove one");
      return List.of();
    }
    return surrogates;
  }

  /** Why a metric cannot stand for another one; null if it can. */
  private @Nullable String notSurrogate(String name, String metricName) {
    MetricDefinition surrogate = metrics.get(name);
    MetricDefinition metric = metrics.get(metricName);
    if (name.equals(metricName)) {
      return "'%s' is the metric itself: name what stands for it".formatted(name);
    }
    if (surrogate != null
        && surrogate.type() == MetricDefinition.Type.FLOAT
        && surrogate.range() == null) {
      return "float metric '%s' needs range = [low, high] under [metrics.%s]".formatted(name, name);
    }
    return surrogate == null || metric == null || surrogate.level() == metric.level()
        ? null
        : "'%s' is about an %s and metric '%s' about an %s: both must be alike"
            .formatted(name, words(surrogate.level()), metricName, words(metric.level()));
  }

  private static String words(MetricDefinition.Level level) {
    return level.name().toLowerCase(Locale.ROOT);
  }

  private List<Experimentation.Guarded> guardrails(Section section) {
    List<Experimentation.Guarded> guardrails = new ArrayList<>();
    int at = 0;
    for (Section item : section.items("guardrails", "experimentation learned guardrails[]")) {
      Experimentation.Guarded guarded =
          guarded(item, "%s[%d]".formatted(section.path("guardrails"), at++));
      if (guarded != null) {
        if (guardrails.stream().anyMatch(other -> other.equals(guarded))) {
          item.error("metric", "%s is there twice: remove one".formatted(item.path("metric")));
        }
        guardrails.add(guarded);
      }
    }
    if (!guardrails.isEmpty() && !section.has("promotion")) {
      section.warning(
          "guardrails",
          "%s without promotion: changed settings serve at once, and the guardrails are looked at by"
                  .formatted(section.path("guardrails"))
              + " `pointsman evaluate` only");
    }
    return guardrails;
  }

  private Experimentation.@Nullable Guarded guarded(Section item, String path) {
    String name = item.requiredText("metric");
    List<String> bounds = List.of("max", "min", "worse_by").stream().filter(item::has).toList();
    if (bounds.size() != 1) {
      item.problems()
          .error(
              item.place(),
              "%s needs one of max, min and worse_by, but has %s"
                  .formatted(path, bounds.isEmpty() ? "none" : String.join(", ", bounds)));
      return null;
    }
    if (name == null) {
      return null;
    }
    MetricDefinition metric = metrics.get(name);
    if (metric == null) {
      item.error("metric", item.unknown("metric", "metric", name, metrics.keySet()));
      return null;
    }
    MetricDefinition.Range range = metric.range();
    if (range == null && metric.type() == MetricDefinition.Type.FLOAT) {
      item.error(
          "metric",
          "%s: float metric '%s' needs range = [low, high] under [metrics.%s]"
              .formatted(item.path("metric"), name, name));
      return null;
    }
    return bounded(item, metric, bounds.getFirst());
  }

  private static Experimentation.@Nullable Guarded bounded(
      Section item, MetricDefinition metric, String key) {
    MetricDefinition.Range range = metric.range();
    double low = range == null ? 0 : range.low();
    double high = range == null ? 1 : range.high();
    boolean more = metric.optimize() == MetricDefinition.Direction.MAX;
    if (key.equals("max") && more || key.equals("min") && !more) {
      item.error(
          key,
          "%s: of metric '%s' %s is better (optimize = \"%s\"), so its bound is %s"
              .formatted(
                  item.path(key),
                  metric.name(),
                  more ? "more" : "less",
                  more ? "max" : "min",
                  more ? "min" : "max"));
      return null;
    }
    boolean relative = key.equals("worse_by");
    double bound = item.number(key, relative ? 0 : low, relative ? high - low : high, Double.NaN);
    if (Double.isNaN(bound)) {
      return null;
    }
    if (relative && bound == 0) {
      item.error(
          key,
          "%s must be > 0: that nothing at all is lost can never be proved"
              .formatted(item.path(key)));
      return null;
    }
    return new Experimentation.Guarded(
        metric.name(), Experimentation.Guarded.Limit.valueOf(key.toUpperCase(Locale.ROOT)), bound);
  }

  private static @Nullable Duration halfLife(Section section) {
    if ("never".equals(section.has("half_life") ? section.text("half_life") : null)) {
      return null;
    }
    return duration(section, "half_life", LearnedDefaults.HALF_LIFE);
  }

  private static LaneShares shares(Section section) {
    LaneShares defaults = LearnedDefaults.SHARES;
    double uniform = section.number("uniform_slice", 0, 1, defaults.uniform());
    double holdout = section.number("holdout", 0, 1, defaults.holdout());
    if (uniform + holdout >= 1) {
      section.error(
          section.has("holdout") ? "holdout" : "uniform_slice",
          "%s + holdout must be < 1, or the policy decides nothing: %s + %s"
              .formatted(section.path("uniform_slice"), uniform, holdout));
      return defaults;
    }
    if (uniform == 0) {
      for (String rule : List.of("min_quality", "latency_slo")) {
        if (section.has(rule)) {
          section.warning(
              "uniform_slice",
              "%s = 0 beside %s: a variant that is left out gets no traffic at all, so nobody"
                      .formatted(section.path("uniform_slice"), rule)
                  + " would notice that it got better; 0.01 is enough");
        }
      }
    }
    return new LaneShares(uniform, holdout, 0);
  }

  private static @Nullable Double noFeedback(Section section) {
    TomlNode node = section.node("no_feedback");
    if (node instanceof TomlNode.Leaf leaf && leaf.value() instanceof String text) {
      if (!text.equals("unknown")) {
        section.error(
            "no_feedback",
            "%s must be \"unknown\" or a number, but is '%s'"
                .formatted(section.path("no_feedback"), text));
      }
      return null;
    }
    if (node == null) {
      return null;
    }
    double value = section.number("no_feedback", 0, 1, Double.NaN);
    return Double.isNaN(value) ? null : value;
  }

  static Experimentation.ExploreCondition parseCondition(String text) {
    Matcher matcher = CONDITION.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' is no condition: write tag:NAME = VALUE or tag:NAME != VALUE".formatted(text));
    }
    return new Experimentation.ExploreCondition(
        matcher.group(1), matcher.group(2).equals("="), matcher.group(3));
  }

  /** The values of keys that are not given. */
  private static final class LearnedDefaults {
    static final double LARGEST_FLOORS = 0.3;
    static final int OUTPUT_TOKENS = 200;
    static final double MARGIN = 0.01;
    static final double CANARY = 0.05;
    static final double MOST_CANARY = 0.25;
    static final Duration HALF_LIFE = Duration.ofDays(14);
    static final Duration EMBEDDING_DEADLINE = Duration.ofMillis(150);
    static final Duration LONGEST_EMBEDDING = Duration.ofSeconds(10);
    static final LaneShares SHARES = new LaneShares(0.01, 0.05, 0);
    static final Duration REVISION = Duration.ofSeconds(5);
    static final Duration ATTRIBUTION_WINDOW = Duration.ofHours(24);
  }
}
