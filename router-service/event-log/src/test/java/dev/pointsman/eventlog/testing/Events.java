package dev.pointsman.eventlog.testing;

import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.ConfigEvent;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.TextModelEvent;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.TextPublication;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Sample events. Every one is valid and follows from the number that it is asked for: the same number
 * gives the same ids, time and content, in every test and for ever.
 */
public final class Events {

  /** The first moment of the sample events' day. */
  public static final Instant START = Instant.parse("2026-11-20T00:00:00Z");

  /** The candidates of the sample decisions, in name order. */
  public static final List<String> CANDIDATES = List.of("large", "medium", "small");

  private Events() {}

  /** A version 7 id of the n-th moment after {@link #START}, in milliseconds. */
  public static UUID id(long n) {
    long millis = START.toEpochMilli() + n;
    return new UUID((millis << 16) | 0x7000L | (n & 0xFFF), 0x8000_0000_0000_0000L | n);
  }

  /** The n-th second after {@link #START}. */
  public static Instant time(long n) {
    return START.plusSeconds(n).plus(Duration.ofNanos(123_000));
  }

  /** An answered inference of function {@code support_reply}, decided by a learning policy. */
  public static InferenceEvent inference(long n) {
    return inferenceOf(n).build();
  }

  /** The same, to be changed before it is built. */
  public static InferenceBuilder inferenceOf(long n) {
    return new InferenceBuilder(n);
  }

  /** A decision among {@link #CANDIDATES}, all eligible, that chose the n-th of them. */
  public static Decision decision(long n) {
    double[] propensities = {0.5, 0.3, 0.2};
    int arm = (int) (n % CANDIDATES.size());
    return decision(CANDIDATES, propensities, CANDIDATES.get(arm), "topic=" + n % 4);
  }

  /** A decision of lane {@code policy} in stratum {@code main} with the given vector. */
  public static Decision decision(
      List<String> candidates, double[] propensities, String chosenVariant, String segment) {
    int arms = candidates.size();
    int chosen = candidates.indexOf(chosenVariant);
    int best = 0;
    double[] quality = new double[arms];
    long[] costNanos = new long[arms];
    long[] latencyMicros = new long[arms];
    double[] utility = new double[arms];
    double[] floors = new double[arms];
    for (int i = 0; i < arms; i++) {
      quality[i] = 0.9 - 0.1 * i;
      costNanos[i] = 1_000_000L / (i + 1);
      latencyMicros[i] = 800_000L / (i + 1);
      utility[i] = quality[i] - 25 * costNanos[i] / 1e9;
      floors[i] = 0.005;
      best = propensities[i] > propensities[best] ? i : best;
    }
    return new Decision(
        DecisionKind.DECISION,
        null,
        new PolicyVersion("squarecb", "g1", 1),
        segment,
        "main",
        null,
        null,
        Map.of(),
        Map.of(),
        "policy",
        laneShares(),
        candidates,
        candidates.stream().map(candidate -> "").toList(),
        quality,
        costNanos,
        latencyMicros,
        utility,
        floors,
        propensities.clone(),
        new double[0],
        propensities.clone(),
        25.0,
        42.5,
        Map.of("tokens", "128"),
        chosenVariant,
        propensities[chosen],
        chosen != best,
        List.of());
  }

  /** What a sticky, pinned, forced, workflow or cache hit inference has instead of a decision. */
  public static Decision noDecision(DecisionKind kind, String variant, UUID decidedBy) {
    return new Decision(
        kind,
        decidedBy,
        null,
        "other",
        "main",
        null,
        null,
        Map.of(),
        Map.of(),
        null,
        Map.of(),
        List.of(),
        List.of(),
        new double[0],
        new long[0],
        new long[0],
        new double[0],
        new double[0],
        new double[0],
        new double[0],
        new double[0],
        null,
        null,
        Map.of(),
        variant,
        null,
        false,
        List.of());
  }

  private static Map<String, Double> laneShares() {
    Map<String, Double> shares = new LinkedHashMap<>();
    shares.put("uniform", 0.01);
    shares.put("holdout", 0.05);
    shares.put("policy", 0.94);
    return shares;
  }

