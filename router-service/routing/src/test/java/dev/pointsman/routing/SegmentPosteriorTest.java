package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SegmentPosteriorTest {

  @Test
  void linear_anyCells_isTheRidgeRegressionOnIndicators() {
    SplittableRandom random = new SplittableRandom(3);
    for (int attempt = 0; attempt < 50; attempt++) {
      Cells cells = Cells.random(random);
      double expected = random.nextDouble();
      LinearRegression general = new LinearRegression(cells.n.length + 1, 0.7);
      for (int row = 0; row < cells.features.size(); row++) {
        general.add(cells.features.get(row), cells.rewards.get(row) - expected, 1);
      }
      SegmentPosterior posterior = SegmentPosterior.linear(cells.n, cells.sum, expected, 0.7);
      for (int segment = 0; segment <= cells.n.length; segment++) {
        Belief.Normal belief = general.belief(cells.indicator(segment), 1);
        assertThat(posterior.mean(segment)).isCloseTo(expected + belief.mean(), within(1e-10));
        assertThat(Math.sqrt(posterior.variance(segment)))
            .isCloseTo(unseen(belief, segment, cells, 0.7), within(1e-10));
      }
    }
  }

  @Test
  void logistic_anyCells_isLaplacesApproximationOnIndicators() {
    SplittableRandom random = new SplittableRandom(4);
    for (int attempt = 0; attempt < 50; attempt++) {
      Cells cells = Cells.random(random);
      double expected = random.nextDouble(-1, 2);
      LogisticRegression general =
          LogisticRegression.fit(
              cells.features.toArray(double[][]::new),
              cells.rewards.stream().mapToDouble(Double::doubleValue).toArray(),
              expected,
              0.7);
      SegmentPosterior posterior = SegmentPosterior.logistic(cells.n, cells.sum, expected, 0.7);
      for (int segment = 0; segment < cells.n.length; segment++) {
        Belief.LogitNormal belief = general.belief(cells.indicator(segment), expected);
        assertThat(posterior.mean(segment)).isCloseTo(belief.center(), within(1e-9));
        assertThat(Math.sqrt(posterior.variance(segment))).isCloseTo(belief.spread(), within(1e-9));
      }
    }
  }

  @Test
  void logistic_oneSidedEvidence_staysFinite() {
    SegmentPosterior posterior =
        SegmentPosterior.logistic(new double[] {1e6, 0}, new double[] {1e6, 0}, 6.9, 1);
    assertThat(posterior.mean(0)).isBetween(6.9, 30.0);
    assertThat(posterior.variance(0)).isBetween(0.0, 2.0);
  }

  @Test
  void logistic_noEvidence_isThePrior() {
    SegmentPosterior posterior = SegmentPosterior.logistic(new double[0], new double[0], 0.4, 1);
    assertThat(posterior.mean(0)).isEqualTo(0.4);
    assertThat(posterior.variance(0)).isEqualTo(2);
  }

  /** Vector logistic_laplace: the general form that the test above holds this class to. */
  @Test
  void generalLogistic_publishedVector_agrees() {
    LogisticRegression learned =
        LogisticRegression.fit(
            new double[][] {{1, 0.5}, {1, -1}, {1, 0.2}}, new double[] {1, 0, 1}, 0, 1);
    assertThat(learned.coefficients())
        .containsExactly(new double[] {0.3178749276727151, 0.6637488128706267}, within(1e-9));
    assertThat(learned.hessian()[0])
        .containsExactly(new double[] {1.705761313953954, -0.08244184912950636}, within(1e-9));
    assertThat(learned.hessian()[1])
        .containsExactly(new double[] {-0.08244184912950638, 1.3085201946905416}, within(1e-9));
    Belief.LogitNormal belief = learned.belief(new double[] {1, 1}, 0);
    assertThat(belief.center()).isCloseTo(0.9816237405433418, within(1e-9));
    assertThat(belief.spread()).isCloseTo(1.195279414182703, within(1e-9));
    assertThat(belief.mean()).isCloseTo(0.6868996650823502, within(1e-9));
  }

  /** A new segment has an indicator of its own, which the general form does not know of. */
  private static double unseen(Belief.Normal belief, int segment, Cells cells, double ridge) {
    double variance = belief.standardDeviation() * belief.standardDeviation();
    return Math.sqrt(segment < cells.n.length ? variance : variance + 1 / ridge);
  }

  private record Cells(double[] n, double[] sum, List<double[]> features, List<Double> rewards) {

    static Cells random(SplittableRandom random) {
      int segments = 1 + random.nextInt(6);
      Cells cells =
          new Cells(
              new double[segments], new double[segments], new ArrayList<>(), new ArrayList<>());
      int rows = 1 + random.nextInt(60);
      for (int row = 0; row < rows; row++) {
        int segment = random.nextInt(segments);
        double reward = random.nextInt(4) == 0 ? random.nextDouble() : random.nextInt(2);
        cells.n[segment]++;
        cells.sum[segment] += reward;
        cells.features.add(cells.indicator(segment));
        cells.rewards.add(reward);
      }
      return cells;
    }

    double[] indicator(int segment) {
      double[] result = new double[n.length + 1];
      result[0] = 1;
      if (segment < n.length) {
        result[segment + 1] = 1;
      }
      return result;
    }
  }
}
