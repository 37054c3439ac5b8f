package dev.pointsman.catalog;

/**
 * The {@code [store]} table; every key needs a restart.
 *
 * @param events {@code embedded} or the address of a ClickHouse database
 * @param control {@code embedded} or a PostgreSQL JDBC URL
 * @param dataDirectory where embedded data lies
 * @param durability when an append counts as done
 * @param spoolMaxBytes how much the spool may hold
 * @param cluster the ClickHouse cluster that tables are spread over, empty for one server
 */
public record StoreSettings(
    String events,
    String control,
    String dataDirectory,
    Durability durability,
    long spoolMaxBytes,
    String cluster) {

  /** All embedded, in {@code data}; synced; 20 GB of spool. */
  public static final StoreSettings DEFAULT =
      new StoreSettings("embedded", "embedded", "data", Durability.FSYNC, 20_000_000_000L, "");

  /** The smallest spool that is accepted. */
  static final long LEAST_SPOOL_BYTES = 64_000_000;

  /** Whether events stay on this machine. */
  public boolean isEmbedded() {
    return events.equals("embedded");
  }

  /** Addresses are left out, which may hold passwords. */
  @Override
  public String toString() {
    return "StoreSettings[dataDirectory=%s, durability=%s, spoolMaxBytes=%d, cluster=%s]"
        .formatted(dataDirectory, durability, spoolMaxBytes, cluster);
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
}
