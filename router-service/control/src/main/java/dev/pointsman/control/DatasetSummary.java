package dev.pointsman.control;

import java.time.Instant;

/**
 * A dataset as a list shows it.
 *
 * @param datapoints how many count
 */
public record DatasetSummary(String name, long datapoints, Instant lastUpdated) {}
