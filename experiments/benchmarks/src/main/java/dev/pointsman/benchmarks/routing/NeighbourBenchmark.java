package dev.pointsman.benchmarks.routing;

import dev.pointsman.routing.features.NeighbourQuality;
import dev.pointsman.routing.features.PromptVector;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
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
 * What neighbours cost a decision: the direction of an embedding of 1,536 numbers, and the shifts of all
 * variants by the 80 nearest among 4,000 rows of 128 numbers. To reach: ≤ 100 µs in the mean for the
 * shifts.
 */
@State(Scope.Thread)
@BenchmarkMode({Mode.AverageTime, Mode.SampleTime})
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class NeighbourBenchmark {

  private static final int ROWS = 4_000;
  private static final int COMPONENTS = 1_536;
  private static final int PROMPTS = 500;

  /** How many variants share the rows. */
  @Param({"2", "9"})
  public int variants;

  private final SplittableRandom random = new SplittableRandom(1);
  private final List<float[]> embeddings = new ArrayList<>();
  private final List<PromptVector> prompts = new ArrayList<>();
  private @Nullable NeighbourQuality model;
  private int[] outputs = {};
  private int next;

  /** Rows and prompts about 20 centres. */
  @Setup
  public void load() {
    List<float[]> centres = new ArrayList<>();
    for (int centre = 0; centre < 20; centre++) {
      centres.add(around(new float[COMPONENTS], 1));
    }
    List<String> names = new ArrayList<>();
    for (int variant = 0; variant < variants; variant++) {
      names.add("variant-" + variant);
    }
    List<NeighbourQuality.Row> rows = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      rows.add(
          new NeighbourQuality.Row(
              vector(around(centres.get(random.nextInt(20)), 0.7f)),
              random.nextInt(variants),
              random.nextDouble() - 0.5));
    }
    for (int prompt = 0; prompt < PROMPTS; prompt++) {
      float[] embedding = around(centres.get(random.nextInt(20)), 0.7f);
      embeddings.add(embedding);
      prompts.add(vector(embedding));
    }
    model =
        NeighbourQuality.of(
            new NeighbourQuality.Settings("s", PromptVector.MOST_DIMENSIONS, 80, 8, 0.5),
            names,
            rows);
    outputs = model.outputsOf(names);
  }

  private float[] around(float[] centre, float spread) {
    float[] result = new float[COMPONENTS];
    for (int i = 0; i < COMPONENTS; i++) {
      result[i] = (float) (centre[i] + spread * random.nextGaussian());
    }
    return result;
  }

  private static PromptVector vector(float[] embedding) {
    return Objects.requireNonNull(PromptVector.of("s", embedding));
  }

  /** From an embedding to what is kept of it. */
  @Benchmark
  public PromptVector direction() {
    return vector(embeddings.get(next++ % PROMPTS));
  }

  /** From what is kept to the shifts. */
  @Benchmark
  public double[] shifts() {
    return Objects.requireNonNull(
        Objects.requireNonNull(model).shifts(prompts.get(next++ % PROMPTS), outputs));
  }
}
