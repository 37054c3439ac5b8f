package dev.pointsman.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one function's decisions are made under one snapshot: its policy, bound to today's candidates
 * and prices, and the shares around it. Built when a configuration or a revision is loaded, never on
 * the request path.
 *
 * @param functionName the function
 * @param policy the serving policy; its candidates are this function's candidates
 * @param draw how a choice is drawn from the probabilities
 * @param shares the lanes of the main stratum; ignored by {@link Draw#TENSORZERO}
 * @param baselineVariant the holdout's variant, null when there is none
 * @param fallbackVariants variants to try when no candidate is left, in order
 * @param prices today's price per candidate, null where it is unknown
 */
public record FunctionRouting(
    String functionName,
    Policy policy,
    Draw draw,
    LaneShares shares,
    @Nullable String baselineVariant,
    List<String> fallbackVariants,
    List<@Nullable TokenPrice> prices) {

  /** How a choice is drawn. */
  public enum Draw {
    /** The keyed exponential race over lanes and arms. */
    KEYED,
    /** TensorZero's draw: SHA-256 of function and episode against cumulative weights. */
    TENSORZERO
  }
}
