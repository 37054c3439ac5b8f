package dev.pointsman.routing;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link Policy} returns: a probability per arm, the floors that the sampler must raise arms
 * to, and the scores they came from. Arrays are in the order of {@link Policy#candidates()}.
 *
 * @param probabilities π, zero outside the selectable arms, summing to 1 over them
 * @param floors the least probability of each arm in the policy lane, before rescaling
 * @param scores what the policy believed; null for policies that score nothing
 */
@SuppressWarnings("ArrayRecordComponent") // on the path of every request; compared by field
public record ArmProbabilities(
    double[] probabilities, double[] floors, @Nullable ArmScores scores) {}
