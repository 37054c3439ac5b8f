package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Expected figures come from a dense solution of the same normal equations, done elsewhere. */
final class SegmentMeansTest {

  @Test
  void fit_fewCells_shrinksByTwoTowardsTheAdditiveFit() {
    SegmentMeans fitted =
        SegmentMeans.fit(
            MeanEstimator.ADDITIVE_RIDGE,
            List.of("a", "b", "c"),
            cells(
                new double[][] {{40, 30, 0}, {10, 50, 5}},
                new double[][] {{0.8, 0.7, 0}, {0.3, 0.2, 0.6}}),
            new double[] {0, -0.02, -0.1});
    assertThat(fitted.kappa()).isEqualTo(2);
    assertThat(fitted.means()[fitted.rowOf("s0")])
        .containsExactly(
            new double[] {0.7972587156514039, 0.6906250508321219, 0.7130886613869036},
            within(1e-12));
    assertThat(fitted.means()[fitted.rowOf("s1")])
        .containsExactly(
            new double[] {0.3312859849062486, 0.20366475746430607, 0.5595347263271178},
            within(1e-12));
  }

  @Test
  void rowOf_segmentNeverSeen_isOneHalfPlusTheVariantEffect() {
    SegmentMeans fitted =
        SegmentMeans.fit(
            MeanEstimator.ADDITIVE_RIDGE,
            List.of("a", "b", "c"),
            cells(
                new double[][] {{40, 30, 0}, {10, 50, 5}},
                new double[][] {{0.8, 0.7, 0}, {0.3, 0.2, 0.6}}),
            new double[] {0, -0.02, -0.1});
    assertThat(fitted.means()[fitted.rowOf("never seen")])
        .containsExactly(
            new double[] {0.46892771874683364, 0.3627038937905218, 0.5935366597275433},
            within(1e-12));
    assertThat(fitted.rowOf("another")).isEqualTo(fitted.rowOf("never seen"));
  }

  @Test
  void fit_twelveCells_estimatesKappaByMoments() {
    SegmentMeans fitted =
        SegmentMeans.fit(
            MeanEstimator.ADDITIVE_RIDGE,
            Routings.CANDIDATES,
            Routings.statistics().cells(),
            new double[] {0, 0.02, -0.04, -0.2});
    assertThat(fitted.kappa()).isCloseTo(2.7845305166858427, within(1e-9));
    assertThat(fitted.means()[fitted.rowOf("code")])
        .containsExactly(
            new double[] {
              0.8420944324903512, 0.6001383711279218, 0.4035181322059295, 0.10553850641089597
            },
            within(1e-12));
  }

  @Test
  void fit_cellsThatScatterNoMoreThanChance_shrinksByTwenty() {
    double[][] n = new double[4][4];
    double[][] means = new double[4][4];
    for (int row = 0; row < 4; row++) {
      for (int arm = 0; arm < 4; arm++) {
        n[row][arm] = 1000;
        means[row][arm] = 0.3 + 0.1 * row + 0.05 * arm;
      }
    }
    SegmentMeans fitted =
        SegmentMeans.fit(
            MeanEstimator.ADDITIVE_RIDGE,
            List.of("a", "b", "c", "d"),
            cells(n, means),
            new double[4]);
    assertThat(fitted.kappa()).isEqualTo(20);
  }

  @Test
  void fit_nineCells_leavesKappaAtTwo() {
    double[][] n = {{9, 9, 9, 9, 9, 9, 9, 9, 9}};
    double[][] means = {{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}};
    List<String> names = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i");
    SegmentMeans fitted =
        SegmentMeans.fit(MeanEstimator.ADDITIVE_RIDGE, names, cells(n, means), new double[9]);
    assertThat(fitted.kappa()).isEqualTo(2);
  }

  /**
   * The policy sent the easy segment to a, the cheap model; raw means then favour it, although it is
   * worse in both segments.
   */
  @Test
  void fit_confoundedTraffic_ridgeOrdersAnUnseenSegmentRightWhereVariantMeansDoNot() {
    double[][] n = {{1000, 50}, {20, 900}};
    double[][] means = {{0.85, 0.95}, {0.2, 0.3}};
    List<PolicyStatistics.Cell> cells = cells(n, means);
    List<String> names = List.of("a", "b");
    double[] ridge =
        unseen(SegmentMeans.fit(MeanEstimator.ADDITIVE_RIDGE, names, cells, new double[2]));
    double[] raw =
        unseen(SegmentMeans.fit(MeanEstimator.VARIANT_MEAN, names, cells, new double[2]));
    assertThat(ridge[0]).isLessThan(ridge[1]);
    assertThat(raw[0]).isGreaterThan(raw[1]);
  }

  @Test
  void fit_cellsOfVariantsThatAreGone_areLeftOut() {
    List<PolicyStatistics.Cell> cells =
        List.of(
            new PolicyStatistics.Cell("s", "a", 10, 9, 9, null, null, 0),
            new PolicyStatistics.Cell("s", "gone", 1000, 0, 0, null, null, 0));
    SegmentMeans with =
        SegmentMeans.fit(MeanEstimator.ADDITIVE_RIDGE, List.of("a"), cells, new double[1]);
    SegmentMeans without =
        SegmentMeans.fit(
            MeanEstimator.ADDITIVE_RIDGE, List.of("a"), cells.subList(0, 1), new double[1]);
    assertThat(with.means()).isDeepEqualTo(without.means());
  }

  private static double[] unseen(SegmentMeans means) {
    return means.means()[means.rowOf("never seen")];
  }

  private static List<PolicyStatistics.Cell> cells(double[][] n, double[][] means) {
    List<PolicyStatistics.Cell> result = new ArrayList<>();
    for (int row = 0; row < n.length; row++) {
      for (int arm = 0; arm < n[row].length; arm++) {
        double sum = n[row][arm] * means[row][arm];
        result.add(
            new PolicyStatistics.Cell(
                "s" + row,
                String.valueOf((char) ('a' + arm)),
                n[row][arm],
                sum,
                sum,
                null,
                null,
                0));
      }
    }
    return result;
  }
}
