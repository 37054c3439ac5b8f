package dev.pointsman.control;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A question about datapoints, put together from fixed pieces; whatever a caller wrote is a bound
 * value. For H2 and PostgreSQL alike.
 */
final class DatapointStatement {

  private static final String TAG =
      "EXISTS (SELECT 1 FROM datapoint_tag t WHERE t.datapoint_id = d.id AND t.tag_key = ?"
          + " AND t.tag_value %s ?)";
  private static final String OCCURRENCES =
      "(length(lower(%1$s)) - length(replace(lower(%1$s), lower(?), '')))";

  private final StringBuilder sql = new StringBuilder();
  private final List<Object> values = new ArrayList<>();

  private DatapointStatement() {}

  static DatapointStatement page(DatapointQuery query) {
    DatapointStatement made = new DatapointStatement();
    made.add("SELECT d.* FROM datapoint d WHERE d.staled_at IS NULL AND d.dataset_name = ?");
    made.values.add(query.datasetName());
    if (query.functionName() != null) {
      made.add(" AND d.function_name = ?");
      made.values.add(query.functionName());
    }
    if (query.filter() != null) {
      made.add(" AND ");
      made.condition(query.filter());
    }
    String search = query.search();
    if (search != null) {
      made.add(
          " AND (position(lower(?) IN lower(d.input)) > 0"
              + " OR position(lower(?) IN lower(coalesce(d.output, ''))) > 0)");
      made.values.add(search);
      made.values.add(search);
    }
    made.add(" ORDER BY ");
    for (DatapointQuery.Order order : query.order()) {
      made.order(order, search);
    }
    made.add("d.updated_at DESC, d.id DESC LIMIT ? OFFSET ?");
    made.values.add(query.limit());
    made.values.add(query.offset());
    return made;
  }

  /**
   * Datapoints by their ids.
   *
   * @param ids at least one
   * @param stale whether those count that were replaced or deleted
   */
  static DatapointStatement byIds(
      @Nullable String datasetName, Collection<UUID> ids, boolean stale) {
    DatapointStatement made = new DatapointStatement();
    made.add("SELECT d.* FROM datapoint d WHERE d.id IN (");
    made.ids(ids);
    made.add(")");
    if (datasetName != null) {
      made.add(" AND d.dataset_name = ?");
      made.values.add(datasetName);
    }
    made.add(stale ? "" : " AND d.staled_at IS NULL");
    made.add(" ORDER BY d.updated_at DESC, d.id DESC");
    return made;
  }

  static DatapointStatement tags(Collection<UUID> ids) {
    DatapointStatement made = new DatapointStatement();
    made.add("SELECT datapoint_id, tag_key, tag_value FROM datapoint_tag WHERE datapoint_id IN (");
    made.ids(ids);
    made.add(")");
    return made;
  }

  static DatapointStatement datasets(@Nullable String functionName, int limit, int offset) {
    DatapointStatement made = new DatapointStatement();
    made.add(
        "SELECT dataset_name, count(*) AS datapoints, max(updated_at) AS last_updated"
            + " FROM datapoint WHERE staled_at IS NULL");
    if (functionName != null) {
      made.add(" AND function_name = ?");
      made.values.add(functionName);
    }
    made.add(" GROUP BY dataset_name ORDER BY last_updated DESC, dataset_name LIMIT ? OFFSET ?");
    made.values.add(limit);
    made.values.add(offset);
    return made;
  }

  private void add(String piece) {
    sql.append(piece);
  }

  private void ids(Collection<UUID> ids) {
    add("?" + ", ?".repeat(ids.size() - 1));
    values.addAll(ids);
  }

  private void condition(DatapointFilter filter) {
    switch (filter) {
      case DatapointFilter.AllOf all -> joined(all.children(), " AND ", "TRUE");
      case DatapointFilter.AnyOf any -> joined(any.children(), " OR ", "FALSE");
      case DatapointFilter.Not not -> {
        add("NOT (");
        condition(not.child());
        add(")");
      }
      case DatapointFilter.Tag tag -> {
        add(TAG.formatted(tag.equal() ? "=" : "<>"));
        values.add(tag.key());
        values.add(tag.value());
      }
      case DatapointFilter.UpdatedAt time -> {
        add("d.updated_at " + time.comparison().operator() + " ?");
        values.add(time.time());
      }
    }
  }

  private void joined(List<DatapointFilter> children, String word, String whenEmpty) {
    add("(");
    for (int i = 0; i < children.size(); i++) {
      add(i == 0 ? "" : word);
      condition(children.get(i));
    }
    add(children.isEmpty() ? whenEmpty : "");
    add(")");
  }

  private void order(DatapointQuery.Order order, @Nullable String search) {
    switch (order.by()) {
      case UPDATED_AT -> add("d.updated_at");
      case SEARCH_RELEVANCE -> {
        add(OCCURRENCES.formatted("d.input"));
        add(" + " + OCCURRENCES.formatted("coalesce(d.output, '')"));
        values.add(String.valueOf(search));
        values.add(String.valueOf(search));
      }
    }
    add(order.ascending() ? " ASC, " : " DESC, ");
  }

  String sql() {
    return sql.toString();
  }

  void bind(PreparedStatement statement) throws SQLException {
    for (int i = 0; i < values.size(); i++) {
      Object value = values.get(i);
      statement.setObject(i + 1, value instanceof Instant at ? at.atOffset(ZoneOffset.UTC) : value);
    }
  }
}
