package dev.pointsman.routing.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class PromptVectorTest {

  private static final String GOLDEN =
      "space:8jEZ+agZ/J31P9YZWBLEADWMPwvu2ZbyDhIjJ70H7lHyC062rxXdsvlH2cjdyPnr4Png6/wn3bbuBATE/A"
          + "AcAOsEue7gCz/WJyrZEutOMfUHzwuhy/JR/Ac11jjrNb0cmhXI6+vdFVhD0hXrr/nPBw4nB+fP+RnZ4OvucaTkfyo=";

  @Test
  void of_shortEmbedding_isScaledToItsLargestNumber() {
    PromptVector vector = vector(0.5f, -1f, 0f, 0.25f);
    assertThat(vector.values()).containsExactly(64, -127, 0, 32);
    assertThat(vector.toText()).isEqualTo("space:QIEAIA==");
    assertThat(vector(5e30f, -1e31f, 0f, 2.5e30f).values()).isEqualTo(vector.values());
    assertThat(vector.unit()[1]).isEqualTo((float) (-127 / Math.sqrt(64 * 64 + 127 * 127 + 1024)));
  }

  @Test
  void parse_ofText_isTheSameVector() {
    SplittableRandom random = new SplittableRandom(1);
    for (int dimension : new int[] {1, 3, 128, 129, 1536}) {
      PromptVector vector = vector(random(random, dimension));
      PromptVector back = PromptVector.parse(vector.toText());
      assertThat(back.values()).isEqualTo(vector.values());
      assertThat(back.space()).isEqualTo("space");
      assertThat(back.dimension()).isEqualTo(Math.min(dimension, 128));
    }
  }

  @Test
  void parse_ofAnythingElse_isRefused() {
    for (String text :
        new String[] {"", "AAAA", ":AAAA", "s:", "s:AAAA", "s:?", "s:" + "A".repeat(172)}) {
      assertThatIllegalArgumentException().as(text).isThrownBy(() -> PromptVector.parse(text));
    }
  }

  @Test
  void of_zeros_hasNoDirection() {
    assertThat(PromptVector.of("space", new float[1536])).isNull();
    assertThat(PromptVector.of("space", new float[3])).isNull();
  }

  @Test
  void of_noEmbedding_isRefused() {
    float[] infinite = {1, Float.POSITIVE_INFINITY};
    for (float[] wrong :
        new float[][] {{}, new float[PromptVector.MOST_COMPONENTS + 1], {Float.NaN}, infinite}) {
      assertThatIllegalArgumentException().isThrownBy(() -> PromptVector.of("space", wrong));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PromptVector.of("a:b", new float[] {1}))
        .withMessageContaining("without a colon");
  }

  @Test
  void of_longEmbedding_keepsCosinesAboutToATenth() {
    SplittableRandom random = new SplittableRandom(7);
    double squares = 0;
    int pairs = 200;
    for (int pair = 0; pair < pairs; pair++) {
      float[] a = random(random, 1536);
      float[] b = random(random, 1536);
      float share = (float) random.nextDouble();
      for (int i = 0; i < b.length; i++) {
        b[i] = share * a[i] + (1 - share) * b[i];
      }
      double kept = cosine(vector(a).unit(), vector(b).unit());
      squares += Math.pow(kept - cosine(a, b), 2);
    }
    assertThat(Math.sqrt(squares / pairs)).isLessThan(1 / Math.sqrt(128));
  }

  @Test
  void of_longEmbedding_isTheSameForEver() {
    float[] ramp = new float[200];
    for (int i = 0; i < ramp.length; i++) {
      ramp[i] = i % 7 - 3;
    }
    assertThat(vector(ramp).toText()).isEqualTo(GOLDEN);
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double ofA = 0;
    double ofB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      ofA += (double) a[i] * a[i];
      ofB += (double) b[i] * b[i];
    }
    return product / Math.sqrt(ofA * ofB);
  }

  private static float[] random(SplittableRandom random, int dimension) {
    float[] result = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      result[i] = (float) random.nextGaussian();
    }
    return result;
  }

  private static PromptVector vector(float... embedding) {
    return Objects.requireNonNull(PromptVector.of("space", embedding));
  }

  @Test
  void toString_neverShowsTheNumbers() {
    assertThat(vector(1, 2)).hasToString("PromptVector[2 numbers of space]");
    assertThat((double) vector(1, 1).unit()[0]).isCloseTo(Math.sqrt(0.5), within(1e-7));
  }
}
