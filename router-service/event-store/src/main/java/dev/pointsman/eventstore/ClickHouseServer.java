package dev.pointsman.eventstore;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.ServerException;
import com.clickhouse.client.api.enums.Protocol;
import com.clickhouse.jdbc.DataSourceImpl;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * A ClickHouse server and our database in it: connections with the settings that make its SQL mean
 * what the embedded engine's does, and the tables brought up to date.
 */
final class ClickHouseServer {

  private static final String MIGRATIONS =
      "classpath:dev/pointsman/eventstore/sql/clickhouse/migrations";
  private static final String CLUSTER_MIGRATIONS =
      "classpath:dev/pointsman/eventstore/sql/clickhouse/cluster";
  private static final int CONNECT_MILLIS = 5_000;
  private static final int MIGRATION_TRIES = 5;

  private final ClickHouseAddress address;
  private final @Nullable String cluster;
  private final Duration answerWithin;

  ClickHouseServer(ClickHouseAddress address, @Nullable String cluster, Duration answerWithin) {
    this.address = address;
    this.cluster = cluster;
    this.answerWithin = answerWithin;
  }

  Duration answerWithin() {
    return answerWithin;
  }

  ClickHouseAddress address() {
    return address;
  }

  /** Settings of every statement, by the server's names. */
  private Map<String, String> serverSettings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("join_use_nulls", "1");
    // While it is on, no projection is read: look-ups by id turn it off for themselves.
    settings.put("aggregate_functions_null_for_empty", "1");
    // Else an alias hides the column that it is computed from.
    settings.put("prefer_column_name_to_alias", "1");
    // Our batches are large already; gathered inserts would lose their deduplication tokens.
    settings.put("async_insert", "0");
    settings.put("insert_deduplicate", "1");
    if (cluster != null) {
      settings.put("distributed_product_mode", "global");
      settings.put("insert_distributed_sync", "1");
    }
    return settings;
  }

  /** A connection to our database. */
  Connection connect() throws SQLException {
    return connect(address);
  }

  /** What is at the bottom of a failure: the driver says on top only that a request failed. */
  static String reason(Throwable failure) {
    Throwable deepest = failure;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ServerException refused) {
        return String.valueOf(refused.getMessage());
      }
      deepest = cause;
    }
    return "%s: %s".formatted(deepest.getClass().getSimpleName(), deepest.getMessage());
  }

  private Connection connect(ClickHouseAddress to) throws SQLException {
    Properties properties = new Properties();
    properties.putAll(to.options());
    properties.setProperty("user", to.user());
    properties.setProperty("password", to.password());
    properties.setProperty("ssl", Boolean.toString(to.tls()));
    properties.setProperty("connection_timeout", Integer.toString(CONNECT_MILLIS));
    properties.setProperty(
        "socket_timeout", Long.toString(answerWithin.multipliedBy(2).toMillis()));
    properties.setProperty("client_name", "pointsman");
    // Who asks decides whether to ask again.
    properties.setProperty("retry", "0");
    serverSettings().forEach((name, value) -> properties.put("clickhouse_setting_" + name, value));
    return new DataSourceImpl(
            "jdbc:clickhouse://%s:%d/%s".formatted(to.host(), to.port(), to.database()), properties)
        .getConnection();
  }

  /** A client for inserts and files, which the driver has no interface for. */
  Client client() {
    Map<String, String> options = new LinkedHashMap<>(address.options());
    serverSettings().forEach((name, value) -> options.put("clickhouse_setting_" + name, value));
    return new Client.Builder()
        .addEndpoint(Protocol.HTTP, address.host(), address.port(), address.tls())
        .setUsername(address.user())
        .setPassword(address.password())
        .setDefaultDatabase(address.database())
        .setClientName("pointsman")
        .setOptions(options)
        // On the loopback compressing costs more than it saves.
        .compressClientRequest(!address.isLoopback())
        .setConnectTimeout(CONNECT_MILLIS, ChronoUnit.MILLIS)
        .setSocketTimeout(answerWithin.multipliedBy(2).toMillis(), ChronoUnit.MILLIS)
        // Whether to try again is for the drain to say, which sends the very same block.
        .setMaxRetries(0)
        .build();
  }

  /** Creates the database if it is missing and brings its tables up to date. */
  void migrate() throws SQLException {
    createDatabase();
    Flyway flyway = flyway();
    for (int attempt = 1; ; attempt++) {
      try {
        // Statements may be run again, so one that was cut off is not a case for a person.
        flyway.repair();
        flyway.migrate();
        break;
      } catch (FlywayException e) {
        // Another router may be about the same work; there is no lock to wait for.
        if (attempt == MIGRATION_TRIES) {
          throw new SQLException(
              "the tables of %s could not be brought up to date: %s".formatted(address, reason(e)),
              e);
        }
      }
    }
    checkTables();
  }

  boolean isClustered() {
    return cluster != null;
  }

  /** Names in statements about tables that differ on a cluster. */
  Map<String, String> layout() {
    Map<String, String> placeholders = new LinkedHashMap<>();
    boolean clustered = isClustered();
    placeholders.put("on_cluster", clustered ? " ON CLUSTER '" + cluster + "'" : "");
    placeholders.put("local", clustered ? "_local" : "");
    placeholders.put("engine", clustered ? "ReplicatedMergeTree" : "MergeTree");
    placeholders.put(
        "replacing", clustered ? "ReplicatedReplacingMergeTree" : "ReplacingMergeTree");
    placeholders.put(
        "window",
        clustered ? "replicated_deduplication_window" : "non_replicated_deduplication_window");
    placeholders.put("cluster", cluster == null ? "" : cluster);
    return Map.copyOf(placeholders);
  }

  Flyway flyway() {
    boolean clustered = isClustered();
    FluentConfiguration configuration =
        Flyway.configure()
            .dataSource(new MigrationSource(this::connect))
            .locations(
                clustered
                    ? new String[] {MIGRATIONS, CLUSTER_MIGRATIONS}
                    : new String[] {MIGRATIONS})
            .placeholders(layout())
            // Tables without a history are those of a first start that was cut off.
            .baselineOnMigrate(true)
            .baselineVersion("0");
    if (cluster != null) {
      configuration.configuration(Map.of("flyway.clickhouse.clusterName", cluster));
    }
    return configuration.load();
  }

  private void createDatabase() throws SQLException {
    try (Connection connection = connect(address.withDatabase("default"))) {
      boolean exists;
      try (PreparedStatement statement =
              NamedSql.of(Dialect.CLICKHOUSE, "database_exists")
                  .prepare(connection, Map.of("database", address.database()));
          ResultSet row = statement.executeQuery()) {
        exists = row.next() && row.getLong(1) > 0;
      }
      if (!exists) {
        NamedSql.of(
                Dialect.CLICKHOUSE,
                "database_create",
                Map.of(
                    "database",
                    address.database(),
                    "on_cluster",
                    cluster == null ? "" : " ON CLUSTER '" + cluster + "'"))
            .execute(connection, Map.of());
      }
    }
  }

  /** A table that somebody changed is found here, and not as a poisoned row later. */
  private void checkTables() throws SQLException {
    List<TableShape> shapes = new ArrayList<>(List.of(TableShape.ARRIVAL));
    for (EventTable table : EventTable.values()) {
      shapes.add(table.shape());
    }
    try (Connection connection = connect()) {
      for (TableShape shape : shapes) {
        Map<String, String> types = new LinkedHashMap<>();
        try (PreparedStatement statement =
                NamedSql.of(Dialect.CLICKHOUSE, "table_columns")
                    .prepare(connection, Map.of("table", shape.name()));
            ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            types.put(rows.getString("name"), rows.getString("type"));
          }
        }
        for (Column column : shape.columns()) {
          String type = types.get(column.name());
          if (!columnFits(column, type)) {
            throw new SQLException(
                "column %s of table %s.%s is %s and should be %s: undo what changed it"
                    .formatted(
                        column.name(),
                        address.database(),
                        shape.name(),
                        type == null ? "missing" : type,
                        RowBinaryBlock.type(column)));
          }
        }
      }
    }
  }

  /** How text is compressed or repeated in a table is its owner's business. */
  private static boolean columnFits(Column column, @Nullable String type) {
    return type != null && plain(type).equals(plain(RowBinaryBlock.type(column)));
  }

  private static String plain(String type) {
    return type.replaceAll("LowCardinality\\(((?:Nullable\\()?String\\)?)\\)", "$1");
  }
}
