package dev.pointsman.eventstore;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tables of the rollups in an engine, during one run over them: how rows are found and replaced,
 * and when that becomes visible.
 */
interface RollupTables {

  String USAGE = "usage_rollup";
  String ATTEMPTS = "attempt_rollup";
  String FEEDBACK = "feedback_rollup";
  String DECISIONS = "decision_rollup";

  /**
   * How far rows reach.
   *
   * @param behind whether events came in since
   * @param since what a question about those events needs to be told
   */
  record Mark(Instant asOf, boolean behind, Map<String, Object> since) {}

  /** The mark, null when nothing was computed by exactly this rule. */
  @Nullable Mark mark(String function, String metric, String rule) throws SQLException;

  /**
   * Says that rows are to be computed from the first event on. Until {@link #finish} there is no
   * mark, so a run that is cut off starts afresh.
   */
  void begin(String function, String metric, Instant asOf) throws SQLException;

  /** Lets go of what was computed since {@link #begin}, which need not fit in memory. */
  void release() throws SQLException;

  /** Says that all that was stored at {@link #begin} is in. */
  void finish(String function, String metric, String rule, Instant asOf) throws SQLException;

  /** Says that all that was stored when the run began is in. */
  void move(String function, String metric, String rule, Instant asOf) throws SQLException;

  /** Removes a table's rows from some time on. */
  void clear(String table, Instant from) throws SQLException;

  /** Removes the rows of a rule's function and metric from some time on. */
  void clear(RewardRule rule, Instant from) throws SQLException;

  /** The buckets that a statement finds. */
  DirtyBuckets buckets(
      String sql, Map<String, String> identifiers, Map<String, Object> values, Grain grain)
      throws SQLException;

  /** Computes the rows of a cluster of buckets in the place of those there are. */
  void replace(String table, String insert, Map<String, @Nullable Object> values)
      throws SQLException;

  /**
   * Keeps the last decisions, where the engine does not find them fast enough.
   *
   * @param anew whether those kept so far are dropped
   */
  void keepLatest(DirtyBuckets started, boolean anew) throws SQLException;

  /** Drops a table's minutes before a time. */
  void trim(String table, Instant before) throws SQLException;
}
