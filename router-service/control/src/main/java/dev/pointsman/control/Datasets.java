package dev.pointsman.control;

import io.micronaut.data.jdbc.runtime.JdbcOperations;
import io.micronaut.data.jdbc.runtime.PreparedStatementCallback;
import io.micronaut.transaction.TransactionOperations;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * People's datasets: datapoints by the name of the dataset they are in. A dataset is there as long as
 * it has a datapoint. Safe for concurrent use; every call may block on the database.
 */
public final class Datasets {

  private final DatapointRepository datapoints;
  private final JdbcOperations jdbc;
  private final TransactionOperations<Connection> transactions;

  Datasets(
      DatapointRepository datapoints,
      JdbcOperations jdbc,
      TransactionOperations<Connection> transactions) {
    this.datapoints = datapoints;
    this.jdbc = jdbc;
    this.transactions = transactions;
  }

  /** Stores new datapoints, all or none. */
  public void add(List<Datapoint> fresh) {
    if (!fresh.isEmpty()) {
      transactions.executeWrite(
          status -> {
            insert(fresh);
            return fresh.size();
          });
    }
  }

  /**
   * Puts datapoints into the place of others, which are stale from then on; all or none.
   *
   * @param fresh the new one by the old one's id, all of one dataset
   * @throws DatapointGoneException if an old one does not count (any more)
   */
  public void replace(Map<UUID, Datapoint> fresh) {
    transactions.executeWrite(
        status -> {
          fresh.forEach(
              (old, datapoint) -> {
                if (datapoints.stale(old, datapoint.datasetName(), datapoint.updatedAt()) != 1) {
                  throw new DatapointGoneException(old);
                }
              });
          insert(fresh.values());
          return fresh.size();
        });
  }

  /**
   * Gives datapoints other names, or none; all or none.
   *
   * @param names the new name by id
   * @throws DatapointGoneException if one of them does not count (any more)
   */
  public void rename(String datasetName, Map<UUID, @Nullable String> names, Instant at) {
    transactions.executeWrite(
        status -> {
          names.forEach(
              (id, name) -> {
                if (datapoints.rename(id, datasetName, name, at) != 1) {
                  throw new DatapointGoneException(id);
                }
              });
          return names.size();
        });
  }

  /**
   * Makes datapoints stale.
   *
   * @return how many counted until now
   */
  public long delete(String datasetName, Collection<UUID> ids, Instant at) {
    return transactions.executeWrite(
        status -> {
          long deleted = 0;
          for (UUID id : ids) {
            deleted += datapoints.stale(id, datasetName, at);
          }
          return deleted;
        });
  }

  /**
   * Makes a whole dataset stale.
   *
   * @return how many of its datapoints counted until now
   */
  public long delete(String datasetName, Instant at) {
    return datapoints.staleAll(datasetName, at);
  }

  /** A page of a dataset. */
  public List<Datapoint> find(DatapointQuery query) {
    return datapoints(DatapointStatement.page(query));
  }

  /**
   * Datapoints by their ids, the latest first; those that are not there are left out.
   *
   * @param datasetName only this dataset's, null for all
   * @param stale whether those count that were replaced or deleted
   */
  public List<Datapoint> byIds(@Nullable String datasetName, Collection<UUID> ids, boolean stale) {
    return ids.isEmpty()
        ? List.of()
        : datapoints(DatapointStatement.byIds(datasetName, ids, stale));
  }

  /**
   * The datasets that have datapoints, the last updated first.
   *
   * @param functionName count only this function's datapoints, null for all
   */
  public List<DatasetSummary> list(@Nullable String functionName, int limit, int offset) {
    return rows(
        DatapointStatement.datasets(functionName, limit, offset),
        row ->
            new DatasetSummary(
                row.getString("dataset_name"),
                row.getLong("datapoints"),
                row.getObject("last_updated", OffsetDateTime.class).toInstant()));
  }

  private List<Datapoint> datapoints(DatapointStatement question) {
    return transactions.executeRead(
        status -> {
          List<DatapointRow> found =
              ask(
                  question,
                  statement ->
                      jdbc.entityStream(statement.executeQuery(), DatapointRow.class).toList());
          Map<UUID, Map<String, String>> tags = tags(found.stream().map(DatapointRow::id).toList());
          return found.stream()
              .map(row -> row.with(tags.getOrDefault(row.id(), Map.of())))
              .toList();
        });
  }

  private Map<UUID, Map<String, String>> tags(List<UUID> ids) {
    Map<UUID, Map<String, String>> tags = new HashMap<>();
    if (!ids.isEmpty()) {
      rows(
          DatapointStatement.tags(ids),
          row ->
              tags.computeIfAbsent(
                      row.getObject("datapoint_id", UUID.class), id -> new LinkedHashMap<>())
                  .put(row.getString("tag_key"), row.getString("tag_value")));
    }
    return tags;
  }

  /** Turns the row that a result stands on into a value. */
  @FunctionalInterface
  private interface RowReader<T extends @Nullable Object> {
    T read(ResultSet row) throws SQLException;
  }

  private <T extends @Nullable Object> List<T> rows(
      DatapointStatement question, RowReader<T> reader) {
    return transactions.executeRead(
        status ->
            ask(
                question,
                statement -> {
                  List<T> found = new ArrayList<>();
                  try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                      found.add(reader.read(rows));
                    }
                  }
                  return found;
                }));
  }

  private <T> T ask(DatapointStatement question, PreparedStatementCallback<T> answer) {
    return jdbc.prepareStatement(
        question.sql(),
        statement -> {
          question.bind(statement);
          return answer.call(statement);
        });
  }

  private void insert(Collection<Datapoint> fresh) {
    datapoints.saveAll(fresh.stream().map(DatapointRow::of).toList());
    if (fresh.stream().allMatch(datapoint -> datapoint.tags().isEmpty())) {
      return;
    }
    jdbc.prepareStatement(
        "INSERT INTO datapoint_tag (datapoint_id, tag_key, tag_value) VALUES (?, ?, ?)",
        statement -> {
          for (Datapoint datapoint : fresh) {
            for (Map.Entry<String, String> tag : datapoint.tags().entrySet()) {
              addTag(statement, datapoint.id(), tag);
            }
          }
          return statement.executeBatch();
        });
  }

  private static void addTag(PreparedStatement statement, UUID id, Map.Entry<String, String> tag)
      throws SQLException {
    statement.setObject(1, id);
    statement.setString(2, tag.getKey());
    statement.setString(3, tag.getValue());
    statement.addBatch();
  }
}
