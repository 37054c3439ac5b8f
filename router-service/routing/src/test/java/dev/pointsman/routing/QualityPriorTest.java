package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class QualityPriorTest {

  private static final List<String> NAMES = List.of("base", "free", "half", "twice", "unknown");

  @Test
  void contrasts_prices_fallByTwoHundredthsPerHalving() {
    double[] contrasts =
        QualityPrior.contrasts(
            NAMES,
            "base",
            Arrays.asList(
                new TokenPrice(100, 400),
                new TokenPrice(0, 0),
                new TokenPrice(50, 200),
                new TokenPrice(200, 800),
                null),
            Map.of());
    assertThat(contrasts).containsExactly(new double[] {0, -0.2, -0.02, 0.02, 0}, within(1e-15));
  }

  @Test
  void contrasts_siblingFunctions_winOverPrices() {
    double[] contrasts =
        QualityPrior.contrasts(
            List.of("base", "half"),
            "base",
            List.of(new TokenPrice(100, 400), new TokenPrice(50, 200)),
            Map.of("half", 0.07));
    assertThat(contrasts).containsExactly(0, 0.07);
  }

  @Test
  void contrasts_noBaseline_compareWithTheDearest() {
    double[] contrasts =
        QualityPrior.contrasts(
            List.of("half", "whole"),
            null,
            List.of(new TokenPrice(50, 200), new TokenPrice(100, 400)),
            Map.of());
    assertThat(contrasts).containsExactly(new double[] {-0.02, 0}, within(1e-15));
  }

  @Test
  void contrasts_priceOfBaselineUnknown_areZero() {
    double[] contrasts =
        QualityPrior.contrasts(
            List.of("base", "half"), "base", Arrays.asList(null, new TokenPrice(5, 2)), Map.of());
    assertThat(contrasts).containsExactly(0, 0);
  }
}
