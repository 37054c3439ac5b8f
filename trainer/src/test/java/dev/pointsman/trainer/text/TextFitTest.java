package dev.pointsman.trainer.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.routing.features.ConversationFeatures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class TextFitTest {

  private static final List<String> VARIANTS = List.of("large", "small");
  private static final Instant START = Instant.parse("2026-11-20T00:00:00Z");

  /** Proofs go well with the large variant and badly with the small one, or say nothing. */
  private static List<TextSample> samples(int n, double told, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<TextSample> samples = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      boolean proof = random.nextBoolean();
      int arm = random.nextInt(2);
      String prompt =
          (proof ? "Prove the lemma about groups" : "Say hello to my friend")
              + " number "
              + random.nextInt(1000);
      double quality = 0.5 + (proof == (arm == 0) ? told : -told);
      samples.add(
          new TextSample(
              START.plusSeconds(i),
              ConversationFeatures.ofPrompt(prompt),
              "all",
              arm,
              random.nextDouble() < quality ? 1 : 0));
    }
    return samples;
  }

  private static Function<String, double[]> means(List<TextSample> before) {
    double[] sum = {1, 1};
    double[] count = {2, 2};
    for (TextSample sample : before) {
      sum[sample.arm()] += sample.reward();
      count[sample.arm()]++;
    }
    return segment -> new double[] {sum[0] / count[0], sum[1] / count[1]};
  }

  private static TextFit.Fitted fit(List<TextSample> samples) {
    return new TextFit(VARIANTS, TextSettings.DEFAULT, TextFitTest::means).fit(samples);
  }

  @Test
  void fit_textThatTells_movesQualityAndHasLessError() {
    TextFit.Fitted fitted = fit(samples(1200, 0.35, 1));
    int[] outputs = fitted.model().outputsOf(VARIANTS);
    double[] proof =
        fitted
            .model()
            .shifts(ConversationFeatures.ofPrompt("Prove the lemma about groups"), outputs);
    double[] hello =
        fitted.model().shifts(ConversationFeatures.ofPrompt("Say hello to my friend"), outputs);
    assertThat(fitted.model().weight()).isGreaterThan(0.8);
    assertThat(proof[0]).isBetween(0.2, 0.45);
    assertThat(proof[1]).isBetween(-0.45, -0.2);
    assertThat(hello[0]).isBetween(-0.45, -0.2);
    for (CalibrationFigures figures : fitted.calibration()) {
      assertThat(figures.rows()).isGreaterThan(200);
      assertThat(figures.both().brier()).isLessThan(figures.segments().brier() - 0.05);
      assertThat(figures.both().ece()).isLessThan(0.1);
    }
  }

  @Test
  void fit_textThatSaysNothing_isHardlyBelieved() {
    TextFit.Fitted fitted = fit(samples(1200, 0, 2));
    double[] shifts =
        fitted
            .model()
            .shifts(
                ConversationFeatures.ofPrompt("Prove the lemma about groups"),
                fitted.model().outputsOf(VARIANTS));
    assertThat(Math.abs(shifts[0])).isLessThan(0.05);
    assertThat(Math.abs(shifts[1])).isLessThan(0.05);
  }

  @Test
  void fit_sameSamplesSettingsAndSeed_givesTheSameBytes() {
    assertThat(fit(samples(400, 0.3, 3)).model().encode())
        .isEqualTo(fit(samples(400, 0.3, 3)).model().encode());
    assertThat(fit(samples(400, 0.3, 3)).model().id())
        .isNotEqualTo(fit(samples(401, 0.3, 3)).model().id());
  }

  @Test
  void fit_fewerSamplesThanBlocks_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fit(samples(5, 0.3, 4)))
        .withMessageContaining("at least 6: 5");
  }
}
