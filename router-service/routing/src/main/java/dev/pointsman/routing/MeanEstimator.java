package dev.pointsman.routing;

/** How the mean quality of a variant in a segment is estimated from few rewards. */
public enum MeanEstimator {
  /**
   * Shrinks a cell's mean towards segment effect plus variant effect, both fitted by ridge, with as
   * many pseudo-counts as the spread of the cells asks for. Segments that differ in difficulty do
   * not favour the variants that served the easy ones.
   */
  ADDITIVE_RIDGE,
  /** Shrinks a cell's mean towards the variant's mean over all segments by two pseudo-counts. */
  VARIANT_MEAN
}
