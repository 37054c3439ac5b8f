/**
 * How a choice is made: policies, the composition of their shares, the keyed draw, and the decision
 * that results.
 *
 * <p>Nothing here reads a clock, a file, a socket or unseeded randomness, so any logged decision can
 * be computed again from what the log holds.
 */
@org.jspecify.annotations.NullMarked
package dev.pointsman.routing;
