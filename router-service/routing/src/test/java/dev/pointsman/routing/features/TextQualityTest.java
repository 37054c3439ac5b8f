package dev.pointsman.routing.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TextQualityTest {

  private static final FeatureVector PROMPT =
      ConversationFeatures.ofPrompt("Sum 2 and 2, then explain.");

  private static LinearScorer lengths() {
    SplittableRandom random = new SplittableRandom(8);
    double[] weights = random.doubles(2L * ConversationFeatures.DIMENSION, -0.1, 0.1).toArray();
    return LinearScorer.of(List.of("large", "small"), new double[] {0.5, 0.25}, weights);
  }

  private static TextQuality withTokens() {
    RisingCurve curve = RisingCurve.of(new double[] {-2, 2}, new double[] {-1, 3});
    TextQuality plain = model();
    TextTokens tokens =
        TextTokens.of(lengths(), List.of(curve, RisingCurve.ZERO), new double[] {0.5, 0});
    SplittableRandom random = new SplittableRandom(5);
    double[] weights = random.doubles(2L * ConversationFeatures.DIMENSION, -0.1, 0.1).toArray();
    return TextQuality.of(
        LinearScorer.of(List.of("large", "small"), new double[] {0.25, -0.5}, weights),
        List.of(
            RisingCurve.of(new double[] {-1, 1}, new double[] {-0.5, 0.5}),
            RisingCurve.of(new double[] {-3, 3}, new double[] {-0.3, 0.3})),
        plain.weight(),
        tokens);
  }

  @Test
  void tokenFactors_ofCandidates_areOnePlusTheWeightedCurvesOfTheirScores() {
    TextQuality model = withTokens();
    int[] outputs = model.outputsOf(List.of("fresh", "large", "small"));
    double score = lengths().scores(PROMPT)[0];
    assertThat(model.forecast(PROMPT, outputs).tokenFactors())
        .containsExactly(
            new double[] {1, 1 + 0.5 * (-1 + 4 * (Math.clamp(score, -2, 2) + 2) / 4), 1},
            within(1e-12));
    assertThat(model.forecast(PROMPT, outputs).shifts())
        .containsExactly(model().forecast(PROMPT, outputs).shifts());
    assertThat(model().forecast(PROMPT, outputs).tokenFactors()).isEmpty();
    assertThat(model.tokenWeight("large")).isEqualTo(0.5);
    assertThat(model.tokenWeight("fresh")).isZero();
    assertThat(model().tokenWeight("large")).isZero();
  }

  @Test
  void decode_ofModelWithTokens_isTheSameModelWithTheSameId() {
    TextQuality model = withTokens();
    TextQuality back = TextQuality.decode(model.encode());
    assertThat(back.id()).isEqualTo(model.id()).isNotEqualTo(model().id());
    assertThat(back.encode()).isEqualTo(model.encode());
    int[] outputs = model.outputsOf(List.of("large", "small"));
    assertThat(back.forecast(PROMPT, outputs).shifts())
        .containsExactly(model.forecast(PROMPT, outputs).shifts());
    assertThat(back.forecast(PROMPT, outputs).tokenFactors())
        .containsExactly(model.forecast(PROMPT, outputs).tokenFactors());
  }

  /** Stored models begin with their format: one that says nothing of tokens keeps the first. */
  @Test
  void encode_formats_areThoseOfStoredModels() {
    assertThat(model().encode()[4]).isEqualTo((byte) 1);
    assertThat(withTokens().encode()[4]).isEqualTo((byte) 2);
  }

  @Test
  void of_tokensThatDoNotFit_areRefused() {
    List<RisingCurve> curves = List.of(RisingCurve.ZERO, RisingCurve.ZERO);
    RisingCurve belowNothing = RisingCurve.of(new double[] {0}, new double[] {-1.1});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextTokens.of(lengths(), List.of(RisingCurve.ZERO), new double[2]))
        .withMessageContaining("2 variants, 1 curves");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextTokens.of(lengths(), curves, new double[] {0, 1.1}))
        .withMessageContaining("from 0 to 1");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> TextTokens.of(lengths(), List.of(RisingCurve.ZERO, belowNothing), new double[2]))
        .withMessageContaining("fewer than 0 tokens");
    LinearScorer other =
        LinearScorer.of(List.of("a"), new double[1], new double[ConversationFeatures.DIMENSION]);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                TextQuality.of(
                    other,
                    List.of(RisingCurve.ZERO),
                    0.5,
                    TextTokens.of(lengths(), curves, new double[2])))
        .withMessageContaining("the same variants");
  }

  private static TextQuality model() {
    SplittableRandom random = new SplittableRandom(5);
    double[] weights = random.doubles(2L * ConversationFeatures.DIMENSION, -0.1, 0.1).toArray();
    return TextQuality.of(
        LinearScorer.of(List.of("large", "small"), new double[] {0.25, -0.5}, weights),
        List.of(
            RisingCurve.of(new double[] {-1, 1}, new double[] {-0.5, 0.5}),
            RisingCurve.of(new double[] {-3, 3}, new double[] {-0.3, 0.3})),
        0.5);
  }

  @Test
  void shifts_ofCandidates_areTheWeightedCurvesOfTheirScores() {
    SplittableRandom random = new SplittableRandom(5);
    double[] weights = random.doubles(2L * ConversationFeatures.DIMENSION, -0.1, 0.1).toArray();
    double[] scores =
        LinearScorer.of(List.of("large", "small"), new double[] {0.25, -0.5}, weights)
            .scores(PROMPT);
    double[] shifts =
        model().forecast(PROMPT, model().outputsOf(List.of("fresh", "large", "small"))).shifts();
    assertThat(shifts[0]).isZero();
    assertThat(shifts[1]).isEqualTo(0.5 * Math.clamp(scores[0] / 2, -0.5, 0.5), within(1e-12));
    assertThat(shifts[2]).isEqualTo(0.5 * Math.clamp(scores[1] / 10, -0.3, 0.3), within(1e-12));
  }

  @Test
  void decode_ofEncode_isTheSameModelWithTheSameId() {
    TextQuality model = model();
    TextQuality back = TextQuality.decode(model.encode());
    assertThat(back.id()).isEqualTo(model.id()).matches("text-[0-9a-f]{16}");
    assertThat(back.encode()).isEqualTo(model.encode());
    assertThat(back.weight()).isEqualTo(0.5);
    int[] outputs = model.outputsOf(List.of("large", "small"));
    assertThat(back.forecast(PROMPT, outputs).shifts())
        .containsExactly(model.forecast(PROMPT, outputs).shifts());
  }

  @Test
  void decode_anyBrokenByteOrLength_isRefused() {
    refusesBroken(model().encode());
    refusesBroken(withTokens().encode());
  }

  private static void refusesBroken(byte[] bytes) {
    SplittableRandom random = new SplittableRandom(6);
    for (int round = 0; round < 200; round++) {
      byte[] broken = bytes.clone();
      broken[round < 120 ? round : random.nextInt(broken.length)] ^=
          (byte) (1 + random.nextInt(255));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TextQuality.decode(broken))
          .withMessageStartingWith("not a text model: ");
      byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TextQuality.decode(cut))
          .withMessageStartingWith("not a text model: ");
    }
  }

  @Test
  void of_tooFewCurvesOrTooMuchWeight_isRefused() {
    LinearScorer scorer =
        LinearScorer.of(List.of("a"), new double[1], new double[ConversationFeatures.DIMENSION]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextQuality.of(scorer, List.of(), 0.5))
        .withMessageContaining("1 variants, 0 curves");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextQuality.of(scorer, List.of(RisingCurve.ZERO), 1.5));
  }
}
