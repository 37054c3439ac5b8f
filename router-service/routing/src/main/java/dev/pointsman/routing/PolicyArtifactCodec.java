package dev.pointsman.routing;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The head of a generation as an indented JSON text for people, and back. */
public final class PolicyArtifactCodec {

  private static final int FORMAT = 1;
  private static final String WHAT = "policy artifact";

  private PolicyArtifactCodec() {}

  /**
   * The JSON text; an infinite exploration limit is written as null.
   *
   * @throws IllegalArgumentException if another number is not finite
   */
  public static String encode(PolicyArtifact artifact) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = StrictJson.FACTORY.createGenerator(text)) {
      json.setPrettyPrinter(new DefaultPrettyPrinter());
      json.writeStartObject();
      json.writeNumberField("format", FORMAT);
      json.writeStringField("function", artifact.functionName());
      json.writeStringField("generation", artifact.generation());
      json.writeStringField("metric", artifact.metric());
      strings(json, "segment_by", artifact.segmentBy());
      json.writeStringField("estimator", artifact.estimator().name().toLowerCase(Locale.ROOT));
      settings(json, artifact.settings());
      provenance(json, artifact.provenance());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return text.toString();
  }

  private static void settings(JsonGenerator json, LearnedSettings settings) throws IOException {
    json.writeObjectFieldStart("settings");
    json.writeStringField("algorithm", settings.algorithm());
    strings(json, "candidates", settings.candidates());
    json.writeStringField("baseline_variant", settings.baselineVariant());
    number(json, "cost_weight", settings.weights().cost());
    number(json, "latency_weight", settings.weights().latency());
    LearnedSettings.Exploration exploration = settings.exploration();
    LearnedSettings.Nursery nursery = exploration.nursery();
    number(json, "min_prob", exploration.minProbability());
    if (exploration.limit() == Double.POSITIVE_INFINITY) {
      json.writeNullField("exploration_limit");
    } else {
      number(json, "exploration_limit", exploration.limit());
    }
    json.writeObjectFieldStart("nursery");
    json.writeNumberField("feedbacks", nursery.feedbacks());
    json.writeNumberField("pulls", nursery.pulls());
    json.writeStringField("age", nursery.age().toString());
    number(json, "floor", nursery.floor());
    json.writeEndObject();
    Duration halfLife = settings.halfLife();
    json.writeStringField("half_life", halfLife == null ? null : halfLife.toString());
    LearnedSettings.Options options = settings.options();
    if (!options.equals(LearnedSettings.Options.DEFAULT)) {
      options(json, options);
    }
    LearnedSettings.Limits limits = settings.limits();
    if (!limits.equals(LearnedSettings.Limits.NONE)) {
      limits(json, limits);
    }
    json.writeEndObject();
  }

  private static void limits(JsonGenerator json, LearnedSettings.Limits limits) throws IOException {
    json.writeObjectFieldStart("limits");
    Double target = limits.targetUsd();
    if (target != null) {
      number(json, "target_usd_per_request", target);
    }
    Double minQuality = limits.minQuality();
    if (minQuality != null) {
      number(json, "min_quality", minQuality);
    }
    Duration latencySlo = limits.latencySlo();
    if (latencySlo != null) {
      json.writeStringField("latency_slo", latencySlo.toString());
    }
    json.writeEndObject();
  }

  private static void options(JsonGenerator json, LearnedSettings.Options options)
      throws IOException {
    json.writeObjectFieldStart("options");
    json.writeStringField("rewards", options.rewards().name().toLowerCase(Locale.ROOT));
    number(json, "epsilon", options.epsilon());
    Double decay = options.epsilonDecay();
    if (decay == null) {
      json.writeNullField("epsilon_decay");
    } else {
      number(json, "epsilon_decay", decay);
    }
    LearnedSettings.Stopping stopping = options.stopping();
    json.writeObjectFieldStart("stopping");
    number(json, "delta", stopping.delta());
    number(json, "epsilon", stopping.epsilon());
    json.writeNumberField("least_samples", stopping.leastSamples());
    json.writeNumberField("most_samples", stopping.mostSamples());
    json.writeEndObject();
    LearnedSettings.StrongShare strong = options.strongShare();
    if (strong != null) {
      json.writeObjectFieldStart("strong_share");
      json.writeStringField("variant", strong.variant());
      number(json, "wanted", strong.wanted());
      number(json, "of_policy", strong.ofPolicy());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static void provenance(JsonGenerator json, ArtifactProvenance provenance)
      throws IOException {
    json.writeObjectFieldStart("provenance");
    json.writeStringField("created_at", provenance.createdAt().toString());
    json.writeStringField("created_by", provenance.createdBy());
    json.writeStringField("config_hash", provenance.configHash());
    json.writeStringField("log_cut", provenance.logCut());
    json.writeNumberField("decisions", provenance.decisions());
    Long seed = provenance.seed();
    if (seed == null) {
      json.writeNullField("seed");
    } else {
      json.writeNumberField("seed", seed);
    }
    json.writeStringField("code_version", provenance.codeVersion());
    json.writeStringField("java_version", provenance.javaVersion());
    json.writeObjectFieldStart("trainer_settings");
    for (Map.Entry<String, String> entry : new TreeMap<>(provenance.trainerSettings()).entrySet()) {
      json.writeStringField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void strings(JsonGenerator json, String name, List<String> values)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  private static void number(JsonGenerator json, String name, double value) throws IOException {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "%s: %s must be a finite number: %s".formatted(WHAT, name, value));
    }
    json.writeNumberField(name, value);
  }

  /**
   * The artifact of a text.
   *
   * @throws MalformedPolicyException if it is not exactly what {@link #encode} writes, white space
   *     and the order of fields apart
   */
  public static PolicyArtifact decode(String text) {
    return StrictJson.read(WHAT, text, PolicyArtifactCodec::artifact);
  }

  private static PolicyArtifact artifact(StrictJson json) throws IOException {
    Head read = new Head();
    json.object(
        name -> {
          switch (name) {
            case "format" -> read.format = json.whole();
            case "function" -> read.function = json.string();
            case "generation" -> read.generation = json.string();
            case "metric" -> read.metric = json.string();
            case "segment_by" -> read.segmentBy = json.list(StrictJson::string);
            case "estimator" -> read.estimator = estimator(json);
            case "settings" -> read.settings = readSettings(json);
            case "provenance" -> read.provenance = readProvenance(json);
            default -> throw json.unknown(name);
          }
        });
    long format = json.required(read.format, "format");
    if (format != FORMAT) {
      throw json.malformed("format %d is not known, only %d".formatted(format, FORMAT));
    }
    return new PolicyArtifact(
        json.required(read.function, "function"),
        json.required(read.generation, "generation"),
        json.required(read.metric, "metric"),
        json.required(read.segmentBy, "segment_by"),
        json.required(read.estimator, "estimator"),
        json.required(read.settings, "settings"),
        json.required(read.provenance, "provenance"));
  }

  private static MeanEstimator estimator(StrictJson json) throws IOException {
    String name = json.string();
    for (MeanEstimator estimator : MeanEstimator.values()) {
      if (estimator.name().toLowerCase(Locale.ROOT).equals(name)) {
        return estimator;
      }
    }
    throw json.malformed("unknown estimator \"%s\"".formatted(name));
  }

  private static LearnedSettings readSettings(StrictJson json) throws IOException {
    Settings read = new Settings();
    json.object(
        name -> {
          switch (name) {
            case "algorithm" -> read.algorithm = json.string();
            case "candidates" -> read.candidates = json.list(StrictJson::string);
            case "baseline_variant" -> {
              read.baselineGiven = true;
              read.baselineVariant = json.isNull() ? null : json.string();
            }
            case "cost_weight" -> read.costWeight = json.number();
            case "latency_weight" -> read.latencyWeight = json.number();
            case "min_prob" -> read.minProbability = json.number();
            case "exploration_limit" ->
                read.explorationLimit = json.isNull() ? Double.POSITIVE_INFINITY : json.number();
            case "nursery" -> read.nursery = nursery(json);
            case "half_life" -> {
              read.halfLifeGiven = true;
              read.halfLife = json.isNull() ? null : json.time(Duration::parse);
            }
            case "options" -> read.options = readOptions(json);
            case "limits" -> read.limits = readLimits(json);
            default -> throw json.unknown(name);
          }
        });
    json.required(read.baselineGiven, "baseline_variant");
    json.required(read.halfLifeGiven, "half_life");
    return new LearnedSettings(
        json.required(read.algorithm, "algorithm"),
        candidates(json, json.required(read.candidates, "candidates")),
        read.baselineVariant,
        new LearnedSettings.Weights(
            json.required(read.costWeight, "cost_weight"),
            json.required(read.latencyWeight, "latency_weight")),
        new LearnedSettings.Exploration(
            json.required(read.minProbability, "min_prob"),
            json.required(read.explorationLimit, "exploration_limit"),
            json.required(read.nursery, "nursery")),
        read.halfLife,
        // Left out where they are the defaults, as in artifacts from before there were any.
        read.options == null ? LearnedSettings.Options.DEFAULT : read.options,
        read.limits == null ? LearnedSettings.Limits.NONE : read.limits);
  }

  private static LearnedSettings.Limits readLimits(StrictJson json) throws IOException {
    Bounds read = new Bounds();
    json.object(
        name -> {
          switch (name) {
            case "target_usd_per_request" -> read.targetUsd = json.number();
            case "min_quality" -> read.minQuality = json.number();
            case "latency_slo" -> read.latencySlo = json.time(Duration::parse);
            default -> throw json.unknown(name);
          }
        });
    return new LearnedSettings.Limits(read.targetUsd, read.minQuality, read.latencySlo);
  }

  private static LearnedSettings.Options readOptions(StrictJson json) throws IOException {
    Tuning read = new Tuning();
    json.object(
        name -> {
          switch (name) {
            case "rewards" -> read.rewards = rewards(json);
            case "epsilon" -> read.epsilon = json.number();
            case "stopping" -> read.stopping = stopping(json);
            case "strong_share" -> read.strongShare = strongShare(json);
            case "epsilon_decay" -> {
              read.epsilonDecayGiven = true;
              read.epsilonDecay = json.isNull() ? null : (Double) json.number();
            }
            default -> throw json.unknown(name);
          }
        });
    json.required(read.epsilonDecayGiven, "epsilon_decay");
    return new LearnedSettings.Options(
        json.required(read.rewards, "rewards"),
        json.required(read.epsilon, "epsilon"),
        read.epsilonDecay,
        json.required(read.stopping, "stopping"),
        read.strongShare);
  }

  private static LearnedSettings.StrongShare strongShare(StrictJson json) throws IOException {
    Strong read = new Strong();
    json.object(
        name -> {
          switch (name) {
            case "variant" -> read.variant = json.string();
            case "wanted" -> read.wanted = json.number();
            case "of_policy" -> read.ofPolicy = json.number();
            default -> throw json.unknown(name);
          }
        });
    return new LearnedSettings.StrongShare(
        json.required(read.variant, "variant"),
        json.required(read.wanted, "wanted"),
        json.required(read.ofPolicy, "of_policy"));
  }

  private static LearnedSettings.Stopping stopping(StrictJson json) throws IOException {
    Ending read = new Ending();
    json.object(
        name -> {
          switch (name) {
            case "delta" -> read.delta = json.number();
            case "epsilon" -> read.epsilon = json.number();
            case "least_samples" -> read.leastSamples = json.count();
            case "most_samples" -> read.mostSamples = json.count();
            default -> throw json.unknown(name);
          }
        });
    return new LearnedSettings.Stopping(
        json.required(read.delta, "delta"),
        json.required(read.epsilon, "epsilon"),
        json.required(read.leastSamples, "least_samples"),
        json.required(read.mostSamples, "most_samples"));
  }

  private static LearnedSettings.Rewards rewards(StrictJson json) throws IOException {
    String name = json.string();
    for (LearnedSettings.Rewards rewards : LearnedSettings.Rewards.values()) {
      if (rewards.name().toLowerCase(Locale.ROOT).equals(name)) {
        return rewards;
      }
    }
    throw json.malformed("unknown rewards \"%s\"".formatted(name));
  }

  private static List<String> candidates(StrictJson json, List<String> names) {
    try {
      return Arms.checkCandidates(names);
    } catch (IllegalArgumentException e) {
      throw json.malformed("candidates are not in name order: " + names);
    }
  }

  private static LearnedSettings.Nursery nursery(StrictJson json) throws IOException {
    Young read = new Young();
    json.object(
        name -> {
          switch (name) {
            case "feedbacks" -> read.feedbacks = json.count();
            case "pulls" -> read.pulls = json.count();
            case "age" -> read.age = json.time(Duration::parse);
            case "floor" -> read.floor = json.number();
            default -> throw json.unknown(name);
          }
        });
    return new LearnedSettings.Nursery(
        json.required(read.feedbacks, "feedbacks"),
        json.required(read.pulls, "pulls"),
        json.required(read.age, "age"),
        json.required(read.floor, "floor"));
  }

  private static ArtifactProvenance readProvenance(StrictJson json) throws IOException {
    Origin read = new Origin();
    json.object(
        name -> {
          switch (name) {
            case "created_at" -> read.createdAt = json.time(Instant::parse);
            case "created_by" -> read.createdBy = json.string();
            case "config_hash" -> read.configHash = json.string();
            case "log_cut" -> read.logCut = json.string();
            case "decisions" -> read.decisions = json.count();
            case "seed" -> {
              read.seedGiven = true;
              read.seed = json.isNull() ? null : (Long) json.whole();
            }
            case "code_version" -> read.codeVersion = json.string();
            case "java_version" -> read.javaVersion = json.string();
            case "trainer_settings" -> read.trainerSettings = json.map(StrictJson::string);
            default -> throw json.unknown(name);
          }
        });
    json.required(read.seedGiven, "seed");
    return new ArtifactProvenance(
        json.required(read.createdAt, "created_at"),
        json.required(read.createdBy, "created_by"),
        json.required(read.configHash, "config_hash"),
        json.required(read.logCut, "log_cut"),
        json.required(read.decisions, "decisions"),
        read.seed,
        json.required(read.codeVersion, "code_version"),
        json.required(read.javaVersion, "java_version"),
        json.required(read.trainerSettings, "trainer_settings"));
  }

  private static final class Head {
    @Nullable Long format;
    @Nullable String function;
    @Nullable String generation;
    @Nullable String metric;
    @Nullable List<String> segmentBy;
    @Nullable MeanEstimator estimator;
    @Nullable LearnedSettings settings;
    @Nullable ArtifactProvenance provenance;
  }

  private static final class Settings {
    @Nullable String algorithm;
    @Nullable List<String> candidates;
    @Nullable Boolean baselineGiven;
    @Nullable String baselineVariant;
    @Nullable Double costWeight;
    @Nullable Double latencyWeight;
    @Nullable Double minProbability;
    @Nullable Double explorationLimit;
    LearnedSettings.@Nullable Nursery nursery;
    @Nullable Boolean halfLifeGiven;
    @Nullable Duration halfLife;
    LearnedSettings.@Nullable Options options;
    LearnedSettings.@Nullable Limits limits;
  }

  private static final class Bounds {
    @Nullable Double targetUsd;
    @Nullable Double minQuality;
    @Nullable Duration latencySlo;
  }

  private static final class Tuning {
    LearnedSettings.@Nullable Rewards rewards;
    @Nullable Double epsilon;
    @Nullable Boolean epsilonDecayGiven;
    @Nullable Double epsilonDecay;
    LearnedSettings.@Nullable Stopping stopping;
    LearnedSettings.@Nullable StrongShare strongShare;
  }

  private static final class Strong {
    @Nullable String variant;
    @Nullable Double wanted;
    @Nullable Double ofPolicy;
  }

  private static final class Ending {
    @Nullable Double delta;
    @Nullable Double epsilon;
    @Nullable Long leastSamples;
    @Nullable Long mostSamples;
  }

  private static final class Young {
    @Nullable Long feedbacks;
    @Nullable Long pulls;
    @Nullable Duration age;
    @Nullable Double floor;
  }

  private static final class Origin {
    @Nullable Instant createdAt;
    @Nullable String createdBy;
    @Nullable String configHash;
    @Nullable String logCut;
    @Nullable Long decisions;
    @Nullable Boolean seedGiven;
    @Nullable Long seed;
    @Nullable String codeVersion;
    @Nullable String javaVersion;
    @Nullable Map<String, String> trainerSettings;
  }
}
