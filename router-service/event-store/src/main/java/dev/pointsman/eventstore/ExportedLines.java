package dev.pointsman.eventstore;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The lines that {@link TableExport} writes of one table, read back value by value. */
final class ExportedLines implements ImportFormat {

  private final EventTable table;
  private final List<String> names;

  ExportedLines(EventTable table) {
    this.table = table;
    this.names = table.shape().columnNames();
  }

  @Override
  public String name() {
    return table.tableName();
  }

  @Override
  public List<TableRow> read(byte[] line) throws UnreadableLineException {
    Map<String, @Nullable Object> object = ImportJson.object(line);
    for (String name : object.keySet()) {
      if (!names.contains(name)) {
        throw new UnreadableLineException(
            "%s has no column of that name (column %d of the line)"
                .formatted(table.tableName(), List.copyOf(object.keySet()).indexOf(name) + 1));
      }
    }
    TableRow row = new TableRow(table);
    for (Column column : table.shape().columns()) {
      row.set(column.name(), value(column, object.get(column.name())));
    }
    row.check();
    return List.of(row);
  }

  private static @Nullable Object value(Column column, @Nullable Object given)
      throws UnreadableLineException {
    if (given == null) {
      return null;
    }
    return switch (column.kind()) {
      case ID -> id(column, given);
      case TEXT, NAME -> text(column, given);
      case TIME -> time(column, given);
      case SMALL -> {
        long whole = whole(column, given);
        if (whole != (int) whole) {
          throw wrong(column, "is beyond 32 bits");
        }
        yield (int) whole;
      }
      case WHOLE -> whole(column, given);
      case REAL -> real(column, given);
      case MONEY -> throw new IllegalStateException("no table has " + column.name());
      case FLAG -> {
        if (given instanceof Boolean flag) {
          yield flag;
        }
        throw wrong(column, "is neither true nor false");
      }
      case TEXTS -> {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map(column, given).entrySet()) {
          texts.put((String) entry.getKey(), text(column, entry.getValue()));
        }
        yield texts;
      }
      case SHARES -> {
        Map<String, Double> shares = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map(column, given).entrySet()) {
          shares.put((String) entry.getKey(), real(column, entry.getValue()));
        }
        yield shares;
      }
      case NAMES -> {
        List<String> items = new ArrayList<>();
        for (Object item : list(column, given)) {
          items.add(text(column, item));
        }
        yield items;
      }
      case REALS -> {
        List<Double> items = new ArrayList<>();
        for (Object item : list(column, given)) {
          items.add(real(column, item));
        }
        yield items;
      }
      case WHOLES -> {
        List<@Nullable Long> items = new ArrayList<>();
        for (Object item : list(column, given)) {
          Long whole = item == null ? null : Long.valueOf(whole(column, item));
          if (whole != null && whole < 0) {
            throw wrong(column, "has a number below zero");
          }
          items.add(whole);
        }
        yield items;
      }
    };
  }

  private static UUID id(Column column, Object given) throws UnreadableLineException {
    if (given instanceof String text && text.length() == 36) {
      try {
        return UUID.fromString(text);
      } catch (IllegalArgumentException e) {
        throw wrong(column, "is no UUID");
      }
    }
    throw wrong(column, "is no UUID");
  }

  private static String text(Column column, @Nullable Object given) throws UnreadableLineException {
    if (given instanceof String text) {
      return text;
    }
    throw wrong(column, "is no text");
  }

  private static Instant time(Column column, Object given) throws UnreadableLineException {
    try {
      Instant time = Instant.parse(text(column, given));
      if (!time.truncatedTo(ChronoUnit.MICROS).equals(time)) {
        throw wrong(column, "is finer than microseconds");
      }
      return time;
    } catch (DateTimeException e) {
      throw wrong(column, "is no time like 2026-11-20T00:00:00.000000Z");
    }
  }

  private static long whole(Column column, @Nullable Object given) throws UnreadableLineException {
    if (given instanceof Long whole) {
      return whole;
    }
    throw wrong(column, "is no whole number of 64 bits");
  }

  private static double real(Column column, @Nullable Object given) throws UnreadableLineException {
    return switch (given) {
      case ImportJson.Real real -> real.asDouble();
      case Long whole -> whole.doubleValue();
      case String word when word.equals("NaN") -> Double.NaN;
      case String word when word.equals("Infinity") -> Double.POSITIVE_INFINITY;
      case String word when word.equals("-Infinity") -> Double.NEGATIVE_INFINITY;
      case null, default -> throw wrong(column, "is no number");
    };
  }

  private static Map<?, ?> map(Column column, Object given) throws UnreadableLineException {
    if (given instanceof Map<?, ?> map) {
      return map;
    }
    throw wrong(column, "is no object");
  }

  private static List<?> list(Column column, Object given) throws UnreadableLineException {
    if (given instanceof List<?> list) {
      return list;
    }
    throw wrong(column, "is no array");
  }

  private static UnreadableLineException wrong(Column column, String what) {
    return new UnreadableLineException(column.name() + " " + what);
  }

  @Override
  public void complete(List<TableRow> batch) {
    // A row of ours is whole.
  }
}
