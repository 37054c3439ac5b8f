package dev.pointsman.eventstore;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row before it is stored. Values are of the class that their column's kind asks for: {@link
 * UUID}, text, {@link Instant}, {@link Integer}, {@link Long}, {@link Double}, {@link Boolean}, maps
 * and lists of them.
 */
final class TableRow {

  /** What both engines can hold. */
  private static final Instant FIRST = Instant.EPOCH;

  private static final Instant LAST = Instant.parse("2199-12-31T23:59:59.999999Z");

  private final EventTable table;
  private final @Nullable Object[] values;

  TableRow(EventTable table) {
    this.table = table;
    this.values = new Object[table.shape().columns().size()];
  }

  EventTable table() {
    return table;
  }

  @Nullable Object get(String column) {
    return values[index(column)];
  }

  TableRow set(String column, @Nullable Object value) {
    values[index(column)] = value;
    return this;
  }

  private int index(String column) {
    int index = table.shape().columnNames().indexOf(column);
    if (index < 0) {
      throw new IllegalArgumentException(
          "%s has no column %s".formatted(table.tableName(), column));
    }
    return index;
  }

  Instant time() {
    return (Instant) present(table.timeColumn());
  }

  /** What no other row of the table has: the values of its key columns. */
  List<Object> key() {
    return table.keyColumns().stream().map(this::present).toList();
  }

  private Object present(String column) {
    Object value = get(column);
    if (value == null) {
      throw new IllegalArgumentException("%s.%s is null".formatted(table.tableName(), column));
    }
    return value;
  }

  /** Says what contradicts itself. */
  void check() throws UnreadableLineException {
    List<Column> columns = table.shape().columns();
    for (int i = 0; i < columns.size(); i++) {
      if (values[i] == null && !columns.get(i).nullable()) {
        throw new UnreadableLineException("%s is missing".formatted(columns.get(i).name()));
      }
    }
    if (time().isBefore(FIRST) || time().isAfter(LAST)) {
      throw new UnreadableLineException(
          "%s is outside the years 1970 to 2199".formatted(table.timeColumn()));
    }
    if (table != EventTable.INFERENCE) {
      return;
    }
    int arms = ((List<?>) present("candidates")).size();
    for (String vector : List.of("propensities", "exclusions")) {
      if (((List<?>) present(vector)).size() != arms) {
        throw new UnreadableLineException("%s has not one per candidate".formatted(vector));
      }
    }
    boolean decision = present("kind").equals("decision");
    Double propensity = (Double) get("propensity");
    if (decision && (propensity == null || !(propensity > 0 && propensity <= 1))) {
      throw new UnreadableLineException("propensity is not in (0, 1]");
    }
  }

  @SuppressWarnings("unchecked") // the reader made them by the column's kind
  void writeTo(RowSink.OfTable tables) throws SQLException {
    RowSink row = tables.begin(table.shape());
    List<Column> columns = table.shape().columns();
    for (int i = 0; i < columns.size(); i++) {
      Object value = values[i];
      switch (columns.get(i).kind()) {
        case ID -> row.id((UUID) value);
        case TEXT, NAME -> row.text((String) value);
        case TIME -> row.time((Instant) java.util.Objects.requireNonNull(value));
        case SMALL -> row.small((Integer) value);
        case WHOLE -> row.whole((Long) value);
        case REAL -> row.real((Double) value);
        case MONEY -> throw new IllegalStateException("no table has " + columns.get(i).name());
        case FLAG -> row.flag((Boolean) value);
        case TEXTS -> row.texts((Map<String, String>) orEmpty(value, Map.of()));
        case SHARES -> row.shares((Map<String, Double>) orEmpty(value, Map.of()));
        case NAMES -> row.names((List<String>) orEmpty(value, List.of()));
        case REALS ->
            row.reals(
                ((List<Double>) orEmpty(value, List.of()))
                    .stream().mapToDouble(Double::doubleValue).toArray());
        case WHOLES ->
            row.wholes(
                ((List<@Nullable Long>) orEmpty(value, List.of()))
                    .stream().mapToLong(n -> n == null ? -1 : n).toArray());
      }
    }
    row.end();
  }

  private static Object orEmpty(@Nullable Object value, Object empty) {
    return value == null ? empty : value;
  }
}
