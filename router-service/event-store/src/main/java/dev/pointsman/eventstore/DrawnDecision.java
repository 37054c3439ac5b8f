package dev.pointsman.eventstore;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a decision drew and with which chances: what an allocation check needs. Arrays are in the
 * order of {@code candidates}.
 *
 * @param lane the lane drawn, empty where there are none
 * @param laneShares the chance of each lane
 * @param propensities the chance of each variant
 */
@SuppressWarnings("ArrayRecordComponent") // read once, in order
public record DrawnDecision(
    Instant decidedAt,
    String segment,
    String stratum,
    String lane,
    Map<String, Double> laneShares,
    List<String> candidates,
    double[] propensities,
    String chosenVariant) {}
