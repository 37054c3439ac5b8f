package dev.pointsman.replay;

import dev.pointsman.routing.ArmProbabilities;
import dev.pointsman.routing.DecisionContext;
import dev.pointsman.routing.Policy;
import dev.pointsman.routing.PolicyVersion;
import java.util.List;
import java.util.Map;

/**
 * A policy that knows the truth: all probability on the best arm of the segment. No learner can do
 * better on average; it bounds every report from above.
 */
final class OraclePolicy implements Policy {

  private static final PolicyVersion VERSION = new PolicyVersion("oracle", "", 0);

  private final List<String> candidates;
  private final Map<String, String> bestBySegment;

  /**
   * From the truth.
   *
   * @param candidates the arms, in name order
   * @param bestBySegment the best arm of every segment that will come
   */
  OraclePolicy(List<String> candidates, Map<String, String> bestBySegment) {
    this.candidates = List.copyOf(candidates);
    this.bestBySegment = Map.copyOf(bestBySegment);
  }

  @Override
  public PolicyVersion version() {
    return VERSION;
  }

  @Override
  public List<String> candidates() {
    return candidates;
  }

  @Override
  public ArmProbabilities probabilities(DecisionContext context) {
    String best = bestBySegment.get(context.segment());
    int arm = best == null ? -1 : candidates.indexOf(best);
    if (arm < 0 || !context.selectable()[arm]) {
      throw new IllegalArgumentException(
          "the oracle knows no selectable best arm for segment \"%s\"; it knows %s"
              .formatted(context.segment(), bestBySegment));
    }
    double[] probabilities = new double[candidates.size()];
    probabilities[arm] = 1;
    return new ArmProbabilities(probabilities, new double[candidates.size()], null);
  }
}