  /** A boolean value of metric {@code resolved} for the n-th sample inference. */
  public static FeedbackEvent feedback(long n, boolean value) {
    return feedback(n, id(n), "resolved", value);
  }

  /** The n-th sample feedback, about any inference and metric. */
  public static FeedbackEvent feedback(long n, UUID inferenceId, String metric, boolean value) {
    return new FeedbackEvent(
        id(n + 5_000_000),
        time(n + 60),
        FeedbackEvent.Target.INFERENCE,
        inferenceId,
        metric,
        value,
        null,
        null,
        "api",
        Map.of(),
        null,
        null);
  }

  /** A value of a float metric for an inference. */
  public static FeedbackEvent feedback(long n, UUID inferenceId, String metric, double value) {
    return new FeedbackEvent(
        id(n + 5_000_000),
        time(n + 60),
        FeedbackEvent.Target.INFERENCE,
        inferenceId,
        metric,
        null,
        value,
        null,
        "api",
        Map.of(),
        null,
        null);
  }

  /** The n-th revision of generation {@code g1}, with evidence about two variants. */
  public static RevisionEvent revision(long n) {
    return new RevisionEvent(
        id(n + 6_000_000),
        new PolicyRevision(
            "support_reply",
            "g1",
            n,
            time(n),
            new PolicyStatistics(
                40.5,
                List.of(
                    new PolicyStatistics.Cell(
                        "topic=1", "large", 20.25, 18.5, 17.125, 120.5, 801_234.5, 0),
                    new PolicyStatistics.Cell(
                        "topic=1", "small", 20.25, 9.1, 8.3, null, null, 200)),
                List.of(
                    new PolicyStatistics.VariantEvidence("large", 30, 21, false),
                    new PolicyStatistics.VariantEvidence("small", 28, 20, true)),
                priors()),
            "{\"log_seq\":" + n + ",\"code\":\"0.1.0\"}"));
  }

  private static Map<String, Double> priors() {
    Map<String, Double> priors = new LinkedHashMap<>();
    priors.put("large", 0.0);
    priors.put("small", -0.06);
    return priors;
  }

  /** The n-th change of a circuit. */
  public static ChangeEvent change(long n) {
    return new ChangeEvent(
        id(n + 7_000_000),
        time(n),
        ChangeEvent.Kind.CIRCUIT,
        "router",
        "support_reply",
        "small@acme",
        "closed",
        "open",
        "5 of the last 10 calls failed");
  }

  /** The n-th text model. */
  public static TextModelEvent textModel(long n) {
    return new TextModelEvent(
        id(n + 9_000_000),
        new TextPublication(
            "support_reply", "text-" + n, time(n), "{\"rows\":" + n + "}", "UE1RVA=="));
  }

  /** The n-th configuration. */
  public static ConfigEvent config(long n) {
    return new ConfigEvent(
        id(n + 8_000_000), time(n), "hash-" + n, "[functions.support_reply]\ntype = \"chat\"\n");
  }

  /** An inference in the making. */
  public static final class InferenceBuilder {
    private final long n;
    private UUID episodeId;
    private Instant startedAt;
    private String functionName = "support_reply";
    private String functionType = "chat";
    private InferenceEvent.Asker asker;
    private Map<String, String> tags = Map.of("plan", "free");
    private Decision decision;
    private InferenceEvent.Ending ending = InferenceEvent.Ending.ANSWERED;
    private String errorClass;
    private String servedVariant;
    private Long costNanos;
    private long durationMicros;
    private boolean attempts = true;
    private InferenceEvent.Payload payload;

    private InferenceBuilder(long n) {
      this.n = n;
      episodeId = id(n + 1_000_000);
      startedAt = time(n);
      decision = Events.decision(n);
      servedVariant = decision.chosenVariant();
      costNanos = 100_000 + n;
      durationMicros = 750_000 + n;
      payload =
          InferenceEvent.Payload.of(
              "{\"messages\":[{\"role\":\"user\",\"content\":\"How do I return order "
                  + n
                  + "?\"}]}",
              "[{\"type\":\"text\",\"text\":\"Use the label in the box.\"}]",
              "{\"max_tokens\":256}",
              null);
    }

