package dev.pointsman.eventstore;

import dev.pointsman.eventstore.Column.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * A table that events are written to, with its columns in the order of the migrations. Both engines
 * are held to it: rows are written by it, and a store whose tables differ is not opened.
 *
 * @param name the table's name
 * @param columns in order
 */
record TableShape(String name, List<Column> columns) {

  /**
   * What something came in for, by the source that it came from: units and targets of feedback, and
   * the minutes that inferences started and feedback was received in.
   */
  static final TableShape ARRIVAL =
      named("arrival")
          .with(Kind.NAME, "source")
          .with(Kind.WHOLE, "seq")
          .orNull(Kind.NAME, "function_name")
          .orNull(Kind.ID, "episode_id")
          .orNull(Kind.NAME, "target_type")
          .orNull(Kind.ID, "target_id")
          .orNull(Kind.NAME, "metric_name")
          .orNull(Kind.TIME, "at")
          .build();

  static Builder named(String name) {
    return new Builder(name);
  }

  Column column(String columnName) {
    return columns.stream()
        .filter(column -> column.name().equals(columnName))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("%s has no column %s".formatted(name, columnName)));
  }

  List<String> columnNames() {
    return columns.stream().map(Column::name).toList();
  }

  /** A shape being put together. */
  static final class Builder {
    private final String name;
    private final List<Column> columns = new ArrayList<>();

    private Builder(String name) {
      this.name = name;
    }

    Builder with(Kind kind, String... names) {
      for (String column : names) {
        columns.add(new Column(column, kind, false));
      }
      return this;
    }

    Builder orNull(Kind kind, String... names) {
      for (String column : names) {
        columns.add(new Column(column, kind, true));
      }
      return this;
    }

    TableShape build() {
      return new TableShape(name, List.copyOf(columns));
    }
  }
}
