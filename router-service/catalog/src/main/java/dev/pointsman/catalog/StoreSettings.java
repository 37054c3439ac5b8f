package dev.pointsman.catalog;

import java.util.List;

/**
 * The {@code [store]} table; every key needs a restart.
 *
 * @param events {@code embedded}
 * @param control {@code embedded} or a PostgreSQL JDBC URL
 * @param dataDirectory where embedded data lies
 * @param durability when an append counts as done
 * @param spoolMaxBytes how much the spool may hold
 * @param whenSpoolFull what happens when it does
 * @param rollupTags tags that pages can tell apart, in alphabetical order
 */
public record StoreSettings(
    String events,
    String control,
    String dataDirectory,
    Durability durability,
    long spoolMaxBytes,
    WhenSpoolFull whenSpoolFull,
    List<String> rollupTags) {

  /** Settings that later changes of the list do not reach. */
  public StoreSettings {
    rollupTags = rollupTags.stream().sorted().toList();
  }

  /** All embedded, in {@code data}; synced; 20 GB of spool. */
  public static final StoreSettings DEFAULT =
      new StoreSettings(
          "embedded",
          "embedded",
          "data",
          Durability.FSYNC,
          20_000_000_000L,
          WhenSpoolFull.REJECT,
          List.of());

  /** The most tags that pages tell apart: each value of each multiplies what is kept. */
  static final int MOST_ROLLUP_TAGS = 8;

  /** The smallest spool that is accepted. */
  static final long LEAST_SPOOL_BYTES = 64_000_000;

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
