package dev.pointsman.routing;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One unit that needs a decision.
 *
 * @param episodeId the unit; the draw is keyed with it
 * @param segment the value of the function's segment
 * @param features values that the policy may use and the log keeps
 * @param inputTokens estimated input tokens
 * @param exclusions per candidate, in the policy's order: why it may not be chosen, or null
 * @param fallbackExclusions per fallback variant, in order: why it may not be tried, or null
 * @param explore false when the function's {@code explore_if} ruled exploration out
 * @param costPrice λ of the function's pacer, read once for this decision; null without a dollar
 *     target
 * @param text what the conversation's text says of each arm; null where no text model is in use
 */
public record DecisionRequest(
    UUID episodeId,
    String segment,
    Map<String, String> features,
    int inputTokens,
    List<@Nullable Exclusion> exclusions,
    List<@Nullable Exclusion> fallbackExclusions,
    boolean explore,
    @Nullable Double costPrice,
    @Nullable TextShift text) {}
