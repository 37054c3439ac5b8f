package dev.pointsman.routing.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class LinearScorerTest {

  private static final String PROMPT = "Prove that 2 + 2 = 4, please.";

  private static LinearScorer random(int outputs, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] intercepts = new double[outputs];
    double[] weights = new double[outputs * ConversationFeatures.DIMENSION];
    for (int i = 0; i < outputs; i++) {
      intercepts[i] = random.nextDouble() - 0.5;
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i / outputs % 3 == 0 ? 0 : random.nextDouble() - 0.5;
    }
    List<String> names = IntStream.range(0, outputs).mapToObj(i -> "m" + i).toList();
    return LinearScorer.of(names, intercepts, weights);
  }

  @Test
  void scores_areTheSumsOfTheirWeights() {
    double[] weights = new double[2 * ConversationFeatures.DIMENSION];
    FeatureVector vector = ConversationFeatures.ofPrompt(PROMPT);
    double expected = 0.25;
    for (int pair = 0; pair < vector.size(); pair++) {
      weights[2 * vector.index(pair) + 1] = pair;
      expected += pair * vector.value(pair);
    }
    double[] scores =
        LinearScorer.of(List.of("a", "b"), new double[] {-1, 0.25}, weights).scores(vector);
    assertThat(scores[0]).isEqualTo(-1);
    assertThat(scores[1]).isEqualTo(expected, within(1e-9));
  }

  /** Rows are read four at a time: whatever is left over, and however many outputs there are. */
  @Test
  void scores_areSummedPairByPair_toTheLastBit() {
    SplittableRandom random = new SplittableRandom(9);
    for (int k : new int[] {1, 2, 7, 8, 9, 18, 33}) {
      double[] weights = random.doubles((long) k * ConversationFeatures.DIMENSION, -1, 1).toArray();
      Arrays.fill(weights, 0, k, 0); // a row of no weight
      List<String> names = IntStream.range(0, k).mapToObj(i -> "m" + i).toList();
      LinearScorer scorer = LinearScorer.of(names, new double[k], weights);
      for (String prompt : List.of("", "a", "ab c", PROMPT, PROMPT + "!", PROMPT.repeat(9))) {
        FeatureVector vector = ConversationFeatures.ofPrompt(prompt);
        double[] expected = new double[k];
        for (int pair = 0; pair < vector.size(); pair++) {
          for (int output = 0; output < k; output++) {
            expected[output] += weights[vector.index(pair) * k + output] * vector.value(pair);
          }
        }
        assertThat(scorer.scores(vector)).containsExactly(expected);
      }
    }
  }

  @Test
  void decode_ofEncode_isTheSameToTheLastBit() {
    LinearScorer scorer = random(3, 1);
    byte[] bytes = scorer.encode();
    LinearScorer back = LinearScorer.decode(bytes);
    FeatureVector vector = ConversationFeatures.ofPrompt(PROMPT);
    assertThat(back.outputs()).isEqualTo(scorer.outputs());
    assertThat(back.scores(vector)).containsExactly(scorer.scores(vector));
    assertThat(back.encode()).isEqualTo(bytes);
  }

  @Test
  void decode_anyBrokenByteOrLength_isRefused() {
    byte[] bytes = random(2, 2).encode();
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 200; round++) {
      byte[] broken = bytes.clone();
      broken[round < 60 ? round : random.nextInt(broken.length)] ^=
          (byte) (1 + random.nextInt(255));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> LinearScorer.decode(broken))
          .withMessageStartingWith("not a linear scorer: ");
      byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> LinearScorer.decode(cut))
          .withMessageStartingWith("not a linear scorer: ");
    }
  }

  @Test
  void decode_moreOutputsThanAnyFunctionHas_isRefusedBeforeItTakesMemory() {
    ByteBuffer bytes = ByteBuffer.wrap(random(1, 4).encode());
    bytes.putInt(9, 10_000);
    CRC32C sum = new CRC32C();
    sum.update(bytes.array(), 0, bytes.capacity() - 4);
    bytes.putInt(bytes.capacity() - 4, (int) sum.getValue());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LinearScorer.decode(bytes.array()))
        .withMessage("not a linear scorer: it has 10000 outputs");
  }

  @Test
  void of_weightThatIsNotFinite_isRefused() {
    double[] weights = new double[ConversationFeatures.DIMENSION];
    weights[17] = Double.NaN;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LinearScorer.of(List.of("a"), new double[1], weights))
        .withMessage("a weight is not finite: NaN");
  }

  @Test
  void of_wrongLengths_areRefusedWithTheRightOnes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LinearScorer.of(List.of("a"), new double[2], new double[3]))
        .withMessageContaining("1 outputs need 1 intercepts and 32800 weights: 2 and 3");
  }
}
