package dev.pointsman.control;

import io.micronaut.data.annotation.Query;
import io.micronaut.data.jdbc.annotation.JdbcRepository;
import io.micronaut.data.model.query.builder.sql.Dialect;
import io.micronaut.data.repository.CrudRepository;
import java.util.List;
import java.util.Optional;

@JdbcRepository(dialect = Dialect.POSTGRES)
interface GenerationRepository extends CrudRepository<Generation, String> {

  Optional<Generation> findByFunctionNameAndStatus(String functionName, Generation.Status status);

  List<Generation> findByFunctionNameOrderByCreatedAtDesc(String functionName);

  @Query(
      "UPDATE generation SET status = 'RETIRED'"
          + " WHERE function_name = :functionName AND status <> 'RETIRED'")
  long retireAll(String functionName);

  @Query(
      "UPDATE generation SET status = 'RETIRED'"
          + " WHERE function_name = :functionName AND status NOT IN ('RETIRED', 'SERVING')")
  long retireBesideServing(String functionName);

  @Query("UPDATE generation SET status = :status WHERE id = :id")
  long setStatus(String id, Generation.Status status);
}
