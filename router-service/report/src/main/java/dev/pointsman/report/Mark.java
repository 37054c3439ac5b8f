package dev.pointsman.report;

import java.time.Instant;

/**
 * Something that happened and explains a bend in a chart.
 *
 * @param at when
 * @param kind {@code policy}, {@code configuration}, {@code circuit}, {@code price}
 * @param text a sentence
 */
public record Mark(Instant at, String kind, String text) {}
