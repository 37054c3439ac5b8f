package dev.pointsman.benchmarks.routing;

import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionRequest;
import dev.pointsman.routing.DecisionSampler;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedAlgorithm;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.MeanEstimator;
import dev.pointsman.routing.Policy;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.TokenPrice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One decision of a learned function with ten variants and 200 segments: scores, floors, lanes,
 * eleven keyed hashes and the row. Nothing is remembered from call to call but what Thompson sampling
 * keeps of its integrals. To reach: p99 ≤ 20 µs.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class DecisionBenchmark {

  private static final int ARMS = 10;
  private static final int SEGMENTS = 200;

  /** Feedbacks so far; with few of them γ is searched for, with many it is known. */
  @Param({"50", "100000"})
  public double feedbacks;

  /** What chooses. */
  @Param({
    "squarecb",
    "thompson",
    "lints",
    "logistic_thompson",
    "linucb",
    "epsilon_greedy",
    "track_and_stop"
  })
  public String algorithm = "squarecb";

  /** Whether another generation is computed beside it, with a twentieth of its traffic. */
  @Param({"false", "true"})
  public boolean challenger;

  private final SplittableRandom random = new SplittableRandom(1);
  private final DecisionSampler sampler = new DecisionSampler(new byte[16]);
  private List<String> segments = List.of();
  private @Nullable FunctionRouting routing;

  /** Builds the policy, as loading a revision does. */
  @Setup
  public void load() {
    List<String> variants = new ArrayList<>();
    List<@Nullable TokenPrice> prices = new ArrayList<>();
    for (int arm = 0; arm < ARMS; arm++) {
      variants.add("variant-" + (char) ('a' + arm));
      prices.add(new TokenPrice(100 << arm, 400 << arm));
    }
    segments = new ArrayList<>();
    List<PolicyStatistics.Cell> cells = new ArrayList<>();
    for (int row = 0; row < SEGMENTS; row++) {
      segments.add("topic-" + row + "/code");
      for (String variant : variants) {
        double n = feedbacks / (SEGMENTS * ARMS);
        double sum = n * random.nextDouble();
        cells.add(
            new PolicyStatistics.Cell(
                segments.getLast(), variant, n, sum, sum, 150.0, 900_000.0, 0));
      }
    }
    LearnedSettings settings =
        new LearnedSettings(
            algorithm,
            variants,
            variants.getLast(),
            new LearnedSettings.Weights(25, 0.01),
            LearnedSettings.Exploration.DEFAULT,
            Duration.ofDays(14),
            LearnedSettings.Options.DEFAULT,
            LearnedSettings.Limits.NONE);
    PolicyStatistics statistics = new PolicyStatistics(feedbacks, cells, List.of(), Map.of());
    FunctionRouting alone =
        new FunctionRouting(
            "support_reply",
            policy("generation", settings, statistics, prices),
            FunctionRouting.Draw.KEYED,
            new LaneShares(0.01, 0.05, 0).withCanary(challenger ? 0.05 : 0),
            variants.getLast(),
            List.of(),
            prices);
    routing =
        challenger ? alone.withChallenger(policy("another", settings, statistics, prices)) : alone;
  }

  private Policy policy(
      String generation,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices) {
    return LearnedAlgorithm.of(algorithm)
        .policy(
            new PolicyVersion(algorithm, generation, 1),
            settings,
            statistics,
            prices,
            MeanEstimator.ADDITIVE_RIDGE);
  }

  /** One decision for a new episode. */
  @Benchmark
  public Decision decide() {
    FunctionRouting loaded = routing;
    if (loaded == null) {
      throw new IllegalStateException("load() must run before decide()");
    }
    return sampler.decide(
        loaded,
        new DecisionRequest(
            new UUID(random.nextLong(), random.nextLong()),
            segments.get(random.nextInt(SEGMENTS)),
            Map.of("tag:topic", "billing"),
            400,
            Collections.nCopies(ARMS, null),
            List.of(),
            true,
            null,
            null));
  }
}
