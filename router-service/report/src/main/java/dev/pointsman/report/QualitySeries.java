package dev.pointsman.report;

import java.time.Instant;
import java.util.List;

/**
 * A cumulative mean with its always-valid band over time.
 *
 * @param label whose quality: a lane or a variant
 * @param points in time order
 */
public record QualitySeries(String label, List<Point> points) {

  /** The state after a bucket. */
  public record Point(Instant at, Estimate estimate) {}
}
