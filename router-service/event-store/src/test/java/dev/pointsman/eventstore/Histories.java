package dev.pointsman.eventstore;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.routing.DecisionKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * Random histories of a function: decisions, sticky rows, resplits, pinned calls, failures, feedback
 * that is early, late, repeated, rejected, of the wrong kind or about nothing, in an order that is
 * not that of time.
 *
 * @param span how far apart the first and the last decision are at most
 */
record Histories(Duration span) {

  /** A reward rule of a function. */
  RewardRule rule(String function, SplittableRandom random) {
    return new RewardRule(
        function,
        "m",
        random.nextBoolean() ? RewardRule.Level.INFERENCE : RewardRule.Level.EPISODE,
        random.nextBoolean() ? RewardRule.Type.BOOLEAN : RewardRule.Type.FLOAT,
        -1,
        4,
        random.nextBoolean(),
        Duration.ofSeconds(random.nextInt(20, 400)),
        random.nextInt(3) == 0 ? Double.valueOf(0.25) : null);
  }

  /** Units of one to four inferences and what was said of them. */
  List<Event> history(String function, RewardRule rule, SplittableRandom random, Units events) {
    List<Event> history = new ArrayList<>();
    int units = 10 + random.nextInt(30);
    for (int u = 0; u < units; u++) {
      Instant at = Units.START.plusMillis(random.nextLong(span.toMillis()));
      UUID episode = events.id(at);
      int members = 1 + random.nextInt(4);
      for (int m = 0; m < members; m++) {
        InferenceEvent inference = draft(function, episode, at, m == 0, random, events).event();
        history.add(inference);
        int values = random.nextInt(4);
        for (int v = 0; v < values; v++) {
          history.add(value(inference, rule, random, events));
          if (random.nextInt(10) == 0) {
            history.add(history.getLast());
          }
        }
      }
    }
    for (int i = 0; i < history.size(); i++) {
      int j = Math.min(history.size() - 1, i + random.nextInt(25));
      Event moved = history.get(i);
      history.set(i, history.get(j));
      history.set(j, moved);
    }
    return history;
  }

  private static Units.Draft draft(
      String function,
      UUID episode,
      Instant at,
      boolean first,
      SplittableRandom random,
      Units events) {
    DecisionKind kind =
        first || random.nextInt(4) == 0 ? DecisionKind.DECISION : DecisionKind.STICKY;
    if (random.nextInt(12) == 0) {
      kind = random.nextBoolean() ? DecisionKind.PINNED : DecisionKind.FORCED;
    }
    // A sticky row may start a little before the row that decided, and rows may tie.
    Instant start = at.plusMillis(random.nextInt(4) * 5_000L - 5_000);
    String owner = random.nextInt(15) == 0 ? function + "-other" : function;
    Units.Draft draft =
        events
            .decision(owner, episode, start, pick(Units.CANDIDATES, random))
            .kind(kind)
            .segment(pick(List.of("a", "b"), random))
            .lane(random.nextInt(5) == 0 ? null : pick(List.of("policy", "holdout"), random));
    if (random.nextInt(5) == 0) {
      draft.served(pick(List.of("large", "fallback"), random));
    }
    if (random.nextInt(8) == 0) {
      draft.failed();
    }
    if (random.nextInt(9) == 0) {
      draft.ending =
          pick(List.of(InferenceEvent.Ending.ABANDONED, InferenceEvent.Ending.ROUTED), random);
    }
    draft.costNanos = random.nextInt(5) == 0 ? null : random.nextLong(1L << 40);
    draft.baselineCostNanos = random.nextInt(5) == 0 ? null : random.nextLong(1L << 40);
    draft.outputTokens = random.nextInt(5) == 0 ? null : random.nextLong(4000);
    draft.inputTokens = random.nextInt(5) == 0 ? null : random.nextLong(4000);
    draft.durationMicros = random.nextLong(5_000_000);
    draft.ttftMicros = random.nextBoolean() ? null : random.nextLong(3_000_000);
    draft.overheadMicros = random.nextLong(2_000);
    double p = random.nextDouble(0.01, 0.5);
    draft.propensities = new double[] {p, 0.5, 0.5 - p};
    if (random.nextInt(6) == 0 && !"large".equals(draft.chosen)) {
      draft.propensities = new double[] {0, 0.5, 0.5};
    }
    int offered = random.nextInt(8);
    if (offered == 0) {
      draft.candidates = Units.CANDIDATES.reversed();
      draft.propensities = new double[] {p, 0.5, 0.5 - p};
    } else if (offered == 1) {
      draft.candidates = List.of("large", "medium", "small", "grand", "tiny", "nano");
      draft.propensities = new double[] {p, 0.1, 0.5 - p, 0, 0.15, 0.25};
    }
    if (random.nextInt(4) == 0) {
      draft.laneShares = Map.of("policy", 1.0);
    } else if (random.nextInt(4) == 0) {
      draft.laneShares = Map.of("policy", 0.75, "holdout", 0.05, "canary", 0.2);
    }
    draft.generation = random.nextInt(6) == 0 ? null : pick(List.of("g1", "g2"), random);
    draft.keyId = random.nextInt(3) == 0 ? null : pick(List.of("key-1", "key-2"), random);
    draft.teamId = random.nextInt(3) == 0 ? null : "team";
    Map<String, String> tags = new HashMap<>();
    for (String tag : List.of("plan", "topic", "other")) {
      if (random.nextBoolean()) {
        tags.put(tag, pick(List.of("x", "ü,'"), random));
      }
    }
    draft.tags = tags;
    draft.explored = random.nextInt(3) == 0;
    if (kind == DecisionKind.DECISION && random.nextInt(4) != 0) {
      int arms = draft.candidates.size();
      draft.predictedQuality = random.doubles(arms).toArray();
      draft.predictedCostNanos = random.longs(arms, -1, 9_000).toArray();
    }
    draft.stream = random.nextBoolean();
    draft.cache = pick(List.of("off", "hit", "miss"), random);
    List<InferenceEvent.Attempt> attempts = new ArrayList<>();
    for (int a = 0; a < random.nextInt(3); a++) {
      attempts.add(attempt(a + 1, start, random, events));
    }
    draft.attempts = attempts;
    return draft;
  }

