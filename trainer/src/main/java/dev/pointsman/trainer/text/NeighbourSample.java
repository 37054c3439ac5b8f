package dev.pointsman.trainer.text;

import dev.pointsman.routing.features.PromptVector;
import java.time.Instant;

/**
 * One rewarded decision whose prompt's embedding was kept.
 *
 * @param decidedAt when it was decided
 * @param vector the direction of the embedding
 * @param segment its segment
 * @param arm the variant that was chosen and served, an index
 * @param reward 0..1
 */
public record NeighbourSample(
    Instant decidedAt, PromptVector vector, String segment, int arm, double reward) {}
