package dev.pointsman.trainer.text;

import dev.pointsman.routing.features.FeatureVector;

/**
 * One unit to learn from.
 *
 * @param features of its conversation, as the router computed them
 * @param residual outcome minus the mean of its segment, per variant; NaN where nothing was seen: one
 *     number with logged decisions, all of them with recorded outcomes
 */
@SuppressWarnings("ArrayRecordComponent") // read in the inner loop; never compared
public record TextRow(FeatureVector features, double[] residual) {}
