package dev.pointsman.trainer.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.routing.features.NeighbourQuality;
import dev.pointsman.routing.features.PromptVector;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class NeighbourFitTest {

  private static final List<String> VARIANTS = List.of("large", "small");
  private static final Instant START = Instant.parse("2026-11-20T00:00:00Z");
  private static final int NUMBERS = 256;

  /** Proofs and greetings lie about two centres, and go well with one variant each, or say nothing. */
  private static List<NeighbourSample> samples(int n, double told, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<NeighbourSample> samples = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      boolean proof = random.nextBoolean();
      int arm = random.nextInt(2);
      double quality = 0.5 + (proof == (arm == 0) ? told : -told);
      samples.add(
          new NeighbourSample(
              START.plusSeconds(i),
              vector(proof, random),
              "all",
              arm,
              random.nextDouble() < quality ? 1 : 0));
    }
    return samples;
  }

  private static PromptVector vector(boolean proof, SplittableRandom random) {
    float[] numbers = new float[NUMBERS];
    SplittableRandom centre = new SplittableRandom(proof ? 1 : 2);
    for (int i = 0; i < NUMBERS; i++) {
      numbers[i] = (float) (centre.nextGaussian() + 0.7 * random.nextGaussian());
    }
    return Objects.requireNonNull(PromptVector.of("s", numbers));
  }

  private static Function<String, double[]> means(List<NeighbourSample> before) {
    double[] sum = {1, 1};
    double[] count = {2, 2};
    for (NeighbourSample sample : before) {
      sum[sample.arm()] += sample.reward();
      count[sample.arm()]++;
    }
    return segment -> new double[] {sum[0] / count[0], sum[1] / count[1]};
  }

  private static NeighbourFit.Fitted fit(List<NeighbourSample> samples) {
    return new NeighbourFit(VARIANTS, NeighbourFitTest::means).fit(samples);
  }

  @Test
  void fit_neighboursThatTell_moveQualityAndHaveLessError() {
    NeighbourFit.Fitted fitted = fit(samples(1200, 0.35, 1));
    NeighbourQuality model = fitted.model();
    SplittableRandom random = new SplittableRandom(9);
    int[] outputs = model.outputsOf(VARIANTS);
    double[] proof = Objects.requireNonNull(model.shifts(vector(true, random), outputs));
    double[] hello = Objects.requireNonNull(model.shifts(vector(false, random), outputs));
    assertThat(model.weight()).isGreaterThan(0.8);
    assertThat(model.size()).isEqualTo(1200);
    assertThat(NeighbourFit.NEAREST).contains(model.settings().nearest());
    assertThat(NeighbourFit.PSEUDO_COUNTS).contains(model.settings().pseudoCounts());
    assertThat(proof[0]).isBetween(0.2, 0.5);
    assertThat(proof[1]).isBetween(-0.5, -0.2);
    assertThat(hello[0]).isBetween(-0.5, -0.2);
    for (CalibrationFigures figures : fitted.calibration()) {
      assertThat(figures.rows()).isGreaterThan(200);
      assertThat(figures.both().brier()).isLessThan(figures.segments().brier() - 0.05);
      assertThat(figures.both().ece()).isLessThan(0.12);
    }
  }

  @Test
  void fit_neighboursThatSayNothing_moveHardlyAnything() {
    int none = 0;
    for (long seed = 0; seed < 10; seed++) {
      NeighbourQuality model = fit(samples(900, 0, 100 + seed)).model();
      double[] shifts =
          Objects.requireNonNull(
              model.shifts(vector(true, new SplittableRandom(seed)), model.outputsOf(VARIANTS)));
      assertThat(shifts[0]).isBetween(-0.12, 0.12);
      assertThat(shifts[1]).isBetween(-0.12, 0.12);
      none += model.weight() == 0 ? 1 : 0;
    }
    assertThat(none).as("at least a few of ten, by chance").isGreaterThanOrEqualTo(3);
  }

  @Test
  void fit_sameSamples_givesTheSameBytes() {
    assertThat(fit(samples(400, 0.2, 3)).model().encode())
        .isEqualTo(fit(samples(400, 0.2, 3)).model().encode());
  }

  @Test
  void fit_laterRewards_changeNoChoiceOfEarlierBlocks() {
    List<NeighbourSample> samples = samples(600, 0.3, 4);
    // What the first five sixths say of a prompt is the same whatever comes after them.
    NeighbourQuality first = fit(samples.subList(0, 500)).model();
    List<NeighbourSample> turned = new ArrayList<>(samples.subList(0, 500));
    for (NeighbourSample sample : samples.subList(500, 600)) {
      turned.add(
          new NeighbourSample(
              sample.decidedAt(),
              sample.vector(),
              sample.segment(),
              sample.arm(),
              1 - sample.reward()));
    }
    assertThat(fit(turned.subList(0, 500)).model().id()).isEqualTo(first.id());
    assertThat(fit(turned).model().weight()).isLessThan(fit(samples).model().weight());
  }

  @Test
  void fit_tooFewSamples_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fit(samples(5, 0.1, 1)))
        .withMessageContaining("at least 6");
  }
}
