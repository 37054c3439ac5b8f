package dev.pointsman.eventstore;

import java.time.Instant;

/**
 * How many inferences of a function came to be in one way.
 *
 * @param kind {@code decision}, {@code sticky}, {@code imported} …
 * @param stratum the part of the traffic, {@code ""} where nothing was drawn
 */
public record DecisionKindCount(
    String kind, String stratum, long inferences, Instant firstStartedAt, Instant lastStartedAt) {}
