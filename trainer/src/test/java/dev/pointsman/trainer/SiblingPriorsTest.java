package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.routing.PolicyStatistics;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SiblingPriorsTest {

  private static final Map<String, String> MODELS = Map.of("big", "M1", "tiny", "M2", "new", "M3");

  @Test
  void of_confoundedSibling_comparesWithinSegments() {
    // Over both segments tiny looks better, since it got the easy one; within each it is worse.
    var sibling =
        sibling(
            cell("easy", "x", 50, 0.95),
            cell("easy", "y", 500, 0.90),
            cell("hard", "x", 500, 0.45),
            cell("hard", "y", 50, 0.40));

    assertThat(SiblingPriors.of(MODELS, "big", List.of(sibling)))
        .containsExactly(Map.entry("tiny", -0.05));
  }

  @Test
  void of_littleEvidence_saysNothing() {
    assertThat(
            SiblingPriors.of(
                MODELS,
                "big",
                List.of(sibling(cell("easy", "x", 30, 0.9), cell("easy", "y", 30, 0.5)))))
        .isEmpty();
  }

  @Test
  void of_severalSiblings_addTheirEvidence() {
    var half = sibling(cell("easy", "x", 30, 0.9), cell("easy", "y", 30, 0.5));
    assertThat(SiblingPriors.of(MODELS, "big", List.of(half, half)))
        .containsExactly(Map.entry("tiny", -0.4));
  }

  @Test
  void of_baselineUnknown_saysNothing() {
    var sibling = sibling(cell("easy", "x", 300, 0.9), cell("easy", "y", 300, 0.5));
    assertThat(SiblingPriors.of(MODELS, "gone", List.of(sibling))).isEmpty();
  }

  private static SiblingPriors.Sibling sibling(PolicyStatistics.Cell... cells) {
    return new SiblingPriors.Sibling(
        Map.of("x", "M1", "y", "M2"), new PolicyStatistics(0, List.of(cells), List.of(), Map.of()));
  }

  private static PolicyStatistics.Cell cell(
      String segment, String variant, double weight, double mean) {
    return new PolicyStatistics.Cell(
        segment, variant, weight, weight * mean, weight * mean, null, null, 0);
  }
}
