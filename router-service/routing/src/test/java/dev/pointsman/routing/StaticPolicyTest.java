package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StaticPolicyTest extends PolicyContract {

  @Override
  protected Policy policy() {
    return new StaticPolicy(Map.of("large", 1.0, "medium", 2.0, "small", 5.0));
  }

  @Test
  void probabilities_someArmsOut_areNormalisedOverTheRest() {
    assertThat(probabilities(true, false, true)).containsExactly(1.0 / 6, 0, 5.0 / 6);
  }

  @Test
  void probabilities_noWeightLeft_areSpreadEvenly() {
    Policy policy = new StaticPolicy(Map.of("a", 0.0, "b", 0.0, "c", 1.0));
    assertThat(
            policy
                .probabilities(
                    new DecisionContext(
                        "s",
                        new boolean[] {true, true, false},
                        Collections.nCopies(3, null),
                        0,
                        Map.of(),
                        0,
                        null))
                .probabilities())
        .containsExactly(0.5, 0.5, 0);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
  void staticPolicy_weightThatIsNone_isRefused(double weight) {
    assertThatThrownBy(() -> new StaticPolicy(Map.of("a", 1.0, "b", weight)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the weight of b must be a finite number >= 0");
  }

  @Test
  void staticPolicy_allWeightsZero_isRefused() {
    assertThatThrownBy(() -> new StaticPolicy(Map.of("a", 0.0)))
        .hasMessageContaining("at least one weight must be above 0");
  }

  private double[] probabilities(boolean... selectable) {
    return policy()
        .probabilities(
            new DecisionContext(
                "s", selectable, Collections.nCopies(3, null), 0, Map.of(), 0, null))
        .probabilities();
  }
}
