package dev.pointsman.routing.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.routing.features.NeighbourQuality.Nearest;
import dev.pointsman.routing.features.NeighbourQuality.Row;
import dev.pointsman.routing.features.NeighbourQuality.Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class NeighbourQualityTest {

  private static final List<String> VARIANTS = List.of("large", "small");

  private static PromptVector vector(float... embedding) {
    return Objects.requireNonNull(PromptVector.of("s", embedding));
  }

  @Test
  void shifts_twoNearest_areTheFormulaByHand() {
    // From (1, 0): cosines 1, 0.7071… and 0 of large; small has one row on the other side.
    NeighbourQuality model =
        NeighbourQuality.of(
            new Settings("s", 2, 2, 3, 0.5),
            VARIANTS,
            List.of(
                new Row(vector(0, 1), 0, 1),
                new Row(vector(2, 0), 0, 0.5),
                new Row(vector(1, 1), 0, -0.25),
                new Row(vector(-1, 0), 1, 1)));
    double[] shifts =
        Objects.requireNonNull(
            model.shifts(vector(1, 0), model.outputsOf(List.of("fresh", "large", "small"))));
    double diagonal = Math.sqrt(0.5);
    assertThat(shifts[0]).isZero();
    assertThat(shifts[1])
        .isCloseTo(0.5 * (1 * 0.5 + diagonal * -0.25) / (1 + diagonal + 3), within(1e-7));
    assertThat(shifts[2]).as("a cosine below 0 weighs nothing").isZero();
    // The estimate itself, at full weight, with 0.6 as the mean: (Σ w·q + c·mean) / (Σ w + c).
    double estimate = (1 * 1.1 + diagonal * 0.35 + 3 * 0.6) / (1 + diagonal + 3);
    assertThat(0.6 + shifts[1] / 0.5).isCloseTo(estimate, within(1e-7));
  }

  @Test
  void nearest_manyRowsAndTies_areThoseOfASortedScan() {
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 200; round++) {
      int dimension = 1 + random.nextInt(20);
      List<Row> rows = new ArrayList<>();
      for (int row = random.nextInt(60); row > 0; row--) {
        rows.add(new Row(coarse(random, dimension), random.nextInt(2), random.nextDouble() - 0.5));
      }
      NeighbourQuality model =
          NeighbourQuality.of(new Settings("s", dimension, 5, 1, 1), VARIANTS, rows);
      PromptVector asked = coarse(random, dimension);
      int most = 1 + random.nextInt(20);
      for (int variant = 0; variant < 2; variant++) {
        int own = variant;
        List<Row> expected =
            rows.stream()
                .filter(row -> row.variant() == own)
                .sorted(Comparator.comparingDouble(row -> -weight(asked, row)))
                .limit(most)
                .toList();
        Nearest nearest = model.nearest(asked, variant, most);
        assertThat(nearest.weights())
            .containsExactly(expected.stream().mapToDouble(row -> weight(asked, row)).toArray());
        assertThat(nearest.residuals())
            .containsExactly(
                expected.stream().mapToDouble(row -> (float) row.residual()).toArray());
      }
    }
  }

  private static double weight(PromptVector asked, Row row) {
    float[] a = asked.unit();
    float[] b = row.vector().unit();
    float cosine = 0;
    for (int i = 0; i < a.length; i++) {
      cosine += a[i] * b[i];
    }
    return Math.max(0, cosine);
  }

  private static PromptVector coarse(SplittableRandom random, int dimension) {
    float[] numbers = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      numbers[i] = random.nextInt(-1, 2);
    }
    numbers[random.nextInt(dimension)] = 1;
    return vector(numbers);
  }

  @Test
  void shifts_vectorOfAnotherSpaceOrLength_areNone() {
    NeighbourQuality model = model();
    int[] outputs = model.outputsOf(VARIANTS);
    assertThat(
            model.shifts(
                Objects.requireNonNull(PromptVector.of("t", new float[] {1, 0, 0})), outputs))
        .isNull();
    assertThat(model.shifts(vector(1, 0), outputs)).isNull();
    assertThat(model.shifts(vector(1, 0, 0), outputs)).hasSize(2);
  }

  @Test
  void decode_ofEncode_isTheSameModelWithTheSameId() {
    NeighbourQuality model = model();
    ConversationModel back = ConversationModel.decode(model.encode());
    assertThat(back).isInstanceOf(NeighbourQuality.class);
    assertThat(back.id()).isEqualTo(model.id()).matches("knn-[0-9a-f]{16}");
    assertThat(back.encode()).isEqualTo(model.encode());
    assertThat(back.weight()).isEqualTo(0.75);
    assertThat(back.variants()).isEqualTo(VARIANTS);
    assertThat(((NeighbourQuality) back).settings()).isEqualTo(model.settings());
    assertThat(((NeighbourQuality) back).size()).isEqualTo(40);
    int[] outputs = model.outputsOf(VARIANTS);
    PromptVector asked = vector(0.5f, 1, -0.25f);
    assertThat(((NeighbourQuality) back).shifts(asked, outputs))
        .containsExactly(model.shifts(asked, outputs));
  }

  @Test
  void decode_anyBrokenByteOrLength_isRefused() {
    byte[] bytes = model().encode();
    SplittableRandom random = new SplittableRandom(6);
    for (int round = 0; round < 200; round++) {
      byte[] broken = bytes.clone();
      broken[round < 120 ? round : random.nextInt(broken.length)] ^=
          (byte) (1 + random.nextInt(255));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> NeighbourQuality.decode(broken))
          .withMessageStartingWith("not a model of neighbours: ");
      byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> NeighbourQuality.decode(cut))
          .withMessageStartingWith("not a model of neighbours: ");
    }
  }

  @Test
  void of_whatDoesNotFit_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Settings("s", 2, 0, 1, 0.5));
    assertThatIllegalArgumentException().isThrownBy(() -> new Settings("s", 2, 1, 0, 0.5));
    assertThatIllegalArgumentException().isThrownBy(() -> new Settings("s", 2, 1, 1, 1.5));
    assertThatIllegalArgumentException().isThrownBy(() -> new Settings("s", 129, 1, 1, 0.5));
    Settings settings = new Settings("s", 2, 1, 1, 0.5);
    for (Row wrong :
        List.of(
            new Row(vector(1, 0), 2, 0),
            new Row(vector(1, 0, 0), 0, 0),
            new Row(vector(1, 0), 0, 1.5),
            new Row(vector(1, 0), 0, Double.NaN))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> NeighbourQuality.of(settings, VARIANTS, List.of(wrong)));
    }
  }

  private static NeighbourQuality model() {
    SplittableRandom random = new SplittableRandom(8);
    List<Row> rows = new ArrayList<>();
    for (int row = 0; row < 40; row++) {
      rows.add(
          new Row(
              vector((float) random.nextGaussian(), 1, (float) random.nextGaussian()),
              random.nextInt(2),
              random.nextDouble() - 0.5));
    }
    return NeighbourQuality.of(new Settings("s", 3, 10, 2, 0.75), VARIANTS, rows);
  }
}
