package dev.pointsman.trainer;

import dev.pointsman.analysis.offpolicy.GuardrailRule;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventstore.RewardRule;
import java.util.List;

/**
 * A metric that changed settings of a function may not make worse.
 *
 * @param rule what is allowed
 * @param reward how its feedback becomes a number 0..1, the more the better
 */
record GuardedMetric(GuardrailRule rule, RewardRule reward) {

  /**
   * Those of a function, as they are configured.
   *
   * @throws IllegalArgumentException if a metric is not declared, or is a float without a range
   */
  static List<GuardedMetric> of(
      FunctionCatalog catalog, String functionName, Experimentation.Learned learned) {
    return learned.rules().guardrails().stream()
        .map(
            guarded -> {
              RewardRule reward = RewardRules.of(catalog, functionName, learned, guarded.metric());
              return new GuardedMetric(
                  new GuardrailRule(
                      reward.metric(),
                      reward.low(),
                      reward.high(),
                      reward.maximize(),
                      switch (guarded.limit()) {
                        case MAX, MIN -> GuardrailRule.Limit.ABSOLUTE;
                        case WORSE_BY -> GuardrailRule.Limit.WORSE_BY;
                      },
                      guarded.bound()),
                  reward);
            })
        .toList();
  }

  /** Whether its values are true and false, so that a share of requests can be counted. */
  boolean isCounted() {
    return reward.type() == RewardRule.Type.BOOLEAN;
  }
}
