package dev.pointsman.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Functions, requests and evidence that the tests of this module share. */
final class Routings {

  static final byte[] SALT = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  static final String FUNCTION = "support_reply";
  static final List<String> SEGMENTS = List.of("billing", "code", "refund");
  static final List<String> CANDIDATES = List.of("large", "medium", "small", "tiny");
  static final List<@Nullable TokenPrice> PRICES =
      List.of(
          new TokenPrice(2500, 10000),
          new TokenPrice(400, 1600),
          new TokenPrice(150, 600),
          new TokenPrice(50, 200));
  static final PolicyVersion VERSION = new PolicyVersion("squarecb", "01939a5e", 7);

  private Routings() {}

  static LearnedSettings settings() {
    return settings("squarecb", LearnedSettings.Options.DEFAULT);
  }

  static LearnedSettings settings(String algorithm, LearnedSettings.Options options) {
    return new LearnedSettings(
        algorithm,
        CANDIDATES,
        "large",
        new LearnedSettings.Weights(25, 0.01),
        LearnedSettings.Exploration.DEFAULT,
        Duration.ofDays(14),
        options,
        LearnedSettings.Limits.NONE);
  }

  /** Enough rewards that no variant but {@code tiny} is young. */
  static PolicyStatistics statistics() {
    double[][] means = {{0.92, 0.88, 0.7, 0.4}, {0.85, 0.6, 0.4, 0.1}, {0.97, 0.95, 0.94, 0.8}};
    List<PolicyStatistics.Cell> cells = new ArrayList<>();
    for (int row = 0; row < SEGMENTS.size(); row++) {
      for (int arm = 0; arm < CANDIDATES.size(); arm++) {
        double n = 40 + 10 * row + 7 * arm;
        cells.add(
            new PolicyStatistics.Cell(
                SEGMENTS.get(row),
                CANDIDATES.get(arm),
                n,
                n * means[row][arm],
                n * means[row][arm],
                150.0 + 20 * arm,
                arm == 3 ? null : 900_000.0 / (1 + arm),
                0));
      }
    }
    return new PolicyStatistics(
        630,
        cells,
        List.of(
            new PolicyStatistics.VariantEvidence("large", 500, 200, false),
            new PolicyStatistics.VariantEvidence("medium", 400, 180, false),
            new PolicyStatistics.VariantEvidence("small", 350, 170, false),
            new PolicyStatistics.VariantEvidence("tiny", 100, 20, true)),
        Map.of("tiny", -0.2));
  }

  static SquareCbPolicy squareCb() {
    return SquareCbPolicy.of(VERSION, settings(), statistics(), PRICES);
  }

  static FunctionRouting learned(Policy policy) {
    return new FunctionRouting(
        FUNCTION,
        policy,
        FunctionRouting.Draw.KEYED,
        new LaneShares(0.01, 0.05, 0),
        "large",
        List.of("medium", "spare"),
        PRICES);
  }

  static DecisionRequest request(UUID episode, String segment) {
    return request(episode, segment, nothing(4), nothing(2), true);
  }

  static DecisionRequest request(
      UUID episode,
      String segment,
      List<@Nullable Exclusion> exclusions,
      List<@Nullable Exclusion> fallbackExclusions,
      boolean explore) {
    return new DecisionRequest(
        episode,
        segment,
        Map.of("tag:topic", segment),
        400,
        exclusions,
        fallbackExclusions,
        explore,
        null,
        null);
  }

  static List<@Nullable Exclusion> nothing(int arms) {
    return Collections.nCopies(arms, null);
  }

  static UUID episode(SplittableRandom random) {
    return new UUID(random.nextLong(), random.nextLong());
  }
}
