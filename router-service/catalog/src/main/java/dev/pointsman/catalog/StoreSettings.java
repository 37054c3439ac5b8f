package dev.pointsman.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The {@code [store]} table; every key needs a restart.
 *
 * @param events {@code embedded} or the address of a ClickHouse database
 * @param control {@code embedded} or a PostgreSQL JDBC URL
 * @param dataDirectory where embedded data lies
 * @param durability when an append counts as done
 * @param spoolMaxBytes how much the spool may hold
 * @param whenSpoolFull what happens when it does
 * @param rollupTags tags that pages can tell apart, in alphabetical order
 * @param retention how long rows are kept
 * @param cluster the ClickHouse cluster that tables are spread over, empty for one server
 */
public record StoreSettings(
    String events,
    String control,
    String dataDirectory,
    Durability durability,
    long spoolMaxBytes,
    WhenSpoolFull whenSpoolFull,
    List<String> rollupTags,
    Retention retention,
    String cluster) {

  /** Settings that later changes of the list do not reach. */
  public StoreSettings {
    rollupTags = rollupTags.stream().sorted().toList();
  }

  /** All embedded, in {@code data}; synced; 20 GB of spool; nothing is ever deleted. */
  public static final StoreSettings DEFAULT =
      new StoreSettings(
          "embedded",
          "embedded",
          "data",
          Durability.FSYNC,
          20_000_000_000L,
          WhenSpoolFull.REJECT,
          List.of(),
          Retention.FOR_EVER,
          "");

  /** The most tags that pages tell apart: each value of each multiplies what is kept. */
  static final int MOST_ROLLUP_TAGS = 8;

  /** The smallest spool that is accepted. */
  static final long LEAST_SPOOL_BYTES = 64_000_000;

  /** The longest retention that is accepted; whoever wants more leaves the key out. */
  static final long MOST_DAYS = 36_500;

  /**
   * How long rows are kept.
   *
   * @param days days of rows, null for ever
   * @param payloadDays days of their texts, null for as long as the rows
   */
  public record Retention(@Nullable Integer days, @Nullable Integer payloadDays) {
    /** Nothing is deleted. */
    public static final Retention FOR_EVER = new Retention(null, null);
  }

  /** Whether events stay on this machine. */
  public boolean isEmbedded() {
    return events.equals("embedded");
  }

  /** Addresses are left out, which may hold passwords. */
  @Override
  public String toString() {
    return "StoreSettings[dataDirectory=%s, durability=%s, spoolMaxBytes=%d, whenSpoolFull=%s, retention=%s, cluster=%s]"
        .formatted(dataDirectory, durability, spoolMaxBytes, whenSpoolFull, retention, cluster);
  }

  /** When an append counts as done. */
  public enum Durability {
    /** When the disk has it. */
    FSYNC,
    /** When the operating system has it. */
    OS,
    /** At once; a crash loses what is queued. */
    NONE
  }

  /** What happens when the spool holds as much as it may. */
  public enum WhenSpoolFull {
    /** Requests are refused until there is room. */
    REJECT,
    /** Texts are left out of the log from nine tenths on; requests are refused when it is full. */
    SHED
  }
}
