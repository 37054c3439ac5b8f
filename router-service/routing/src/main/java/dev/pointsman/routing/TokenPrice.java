package dev.pointsman.routing;

/**
 * What a variant's tokens cost today, in nano-dollars per token. A variant whose price is unknown
 * has no {@code TokenPrice} at all; zero means free.
 *
 * @param inputNanos nano-dollars per input token
 * @param outputNanos nano-dollars per output token
 */
public record TokenPrice(double inputNanos, double outputNanos) {}
