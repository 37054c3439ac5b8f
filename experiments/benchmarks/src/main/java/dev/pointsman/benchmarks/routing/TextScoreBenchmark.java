package dev.pointsman.benchmarks.routing;

import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionRequest;
import dev.pointsman.routing.DecisionSampler;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.SquareCbPolicy;
import dev.pointsman.routing.TextShift;
import dev.pointsman.routing.TokenPrice;
import dev.pointsman.routing.features.ConversationFeatures;
import dev.pointsman.routing.features.FeatureVector;
import dev.pointsman.routing.features.LinearScorer;
import dev.pointsman.routing.features.RisingCurve;
import dev.pointsman.routing.features.TextQuality;
import dev.pointsman.routing.features.TextTokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What reading the prompt costs: the features of 500 words and the scores of nine variants, for one of
 * a thousand prompts of words as unevenly frequent as in a language; and the whole decision that goes
 * by them, with calibration, floors, lanes and the row. To reach: p99 ≤ 200 µs.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class TextScoreBenchmark {

  private static final int VARIANTS = 9;
  private static final int WORDS = 500;
  private static final int PROMPTS = 1_000;
  private static final int VOCABULARY = 20_000;

  private final SplittableRandom random = new SplittableRandom(1);
  private List<String> prompts = List.of();
  private @Nullable LinearScorer scorer;
  private @Nullable TextQuality model;
  private int[] outputs = {};
  private @Nullable FunctionRouting routing;
  private final DecisionSampler sampler = new DecisionSampler(new byte[16]);

  /** Makes prompts, and a scorer whose weights are all in use. */
  @Setup
  public void load() {
    List<String> vocabulary = new ArrayList<>();
    for (int word = 0; word < VOCABULARY; word++) {
      StringBuilder letters = new StringBuilder();
      int length = 2 + random.nextInt(9);
      for (int letter = 0; letter < length; letter++) {
        letters.append((char) ('a' + random.nextInt(26)));
      }
      vocabulary.add(letters.toString());
    }
    prompts = new ArrayList<>();
    for (int prompt = 0; prompt < PROMPTS; prompt++) {
      StringBuilder text = new StringBuilder();
      for (int word = 0; word < WORDS; word++) {
        // Zipf's law: the rank is the vocabulary's size to the power of a uniform number.
        int rank = (int) Math.pow(VOCABULARY, random.nextDouble()) - 1;
        text.append(vocabulary.get(rank)).append(word % 12 == 11 ? ". " : " ");
      }
      prompts.add(text.toString());
    }
    List<String> variants = new ArrayList<>();
    for (int variant = 0; variant < VARIANTS; variant++) {
      variants.add("variant-" + variant);
    }
    double[] weights =
        random.doubles((long) VARIANTS * ConversationFeatures.DIMENSION, -1, 1).toArray();
    scorer = LinearScorer.of(variants, new double[VARIANTS], weights);
    double[] knots = IntStream.range(0, 20).mapToDouble(knot -> knot / 10.0 - 1).toArray();
    RisingCurve curve = RisingCurve.of(knots, knots);
    double[] lengths =
        random.doubles((long) VARIANTS * ConversationFeatures.DIMENSION, -1, 1).toArray();
    double[] believed = new double[VARIANTS];
    Arrays.fill(believed, 0.5);
    model =
        TextQuality.of(
            scorer,
            Collections.nCopies(VARIANTS, curve),
            0.5,
            TextTokens.of(
                LinearScorer.of(variants, new double[VARIANTS], lengths),
                Collections.nCopies(VARIANTS, curve),
                believed));
    outputs = model.outputsOf(variants);
    routing = routing(variants);
  }

  private static FunctionRouting routing(List<String> variants) {
    List<@Nullable TokenPrice> prices = new ArrayList<>();
    List<PolicyStatistics.Cell> cells = new ArrayList<>();
    for (int arm = 0; arm < VARIANTS; arm++) {
      prices.add(new TokenPrice(100 << arm, 400 << arm));
      double sum = 500 + 40 * arm;
      cells.add(
          new PolicyStatistics.Cell(
              "topic", variants.get(arm), 1_000, sum, sum, 150.0, 900_000.0, 0));
    }
    LearnedSettings settings =
        new LearnedSettings(
            "squarecb",
            variants,
            variants.getLast(),
            new LearnedSettings.Weights(25, 0.01),
            LearnedSettings.Exploration.DEFAULT,
            Duration.ofDays(14),
            LearnedSettings.Options.DEFAULT,
            LearnedSettings.Limits.NONE);
    return new FunctionRouting(
        "support_reply",
        SquareCbPolicy.of(
            new PolicyVersion("squarecb", "generation", 1),
            settings,
            new PolicyStatistics(9_000, cells, List.of(), Map.of()),
            prices),
        FunctionRouting.Draw.KEYED,
        new LaneShares(0.01, 0.05, 0),
        variants.getLast(),
        List.of(),
        prices);
  }

  /** One prompt. */
  @Benchmark
  public double[] featuresAndScores() {
    LinearScorer loaded = scorer;
    if (loaded == null) {
      throw new IllegalStateException("load() must run before featuresAndScores()");
    }
    String prompt = prompts.get(random.nextInt(PROMPTS));
    return loaded.scores(ConversationFeatures.ofPrompt(prompt));
  }

  /** One decision by the text of a new episode. */
  @Benchmark
  public Decision decision() {
    TextQuality text = model;
    FunctionRouting loaded = routing;
    if (text == null || loaded == null) {
      throw new IllegalStateException("load() must run before decision()");
    }
    String prompt = prompts.get(random.nextInt(PROMPTS));
    FeatureVector features = ConversationFeatures.ofPrompt(prompt);
    return sampler.decide(
        loaded,
        new DecisionRequest(
            new UUID(random.nextLong(), random.nextLong()),
            "topic",
            Map.of("tag:topic", "billing"),
            900,
            Collections.nCopies(VARIANTS, null),
            List.of(),
            true,
            null,
            new TextShift(text.id(), text.forecast(features, outputs))));
  }
}
