package dev.pointsman.routing;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a policy may look at when it spreads probability over its candidates. Arrays and lists are in
 * the order of {@link Policy#candidates()}.
 *
 * @param segment the value of the function's segment for this unit
 * @param selectable the arms that may receive probability (Es of the design); at least one is true
 * @param prices today's price per arm, null where it is unknown
 * @param inputTokens the estimated input tokens of the request, the representative of its bucket
 * @param features the values of the features, by name
 * @param costPrice λ of the function's pacer, see {@link LearnedSettings#utilityWeight}; 0 without
 *     a dollar target
 * @param text what the conversation's text adds to what is expected of each arm; null where no text
 *     model is in use
 */
@SuppressWarnings("ArrayRecordComponent") // on the path of every request; compared by field
public record DecisionContext(
    String segment,
    boolean[] selectable,
    List<@Nullable TokenPrice> prices,
    int inputTokens,
    Map<String, String> features,
    double costPrice,
    @Nullable TextShift text) {

  /** What the text adds to the quality expected of each arm; empty where it says nothing. */
  double[] textShifts() {
    return text == null ? TextShift.NONE : text.shifts();
  }

  /**
   * What the text makes of the output tokens expected of each arm, a factor; empty where it says
   * nothing.
   */
  double[] tokenFactors() {
    return text == null ? TextShift.NONE : text.tokenFactors();
  }
}
