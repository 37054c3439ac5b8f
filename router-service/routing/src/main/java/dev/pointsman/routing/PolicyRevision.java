package dev.pointsman.routing;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One publication of a generation's statistics: what the trainer appends to the log and the router
 * swaps in.
 *
 * @param functionName the function
 * @param generation the generation's id
 * @param revision its number, counted from 1 within the generation
 * @param publishedAt when
 * @param statistics the evidence
 * @param provenance where it came from, as a JSON object: log position, settings, code version
 * @param textModel the id of the text model that its decisions use, see {@link TextPublication};
 *     null = by segments alone
 */
public record PolicyRevision(
    String functionName,
    String generation,
    long revision,
    Instant publishedAt,
    PolicyStatistics statistics,
    String provenance,
    @Nullable String textModel) {

  /** Of a policy that reads no text. */
  public PolicyRevision(
      String functionName,
      String generation,
      long revision,
      Instant publishedAt,
      PolicyStatistics statistics,
      String provenance) {
    this(functionName, generation, revision, publishedAt, statistics, provenance, null);
  }
}
