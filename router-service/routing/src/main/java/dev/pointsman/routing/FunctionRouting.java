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
 * @param challenger the policy of the canary lane, over the same candidates, asked at every decision
 *     of the main stratum whatever the lane's share; null while none runs
 */
public record FunctionRouting(
    String functionName,
    Policy policy,
    Draw draw,
    LaneShares shares,
    @Nullable String baselineVariant,
    List<String> fallbackVariants,
    List<@Nullable TokenPrice> prices,
    @Nullable Policy challenger) {

  public FunctionRouting {
    int arms = policy.candidates().size();
    if (prices.size() != arms) {
      throw new IllegalArgumentException(
          "functions.%s: one price (or null) per candidate is needed: %d candidates, %d prices"
              .formatted(functionName, arms, prices.size()));
    }
    if (challenger != null && !challenger.candidates().equals(policy.candidates())) {
      throw new IllegalArgumentException(
          "functions.%s: the challenger's candidates %s must be the serving policy's, %s"
              .formatted(functionName, challenger.candidates(), policy.candidates()));
    }
    if (draw == Draw.TENSORZERO
        && !(policy instanceof StaticPolicy || policy instanceof UniformPolicy)) {
      throw new IllegalArgumentException(
          "functions.%s: TensorZero's draw is for static weights, not for the policy %s"
              .formatted(functionName, policy.version().kind()));
    }
  }

  /** Without a challenger. */
  public FunctionRouting(
      String functionName,
      Policy policy,
      Draw draw,
      LaneShares shares,
      @Nullable String baselineVariant,
      List<String> fallbackVariants,
      List<@Nullable TokenPrice> prices) {
    this(functionName, policy, draw, shares, baselineVariant, fallbackVariants, prices, null);
  }

  /** Whether a decision goes by the tier of the request, so that it must be among the features. */
  public boolean readsComplexity() {
    return policy.readsComplexity() || (challenger != null && challenger.readsComplexity());
  }

  /** The same routing with a challenger in the canary lane, or with none. */
  public FunctionRouting withChallenger(@Nullable Policy policyOfCanary) {
    return new FunctionRouting(
        functionName,
        policy,
        draw,
        shares,
        baselineVariant,
        fallbackVariants,
        prices,
        policyOfCanary);
  }

  /** How a choice is drawn. */
  public enum Draw {
    /** The keyed exponential race over lanes and arms. */
    KEYED,
    /** TensorZero's draw: SHA-256 of function and episode against cumulative weights. */
    TENSORZERO
  }
}
