package dev.pointsman.catalog;

/**
 * The {@code [store]} table; every key needs a restart.
 *
 * @param events {@code embedded}
 * @param control {@code embedded} or a PostgreSQL JDBC URL
 * @param dataDirectory where embedded data lies
 * @param durability when an append counts as done
 * @param spoolMaxBytes how much the spool may hold
 */
public record StoreSettings(
    String events,
    String control,
    String dataDirectory,
    Durability durability,
    long spoolMaxBytes) {

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
