package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.analysis.offpolicy.GuardrailRule;
import dev.pointsman.eventstore.RewardRule;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LaneWatchTest {

  private final LaneWatch watch =
      new LaneWatch(row -> row.lane().equals("canary"), row -> row.lane().equals("policy"));
  private int n;

  @Test
  void guardrails_alikeRequests_allHold() {
    lane("policy", 1_000, 10, 100, 100);
    lane("holdout", 200, 0, 100, 100);
    lane("canary", 1_000, 10, 100, 100);

    assertThat(watch.guardrails())
        .extracting(Guardrail::name)
        .containsExactly("errors", "slow answers", "dear requests");
    assertThat(watch.guardrails()).allMatch(Guardrail::holds);
    assertThat(watch.guardrails().getFirst())
        .isEqualTo(new Guardrail.Counted("errors", 1_000, 10, 0.01 + 0.01));
  }

  @Test
  void guardrails_moreErrors_areViolated() {
    lane("policy", 1_000, 0, 100, 100);
    lane("canary", 500, 50, 100, 100);

    assertThat(watch.guardrails().getFirst().isViolated()).isTrue();
  }

  @Test
  void guardrails_everyThirdAnswerSlow_isViolated() {
    lane("policy", 1_000, 0, 100, 100);
    lane("canary", 400, 0, 100, 100);
    lane("canary", 200, 0, 1_000, 100);

    assertThat(watch.guardrails())
        .filteredOn(Guardrail::isViolated)
        .singleElement()
        .isEqualTo(new Guardrail.Counted("slow answers", 600, 200, 0.1));
  }

  @Test
  void guardrails_requestsFarDearerThanTheBaseline_areViolated() {
    lane("policy", 1_000, 0, 100, 10);
    lane("holdout", 200, 0, 100, 100);
    lane("canary", 600, 0, 100, 199);
    assertThat(watch.guardrails())
        .as("no dearer than twice the baseline")
        .allMatch(Guardrail::holds);
    lane("canary", 200, 0, 100, 1_000);

    assertThat(watch.guardrails())
        .filteredOn(Guardrail::isViolated)
        .singleElement()
        .isEqualTo(new Guardrail.Counted("dear requests", 800, 200, 0.05));
  }

  @Test
  void guardrails_littleToCompareWith_areNone() {
    lane("policy", LaneWatch.LEAST_TO_COMPARE - 1, 0, 100, 100);
    assertThat(watch.guardrails()).as("nothing served yet").isEmpty();
    lane("canary", 10, 10, 1_000, 1_000);
    assertThat(watch.guardrails()).isEmpty();
  }

  @Test
  void guardrails_moreValuesThanAreKept_countAnEvenPart() {
    lane("policy", 1_000, 0, 100, 100);
    for (int i = 0; i < 50_000; i++) {
      lane("canary", 2, 0, 100, 100);
      lane("canary", 1, 0, 1_000, 100);
    }

    Guardrail.Counted slow = (Guardrail.Counted) watch.guardrails().get(1);
    assertThat(slow.requests()).isBetween(30_000L, 70_000L);
    assertThat((double) slow.bad() / slow.requests()).isBetween(0.3, 0.37);
  }

  @Test
  void guardrails_metricOfTheFunction_isCountedOnMaturedValues() {
    GuardedMetric refused = metric(GuardrailRule.Limit.ABSOLUTE, 0.02);
    GuardedMetric relative = metric(GuardrailRule.Limit.WORSE_BY, 0.03);
    for (GuardedMetric guarded : List.of(refused, relative)) {
      values(guarded, "policy", 1_000, 10);
      values(guarded, "canary", 400, 80);
      values(guarded, "holdout", 50, 50);
    }
    lane("canary", 500, 0, 100, 100);

    assertThat(watch.guardrails())
        .containsExactly(
            new Guardrail.Counted("refused", 400, 80, 0.02),
            new Guardrail.Counted("refused", 400, 80, 0.01 + 0.03));
    assertThat(watch.guardrails()).allMatch(Guardrail::isViolated);
  }

  @Test
  void guardrails_boundThatWhatServesBreaksMore_allowsAsMuch() {
    GuardedMetric refused = metric(GuardrailRule.Limit.ABSOLUTE, 0.02);
    values(refused, "policy", 1_000, 300);
    values(refused, "canary", 400, 80);
    lane("canary", 500, 0, 100, 100);

    assertThat(watch.guardrails()).containsExactly(new Guardrail.Counted("refused", 400, 80, 0.3));
    assertThat(watch.guardrails()).allMatch(Guardrail::holds);
  }

  @Test
  void guardrails_metricWithoutValues_countsNothing() {
    GuardedMetric refused = metric(GuardrailRule.Limit.ABSOLUTE, 0.02);
    values(refused, "policy", LaneWatch.LEAST_TO_COMPARE - 1, 0);
    values(refused, "canary", 400, 400);
    lane("canary", 500, 0, 100, 100);

    assertThat(watch.guardrails()).isEmpty();
  }

  private static GuardedMetric metric(GuardrailRule.Limit limit, double bound) {
    return new GuardedMetric(
        new GuardrailRule("refused", 0, 1, false, limit, bound),
        new RewardRule(
            "f",
            "refused",
            RewardRule.Level.INFERENCE,
            RewardRule.Type.BOOLEAN,
            0,
            1,
            false,
            Duration.ofHours(1),
            null));
  }

  private void values(GuardedMetric metric, String lane, int requests, int bad) {
    for (int i = 0; i < requests; i++) {
      watch.accept(metric, Rows.decision(n++, lane, false, 100L, 100L), i < bad ? 0.0 : 1.0);
    }
  }

  private void lane(String lane, int requests, int failures, long duration, long cost) {
    for (int i = 0; i < requests; i++) {
      watch.accept(Rows.decision(n++, lane, i < failures, duration, cost));
    }
  }
}
