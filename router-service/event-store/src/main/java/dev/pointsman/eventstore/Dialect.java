package dev.pointsman.eventstore;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whose SQL a statement is: names the folder of its own statements and how values are bound. */
enum Dialect {
  DUCKDB;

  String folder() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Nullable Object bound(@Nullable Object value) {
    return value instanceof Instant time ? LocalDateTime.ofInstant(time, ZoneOffset.UTC) : value;
  }
}
