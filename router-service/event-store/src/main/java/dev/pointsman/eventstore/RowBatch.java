package dev.pointsman.eventstore;

import java.util.List;

/**
 * Rows of an import that are stored together, with the mark that the import is done up to {@code
 * last}.
 *
 * @param source {@code import:name}
 * @param first the number after the last one that is stored already
 * @param last the number up to which the source is stored after this batch
 * @param rows what the store has not
 * @param read all that was read: units that something came in for, also if a batch that was cut off
 *     left the rows and not the word of them
 */
record RowBatch(String source, long first, long last, List<TableRow> rows, List<TableRow> read) {

  RowBatch {
    rows = List.copyOf(rows);
    read = List.copyOf(read);
  }

  void writeTo(EventRows into) throws java.sql.SQLException {
    for (TableRow row : rows) {
      into.write(row);
    }
    for (TableRow row : read) {
      into.touch(row);
    }
  }
}
