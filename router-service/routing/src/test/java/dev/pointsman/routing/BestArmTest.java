package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BestArmTest {

  @Test
  void best_twoBetas_agreesWithPublishedVector() {
    assertThat(BestArm.best(betas(9, 3, 13, 9), new double[2]))
        .containsExactly(new double[] {0.841900219245216, 0.1580997807547839}, within(1e-8));
  }

  @Test
  void best_threeBetas_agreesWithPublishedVector() {
    assertThat(BestArm.best(betas(9, 3, 13, 9, 6, 6), new double[3]))
        .containsExactly(
            new double[] {0.7987802296921989, 0.1363621331338108, 0.06485763717399029},
            within(1e-8));
  }

  @Test
  void best_threeNormals_agreesWithPublishedVector() {
    List<Belief> beliefs =
        List.of(
            new Belief.Normal(0.6, 0.05),
            new Belief.Normal(0.65, 0.04),
            new Belief.Normal(0.55, 0.08));
    assertThat(BestArm.best(beliefs, new double[3]))
        .containsExactly(
            new double[] {0.19117311940259726, 0.6991606965263786, 0.10966618407102421},
            within(1e-8));
  }

  @Test
  void best_uniformBeliefs_areEqual() {
    assertThat(BestArm.best(betas(1, 1, 1, 1, 1, 1, 1, 1), new double[4]))
        .containsOnly(new double[] {0.25}, within(1e-12));
  }

  @Test
  void best_shiftedNormal_isTheClosedFormOfTwo() {
    // P(X + 0.1 > Y) = Φ((0.5 + 0.1 − 0.6)/…) = 1/2, whatever the widths.
    List<Belief> beliefs = List.of(new Belief.Normal(0.5, 0.2), new Belief.Normal(0.6, 1e-4));
    assertThat(BestArm.best(beliefs, new double[] {0.1, 0}))
        .containsExactly(new double[] {0.5, 0.5}, within(1e-9));
  }

  @Test
  void best_anyBetasAndShifts_agreesWithAFineRule() {
    SplittableRandom random = new SplittableRandom(8);
    for (int attempt = 0; attempt < 60; attempt++) {
      int arms = 2 + random.nextInt(9);
      List<Belief> beliefs = new ArrayList<>();
      double[] shifts = new double[arms];
      for (int arm = 0; arm < arms; arm++) {
        double n = StrictMath.exp(random.nextDouble(8));
        double mean = random.nextDouble();
        beliefs.add(new Belief.BetaShaped(1 + n * mean, 1 + n * (1 - mean)));
        shifts[arm] = random.nextBoolean() ? 0 : -0.3 * random.nextDouble();
      }
      assertThat(BestArm.best(beliefs, shifts))
          .containsExactly(fine(beliefs, shifts, 1), within(1e-8));
      double[] first = fine(beliefs, shifts, 1);
      double[] second = fine(beliefs, shifts, 2);
      double[] average = new double[arms];
      Arrays.setAll(average, arm -> (first[arm] + second[arm]) / 2);
      assertThat(BestArm.topTwo(beliefs, shifts)).containsExactly(average, within(1e-8));
    }
  }

  @Test
  void best_anyChancesOfNormalLogOddsAndShifts_agreesWithAFineRule() {
    SplittableRandom random = new SplittableRandom(9);
    for (int attempt = 0; attempt < 60; attempt++) {
      int arms = 2 + random.nextInt(9);
      List<Belief> beliefs = new ArrayList<>();
      double[] shifts = new double[arms];
      for (int arm = 0; arm < arms; arm++) {
        double spread = StrictMath.exp(-random.nextDouble(5)) * 1.45;
        beliefs.add(new Belief.LogitNormal(random.nextDouble(-5, 5), spread));
        shifts[arm] = random.nextBoolean() ? 0 : -0.3 * random.nextDouble();
      }
      assertThat(BestArm.best(beliefs, shifts))
          .containsExactly(fineInLogOdds(beliefs, shifts), within(1e-8));
    }
  }

  @Test
  void best_chancesWithoutShifts_areThoseOfTheirLogOdds() {
    List<Belief> chances =
        List.of(
            new Belief.LogitNormal(1.2, 0.5),
            new Belief.LogitNormal(0.7, 1.3),
            new Belief.LogitNormal(-1, 0.9));
    List<Belief> logOdds =
        List.of(
            new Belief.Normal(1.2, 0.5), new Belief.Normal(0.7, 1.3), new Belief.Normal(-1, 0.9));
    assertThat(BestArm.best(chances, new double[3]))
        .containsExactly(BestArm.best(logOdds, new double[3]), within(1e-8));
  }

  @Test
  void topTwo_twoArms_isAHalfEach() {
    assertThat(BestArm.topTwo(betas(9, 3, 13, 9), new double[2]))
        .containsExactly(new double[] {0.5, 0.5}, within(1e-9));
  }

  @Test
  void topTwo_threeNormals_isTheAverageOfFirstAndSecond() {
    List<Belief> beliefs =
        List.of(
            new Belief.Normal(0.6, 0.05),
            new Belief.Normal(0.65, 0.04),
            new Belief.Normal(0.55, 0.08));
    double[] first = fine(beliefs, new double[3], 1);
    double[] second = fine(beliefs, new double[3], 2);
    double[] average = new double[3];
    Arrays.setAll(average, arm -> (first[arm] + second[arm]) / 2);
    assertThat(BestArm.topTwo(beliefs, new double[3])).containsExactly(average, within(1e-8));
  }

  @Test
  void best_oneArm_isCertain() {
    assertThat(BestArm.best(betas(2, 2), new double[] {-3})).containsExactly(1);
  }

  @Test
  void best_armsFarApart_isCertain() {
    assertThat(BestArm.best(betas(9, 3, 13, 9), new double[] {0, -5})).containsExactly(1, 0);
    assertThat(BestArm.topTwo(betas(9, 3, 13, 9, 2, 2), new double[] {0, -5, -20}))
        .containsExactly(new double[] {0.5, 0.5, 0}, within(1e-12));
  }

  /** A midpoint rule in a variable that smooths the ends of each arm's own belief. */
  private static double[] fine(List<Belief> beliefs, double[] shifts, int place) {
    int arms = shifts.length;
    double[] result = new double[arms];
    int steps = 4_000;
    for (int arm = 0; arm < arms; arm++) {
      Belief own = beliefs.get(arm);
      for (int step = 0; step < steps; step++) {
        double s = (step + 0.5) / steps;
        // x = 6s⁵ − 15s⁴ + 10s³ has two vanishing derivatives at both ends.
        double x = own.lower() + (own.upper() - own.lower()) * s * s * s * (10 + s * (-15 + 6 * s));
        double slope = (own.upper() - own.lower()) * 30 * s * s * (1 - s) * (1 - s);
        double none = 1;
        double one = 0;
        for (int other = 0; other < arms; other++) {
          if (other != arm) {
            double at = x + shifts[arm] - shifts[other];
            double below = beliefs.get(other).cumulative(at);
            one = one * below + none * (1 - below);
            none *= below;
          }
        }
        result[arm] += own.density(x) * slope * (place == 1 ? none : one) / steps;
      }
    }
    return result;
  }

  /** A midpoint rule over the log odds of each arm's own belief. */
  private static double[] fineInLogOdds(List<Belief> beliefs, double[] shifts) {
    int arms = shifts.length;
    double[] result = new double[arms];
    int steps = 20_000;
    for (int arm = 0; arm < arms; arm++) {
      Belief.LogitNormal own = (Belief.LogitNormal) beliefs.get(arm);
      Belief.Normal bell = new Belief.Normal(own.center(), own.spread());
      double step = (bell.upper() - bell.lower()) / steps;
      for (int at = 0; at < steps; at++) {
        double z = bell.lower() + (at + 0.5) * step;
        double x = SegmentPosterior.sigmoid(z);
        double none = 1;
        for (int other = 0; other < arms; other++) {
          if (other != arm) {
            none *= beliefs.get(other).cumulative(x + shifts[arm] - shifts[other]);
          }
        }
        result[arm] += bell.density(z) * step * none;
      }
    }
    return result;
  }

  private static List<Belief> betas(double... parameters) {
    List<Belief> result = new ArrayList<>();
    for (int at = 0; at < parameters.length; at += 2) {
      result.add(new Belief.BetaShaped(parameters[at], parameters[at + 1]));
    }
    return result;
  }
}
