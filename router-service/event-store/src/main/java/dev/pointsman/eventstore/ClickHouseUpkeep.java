package dev.pointsman.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows and texts deleted by the server: what is too old by itself, by the days that its tables are
 * told; what is erased by statements that name ids, since the server keeps their text for a while.
 */
final class ClickHouseUpkeep {

  /** So many ids make a statement of two hundred kilobytes, which the server takes. */
  private static final int IDS_AT_ONCE = 4_000;

  private static final int REVISIONS_AT_ONCE = 2_000;
  private static final String UNIT_SEPARATOR = "\u001f";
  private static final String RECORD_SEPARATOR = "\u001e";

  private final Readers readers;
  private final Map<String, String> layout;

  /**
   * The upkeep of a server.
   *
   * @param layout names that differ on a cluster
   */
  ClickHouseUpkeep(Readers readers, Map<String, String> layout) {
    this.readers = readers;
    this.layout = layout;
  }

  /** Tells the tables how long to keep what, if that changed; counts only what it deletes itself. */
  synchronized Map<String, Long> expire(Expiry expiry) {
    return readers.use(
        "retention",
        connection -> {
          for (EventTable table :
              List.of(EventTable.INFERENCE_PAYLOAD, EventTable.ATTEMPT_PAYLOAD)) {
            keepRows(connection, table, expiry.textDays(), "");
          }
          for (EventTable table :
              List.of(EventTable.INFERENCE, EventTable.ATTEMPT, EventTable.FEEDBACK)) {
            keepRows(connection, table, expiry.rowDays(), "");
          }
          keepRows(
              connection,
              EventTable.CHANGE_EVENT,
              expiry.rowDays(),
              "DELETE WHERE kind <> 'audit'");
          keepTextsOfFeedback(connection, expiry.textDays());
          long revisions = deleteIdleRevisions(connection);
          return revisions == 0
              ? Map.<String, Long>of()
              : Map.of(EventTable.POLICY_REVISION.tableName(), revisions);
        });
  }

  private record Kept(String rowDays, String textDays) {}

  private Kept kept(Connection connection, EventTable table) throws SQLException {
    try (PreparedStatement statement =
            sql("ttl_of_table", Map.of())
                .prepare(connection, Map.of("table", table.tableName() + layout.get("local")));
        ResultSet row = statement.executeQuery()) {
      return row.next()
          ? new Kept(row.getString("row_days"), row.getString("text_days"))
          : new Kept("", "");
    }
  }

  private void keepRows(
      Connection connection, EventTable table, @Nullable Integer days, String condition)
      throws SQLException {
    String wanted = days == null ? "" : days.toString();
    if (kept(connection, table).rowDays().equals(wanted)) {
      return;
    }
    Map<String, String> names = new HashMap<>();
    names.put("table", table.tableName());
    names.put("time", '"' + table.timeColumn() + '"');
    names.put("days", wanted);
    names.put("condition", condition);
    sql(days == null ? "ttl_remove" : "ttl_set", names).execute(connection, Map.of());
  }

  private void keepTextsOfFeedback(Connection connection, @Nullable Integer days)
      throws SQLException {
    String wanted = days == null ? "" : days.toString();
    if (!kept(connection, EventTable.FEEDBACK).textDays().equals(wanted)) {
      sql(days == null ? "ttl_texts_remove" : "ttl_texts_set", Map.of("days", wanted))
          .execute(connection, Map.of());
    }
  }

  private long deleteIdleRevisions(Connection connection) throws SQLException {
    List<String> idle = new ArrayList<>();
    try (PreparedStatement statement =
            sql("idle_revisions", Map.of()).prepare(connection, Map.of("most", REVISIONS_AT_ONCE));
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        idle.add(
            String.join(UNIT_SEPARATOR, rows.getString(1), rows.getString(2), rows.getString(3)));
      }
    }
    if (!idle.isEmpty()) {
      sql("expire_revisions", Map.of())
          .execute(connection, Map.of("revisions", String.join(RECORD_SEPARATOR, idle)));
    }
    return idle.size();
  }

  /**
   * Takes tags and texts from what carries a tag. There is no transaction: the tags of inferences,
   * by which everything is found, go last, so that an erasure that was cut off can be given again.
   */
  synchronized void erase(Map<String, String> tag) {
    readers.<@Nullable Void>use(
        "the erasure",
        connection -> {
          Set<String> inferences = texts(connection, "tagged_inferences", tag);
          Set<String> feedback = texts(connection, "erased_feedback", tag);
          Set<String> features = texts(connection, "erased_features", tag);
          byIds(connection, "erase_inference_payload", inferences, Map.of());
          byIds(connection, "erase_attempt_payload", inferences, Map.of());
          byIds(connection, "erase_feedback", feedback, Map.of());
          byIds(
              connection,
              "erase_inference",
              inferences,
              Map.of("features", String.join(UNIT_SEPARATOR, features)));
          return null;
        });
  }

  private Set<String> texts(Connection connection, String sql, Map<String, String> tag)
      throws SQLException {
    Map<String, String> values = new LinkedHashMap<>(tag);
    Set<String> found = new LinkedHashSet<>();
    try (PreparedStatement statement = sql(sql, Map.of()).prepare(connection, values);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }

  private void byIds(Connection connection, String sql, Set<String> ids, Map<String, String> values)
      throws SQLException {
    List<String> all = new ArrayList<>(ids);
    for (int from = 0; from < all.size(); from += IDS_AT_ONCE) {
      Map<String, String> bound = new HashMap<>(values);
      bound.put(
          "keys",
          String.join(UNIT_SEPARATOR, all.subList(from, Math.min(all.size(), from + IDS_AT_ONCE))));
      sql(sql, Map.of()).execute(connection, bound);
    }
  }

  private NamedSql sql(String name, Map<String, String> more) {
    Map<String, String> names = new HashMap<>(layout);
    names.putAll(more);
    return NamedSql.of(Dialect.CLICKHOUSE, name, Map.copyOf(names));
  }
}