  private static InferenceEvent.Attempt attempt(
      int ordinal, Instant start, SplittableRandom random, Units events) {
    boolean ok = random.nextBoolean();
    return new InferenceEvent.Attempt(
        events.id(start),
        ordinal,
        start.plusMillis(random.nextLong(90_000)),
        pick(Units.CANDIDATES, random),
        "model-" + random.nextInt(2),
        "provider-" + random.nextInt(2),
        "answer",
        ok ? "ok" : "failed",
        ok ? Integer.valueOf(200) : pick(List.of(429, 500), random),
        ok ? null : pick(List.of("timed_out", "rate_limited"), random),
        null,
        InferenceEvent.Tokens.UNKNOWN,
        random.nextBoolean() ? null : random.nextLong(1L << 30),
        random.nextLong(3_000_000),
        random.nextBoolean() ? null : random.nextLong(1_000_000),
        null,
        false,
        null,
        null);
  }

  private static FeedbackEvent value(
      InferenceEvent about, RewardRule rule, SplittableRandom random, Units events) {
    Instant at = about.at().plusMillis(random.nextInt(600) * 1_000L - 10_000);
    boolean ofEpisode =
        random.nextInt(8) == 0 ? random.nextBoolean() : rule.level() == RewardRule.Level.EPISODE;
    UUID target = ofEpisode ? about.ids().episodeId() : about.ids().inferenceId();
    if (random.nextInt(12) == 0) {
      target = events.id(at);
    }
    boolean isBoolean =
        random.nextInt(10) == 0 ? random.nextBoolean() : rule.type() == RewardRule.Type.BOOLEAN;
    return new FeedbackEvent(
        events.id(at),
        at,
        ofEpisode ? FeedbackEvent.Target.EPISODE : FeedbackEvent.Target.INFERENCE,
        target,
        random.nextInt(10) == 0 ? "another" : "m",
        isBoolean ? random.nextBoolean() : null,
        isBoolean ? null : random.nextInt(20) == 0 ? Double.NaN : random.nextDouble(-2, 6),
        null,
        pick(List.of("api", "judge", "user"), random),
        Map.of(),
        null,
        random.nextInt(12) == 0 ? "unknown metric" : null);
  }

  private static <T> T pick(List<T> from, SplittableRandom random) {
    return from.get(random.nextInt(from.size()));
  }
}
