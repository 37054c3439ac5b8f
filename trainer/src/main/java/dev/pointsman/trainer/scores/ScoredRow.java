package dev.pointsman.trainer.scores;

import org.jspecify.annotations.Nullable;

/**
 * One answer that was judged outside the log. The prompt itself is not kept: it would be most of the
 * memory, and what is learnt needs its segment, its length and, of some, its features only.
 *
 * @param promptHash the first 64 bits of the prompt's SHA-256; rows of one prompt are held out
 *     together
 * @param requestHash the same of system text and prompt: what was asked
 * @param segment the function's segment that it belongs to
 * @param inputTokens the router's estimate of the request's length
 * @param variant who answered
 * @param score in the unit of the function's metric
 * @param reward what the metric makes of it, 0..1
 * @param costUsd what the answer cost; null when unknown
 * @param outputTokens how long the answer was; null when unknown
 * @param latencyMs how long the caller waited for its first part; null when unknown
 */
public record ScoredRow(
    long promptHash,
    long requestHash,
    String segment,
    int inputTokens,
    String variant,
    double score,
    double reward,
    @Nullable Double costUsd,
    @Nullable Double outputTokens,
    @Nullable Double latencyMs) {}
