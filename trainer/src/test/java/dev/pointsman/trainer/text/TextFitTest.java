package dev.pointsman.trainer.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.pointsman.routing.features.ConversationFeatures;
import dev.pointsman.routing.features.FeatureVector;
import dev.pointsman.routing.features.TextQuality;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class TextFitTest {

  private static final List<String> VARIANTS = List.of("large", "small");
  private static final FeatureVector PROOF =
      ConversationFeatures.ofPrompt("Prove the lemma about groups number 123");
  private static final FeatureVector HELLO =
      ConversationFeatures.ofPrompt("Say hello to my friend number 123");
  private static final Instant START = Instant.parse("2026-11-20T00:00:00Z");

  /** Proofs go well with the large variant and badly with the small one, or say nothing. */
  private static List<TextSample> samples(int n, double told, long seed) {
    return samples(n, told, seed, (proof, arm) -> Double.NaN);
  }

  /** How many tokens an answer has. */
  private interface Length {
    double of(boolean proof, int arm);
  }

  private static List<TextSample> samples(int n, double told, long seed, Length length) {
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
              random.nextDouble() < quality ? 1 : 0,
              length.of(proof, arm)));
    }
    return samples;
  }

  /**
   * The large variant answers proofs at length and greetings shortly, the small one anything alike; or
   * neither heeds what is asked. Answers vary by a factor of about 1.6.
   */
  private static List<TextSample> withTokens(int n, boolean heeds, long seed) {
    SplittableRandom random = new SplittableRandom(seed + 1_000);
    return samples(
        n,
        0,
        seed,
        (proof, arm) ->
            (arm == 1 ? 150 : !heeds ? 400 : proof ? 800 : 200)
                * Math.exp(0.5 * random.nextGaussian()));
  }

  private static Function<String, SegmentMean> means(List<TextSample> before) {
    double[] sum = {1, 1};
    double[] count = {2, 2};
    double[] tokens = {400, 400};
    for (TextSample sample : before) {
      sum[sample.arm()] += sample.reward();
      tokens[sample.arm()] += sample.tokensKnown() ? sample.outputTokens() : 200;
      count[sample.arm()]++;
    }
    return segment ->
        new SegmentMean(
            new double[] {sum[0] / count[0], sum[1] / count[1]},
            new double[] {tokens[0] / count[0], tokens[1] / count[1]});
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
            .forecast(ConversationFeatures.ofPrompt("Prove the lemma about groups"), outputs)
            .shifts();
    double[] hello =
        fitted
            .model()
            .forecast(ConversationFeatures.ofPrompt("Say hello to my friend"), outputs)
            .shifts();
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
            .forecast(
                ConversationFeatures.ofPrompt("Prove the lemma about groups"),
                fitted.model().outputsOf(VARIANTS))
            .shifts();
    assertThat(Math.abs(shifts[0])).isLessThan(0.05);
    assertThat(Math.abs(shifts[1])).isLessThan(0.05);
  }

  @Test
  void fit_textThatTellsOfTokens_servesWhereLaterRowsHaveLessError() {
    TextFit.Fitted fitted = fit(withTokens(1_800, true, 5));
    int[] outputs = fitted.model().outputsOf(VARIANTS);
    double[] proof = fitted.model().forecast(PROOF, outputs).tokenFactors();
    double[] hello = fitted.model().forecast(HELLO, outputs).tokenFactors();
    double spread = Math.exp(0.125); // of a logarithmic normal distribution over its median
    assertThat(fitted.tokens()).extracting(TokenFigures::serves).containsExactly(true, false);
    assertThat(fitted.model().tokenWeight("large")).isGreaterThan(0.9);
    assertThat(fitted.model().tokenWeight("small")).isZero();
    double mean = means(withTokens(1_800, true, 5)).apply("all").outputTokens()[0];
    assertThat(proof[0] * mean).isCloseTo(800 * spread, withinPercentage(15));
    assertThat(hello[0] * mean).isCloseTo(200 * spread, withinPercentage(35));
    assertThat(proof[1]).isEqualTo(1);
    TokenFigures large = fitted.tokens().getFirst();
    assertThat(large.rows()).isGreaterThan(300);
    assertThat(large.text()).isLessThan(0.9 * large.segments());
  }

  @Test
  void fit_textThatSaysNothingOfTokens_leavesTheMeanOfTheSegment() {
    int served = 0;
    for (int seed = 10; seed < 20; seed++) {
      for (TokenFigures figures : fit(withTokens(700, false, seed)).tokens()) {
        assertThat(figures.rows()).isGreaterThan(100);
        served += figures.serves() ? 1 : 0;
      }
    }
    assertThat(served).as("of 20, each by chance once in twenty times").isLessThanOrEqualTo(2);
  }

  @Test
  void fit_tokensOfFewSamplesKnown_saysNothingOfThem() {
    TextFit.Fitted fitted = fit(samples(400, 0.3, 3));
    assertThat(fitted.model().tokenWeight("large")).isZero();
    assertThat(fitted.tokens()).isEmpty();
    assertThat(fitted.model().forecast(PROOF, new int[] {0, 1}).tokenFactors()).isEmpty();
  }

  @Test
  void fit_sameTokens_giveTheSameBytes() {
    byte[] model = fit(withTokens(700, true, 6)).model().encode();
    assertThat(fit(withTokens(700, true, 6)).model().encode()).isEqualTo(model);
    assertThat(TextQuality.decode(model).encode()).isEqualTo(model);
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
