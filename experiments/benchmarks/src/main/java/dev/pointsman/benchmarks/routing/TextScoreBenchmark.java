package dev.pointsman.benchmarks.routing;

import dev.pointsman.routing.features.ConversationFeatures;
import dev.pointsman.routing.features.LinearScorer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
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
 * What reading the prompt adds to a decision: the features of 500 words and the scores of nine
 * variants, for one of a thousand prompts of words as unevenly frequent as in a language. With the
 * decision itself, to reach: p99 ≤ 200 µs.
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
}