    /** Sets the episode. */
    public InferenceBuilder episode(UUID id) {
      episodeId = id;
      return this;
    }

    /** Sets when it was admitted. */
    public InferenceBuilder startedAt(Instant time) {
      startedAt = time;
      return this;
    }

    /** Sets the function. */
    public InferenceBuilder function(String name) {
      functionName = name;
      return this;
    }

    /** Sets the function's type. */
    public InferenceBuilder functionType(String type) {
      functionType = type;
      return this;
    }

    /** Sets who asked, and with it function and tags. */
    public InferenceBuilder asker(InferenceEvent.Asker who) {
      asker = who;
      return this;
    }

    /** Sets all tags. */
    public InferenceBuilder tags(Map<String, String> all) {
      tags = all;
      return this;
    }

    /** Sets the decision; its variant serves. */
    public InferenceBuilder decision(Decision made) {
      decision = made;
      servedVariant = made.chosenVariant();
      return this;
    }

    /** Lets another variant serve than the chosen one. */
    public InferenceBuilder served(String variant) {
      servedVariant = variant;
      return this;
    }

    /** Ends it without an answer. */
    public InferenceBuilder failed(String withErrorClass) {
      ending = InferenceEvent.Ending.FAILED;
      errorClass = withErrorClass;
      servedVariant = null;
      return this;
    }

    /** Sets what it cost, null for unknown. */
    public InferenceBuilder costNanos(Long nanos) {
      costNanos = nanos;
      return this;
    }

    /** Sets how long it took. */
    public InferenceBuilder durationMicros(long micros) {
      durationMicros = micros;
      return this;
    }

    /** Sets the text, null where none is logged. */
    public InferenceBuilder payload(InferenceEvent.Payload text) {
      payload = text;
      return this;
    }

    /** Leaves the attempts out. */
    public InferenceBuilder withoutAttempts() {
      attempts = false;
      return this;
    }

    /** The event. */
    public InferenceEvent build() {
      InferenceEvent.Tokens tokens = new InferenceEvent.Tokens(128L, 64L, 0L, null, null);
      boolean failed = ending == InferenceEvent.Ending.FAILED;
      List<InferenceEvent.Attempt> calls = new ArrayList<>();
      if (attempts) {
        calls.add(
            new InferenceEvent.Attempt(
                id(n + 2_000_000),
                1,
                startedAt.plusMillis(1),
                decision.chosenVariant(),
                "model-of-" + decision.chosenVariant(),
                "acme",
                "answer",
                failed ? "failed" : "ok",
                failed ? 503 : 200,
                errorClass,
                "closed",
                tokens,
                costNanos,
                durationMicros - 500,
                120_000L,
                failed ? null : "stop",
                false,
                payload == null ? null : "{\"model\":\"m\"}",
                payload == null ? null : "{\"choices\":[]}"));
      }
      return new InferenceEvent(
          new InferenceEvent.Ids(
              id(n), episodeId, "request-" + n, null, null, "router-1", startedAt),
          asker != null
              ? asker
              : new InferenceEvent.Asker(
                  "native", null, functionName, functionType, "key-" + n % 3, "team-1", null, tags),
          new InferenceEvent.Versions("hash-1", "prices-1", 1),
          decision,
          new InferenceEvent.Outcome(
              ending,
              errorClass,
              servedVariant,
              servedVariant == null ? null : "model-of-" + servedVariant,
              servedVariant == null ? null : "acme",
              calls.size(),
              servedVariant != null && !servedVariant.equals(decision.chosenVariant()),
              failed ? null : "stop",
              false,
              "off"),
          new InferenceEvent.Quantities(
              tokens, false, costNanos, "large", 1_000_000L, durationMicros, null, 450L),
          calls,
          payload);
    }
  }
}
