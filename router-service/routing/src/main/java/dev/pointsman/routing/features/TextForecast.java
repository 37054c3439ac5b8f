package dev.pointsman.routing.features;

/**
 * What a text model foretells of one conversation, by candidate.
 *
 * @param shifts points of quality, see {@link TextQuality#forecast}
 * @param tokenFactors factors of output tokens; empty where the
 *     model says nothing of them
 */
@SuppressWarnings("ArrayRecordComponent") // on the path of every request; compared by field
public record TextForecast(double[] shifts, double[] tokenFactors) {}
