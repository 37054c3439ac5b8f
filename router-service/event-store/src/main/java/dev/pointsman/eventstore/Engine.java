package dev.pointsman.eventstore;

import java.io.OutputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A database that holds the events: what {@link EventStore} is made of. */
interface Engine extends AutoCloseable {

  /** Where every question goes. */
  Readers readers();

  /** See {@link EventStore#append(EventBatch)}. */
  void append(EventBatch batch);

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

  /** Hands over every row of a table, in its columns' order, without holding all of them. */
  void scan(EventTable table, RowTaker taker);

  /** Writes a table as Parquet; returns the number of rows. */
  long writeParquet(EventTable table, OutputStream out);

  @Override
  void close();

  /** Takes the values of a row: text, numbers, booleans, instants, ids, lists and maps of them. */
  @FunctionalInterface
  interface RowTaker {
    void take(List<@Nullable Object> values);
  }
}
