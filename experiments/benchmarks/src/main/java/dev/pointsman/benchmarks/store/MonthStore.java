package dev.pointsman.benchmarks.store;

import dev.pointsman.catalog.CatalogReader;
import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.ProviderKind;
import dev.pointsman.eventstore.ClickHouseSettings;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RewardRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A store with a month of traffic, and the configuration of the functions whose traffic it is. */
final class MonthStore {

  static final List<String> FUNCTIONS =
      List.of("support_reply", "summarise", "extract", "classify");
  static final String METRIC = "resolved";

  private MonthStore() {}

  /**
   * Opens a store, and fills it first if it is empty.
   *
   * @param args a directory; decisions (default 5,000,000); feedbacks (default 2,000,000); JDBC URL
   *     of a ClickHouse database (default: the embedded store)
   */
  static EventStore filled(String[] args) throws IOException, SQLException {
    Path directory = Files.createDirectories(Path.of(args[0]));
    MonthOfTraffic month =
        new MonthOfTraffic(
            args.length > 1 ? Long.parseLong(args[1]) : 5_000_000,
            args.length > 2 ? Long.parseLong(args[2]) : 2_000_000);
    String url = args.length > 3 ? args[3] : null;
    try (EventStore created = open(directory, url)) {
      // Makes the tables.
      created.traffic().functionNames();
    }
    fill(directory, url, month);
    return open(directory, url);
  }

  private static EventStore open(Path directory, @Nullable String url) {
    return url == null
        ? EventStore.open(directory, EventStore.Settings.DEFAULT)
        : EventStore.connect(directory, ClickHouseSettings.of(url));
  }

  private static void fill(Path directory, @Nullable String url, MonthOfTraffic month)
      throws SQLException, IOException {
    long start = System.nanoTime();
    try (Connection connection = DriverManager.getConnection(url == null ? "jdbc:duckdb:" : url);
        Statement statement = connection.createStatement()) {
      if (url == null) {
        statement.execute(
            "ATTACH '%s' AS ev (ROW_GROUP_SIZE 8192, STORAGE_VERSION 'latest')"
                .formatted(directory.resolve("events.duckdb")));
        statement.execute("USE ev");
        statement.execute("SET force_compression = 'zstd'");
        statement.execute("SET memory_limit = '2GB'");
        statement.execute("SET threads = 2");
      }
      if (month.fill(connection, url == null ? "duckdb" : "clickhouse")) {
        System.out.printf("filled in %.0f s%n", (System.nanoTime() - start) / 1e9);
      }
    }
  }

  static RewardRule rule(String function) {
    return RewardRule.ofBoolean(function, METRIC, RewardRule.Level.INFERENCE, Duration.ofDays(1));
  }

  static FunctionCatalog catalog() {
    return catalog("");
  }

  /**
   * The same with more in every function's experimentation.
   *
   * @param more lines of TOML
   */
  static FunctionCatalog catalog(String more) {
    StringBuilder text =
        new StringBuilder("[metrics.resolved]\ntype = \"boolean\"\nlevel = \"inference\"\n");
    text.append("optimize = \"max\"\n");
    List<String> variants = List.of("grand", "large", "medium", "small");
    for (String function : FUNCTIONS) {
      text.append("[functions.%s]\ntype = \"chat\"\n".formatted(function));
      for (String variant : variants) {
        text.append(
            "variants.%s = { type = \"chat_completion\", model = \"dummy::good\" }\n"
                .formatted(variant));
      }
      text.append("[functions.%s.experimentation]\ntype = \"learned\"\n".formatted(function));
      text.append("metric = \"resolved\"\nbaseline_variant = \"large\"\n");
      text.append("candidate_variants = [\"grand\", \"large\", \"medium\", \"small\"]\n");
      text.append(more);
    }
    CatalogReading reading =
        new CatalogReader(List.of(new ProviderKind("dummy", (table, r) -> "dummy")), Map.of())
            .readText("benchmark.toml", text.toString());
    if (reading instanceof CatalogReading.Loaded loaded) {
      return loaded.catalog();
    }
    throw new IllegalStateException(reading.diagnostics().toString());
  }
}
