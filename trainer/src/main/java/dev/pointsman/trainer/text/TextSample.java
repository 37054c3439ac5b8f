package dev.pointsman.trainer.text;

import dev.pointsman.routing.features.FeatureVector;
import java.time.Instant;

/**
 * One rewarded decision whose conversation was logged.
 *
 * @param decidedAt when it was decided
 * @param features of its conversation, as the router computed them
 * @param segment its segment
 * @param arm the variant that was chosen and served, an index
 * @param reward 0..1
 * @param outputTokens mean output tokens of its answers, NaN when unknown
 */
public record TextSample(
    Instant decidedAt,
    FeatureVector features,
    String segment,
    int arm,
    double reward,
    double outputTokens) {

  boolean tokensKnown() {
    return !Double.isNaN(outputTokens);
  }
}
