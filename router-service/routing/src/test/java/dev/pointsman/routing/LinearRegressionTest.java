package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class LinearRegressionTest {

  private static final double[][] FEATURES = {{1, 0.5}, {1, -1}, {1, 0.2}};
  private static final double[] REWARDS = {1, 0, 1};
  private static final double[] AT = {1, 1};

  @Test
  void belief_publishedVectorOfLinUcb_agrees() {
    LinearRegression learned = learned(1, 1);
    assertThat(learned.coefficients())
        .containsExactly(new double[] {0.5281146637265711, 0.3748621830209481}, within(1e-12));
    Belief.Normal belief = learned.belief(AT, 1);
    assertThat(belief.mean()).isCloseTo(0.9029768467475192, within(1e-12));
    assertThat(belief.standardDeviation()).isCloseTo(0.8715774139648338, within(1e-12));
    assertThat(belief.mean() + 0.5 * belief.standardDeviation())
        .isCloseTo(1.338765553729936, within(1e-12));
  }

  @Test
  void belief_fadingEvidence_agreesWithPublishedVector() {
    LinearRegression learned = learned(1, 0.997);
    assertThat(learned.coefficients())
        .containsExactly(new double[] {0.5290695802472266, 0.37588930755450123}, within(1e-12));
    assertThat(learned.belief(AT, 1).standardDeviation())
        .isCloseTo(0.8741655824896546, within(1e-12));
  }

  @Test
  void belief_knownNoise_isTheExactPosterior() {
    // Prior variance 1, noise variance 0.25.
    LinearRegression learned = learned(0.25, 1);
    assertThat(learned.coefficients())
        .containsExactly(new double[] {0.669379450661241, 0.5849440488301119}, within(1e-12));
    Belief.Normal belief = learned.belief(AT, 0.5);
    assertThat(belief.mean()).isCloseTo(1.254323499491353, within(1e-12));
    assertThat(belief.standardDeviation()).isCloseTo(0.5236036024051769, within(1e-12));
  }

  @Test
  void belief_armsOfDifferentEvidence_giveTheChanceOfBeingBest() {
    double[] chances =
        BestArm.best(
            List.of(learned(1, 1).belief(AT, 0.2), new LinearRegression(2, 1).belief(AT, 0.2)),
            new double[2]);
    assertThat(chances[0]).isGreaterThan(0.99);
  }

  private static LinearRegression learned(double ridge, double keep) {
    LinearRegression regression = new LinearRegression(2, ridge);
    for (int row = 0; row < FEATURES.length; row++) {
      regression.add(FEATURES[row], REWARDS[row], keep);
    }
    return regression;
  }
}
