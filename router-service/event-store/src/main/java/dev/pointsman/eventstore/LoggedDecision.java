package dev.pointsman.eventstore;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A decision with what came of it: one row per (function, episode), what estimators and trainers
 * read. Arrays are in the order of {@code candidates}.
 *
 * @param inferenceId the inference that decided
 * @param lane the lane drawn, empty outside the main stratum
 * @param generation the generation that decided, null where no policy did
 * @param revision the revision of its statistics, 0 where no policy did
 * @param propensity the chance of the chosen variant
 * @param failed whether nothing could answer the deciding inference
 * @param servedAsChosen whether the chosen variant served, and no other did
 * @param inferences inferences of the unit
 * @param costNanos nano-dollars of all of them, null when one is unpriced
 * @param inputTokens Σ over the inferences that the chosen variant answered, null when none is known
 * @param outputTokens Σ over the inferences that the chosen variant answered, null when none is
 *     known
 * @param durationUs mean over the inferences that the chosen variant answered, null when there is
 *     none
 * @param reward 0..1, null when unknown
 * @param filled whether the reward is the rule's {@code noFeedback}
 * @param matured whether the attribution window is over
 */
@SuppressWarnings("ArrayRecordComponent") // rows of numbers on their way to an estimator
public record LoggedDecision(
    UUID inferenceId,
    UUID episodeId,
    Instant decidedAt,
    String segment,
    String stratum,
    @Nullable String experimentGroup,
    String lane,
    Map<String, Double> laneShares,
    @Nullable String generation,
    long revision,
    List<String> candidates,
    List<String> exclusions,
    double[] predictedQuality,
    double[] policyProbabilities,
    double[] challengerProbabilities,
    double[] propensities,
    String chosenVariant,
    double propensity,
    Map<String, String> features,
    boolean failed,
    boolean servedAsChosen,
    long inferences,
    @Nullable Long costNanos,
    @Nullable Long inputTokens,
    @Nullable Long outputTokens,
    @Nullable Long durationUs,
    @Nullable Double reward,
    boolean filled,
    boolean matured) {

  /** The index of the chosen variant among the candidates, −1 when it was none of them. */
  public int chosenArm() {
    return candidates.indexOf(chosenVariant);
  }
}
