package dev.pointsman.report;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Served against intended share over time. Rows are time buckets, columns variants in name order.
 *
 * @param starts when each bucket starts
 * @param bucket their common length
 * @param variants the columns
 * @param served share of answered inferences per bucket and variant; NaN where a bucket is empty
 * @param intended mean propensity of the bucket's decisions; NaN where a bucket has none
 * @param decisions decisions per bucket
 * @param lastOpen whether the last bucket is still filling
 */
@SuppressWarnings("ArrayRecordComponent") // drawn and written, never compared
public record ShareSeries(
    List<Instant> starts,
    Duration bucket,
    List<String> variants,
    double[][] served,
    double[][] intended,
    long[] decisions,
    boolean lastOpen) {}
