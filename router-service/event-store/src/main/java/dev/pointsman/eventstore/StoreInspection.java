package dev.pointsman.eventstore;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a store says about itself, for whoever looks after it. */
public final class StoreInspection {

  private final Readers readers;

  StoreInspection(Readers readers) {
    this.readers = readers;
  }

  /**
   * How far a source is stored.
   *
   * @param source the name of a spool, or {@code import:name}
   * @param updatedAt when something of it was stored last, null when nobody noted it
   */
  public record Source(String source, long sequence, @Nullable Instant updatedAt) {}

  /**
   * The youngest rows.
   *
   * @param inferenceAt null while there is none
   * @param feedbackAt null while there is none
   */
  public record Newest(@Nullable Instant inferenceAt, @Nullable Instant feedbackAt) {}

  /** Up to when a rule's statistics were computed. */
  public record Freshness(String functionName, String metric, Instant asOf) {}

  /** The version that the tables were migrated to. */
  public String schemaVersion() {
    List<String> found = readers.query("schema_version", Map.of(), row -> row.getString("version"));
    return found.isEmpty() ? "none" : found.getFirst();
  }

  /** Every source, by name. */
  public List<Source> sources() {
    return readers.query(
        "sources",
        Map.of(),
        row ->
            new Source(
                row.getString("source"),
                row.getLong("seq"),
                Rows.instantOrNull(row, "updated_at")));
  }

  /** Times of the youngest inference and feedback. */
  public Newest newest() {
    return readers
        .query(
            "newest_rows",
            Map.of(),
            row ->
                new Newest(
                    Rows.instantOrNull(row, "inference_at"),
                    Rows.instantOrNull(row, "feedback_at")))
        .getFirst();
  }

  /** How fresh the statistics of every rule are. */
  public List<Freshness> statistics() {
    return readers.query(
        "statistics_marks",
        Map.of(),
        row ->
            new Freshness(
                row.getString("function_name"),
                row.getString("metric_name"),
                Rows.instant(row, "as_of")));
  }
}
