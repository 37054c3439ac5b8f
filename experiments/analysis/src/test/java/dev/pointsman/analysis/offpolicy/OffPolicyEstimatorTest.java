package dev.pointsman.analysis.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.ClippedDoublyRobust;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.ClippedInversePropensity;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.Direct;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.DoublyRobust;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.InversePropensity;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.OptimisticDoublyRobust;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.SelfNormalisedDoublyRobust;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.SelfNormalisedInversePropensity;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.SubGaussianInversePropensity;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.SwitchDoublyRobust;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Figures of Open Bandit Pipeline's own estimators on eight rows. */
final class OffPolicyEstimatorTest {

  private static final int[] ARMS = {0, 1, 2, 0, 1, 2, 0, 1};
  private static final double[] REWARDS = {1, 0, 1, 0, 1, 0, 1, 1};
  private static final double[][] LOGGED = {{0.5, 0.3, 0.2}, {0.2, 0.5, 0.3}};
  private static final double[][] TARGET = {{0.2, 0.2, 0.6}, {0.6, 0.3, 0.1}};
  private static final double[][] EXPECTED = {{0.6, 0.4, 0.7}, {0.5, 0.6, 0.3}};

  static List<EvaluationRow> eightRows() {
    List<EvaluationRow> rows = new ArrayList<>();
    for (int i = 0; i < ARMS.length; i++) {
      int half = i / 4;
      rows.add(
          EvaluationRow.of(
              "e" + i, ARMS[i], LOGGED[half], TARGET[half], EXPECTED[half], REWARDS[i], 0.01));
    }
    return rows;
  }

  @Test
  void estimate_eightRows_givesThePublishedValues() {
    assertValue(new Direct(), 0.565);
    assertValue(new InversePropensity(), 0.95);
    assertValue(new ClippedInversePropensity(2), 0.7);
    assertValue(new SelfNormalisedInversePropensity(), 0.8444444444444443);
    assertValue(new DoublyRobust(), 0.8691666666666666);
    assertValue(new ClippedDoublyRobust(2), 0.7691666666666668);
    assertValue(new SelfNormalisedDoublyRobust(), 0.8353703703703703);
    assertValue(new SwitchDoublyRobust(1.5), 0.5691666666666667);
    assertValue(new OptimisticDoublyRobust(4), 0.6605760170897785);
    assertValue(new SubGaussianInversePropensity(0.1), 0.834441489361702);
  }

  @Test
  void estimate_eightRows_givesThePublishedErrors() {
    assertError(new InversePropensity(), 0.4563050358195553);
    assertError(new SelfNormalisedInversePropensity(), 0.10926817909386423);
    assertError(new DoublyRobust(), 0.21034151180235813);
  }

  @Test
  void estimate_selfNormalisedWithoutModel_equalsSnips() {
    List<EvaluationRow> rows =
        eightRows().stream()
            .map(r -> new EvaluationRow(r.episode(), r.weight(), r.reward(), 0, 0, 0))
            .toList();
    assertThat(new SelfNormalisedDoublyRobust().estimate(rows))
        .isEqualTo(new SelfNormalisedInversePropensity().estimate(rows));
  }

  @Test
  void estimate_rowsRepeatedWithinEpisodes_doesNotShrinkTheError() {
    List<EvaluationRow> twice = new ArrayList<>(eightRows());
    twice.addAll(eightRows());
    for (OffPolicyEstimator estimator :
        List.of(
            new InversePropensity(), new SelfNormalisedInversePropensity(), new DoublyRobust())) {
      Estimate once = estimator.estimate(eightRows());
      Estimate repeated = estimator.estimate(twice);
      assertThat(repeated.value()).isCloseTo(once.value(), within(1e-12));
      assertThat(repeated.standardError()).isCloseTo(once.standardError(), within(1e-12));
      assertThat(repeated.rows()).isEqualTo(16);
      assertThat(repeated.episodes()).isEqualTo(8);
    }
  }

  @Test
  void estimate_oneEpisode_hasAnInfiniteError() {
    assertThat(new DoublyRobust().estimate(eightRows().subList(0, 1)).standardError()).isInfinite();
  }

  @Test
  void estimate_noRows_isRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DoublyRobust().estimate(List.of()))
        .withMessage("rows is empty: nothing to estimate from");
  }

  @Test
  void difference_ofTwoPolicies_isTheDifferenceOfTheirEstimates() {
    List<EvaluationRow> target = eightRows();
    List<EvaluationRow> logging = new ArrayList<>();
    List<EvaluationRow> paired = new ArrayList<>();
    for (int i = 0; i < ARMS.length; i++) {
      int half = i / 4;
      logging.add(
          EvaluationRow.of(
              "e" + i, ARMS[i], LOGGED[half], LOGGED[half], EXPECTED[half], REWARDS[i], 0));
      paired.add(
          EvaluationRow.difference(
              "e" + i,
              ARMS[i],
              LOGGED[half][ARMS[i]],
              TARGET[half],
              LOGGED[half],
              EXPECTED[half],
              REWARDS[i]));
    }
    DoublyRobust estimator = new DoublyRobust();
    assertThat(estimator.estimate(paired).value())
        .isCloseTo(
            estimator.estimate(target).value() - estimator.estimate(logging).value(),
            within(1e-12));
  }

  @Test
  void difference_policiesThatAgree_hasNoNoise() {
    List<EvaluationRow> paired = new ArrayList<>();
    for (int i = 0; i < ARMS.length; i++) {
      int half = i / 4;
      paired.add(
          EvaluationRow.difference(
              "e" + i,
              ARMS[i],
              LOGGED[half][ARMS[i]],
              TARGET[half],
              TARGET[half],
              EXPECTED[half],
              REWARDS[i]));
    }
    assertThat(new DoublyRobust().estimate(paired)).isEqualTo(new Estimate(0, 0, 8, 8));
  }

  @Test
  void of_propensityOfZero_isRejected() {
    double[] none = {0, 1};
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EvaluationRow.of("e", 0, none, none, none, 1, 0))
        .withMessage("the propensity of a logged arm must lie in (0, 1]: 0.0");
  }

  private static void assertValue(OffPolicyEstimator estimator, double value) {
    assertThat(estimator.estimate(eightRows()).value())
        .as(estimator.toString())
        .isCloseTo(value, within(1e-6));
  }

  private static void assertError(OffPolicyEstimator estimator, double error) {
    assertThat(estimator.estimate(eightRows()).standardError())
        .as(estimator.toString())
        .isCloseTo(error, within(1e-6));
  }
}
