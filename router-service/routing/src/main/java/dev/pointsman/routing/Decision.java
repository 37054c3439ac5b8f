package dev.pointsman.routing;

import java.util.Arrays;
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
 * {@link DecisionKind#DECISION} have empty arrays and no propensity; a forced one still names its
 * candidates and why each was excluded.
 *
 * @param kind why the inference went to its variant
 * @param decidedBy for a sticky inference the inference that decided, else null
 * @param version the policy that decided, null where none did
 * @param segment the unit's segment
 * @param stratum {@code main}, {@code no_explore}, or an experiment's name; {@code ""} where
 *     nothing was drawn
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
@SuppressWarnings("ArrayRecordComponent") // on the path of every request; compared by field
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

  /** The stratum of ordinary traffic. */
  public static final String MAIN = "main";

  /** The stratum of traffic that the function's {@code explore_if} keeps from exploring. */
  public static final String NO_EXPLORE = "no_explore";

  /** The feature that holds the input tokens which the policy computed with. */
  public static final String INPUT_TOKENS = "input_tokens";

  /** The feature that says, with the value {@code dropped}, that no arm met the soft rules. */
  public static final String SOFT_EXCLUSIONS = "soft_exclusions";

  /** The feature that holds λ, the pacer's price, where the function has a dollar target. */
  public static final String COST_PRICE = "cost_price";

  /**
   * The feature that names the revision behind {@code challengerProbabilities}, as {@code g-12/345};
   * absent where there was no challenger.
   */
  public static final String CHALLENGER = "challenger";

  /**
   * The feature that holds the tier of the request, {@link
   * dev.pointsman.routing.features.RequestComplexity}; absent once feedback has taken its place.
   */
  public static final String COMPLEXITY = "complexity";

  /** The feature that names the text model whose shifts were added, where one was in use. */
  public static final String TEXT_MODEL = "text_model";

  /** The feature that holds these shifts, points of quality per candidate, separated by commas. */
  public static final String TEXT_SHIFTS = "text_shifts";

  /**
   * The feature that holds what the model said of output tokens, factors of the segment's mean per
   * candidate, separated by commas; absent where it said nothing of them.
   */
  public static final String TEXT_TOKENS = "text_tokens";

  /**
   * The feature that holds the prompt's embedding, {@link
   * dev.pointsman.routing.features.PromptVector}, where the function has an embedding model.
   */
  public static final String EMBEDDING = "embedding";

  /**
   * The feature that says why there is no {@link #EMBEDDING} although the function has a model: {@code
   * late}, {@code failed}, {@code spared} (its circuit is open), {@code no_text}, or {@code
   * no_direction}.
   */
  public static final String EMBEDDING_LEFT_OUT = "embedding_left_out";

  static final double[] NONE = {};
  static final long[] NO_COUNTS = {};

  /** The caller named the variant; nothing else is tried. */
  public static Decision pinned(String variant, String segment, Map<String, String> features) {
    return undrawn(DecisionKind.PINNED, null, segment, features, variant, List.of(variant));
  }

  /**
   * A later inference of an episode follows the first one.
   *
   * @param decidedBy the inference that decided
   * @param variant the variant that was chosen then
   * @param fallbackOrder the order that was drawn then, of those that can serve now; need not start
   *     with {@code variant}, which may have become unable to serve
   */
  public static Decision sticky(
      UUID decidedBy,
      String variant,
      List<String> fallbackOrder,
      String segment,
      Map<String, String> features) {
    return undrawn(DecisionKind.STICKY, decidedBy, segment, features, variant, fallbackOrder);
  }

  /** A workflow evaluation named the variant. */
  public static Decision workflow(String variant, String segment, Map<String, String> features) {
    return undrawn(DecisionKind.WORKFLOW, null, segment, features, variant, List.of(variant));
  }

  /** No candidate was eligible; the first usable fallback answers. */
  static Decision forced(
      List<String> candidates,
      List<String> exclusions,
      List<String> fallbackOrder,
      String segment,
      Map<String, String> features) {
    return undrawn(
        DecisionKind.FORCED,
        null,
        segment,
        candidates,
        exclusions,
        features,
        fallbackOrder.getFirst(),
        fallbackOrder);
  }

  /**
   * Σ p_a·ĉ_a, what the decision costs in the mean as far as it was known before the draw, USD. An
   * arm of unknown price counts as the dearest known one; 0 where the policy scores nothing.
   */
  public double expectedCostUsd() {
    double nanos = 0;
    for (int arm = 0; arm < predictedCostNanos.length; arm++) {
      nanos += propensities[arm] * costNanos(arm);
    }
    return nanos * 1e-9;
  }

  /** ĉ of the chosen variant, what it costs in the mean once it is drawn, likewise, USD. */
  public double chosenCostUsd() {
    int arm = candidates.indexOf(chosenVariant);
    return arm < 0 || arm >= predictedCostNanos.length ? 0 : costNanos(arm) * 1e-9;
  }

  private long costNanos(int arm) {
    return predictedCostNanos[arm] >= 0
        ? predictedCostNanos[arm]
        : Math.max(0, Arrays.stream(predictedCostNanos).max().orElse(0));
  }

  /** The decision as it is stored. */
  public Decision withoutFallbackOrder() {
    return fallbackOrder.isEmpty()
        ? this
        : new Decision(
            kind,
            decidedBy,
            version,
            segment,
            stratum,
            experiment,
            experimentGroup,
            groupShares,
            groupVariants,
            lane,
            laneShares,
            candidates,
            exclusions,
            predictedQuality,
            predictedCostNanos,
            predictedLatencyUs,
            utility,
            floors,
            policyProbabilities,
            challengerProbabilities,
            propensities,
            utilityWeight,
            gamma,
            features,
            chosenVariant,
            propensity,
            explored,
            List.of());
  }

  private static Decision undrawn(
      DecisionKind kind,
      @Nullable UUID decidedBy,
      String segment,
      Map<String, String> features,
      String variant,
      List<String> fallbackOrder) {
    return undrawn(
        kind, decidedBy, segment, List.of(), List.of(), features, variant, fallbackOrder);
  }

  private static Decision undrawn(
      DecisionKind kind,
      @Nullable UUID decidedBy,
      String segment,
      List<String> candidates,
      List<String> exclusions,
      Map<String, String> features,
      String variant,
      List<String> fallbackOrder) {
    return new Decision(
        kind,
        decidedBy,
        null,
        segment,
        "",
        null,
        null,
        Map.of(),
        Map.of(),
        null,
        Map.of(),
        candidates,
        exclusions,
        NONE,
        NO_COUNTS,
        NO_COUNTS,
        NONE,
        NONE,
        NONE,
        NONE,
        NONE,
        null,
        null,
        features,
        variant,
        null,
        false,
        fallbackOrder);
  }
}
