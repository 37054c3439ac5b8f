package dev.pointsman.eventstore;

import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.PolicyVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;

/** Units for tests, decisions and what follows them: seeded ids, plausible values, everything open to change. */
final class Units {

  static final Instant START = Instant.parse("2026-03-01T12:00:00.123456Z");
  static final List<String> CANDIDATES = List.of("large", "medium", "small");

  private final SplittableRandom random;

  Units(long seed) {
    random = new SplittableRandom(seed);
  }

  UUID id(Instant at) {
    return new IdSource(() -> at, random::nextLong).next();
  }

  /** A decision in the policy lane that was answered by the chosen variant. */
  Draft decision(String function, UUID episode, Instant at, String chosen) {
    Draft draft = new Draft();
    draft.id = id(at);
    draft.episode = episode;
    draft.at = at;
    draft.function = function;
    draft.chosen = chosen;
    draft.served = chosen;
    return draft;
  }

  FeedbackEvent feedback(InferenceEvent target, String metric, boolean value, Duration delay) {
    Instant at = target.at().plus(delay);
    return new FeedbackEvent(
        id(at),
        at,
        FeedbackEvent.Target.INFERENCE,
        target.ids().inferenceId(),
        metric,
        value,
        null,
        null,
        "api",
        Map.of(),
        null,
        null);
  }

  FeedbackEvent rating(InferenceEvent target, String metric, double value, Duration delay) {
    Instant at = target.at().plus(delay);
    return new FeedbackEvent(
        id(at),
        at,
        FeedbackEvent.Target.INFERENCE,
        target.ids().inferenceId(),
        metric,
        null,
        value,
        null,
        "api",
        Map.of(),
        null,
        null);
  }

  /** One inference being described. */
  static final class Draft {
    UUID id;
    UUID episode;
    Instant at;
    String function;
    DecisionKind kind = DecisionKind.DECISION;
    String segment = "main";
    String lane = "policy";
    List<String> candidates = CANDIDATES;
    double[] propensities = {0.2, 0.3, 0.5};
    String chosen;
    String served;
    InferenceEvent.Ending ending = InferenceEvent.Ending.ANSWERED;
    Long inputTokens = 100L;
    Long outputTokens = 50L;
    Long costNanos = 1_000L;
    Long baselineCostNanos = 9_000L;
    long durationMicros = 250_000;
    InferenceEvent.Payload payload;
    List<InferenceEvent.Attempt> attempts = List.of();
    Map<String, String> tags = Map.of();
    String keyId;
    String teamId;
    String generation = "gen-1";
    Map<String, Double> laneShares = Map.of("policy", 0.94, "holdout", 0.05, "uniform", 0.01);
    boolean explored;
    double[] predictedQuality = {};
    long[] predictedCostNanos = {};
    boolean stream;
    String cache = "off";
    Long ttftMicros;
    long overheadMicros = 500;

    Draft kind(DecisionKind value) {
      kind = value;
      return this;
    }

    Draft segment(String value) {
      segment = value;
      return this;
    }

    Draft lane(String value) {
      lane = value;
      return this;
    }

    Draft served(String value) {
      served = value;
      return this;
    }

    Draft failed() {
      served = null;
      ending = InferenceEvent.Ending.FAILED;
      return this;
    }

    Draft cost(Long nanos) {
      costNanos = nanos;
      return this;
    }

    InferenceEvent event() {
      boolean decides = kind == DecisionKind.DECISION;
      int arm = candidates.indexOf(chosen);
      double[] none = {};
      return new InferenceEvent(
          new InferenceEvent.Ids(id, episode, "req-" + id, null, null, "node-1", at),
          new InferenceEvent.Asker("native", null, function, "chat", keyId, teamId, null, tags),
          new InferenceEvent.Versions("config-1", "prices-1", 1),
          new Decision(
              kind,
              null,
              generation == null ? null : new PolicyVersion("squarecb", generation, 3),
              segment,
              "main",
              null,
              null,
              Map.of(),
              Map.of(),
              decides ? lane : null,
              decides ? laneShares : Map.of(),
              decides ? candidates : List.of(),
              decides ? candidates.stream().map(c -> "").toList() : List.of(),
              predictedQuality,
              predictedCostNanos,
              new long[0],
              none,
              none,
              decides ? Arrays.copyOf(propensities, propensities.length) : none,
              none,
              decides ? Arrays.copyOf(propensities, propensities.length) : none,
              null,
              null,
              Map.of(),
              chosen,
              decides ? propensities[arm] : null,
              explored,
              List.of()),
          new InferenceEvent.Outcome(
              ending,
              served == null ? "timeout" : null,
              served,
              served == null ? null : "model-" + served,
              served == null ? null : "provider-1",
              1,
              served != null && !served.equals(chosen),
              "stop",
              stream,
              cache),
          new InferenceEvent.Quantities(
              new InferenceEvent.Tokens(inputTokens, outputTokens, null, null, null),
              false,
              costNanos,
              "large",
              baselineCostNanos,
              durationMicros,
              ttftMicros,
              overheadMicros),
          attempts,
          payload);
    }
  }
}
