package dev.pointsman.routing;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What was chosen for one inference, with everything that led to it: inputs, exclusions, scores, the
 * policy's vector, the mixture, the draw and the result. The log stores this record, the decision
 * page shows it, and the estimators read it.
 *
 * <p>Arrays are in the order of {@code candidates}, which is name order. Rows whose kind is not
 * {@link DecisionKind#DECISION} have empty arrays and no propensity.
 *
 * @param kind why the inference went to its variant
 * @param decidedBy for a sticky inference the inference that decided, else null
 * @param version the policy that decided, null where none did
 * @param segment the unit's segment
 * @param stratum {@code main}, {@code no_explore}, or an experiment's name
 * @param experiment the experiment, null outside one
 * @param experimentGroup the group inside the experiment, null outside one
 * @param groupShares share per group, empty outside an experiment
 * @param groupVariants variant (or {@code policy}) per group, empty outside an experiment
 * @param lane the lane drawn, null where there are none
 * @param laneShares share per lane
 * @param candidates the arms' names
 * @param exclusions per arm {@code ""} or {@code "class: reason"}
 * @param predictedQuality per arm; empty when the policy scores nothing
 * @param predictedCostNanos per arm, -1 unknown; empty when the policy scores nothing
 * @param predictedLatencyUs per arm, -1 unknown; empty when the policy scores nothing
 * @param utility per arm; empty when the policy scores nothing
 * @param floors the floors that were applied, per arm
 * @param policyProbabilities F(π) of the serving policy over Es
 * @param challengerProbabilities F(π) of the challenger, empty without one
 * @param propensities the mixture over the lanes: the chance of each arm
 * @param utilityWeight quality points per dollar used, null when the policy scores nothing
 * @param gamma the exploration parameter used, null when the policy has none
 * @param features the features that the policy saw
 * @param chosenVariant the variant drawn (or pinned, followed, forced)
 * @param propensity the propensity of {@code chosenVariant}; null unless this is a decision
 * @param explored whether the choice differs from the policy's most probable arm
 * @param fallbackOrder the variants to try, best first, the chosen one at the front; not stored
 */
public record Decision(
    DecisionKind kind,
    @Nullable UUID decidedBy,
    @Nullable PolicyVersion version,
    String segment,
    String stratum,
    @Nullable String experiment,
    @Nullable String experimentGroup,
    Map<String, Double> groupShares,
    Map<String, String> groupVariants,
    @Nullable String lane,
    Map<String, Double> laneShares,
    List<String> candidates,
    List<String> exclusions,
    double[] predictedQuality,
    long[] predictedCostNanos,
    long[] predictedLatencyUs,
    double[] utility,
    double[] floors,
    double[] policyProbabilities,
    double[] challengerProbabilities,
    double[] propensities,
    @Nullable Double utilityWeight,
    @Nullable Double gamma,
    Map<String, String> features,
    String chosenVariant,
    @Nullable Double propensity,
    boolean explored,
    List<String> fallbackOrder) {

  /** The version of the keyed hash behind lane and arm draws. */
  public static final int HASH_VERSION = 1;
}
