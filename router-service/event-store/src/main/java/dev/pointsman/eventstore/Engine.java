package dev.pointsman.eventstore;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A database that holds the events: what {@link EventStore} is made of. */
interface Engine extends AutoCloseable {

  /** Where every question goes. */
  Readers readers();

  /** See {@link EventStore#append(EventBatch)}. */
  default void append(EventBatch batch) {
    try (PreparedBatch prepared = prepare(batch)) {
      prepared.commit();
    }
  }

  /** See {@link EventStore#prepare}. */
  PreparedBatch prepare(EventBatch batch);

  /** Stores rows of an import, once, together with the mark of its source. */
  void append(RowBatch batch);

  /**
   * Stores one row that a batch's only event has in a table, if it is not there, and says that it
   * came; an engine that knows no half events stores the whole, if nothing of it is there.
   *
   * @param row which of the event's rows in the table
   * @throws EventRefusedException if the table refuses it
   */
  void appendRow(EventBatch batch, EventTable table, int row);

  /** Whether a table, whose rows begin with an id, has one of that id. */
  boolean holds(EventTable table, UUID id);

  /** Why the engine cannot be reached now, null when it can be as far as is known. */
  @Nullable String unreachable();

  /** The number of the last stored event of a source, 0 before the first. */
  long lastSequence(String source);

  /** Whether the engine takes anything at all; tells a bad row from a bad day. */
  boolean isWritable();

  /** See {@link EventStore#refreshStatistics}. */
  int refreshStatistics(RewardRule rule, Instant asOf);

  /** See {@link EventStore#refreshRollups}. */
  int refreshRollups(Collection<RewardRule> rules, RollupTags tags, Instant asOf);

  /** See {@link EventStore#forgetRollups}. */
  void forgetRollups();

  /** Removes what is kept of a rule's statistics and does not count any more. */
  void trimStatistics(RewardRule rule);

  /** Removes what is kept of rollups and does not count any more. */
  void trimRollups(Collection<RewardRule> rules);

  /** Hands over every row of a table, in its columns' order, without holding all of them. */
  void scan(EventTable table, RowTaker taker);

  /** Writes a table or a view as Parquet; returns the number of rows. */
  long writeParquet(TableShape shape, OutputStream out) throws IOException;

  /** See {@link Retention#apply}; stops early, between two steps, when told to. */
  Map<String, Long> expire(Expiry expiry, BooleanSupplier stop);

  /** Takes tags and texts from what carries a tag, as one as far as the engine can. */
  void erase(Map<String, String> tag);

  @Override
  void close();

  /** Takes the values of a row: text, numbers, booleans, instants, ids, lists and maps of them. */
  @FunctionalInterface
  interface RowTaker {
    void take(List<@Nullable Object> values);
  }
}
