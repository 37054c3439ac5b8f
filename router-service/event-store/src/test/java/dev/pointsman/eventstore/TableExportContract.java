package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.testing.Events;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TableExportContract {

  private final TestEngine engine;

  TableExportContract(TestEngine engine) {
    this.engine = engine;
  }

  private static final int VALUES = 5_000;
  private EventStore store;
  private Path directory;
  private final List<Double> doubles = new ArrayList<>();

  @BeforeAll
  void open(@TempDir Path temporary) {
    directory = temporary;
    store = engine.open(temporary);
    List<Event> events = new ArrayList<>();
    events.add(Events.inferenceOf(1).tags(Map.of("k", "v \"ü\"")).build());
    events.add(Events.inferenceOf(2).costNanos(null).failed("timeout").build());
    events.add(Events.revision(1));
    events.add(Events.change(1));
    events.add(Events.config(1));
    events.add(Events.textModel(1));
    SplittableRandom random = new SplittableRandom(5);
    doubles.addAll(List.of(0.1 + 0.2, 1 / 3d, Double.MIN_VALUE, Double.MAX_VALUE, -0.0, 1e-7));
    while (doubles.size() < VALUES) {
      double bits = Double.longBitsToDouble(random.nextLong());
      doubles.add(Double.isFinite(bits) ? bits : random.nextDouble());
    }
    for (int i = 0; i < VALUES; i++) {
      events.add(Events.feedback(i, Events.id(i), "score", doubles.get(i)));
    }
    store.append(events, events.size());
  }

  @AfterAll
  void close() {
    store.close();
  }

  @Test
  void write_jsonl_keepsEveryBitOfDoublesInOrder() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long rows = store.export().write(EventTable.FEEDBACK, TableExport.Format.JSONL, out);

    String[] lines = out.toString(StandardCharsets.UTF_8).split("\n");
    assertThat(rows).isEqualTo(VALUES);
    assertThat(lines).hasSize(VALUES);
    for (int i = 0; i < VALUES; i++) {
      String value = lines[i].replaceAll(".*\"value_float\":([^,]+),.*", "$1");
      assertThat(Double.doubleToRawLongBits(Double.parseDouble(value)))
          .isEqualTo(Double.doubleToRawLongBits(doubles.get(i)));
    }
  }

  @Test
  void write_jsonlOfInferences_hasContractColumnsAndPlainValues() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    store.export().write(EventTable.INFERENCE, TableExport.Format.JSONL, out);

    String[] lines = out.toString(StandardCharsets.UTF_8).split("\n");
    assertThat(lines).hasSize(2);
    assertThat(lines[0])
        .startsWith("{\"inference_id\":\"" + Events.id(1) + "\",\"episode_id\":")
        .contains("\"started_at\":\"2026-11-20T00:00:01.000123Z\"")
        .contains("\"tags\":{\"k\":\"v \\\"ü\\\"\"}")
        .contains("\"candidates\":[\"large\",\"medium\",\"small\"]")
        .contains("\"propensities\":[0.5,0.3,0.2]")
        .contains("\"lane_shares\":{\"uniform\":0.01,\"holdout\":0.05,\"policy\":0.94}")
        .contains("\"cost_nanos\":100001,");
    assertThat(lines[1]).contains("\"cost_nanos\":null").contains("\"served_variant\":null");
    assertThat(names(lines[0]))
        .containsSubsequence(
            "event_version",
            "surface",
            "config_hash",
            "kind",
            "group_shares",
            "propensities",
            "chosen_variant",
            "propensity",
            "explored",
            "outcome",
            "input_tokens",
            "overhead_us");
  }

  @Test
  void write_everyTableInEveryFormat_agreesOnRowsAndColumns() throws Exception {
    try (Connection other = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = other.createStatement()) {
      for (EventTable table : EventTable.values()) {
        Path jsonl = directory.resolve(table.tableName() + ".jsonl");
        Path csv = directory.resolve(table.tableName() + ".csv");
        Path parquet = directory.resolve(table.tableName() + ".parquet");
        TableExport export = store.export();
        long rows = export.write(table, TableExport.Format.JSONL, jsonl);
        assertThat(rows).as(table.tableName()).isPositive();
        assertThat(export.write(table, TableExport.Format.CSV, csv)).isEqualTo(rows);
        assertThat(export.write(table, TableExport.Format.PARQUET, parquet)).isEqualTo(rows);

        List<String> columns = names(Files.readAllLines(jsonl).getFirst());
        for (String source :
            List.of("read_csv('" + csv + "', header=true)", "read_parquet('" + parquet + "')")) {
          try (ResultSet read = statement.executeQuery("SELECT * FROM " + source)) {
            List<String> found = new ArrayList<>();
            for (int i = 1; i <= read.getMetaData().getColumnCount(); i++) {
              found.add(read.getMetaData().getColumnName(i));
            }
            assertThat(found).isEqualTo(columns);
          }
        }
      }
    }
  }

  @Test
  void write_csvAndParquet_keepEveryBitOfDoubles() throws Exception {
    ByteArrayOutputStream csv = new ByteArrayOutputStream();
    store.export().write(EventTable.FEEDBACK, TableExport.Format.CSV, csv);
    String[] lines = csv.toString(StandardCharsets.UTF_8).split("\n");
    List<String> header = List.of(lines[0].split(","));
    int column = header.indexOf("value_float");
    for (int i = 0; i < VALUES; i++) {
      assertThat(Double.parseDouble(lines[i + 1].split(",")[column])).isEqualTo(doubles.get(i));
    }
    assertThat(lines[1].split(",")[header.indexOf("received_at")])
        .isEqualTo("2026-11-20T00:01:00.000123Z");

    Path file = directory.resolve("bits.parquet");
    store.export().write(EventTable.FEEDBACK, TableExport.Format.PARQUET, file);
    try (Connection other = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = other.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT value_float FROM read_parquet('" + file + "')")) {
      for (double expected : doubles) {
        rows.next();
        assertThat(rows.getDouble(1)).isEqualTo(expected);
      }
    }
  }

  @Test
  void ofName_unknown_listsWhatThereIs() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EventTable.ofName("inferences"))
        .withMessageContaining("inference_payload");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TableExport.Format.ofName("xml"))
        .withMessageContaining("jsonl, csv, parquet");
    assertThat(EventTable.ofName("feedback")).isEqualTo(EventTable.FEEDBACK);
  }

  private static List<String> names(String line) {
    List<String> names = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(line)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        names.add(json.currentName());
        json.nextToken();
        json.skipChildren();
      }
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return names;
  }
}
