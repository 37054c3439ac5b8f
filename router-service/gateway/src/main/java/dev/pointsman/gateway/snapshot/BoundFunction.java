package dev.pointsman.gateway.snapshot;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.routing.BudgetPacer;
import dev.pointsman.routing.EpisodeStickiness;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.SegmentRule;
import dev.pointsman.routing.SegmentVocabulary;
import dev.pointsman.routing.SoftRules;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A function with its variants and its policy.
 *
 * @param segments how a request's segment is found
 * @param vocabulary the segments told apart; lives on when the snapshot is swapped
 * @param stickiness the choices of its episodes, likewise; null for a call of a model by its name
 * @param routing how its decisions are made; null for a call of a model by its name
 * @param pacer what keeps its dollar target on this node, likewise; null without one
 * @param softRules which variants its evidence leaves out; null without a soft rule
 * @param latencies which variants are too slow on this node, likewise; null without an objective
 * @param text the text model that its decisions use; null where they go by segments alone
 * @param embedding what embeds its prompts; null without one
 */
public record BoundFunction(
    FunctionDefinition definition,
    Map<String, BoundVariant> variants,
    SegmentRule segments,
    SegmentVocabulary vocabulary,
    @Nullable EpisodeStickiness stickiness,
    @Nullable FunctionRouting routing,
    @Nullable BudgetPacer pacer,
    @Nullable SoftRules softRules,
    @Nullable LatencyWatch latencies,
    @Nullable BoundText text,
    @Nullable BoundEmbedding embedding) {

  /** The function that calls of a model by its name run under. */
  public static final String DEFAULT_FUNCTION = "tensorzero::default";

  /** Its name. */
  public String name() {
    return definition.name();
  }

  /** Whether it learns, and how; null for other functions. */
  public Experimentation.@Nullable Learned learned() {
    return definition.experimentation() instanceof Experimentation.Learned learned ? learned : null;
  }

  /** Whether a decision goes by the text of the user's last message. */
  public boolean readsLastUserText() {
    return segments.readsText()
        || (routing != null && routing.readsComplexity())
        || embedding != null;
  }
}
