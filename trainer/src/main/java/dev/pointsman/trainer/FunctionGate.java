package dev.pointsman.trainer;

import dev.pointsman.analysis.offpolicy.PromotionRule;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;

/**
 * One function's gate as it is configured.
 *
 * @param catalog what it is configured in
 * @param function the function
 */
record FunctionGate(
    FunctionCatalog catalog,
    String function,
    Experimentation.Learned learned,
    Experimentation.Promotion promotion) {

  private static final double ALPHA = 0.05;

  GateSettings settings() {
    return new GateSettings(
        promotion.mode() == Experimentation.Promotion.Mode.AUTO
            ? GateSettings.Mode.AUTO
            : GateSettings.Mode.MANUAL,
        promotion.margin(),
        promotion.canary(),
        learned.attribution().window());
  }

  PromotionRule rule() {
    return new PromotionRule(promotion.margin(), learned.settings().weights().cost(), ALPHA);
  }
}
