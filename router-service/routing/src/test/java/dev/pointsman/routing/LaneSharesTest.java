package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;

final class LaneSharesTest {

  private static final LaneShares ALL = new LaneShares(0.125, 0.25, 0.5);

  @Test
  void open_everyLane_addsUpToOneInTheOrderOfTheDraw() {
    assertThat(ALL.open(true, true).byLabel())
        .containsExactly(
            entry("uniform", 0.125),
            entry("holdout", 0.25),
            entry("policy", 0.125),
            entry("canary", 0.5));
  }

  @Test
  void open_withoutBaselineOrChallenger_leavesTheirShareToThePolicy() {
    assertThat(ALL.open(false, true).byLabel())
        .containsExactly(entry("uniform", 0.125), entry("policy", 0.375), entry("canary", 0.5));
    assertThat(ALL.open(true, false).byLabel())
        .containsExactly(entry("uniform", 0.125), entry("holdout", 0.25), entry("policy", 0.625));
    assertThat(ALL.open(false, false).byLabel())
        .containsExactly(entry("uniform", 0.125), entry("policy", 0.875));
    assertThat(LaneShares.POLICY_ONLY.open(true, true).byLabel())
        .containsExactly(entry("policy", 1.0));
  }

  @Test
  void open_sharedByManyDecisions_cannotBeChanged() {
    assertThatThrownBy(() -> ALL.open(true, true).byLabel().put("policy", 1.0))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void equals_sameShares_isEqual() {
    assertThat(new LaneShares(0.125, 0.25, 0.5)).isEqualTo(ALL).hasSameHashCodeAs(ALL);
    assertThat(new LaneShares(0.25, 0.125, 0.5)).isNotEqualTo(ALL);
    assertThat(ALL.withCanary(0)).isNotEqualTo(ALL);
  }

  @Test
  void constructor_nothingLeftForThePolicy_isRefused() {
    assertThatThrownBy(() -> new LaneShares(0.5, 0.5, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must leave room for the policy lane");
  }
}
