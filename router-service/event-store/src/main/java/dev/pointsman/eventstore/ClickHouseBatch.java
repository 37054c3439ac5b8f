package dev.pointsman.eventstore;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A batch encoded for sending, table by table: everything is encoded before anything is sent, so
 * that an event that contradicts itself is found while nothing of its batch is stored.
 */
final class ClickHouseBatch implements RowSink.OfTable {

  private final Map<String, RowBinaryBlock> blocks = new LinkedHashMap<>();
  private long sequence;

  private ClickHouseBatch() {}

  /**
   * Encodes a batch.
   *
   * @throws EventRefusedException if an event contradicts itself
   */
  static ClickHouseBatch of(EventBatch batch) throws SQLException {
    ClickHouseBatch encoded = new ClickHouseBatch();
    EventRows rows = new EventRows(encoded, batch.source(), batch.last());
    for (EventBatch.Numbered event : batch.events()) {
      encoded.sequence = event.sequence();
      rows.write(event.event());
    }
    return encoded;
  }

  /** Encodes rows of an import. */
  static ClickHouseBatch of(RowBatch batch) throws SQLException {
    ClickHouseBatch encoded = new ClickHouseBatch();
    encoded.sequence = batch.last();
    batch.writeTo(new EventRows(encoded, batch.source(), batch.last()));
    return encoded;
  }

  @Override
  public RowSink begin(TableShape table) {
    return blocks.computeIfAbsent(table.name(), name -> new RowBinaryBlock(table)).begin(sequence);
  }

  /** The tables' rows in the order of sending: which units were touched is said last. */
  Collection<RowBinaryBlock> blocks() {
    List<RowBinaryBlock> ordered = new ArrayList<>();
    for (RowBinaryBlock block : blocks.values()) {
      if (block.rows() > 0 && block.table() != TableShape.ARRIVAL) {
        ordered.add(block);
      }
    }
    RowBinaryBlock arrivals = blocks.get(TableShape.ARRIVAL.name());
    if (arrivals != null && arrivals.rows() > 0) {
      ordered.add(arrivals);
    }
    return ordered;
  }
}
