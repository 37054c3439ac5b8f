package dev.pointsman.trainer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.LearnedSettings;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What makes a generation: its reward and everything its policy and its trainer compute with. Other
 * settings of a function (intervals, stickiness, shares) may change without a new generation.
 *
 * @param text as a JSON object with fixed order, stored with the generation
 */
record GenerationSettings(String text) {

  private static final JsonFactory JSON = new JsonFactory();

  static GenerationSettings of(RewardRule rule, Experimentation.Learned learned) {
    LearnedSettings settings = learned.settings();
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("metric", rule.metric());
      json.writeStringField("metric_level", rule.level().name());
      json.writeStringField("metric_type", rule.type().name());
      json.writeNumberField("low", rule.low());
      json.writeNumberField("high", rule.high());
      json.writeBooleanField("maximize", rule.maximize());
      json.writeStringField("attribution_window", rule.attributionWindow().toString());
      Double noFeedback = rule.noFeedback();
      if (noFeedback != null) {
        json.writeNumberField("no_feedback", noFeedback);
      }
      json.writeNumberField("reward_on_error", learned.attribution().onError());
      json.writeStringField("algorithm", settings.algorithm());
      json.writeStringField("context", learned.context());
      json.writeArrayFieldStart("candidates");
      for (String candidate : settings.candidates()) {
        json.writeString(candidate);
      }
      json.writeEndArray();
      String baseline = settings.baselineVariant();
      if (baseline != null) {
        json.writeStringField("baseline_variant", baseline);
      }
      json.writeNumberField("cost_weight", settings.weights().cost());
      json.writeNumberField("latency_weight", settings.weights().latency());
      LearnedSettings.Exploration exploration = settings.exploration();
      LearnedSettings.Nursery nursery = exploration.nursery();
      json.writeNumberField("min_prob", exploration.minProbability());
      json.writeNumberField("exploration_limit", exploration.limit());
      json.writeObjectFieldStart("nursery");
      json.writeNumberField("feedbacks", nursery.feedbacks());
      json.writeNumberField("pulls", nursery.pulls());
      json.writeStringField("age", nursery.age().toString());
      json.writeNumberField("floor", nursery.floor());
      json.writeEndObject();
      Duration halfLife = settings.halfLife();
      if (halfLife != null) {
        json.writeStringField("half_life", halfLife.toString());
      }
      writeOptions(json, settings.options());
      writeLimits(json, settings.limits());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("settings could not be written to memory", e);
    }
    return new GenerationSettings(text.toString());
  }

  /** Those that are not the default; a generation from before there were options keeps its text. */
  private static void writeOptions(JsonGenerator json, LearnedSettings.Options options)
      throws IOException {
    LearnedSettings.Options defaults = LearnedSettings.Options.DEFAULT;
    if (options.epsilon() != defaults.epsilon()) {
      json.writeNumberField("epsilon", options.epsilon());
    }
    Double decay = options.epsilonDecay();
    if (decay != null) {
      json.writeNumberField("epsilon_decay", decay);
    }
    LearnedSettings.Stopping stopping = options.stopping();
    if (!stopping.equals(defaults.stopping())) {
      json.writeObjectFieldStart("stopping");
      json.writeNumberField("delta", stopping.delta());
      json.writeNumberField("epsilon", stopping.epsilon());
      json.writeNumberField("least_samples", stopping.leastSamples());
      json.writeNumberField("most_samples", stopping.mostSamples());
      json.writeEndObject();
    }
    LearnedSettings.StrongShare strong = options.strongShare();
    if (strong != null) {
      json.writeObjectFieldStart("strong_share");
      json.writeStringField("variant", strong.variant());
      json.writeNumberField("wanted", strong.wanted());
      json.writeNumberField("of_policy", strong.ofPolicy());
      json.writeEndObject();
    }
  }

  /** Likewise only those that there are. */
  private static void writeLimits(JsonGenerator json, LearnedSettings.Limits limits)
      throws IOException {
    Double target = limits.targetUsd();
    if (target != null) {
      json.writeNumberField("target_usd_per_request", target);
    }
  }

  /** Decisions under different ones of these cannot be compared. */
  private static final List<String> SHARED =
      List.of(
          "metric",
          "metric_level",
          "metric_type",
          "low",
          "high",
          "maximize",
          "attribution_window",
          "no_feedback",
          "reward_on_error",
          // A function has one text model, and its scores go to both.
          "context",
          "candidates",
          "baseline_variant",
          "target_usd_per_request");

  /**
   * Why these settings cannot be tried beside others: the name of the first one that both must have
   * alike; null when they can.
   */
  @Nullable String cannotWaitBeside(GenerationSettings serving) {
    Fields own = Fields.of(text);
    Fields others = Fields.of(serving.text);
    for (String name : SHARED) {
      boolean alike =
          name.equals("candidates")
              ? own.candidates().equals(others.candidates())
              : Objects.equals(own.values().get(name), others.values().get(name));
      if (!alike) {
        return name;
      }
    }
    return null;
  }

  /**
   * A stored text's values by name, those within others as in {@code nursery.age}, and its list.
   *
   * @throws IllegalArgumentException if it is not such a text
   */
  private record Fields(Map<String, String> values, List<String> candidates) {
    static Fields of(String text) {
      Map<String, String> fields = new HashMap<>();
      List<String> candidates = new ArrayList<>();
      try (JsonParser json = JSON.createParser(text)) {
        String within = "";
        for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
          switch (token) {
            case START_OBJECT ->
                within = json.currentName() == null ? "" : json.currentName() + ".";
            case END_OBJECT -> within = "";
            case FIELD_NAME, START_ARRAY, END_ARRAY -> {}
            default -> {
              if (json.getParsingContext().inArray()) {
                candidates.add(json.getText());
              } else {
                fields.put(within + json.currentName(), json.getText());
              }
            }
          }
        }
      } catch (IOException e) {
        throw new IllegalArgumentException(
            "the stored settings of a generation are not readable: " + text, e);
      }
      return new Fields(fields, candidates);
    }
  }

  /**
   * What a generation's policy computes with, read back.
   *
   * @param text as {@link #of} wrote it, also before there were options
   * @throws IllegalArgumentException if it is not such a text
   */
  static LearnedSettings settingsOf(String text) {
    Fields read = Fields.of(text);
    Map<String, String> fields = read.values();
    try {
      LearnedSettings.Stopping stopping = LearnedSettings.Stopping.DEFAULT;
      String decay = fields.get("epsilon_decay");
      String halfLife = fields.get("half_life");
      String limit = need(fields, "exploration_limit");
      return new LearnedSettings(
          need(fields, "algorithm"),
          read.candidates(),
          fields.get("baseline_variant"),
          new LearnedSettings.Weights(
              number(fields, "cost_weight"), number(fields, "latency_weight")),
          new LearnedSettings.Exploration(
              number(fields, "min_prob"),
              // Written as text, for JSON has no such number.
              limit.equals("Infinity") ? Double.POSITIVE_INFINITY : Double.parseDouble(limit),
              new LearnedSettings.Nursery(
                  Long.parseLong(need(fields, "nursery.feedbacks")),
                  Long.parseLong(need(fields, "nursery.pulls")),
                  Duration.parse(need(fields, "nursery.age")),
                  number(fields, "nursery.floor"))),
          halfLife == null ? null : Duration.parse(halfLife),
          new LearnedSettings.Options(
              LearnedSettings.Rewards.valueOf(need(fields, "metric_type")),
              fields.containsKey("epsilon")
                  ? number(fields, "epsilon")
                  : LearnedSettings.Options.DEFAULT.epsilon(),
              decay == null ? null : Double.valueOf(decay),
              fields.containsKey("stopping.delta")
                  ? new LearnedSettings.Stopping(
                      number(fields, "stopping.delta"),
                      number(fields, "stopping.epsilon"),
                      Long.parseLong(need(fields, "stopping.least_samples")),
                      Long.parseLong(need(fields, "stopping.most_samples")))
                  : stopping,
              fields.containsKey("strong_share.variant")
                  ? new LearnedSettings.StrongShare(
                      need(fields, "strong_share.variant"),
                      number(fields, "strong_share.wanted"),
                      number(fields, "strong_share.of_policy"))
                  : null),
          fields.containsKey("target_usd_per_request")
              ? LearnedSettings.Limits.ofTarget(number(fields, "target_usd_per_request"))
              : LearnedSettings.Limits.NONE);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "the stored settings of a generation are not readable: " + text, e);
    }
  }

  /** The metric that a generation learns from. */
  static String metricOf(String text) {
    try (JsonParser json = JSON.createParser(text)) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.VALUE_STRING && "metric".equals(json.currentName())) {
          return json.getText();
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the stored settings of a generation are not readable: " + text, e);
    }
    throw new IllegalArgumentException("the stored settings of a generation lack metric: " + text);
  }

  private static double number(Map<String, String> fields, String name) {
    return Double.parseDouble(need(fields, name));
  }

  private static String need(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException("lacks " + name);
    }
    return value;
  }

  /** 16 hex digits of the text's SHA-256. */
  String hash() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
