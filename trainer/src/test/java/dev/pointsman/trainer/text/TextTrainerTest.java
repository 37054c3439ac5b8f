package dev.pointsman.trainer.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.routing.features.ConversationFeatures;
import dev.pointsman.routing.features.LinearScorer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tribuo.regression.Regressor;

final class TextTrainerTest {

  private static final List<String> VARIANTS = List.of("small", "large", "medium");
  private static final TextSettings SETTINGS = new TextSettings(20, 1, 7);

  /** Prompts of random words: "lemma" is bad for the small variant and good for the large one. */
  private static List<TextRow> rows(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<TextRow> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      StringBuilder prompt = new StringBuilder();
      for (int word = 0; word < 8; word++) {
        prompt.append((char) ('a' + random.nextInt(26))).append(random.nextInt(10)).append(' ');
      }
      if (random.nextInt(6) == 0) {
        prompt.append("lemma");
      }
      double lemma = prompt.indexOf("lemma") >= 0 ? 1 : -1;
      double noise = random.nextDouble() - 0.5;
      rows.add(
          new TextRow(
              ConversationFeatures.ofPrompt(prompt.toString()),
              new double[] {-0.3 * lemma + noise, 0.3 * lemma - noise, noise}));
    }
    return rows;
  }

  @Test
  void train_scorer_saysWhatTribuoPredicts() {
    List<TextRow> rows = rows(400, 1);
    TextTrainer trainer = new TextTrainer(VARIANTS, SETTINGS);
    FeatureScale scale = FeatureScale.of(rows);
    LinearScorer scorer = trainer.train(rows).scorer();
    TextTrainer.Fit fit = trainer.fits(rows, scale).getFirst();
    for (TextRow row : rows(50, 2)) {
      Regressor unknown = new Regressor(VARIANTS.toArray(new String[0]), new double[3]);
      Regressor predicted =
          fit.model().predict(TextTrainer.example(row.features(), scale, unknown)).getOutput();
      double[] scores = scorer.scores(row.features());
      for (int variant = 0; variant < scores.length; variant++) {
        assertThat(scores[variant])
            .isEqualTo(
                predicted.getDimension(VARIANTS.get(variant)).orElseThrow().getValue(),
                within(1e-9));
      }
    }
  }

  @Test
  void train_plantedWord_isFoundOnNewRows() {
    LinearScorer scorer = new TextTrainer(VARIANTS, SETTINGS).train(rows(2_000, 3)).scorer();
    double[] with = scorer.scores(ConversationFeatures.ofPrompt("a1 b2 c3 d4 e5 f6 g7 h8 lemma"));
    double[] without = scorer.scores(ConversationFeatures.ofPrompt("a1 b2 c3 d4 e5 f6 g7 h8 i9"));
    assertThat(with[1] - with[0]).isGreaterThan(0.2);
    assertThat(without[1] - without[0]).isLessThan(-0.2);
    assertThat(with[2]).isEqualTo(without[2], within(0.15));
  }

  @Test
  void train_sameRowsSettingsAndSeed_haveTheSameBytes() {
    byte[] one = new TextTrainer(VARIANTS, SETTINGS).train(rows(300, 4)).scorer().encode();
    byte[] other = new TextTrainer(VARIANTS, SETTINGS).train(rows(300, 4)).scorer().encode();
    assertThat(other).isEqualTo(one);
    byte[] seeded =
        new TextTrainer(VARIANTS, new TextSettings(20, 1, 8)).train(rows(300, 4)).scorer().encode();
    assertThat(seeded).isNotEqualTo(one);
  }

  @Test
  void train_oneVariantSeenPerRow_fitsEachOnItsOwnRows() {
    List<TextRow> rows = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(5);
    for (TextRow row : rows(6_000, 6)) {
      double[] seen = new double[3];
      Arrays.fill(seen, Double.NaN);
      int variant = random.nextInt(2); // the third is never chosen
      seen[variant] = row.residual()[variant];
      rows.add(new TextRow(row.features(), seen));
    }
    TextModel model = new TextTrainer(VARIANTS, SETTINGS).train(rows);
    double[] with =
        model.scorer().scores(ConversationFeatures.ofPrompt("a1 b2 c3 d4 e5 f6 g7 h8 lemma"));
    assertThat(with[0]).isLessThan(-0.1);
    assertThat(with[1]).isGreaterThan(0.1);
    assertThat(with[2]).isZero();
    assertThat(model.provenance()).hasSize(2);
  }

  @Test
  void train_provenance_namesTrainerAndSeed() {
    TextModel model = new TextTrainer(VARIANTS, SETTINGS).train(rows(50, 9));
    assertThat(model.provenance())
        .singleElement()
        .asString()
        .contains("LinearSGDTrainer")
        .contains("seed");
  }

  @Test
  void train_rowOfAnotherWidth_isRefused() {
    TextRow row = new TextRow(ConversationFeatures.ofPrompt("a"), new double[2]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TextTrainer(VARIANTS, SETTINGS).train(List.of(row)))
        .withMessageContaining("must have 3 finite residuals");
  }
}
