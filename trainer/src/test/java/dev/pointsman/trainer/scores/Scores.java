package dev.pointsman.trainer.scores;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.VariantDefinition;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedSettings;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A function that learns, and files of scores for it. */
final class Scores {

  static final List<String> CANDIDATES = List.of("large", "small");

  private Scores() {}

  static RewardRule resolved() {
    return RewardRule.ofBoolean(
        "reply", "resolved", RewardRule.Level.INFERENCE, Duration.ofHours(24));
  }

  static RewardRule rating(double low, double high, boolean maximize) {
    return new RewardRule(
        "reply",
        "rating",
        RewardRule.Level.INFERENCE,
        RewardRule.Type.FLOAT,
        low,
        high,
        maximize,
        Duration.ofHours(24),
        null);
  }

  static Experimentation.Learned learned(double costWeight, LaneShares shares) {
    return learned(costWeight, shares, "segments", LearnedSettings.Limits.NONE);
  }

  static Experimentation.Learned learned(
      double costWeight, LaneShares shares, String context, LearnedSettings.Limits limits) {
    return new Experimentation.Learned(
        "resolved",
        new LearnedSettings(
                "squarecb",
                CANDIDATES,
                "large",
                new LearnedSettings.Weights(costWeight, 0),
                LearnedSettings.Exploration.DEFAULT,
                Duration.ofDays(14),
                LearnedSettings.Options.DEFAULT,
                LearnedSettings.Limits.NONE)
            .withLimits(limits),
        context,
        shares,
        List.of(),
        Duration.ofSeconds(5),
        Experimentation.Stickiness.DEFAULT,
        Experimentation.Attribution.within(Duration.ofHours(24)),
        null,
        Experimentation.Rules.NONE,
        null);
  }

  static ScoreFile.Expected expected(RewardRule rule, String... segmentBy) {
    return expected(learned(0, LaneShares.POLICY_ONLY), rule, segmentBy);
  }

  static ScoreFile.Expected expected(
      Experimentation.Learned learned, RewardRule rule, String... segmentBy) {
    Map<String, VariantDefinition> variants = new TreeMap<>();
    for (String variant : List.of("large", "retired", "small")) {
      variants.put(
          variant,
          new VariantDefinition(variant, "model-" + variant, Map.of(), null, null, null, null));
    }
    return new ScoreFile.Expected(
        new FunctionDefinition(
            "reply",
            FunctionDefinition.Type.CHAT,
            null,
            variants,
            Map.of(),
            List.of(),
            "none",
            null,
            null,
            learned,
            List.of(segmentBy),
            true),
        learned,
        rule);
  }

  static ScoreFile read(String name, String text, ScoreFile.Expected expected) {
    return read(name, text.getBytes(StandardCharsets.UTF_8), expected);
  }

  static ScoreFile read(String name, byte[] bytes, ScoreFile.Expected expected) {
    return ScoreFile.read(name, new ByteArrayInputStream(bytes), expected);
  }
}
