package dev.pointsman.benchmarks.store;

import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.PolicyVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * Events of one function, numbered from 0, with text that no compressor knows yet.
 *
 * @param start when inference 0 begins
 * @param step from one inference to the next
 * @param textBytes of each input
 */
record TrafficEvents(Instant start, Duration step, int textBytes) {

  private static final String FUNCTION = "support_reply";
  private static final String METRIC = "resolved";
  private static final List<String> VARIANTS = List.of("large", "medium", "small");
  private static final String[] WORDS = words();

  static final RewardRule RULE =
      RewardRule.ofBoolean(FUNCTION, METRIC, RewardRule.Level.INFERENCE, Duration.ofDays(1));

  UUID idOf(int i) {
    return new IdSource(() -> timeOf(i), () -> i).next();
  }

  Instant timeOf(int i) {
    return start.plus(step.multipliedBy(i));
  }

  /** A value of an inference, a while after it. */
  FeedbackEvent feedback(int i, Duration after, SplittableRandom random) {
    Instant received = timeOf(i).plus(after);
    return new FeedbackEvent(
        new IdSource(() -> received, random::nextLong).next(),
        received,
        FeedbackEvent.Target.INFERENCE,
        idOf(i),
        METRIC,
        random.nextInt(10) < 7,
        null,
        null,
        "api",
        Map.of(),
        null,
        null);
  }

  InferenceEvent inference(int i, SplittableRandom random) {
    double[] propensities = {0.2, 0.3, 0.5};
    int arm = random.nextInt(VARIANTS.size());
    StringBuilder text = new StringBuilder(textBytes + 32).append('"');
    while (text.length() < textBytes) {
      text.append(word(random)).append(' ');
    }
    return new InferenceEvent(
        new InferenceEvent.Ids(
            idOf(i),
            new IdSource(() -> timeOf(i), random::nextLong).next(),
            "request-" + i,
            null,
            null,
            "node-1",
            timeOf(i)),
        new InferenceEvent.Asker(
            "native", null, FUNCTION, "chat", "key-1", null, null, Map.of("plan", "free")),
        new InferenceEvent.Versions("config-1", "prices-1", 1),
        new Decision(
            DecisionKind.DECISION,
            null,
            new PolicyVersion("squarecb", "g1", 1),
            "topic=" + random.nextInt(16),
            "main",
            null,
            null,
            Map.of(),
            Map.of(),
            "policy",
            Map.of("policy", 0.94, "holdout", 0.05, "uniform", 0.01),
            VARIANTS,
            List.of("", "", ""),
            new double[] {0.9, 0.8, 0.7},
            new long[] {1_000_000, 300_000, 50_000},
            new long[] {900_000, 500_000, 200_000},
            new double[] {0.875, 0.79, 0.69},
            new double[] {0.005, 0.005, 0.005},
            propensities,
            new double[0],
            propensities,
            25.0,
            100.0,
            Map.of("tokens", "256"),
            VARIANTS.get(arm),
            propensities[arm],
            false,
            List.of()),
        new InferenceEvent.Outcome(
            InferenceEvent.Ending.ANSWERED,
            null,
            VARIANTS.get(arm),
            "model-" + arm,
            "provider-1",
            1,
            false,
            "stop",
            false,
            "off"),
        new InferenceEvent.Quantities(
            new InferenceEvent.Tokens(300L, 120L, null, null, null),
            false,
            random.nextLong(1_000_000),
            "large",
            1_000_000L,
            random.nextLong(2_000_000),
            null,
            400),
        List.of(),
        new InferenceEvent.Payload(text.append('"').toString(), "[]", null, null, false));
  }

  /** Words as often as in a language, so that the engine's compression finds what it finds there. */
  private static String word(SplittableRandom random) {
    return WORDS[(int) (WORDS.length * Math.pow(random.nextDouble(), 3))];
  }

  private static String[] words() {
    SplittableRandom random = new SplittableRandom(7);
    String[] words = new String[8_000];
    for (int i = 0; i < words.length; i++) {
      StringBuilder word = new StringBuilder();
      int length = 2 + random.nextInt(3) + random.nextInt(5);
      while (word.length() < length) {
        word.append((char) ('a' + random.nextInt(26)));
      }
      words[i] = word.toString();
    }
    return words;
  }
}
