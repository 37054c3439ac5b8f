package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventstore.Column.Kind;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Batches of any sizes, one after the other through the same columns, are read back as written. */
class ArrowRowsTest {

  private static final TableShape SHAPE =
      TableShape.named("t")
          .with(Kind.WHOLE, "n")
          .orNull(Kind.TEXT, "s")
          .orNull(Kind.ID, "i")
          .orNull(Kind.FLAG, "f")
          .orNull(Kind.REAL, "d")
          .with(Kind.NAMES, "l")
          .with(Kind.WHOLES, "w")
          .with(Kind.REALS, "r")
          .with(Kind.TEXTS, "m")
          .build();

  private final SplittableRandom random = new SplittableRandom(11);
  private final ColumnMemory columns = new ColumnMemory();
  private final BufferAllocator memory = columns.allocator();
  private DuckDBConnection connection;
  private ArrowRows rows;

  /** A row, each value as the engine prints it. */
  private record Row(
      long n,
      @Nullable String s,
      @Nullable UUID i,
      @Nullable Boolean f,
      @Nullable Double d,
      List<String> l,
      long[] w,
      double[] r,
      Map<String, String> m) {

    String printed() {
      List<String> wholes = new ArrayList<>();
      for (long whole : w) {
        wholes.add(whole < 0 ? "NULL" : Long.toString(whole));
      }
      List<String> reals = new ArrayList<>();
      for (double real : r) {
        reals.add(Double.toString(real));
      }
      return "%d|%s|%s|%s|%s|%s|%s|%s|%s".formatted(n, s, i, f, d, l, wholes, reals, m.toString());
    }
  }

  @BeforeEach
  void open() throws SQLException {
    connection =
        ((Connection) DriverManager.getConnection("jdbc:duckdb:")).unwrap(DuckDBConnection.class);
    try (Statement create = connection.createStatement()) {
      create.execute(
          "CREATE TABLE t (n BIGINT, s VARCHAR, i UUID, f BOOLEAN, d DOUBLE, l VARCHAR[], w"
              + " BIGINT[], r DOUBLE[], m MAP(VARCHAR, VARCHAR))");
    }
    rows = new ArrowRows(SHAPE, connection, memory);
  }

  @AfterEach
  void close() throws SQLException {
    rows.close();
    connection.close();
    memory.close();
    columns.close();
  }

  @Test
  void insert_batchesOfAnySizesAndDensities_readsBackWhatWasWritten() throws SQLException {
    List<String> written = new ArrayList<>();
    for (int size : new int[] {1, 5_000, 2, 9_000, 300, 300, 1, 20_000}) {
      // Some batches are all empty, some full, so that what the last one took is of no use.
      int fullness = random.nextInt(3);
      for (int k = 0; k < size; k++) {
        Row row = row(written.size(), fullness);
        write(row);
        written.add(row.printed());
      }
      rows.insert();
    }
    assertThat(read()).isEqualTo(written);
  }

  @Test
  void clear_rowsNotInserted_leavesThemOut() throws SQLException {
    write(row(1, 2));
    rows.clear();
    Row kept = row(2, 2);
    write(kept);
    rows.insert();
    assertThat(read()).containsExactly(kept.printed());
  }

  private Row row(long n, int fullness) {
    boolean full = fullness == 2 || fullness == 1 && random.nextInt(10) == 0;
    if (!full) {
      return new Row(n, null, null, null, null, List.of(), new long[0], new double[0], Map.of());
    }
    Map<String, String> map = new LinkedHashMap<>();
    for (int k = random.nextInt(4); k > 0; k--) {
      map.put("key" + k, text(20));
    }
    return new Row(
        n,
        text(2_000),
        new UUID(random.nextLong(), random.nextLong()),
        random.nextBoolean(),
        (double) random.nextInt(1_000) / 8,
        IntStream.range(0, random.nextInt(5)).mapToObj(k -> text(30)).toList(),
        random.longs(random.nextInt(6), -1, 5).toArray(),
        random.ints(random.nextInt(6), 0, 100).mapToDouble(k -> k / 4.0).toArray(),
        map);
  }

  private String text(int longest) {
    return (random.nextBoolean() ? "é" : "x").repeat(random.nextInt(longest));
  }

  private void write(Row row) throws SQLException {
    rows.begin()
        .whole(row.n())
        .text(row.s())
        .id(row.i())
        .flag(row.f())
        .real(row.d())
        .names(row.l())
        .wholes(row.w())
        .reals(row.r())
        .texts(row.m())
        .end();
  }

  private List<String> read() throws SQLException {
    List<String> result = new ArrayList<>();
    try (Statement select = connection.createStatement();
        ResultSet found =
            select.executeQuery(
                "SELECT *, map_keys(m)::VARCHAR[] AS keys, map_values(m)::VARCHAR[] AS vals FROM t"
                    + " ORDER BY n")) {
      while (found.next()) {
        Map<String, String> map = new LinkedHashMap<>();
        Object[] keys = (Object[]) found.getArray("keys").getArray();
        Object[] values = (Object[]) found.getArray("vals").getArray();
        for (int k = 0; k < keys.length; k++) {
          map.put((String) keys[k], (String) values[k]);
        }
        List<String> wholes = printed(found.getArray("w").getArray());
        result.add(
            "%d|%s|%s|%s|%s|%s|%s|%s|%s"
                .formatted(
                    found.getLong("n"),
                    found.getString("s"),
                    found.getObject("i"),
                    found.getObject("f"),
                    found.getObject("d"),
                    printed(found.getArray("l").getArray()),
                    wholes,
                    printed(found.getArray("r").getArray()),
                    map));
      }
    }
    return result;
  }

  private static List<String> printed(Object array) {
    List<String> result = new ArrayList<>();
    for (Object value : (Object[]) array) {
      result.add(value == null ? "NULL" : value.toString());
    }
    return result;
  }
}
