package dev.pointsman.eventstore;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whose SQL a statement is: names the folder of its own statements and how values are bound. */
enum Dialect {
  /** The embedded engine, whose times have no zone and are UTC by agreement. */
  DUCKDB,
  /** The server, whose driver would move a time without a zone into that of this machine. */
  CLICKHOUSE;

  /** The server counts nanoseconds when it compares; nothing that is stored is later. */
  private static final Instant LAST_OF_CLICKHOUSE = Instant.parse("2262-01-01T00:00:00Z");

  String folder() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Nullable Object bound(@Nullable Object value) {
    if (value instanceof Instant time) {
      return this == DUCKDB
          ? LocalDateTime.ofInstant(time, ZoneOffset.UTC)
          : time.isAfter(LAST_OF_CLICKHOUSE) ? LAST_OF_CLICKHOUSE : time;
    }
    return value;
  }
}
