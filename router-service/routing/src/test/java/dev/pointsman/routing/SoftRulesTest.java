package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SoftRulesTest {

  private static final int SMALL = Routings.CANDIDATES.indexOf("small");
  private static final int TINY = Routings.CANDIDATES.indexOf("tiny");

  private static SoftRules rules(@Nullable Double minQuality, @Nullable Duration slo) {
    return SoftRules.of(
        Routings.settings().withLimits(new LearnedSettings.Limits(null, minQuality, slo)),
        Routings.statistics(),
        Routings.PRICES);
  }

  @Test
  void of_noSoftRule_isNothing() {
    assertThat(rules(null, null)).isNull();
  }

  @Test
  void quality_armBelowInOneSegment_isLeftOutThereOnly() {
    SoftRules rules = rules(0.75, null);
    assertThat(rules.quality("code", SMALL))
        .isNotNull()
        .satisfies(
            exclusion -> {
              assertThat(exclusion.level()).isEqualTo(Exclusion.Level.SOFT);
              assertThat(exclusion.text())
                  .matches("soft: min_quality 0\\.75, expected 0\\.4\\d\\d");
            });
    assertThat(rules.quality("refund", SMALL)).isNull();
  }

  @Test
  void quality_armInItsNursery_isNeverLeftOut() {
    SoftRules rules = rules(0.75, null);
    assertThat(rules.quality("code", TINY)).isNull();
    assertThat(rules.applyTo(TINY)).isFalse();
    assertThat(rules.applyTo(SMALL)).isTrue();
  }

  @Test
  void quality_segmentNeverSeen_leavesNobodyOut() {
    SoftRules rules = rules(0.99, null);
    assertThat(rules.quality("code", SMALL)).isNotNull();
    for (int arm = 0; arm < Routings.CANDIDATES.size(); arm++) {
      assertThat(rules.quality("unheard of", arm)).isNull();
    }
  }

  @Test
  void quality_objectiveOfLatencyAlone_leavesNobodyOut() {
    SoftRules rules = rules(null, Duration.ofSeconds(2));
    for (String segment : Routings.SEGMENTS) {
      for (int arm = 0; arm < Routings.CANDIDATES.size(); arm++) {
        assertThat(rules.quality(segment, arm)).isNull();
      }
    }
  }

  @Test
  void decide_armLeftOut_keepsItsShareOfTheUniformSliceAndChecksHold() {
    SoftRules rules = rules(0.75, null);
    List<@Nullable Exclusion> exclusions = new ArrayList<>();
    for (int arm = 0; arm < Routings.CANDIDATES.size(); arm++) {
      exclusions.add(rules.quality("code", arm));
    }
    FunctionRouting routing = Routings.learned(Routings.squareCb());
    Decision decision =
        new DecisionSampler(Routings.SALT)
            .decide(
                routing,
                Routings.request(new UUID(3, 9), "code", exclusions, Routings.nothing(2), true));
    assertThat(decision.policyProbabilities()[SMALL]).isZero();
    assertThat(decision.propensities()[SMALL]).isEqualTo(0.01 / 4);
    assertThat(PropensityCheck.check(decision, "large")).isEmpty();
    assertThat(PropensityCheck.rederive(routing, decision).equal()).isTrue();
  }
}
