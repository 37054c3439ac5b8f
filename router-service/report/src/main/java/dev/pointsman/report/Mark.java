package dev.pointsman.report;

import java.time.Instant;

/**
 * Something that happened and explains a bend in a chart.
 *
 * @param at when
 * @param kind {@value #DRIFT}, {@value #REQUESTS}, {@code policy}, {@code configuration}, {@code circuit}, {@code price}
 * @param text a sentence
 */
public record Mark(Instant at, String kind, String text) {

  /** The kind of an alarm: the quality of a variant changed in a segment. */
  public static final String DRIFT = "drift";

  /** The kind of an alarm: other requests come than before. */
  public static final String REQUESTS = "requests";
}
