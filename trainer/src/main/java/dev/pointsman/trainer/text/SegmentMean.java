package dev.pointsman.trainer.text;

/**
 * What is expected of each variant in one segment, whatever is asked; what a text model adds to.
 *
 * @param quality 0..1, by arm
 * @param outputTokens above 0, by arm
 */
@SuppressWarnings("ArrayRecordComponent") // read in the inner loop; never compared
public record SegmentMean(double[] quality, double[] outputTokens) {}
