package dev.pointsman.control;

import io.micronaut.data.annotation.Query;
import io.micronaut.data.jdbc.annotation.JdbcRepository;
import io.micronaut.data.model.query.builder.sql.Dialect;
import io.micronaut.data.repository.CrudRepository;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@JdbcRepository(dialect = Dialect.POSTGRES)
interface DatapointRepository extends CrudRepository<DatapointRow, UUID> {

  @Query(
      "UPDATE datapoint SET staled_at = :at, updated_at = :at"
          + " WHERE id = :id AND dataset_name = :dataset AND staled_at IS NULL")
  long stale(UUID id, String dataset, Instant at);

  @Query(
      "UPDATE datapoint SET staled_at = :at, updated_at = :at"
          + " WHERE dataset_name = :dataset AND staled_at IS NULL")
  long staleAll(String dataset, Instant at);

  @Query(
      "UPDATE datapoint SET name = :name, updated_at = :at"
          + " WHERE id = :id AND dataset_name = :dataset AND staled_at IS NULL")
  long rename(UUID id, String dataset, @Nullable String name, Instant at);
}
