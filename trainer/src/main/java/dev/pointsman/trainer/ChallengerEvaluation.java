package dev.pointsman.trainer;

import dev.pointsman.analysis.offpolicy.PairedEvaluation;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the log says about a challenger.
 *
 * @param function the function
 * @param challenger the challenger's name
 * @param algorithm its algorithm
 * @param metric the quality
 * @param incumbent the generation that served the judged decisions
 * @param verdict PROMOTE, HOLD, ROLL BACK or BLOCKED
 * @param margin how much quality may be lost
 * @param costWeight quality points per dollar
 * @param from the first judged decision
 * @param to the last judged decision
 * @param logCut decisions before this trained the challenger; null for a recipe, which is trained on
 *     what came before each block
 * @param leftOut decisions in the range that were not judged, by reason
 * @param figures the judgement
 * @param target at which prices of cost both hold the function's dollar target; null without one
 */
public record ChallengerEvaluation(
    String function,
    String challenger,
    String algorithm,
    String metric,
    String incumbent,
    String verdict,
    double margin,
    double costWeight,
    Instant from,
    Instant to,
    @Nullable Instant logCut,
    Map<String, Long> leftOut,
    PairedEvaluation figures,
    @Nullable Target target) {

  /**
   * The one price of cost at which each policy meets a dollar target, found on decisions before those
   * judged, of which no reward was looked at. Cost weighs {@code cost_weight} + price/target.
   *
   * @param usd the target, USD a decision
   * @param decisions that found them
   * @param servingPrice λ of what served
   * @param challengerPrice λ of the challenger
   * @param servingUsd what a decision of the first would have cost there, all lanes, USD
   * @param challengerUsd the same of the other one; above the target where no price holds it
   */
  public record Target(
      double usd,
      int decisions,
      double servingPrice,
      double challengerPrice,
      double servingUsd,
      double challengerUsd) {}

  public ChallengerEvaluation {
    leftOut = Map.copyOf(leftOut);
  }
}
