package dev.pointsman.eventstore;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.ServerException;
import com.clickhouse.client.api.insert.InsertResponse;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.data.ClickHouseFormat;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sends blocks of rows, each under a name by which the server knows it again. What the server says
 * about the rows themselves is told from what it says about itself: a block with a bad row is sent in
 * halves down to that row, all else stops everything until the server works again.
 */
final class ClickHouseInserts implements AutoCloseable {

  /**
   * Codes by which the server refuses values, whoever sends them: unparsable, out of range, of the
   * wrong type, null, too large, or against a constraint of the table.
   */
  private static final Set<Integer> ABOUT_ROWS =
      Set.of(
          6, // CANNOT_PARSE_TEXT
          25, // CANNOT_PARSE_ESCAPE_SEQUENCE
          26, // CANNOT_PARSE_QUOTED_STRING
          27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
          38, // CANNOT_PARSE_DATE
          41, // CANNOT_PARSE_DATETIME
          53, // TYPE_MISMATCH
          69, // ARGUMENT_OUT_OF_BOUND
          70, // CANNOT_CONVERT_TYPE
          72, // CANNOT_PARSE_NUMBER
          117, // INCORRECT_DATA
          128, // TOO_LARGE_ARRAY_SIZE
          131, // TOO_LARGE_STRING_SIZE
          190, // SIZES_OF_ARRAYS_DONT_MATCH
          321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
          349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
          376, // CANNOT_PARSE_UUID
          395, // FUNCTION_THROW_IF_VALUE_IS_NON_ZERO
          407, // DECIMAL_OVERFLOW
          469, // VIOLATED_CONSTRAINT
          691); // UNKNOWN_ELEMENT_OF_ENUM

  private static final Pattern ERROR_NAME = Pattern.compile("\\(([A-Z_]{4,})\\)");

  private final Client client;

  ClickHouseInserts(Client client) {
    this.client = client;
  }

  /** A row that the server refused. */
  record Rejection(int row, String reason) {}

  /** The server is not able to take anything, or not now; the message repeats no values. */
  static final class UnavailableException extends Exception {
    private final int code;

    UnavailableException(String message, int code, Throwable cause) {
      super(message, cause);
      this.code = code;
    }

    /** Whether what is missing is a table or the database. */
    boolean isMissingTable() {
      return code == 60 || code == 81;
    }
  }

  /**
   * Stores all rows of a block that the server does not refuse.
   *
   * @param name of the block: a block of that name is stored once
   * @param rejections takes those that it refuses
   */
  void send(RowBinaryBlock block, String name, List<Rejection> rejections)
      throws UnavailableException {
    send(block, 0, block.rows(), name, rejections);
  }

  private void send(RowBinaryBlock block, int from, int to, String name, List<Rejection> rejections)
      throws UnavailableException {
    ServerException refusal = insert(block, from, to, name);
    if (refusal == null) {
      return;
    }
    if (to - from == 1) {
      rejections.add(new Rejection(from, error(refusal)));
      return;
    }
    int middle = (from + to) >>> 1;
    send(block, from, middle, partName(block, from, middle), rejections);
    send(block, middle, to, partName(block, middle, to), rejections);
  }

  /** A part is named by what is in it, which whoever cuts a block differently cannot meet. */
  static String partName(RowBinaryBlock block, int from, int to) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] piece = new byte[1 << 13];
      try (InputStream bytes = block.stream(from, to)) {
        for (int read = bytes.read(piece); read > 0; read = bytes.read(piece)) {
          digest.update(piece, 0, read);
        }
      }
      return block.table().name() + "-" + HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns what is wrong with the rows, null when they are stored. */
  private @Nullable ServerException insert(RowBinaryBlock block, int from, int to, String name)
      throws UnavailableException {
    InsertSettings settings =
        new InsertSettings()
            .setDeduplicationToken(name)
            // An import may reach over many months; what is at work reaches over one or two.
            .serverSetting("max_partitions_per_insert_block", "0");
    try (InsertResponse response =
        client
            .insert(
                block.table().name(),
                block.table().columnNames(),
                block.stream(from, to),
                ClickHouseFormat.RowBinary,
                settings)
            .get()) {
      return null;
    } catch (ExecutionException e) {
      return sorted(block, e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException("sending was interrupted", 0, e);
    } catch (Exception e) {
      return sorted(block, e);
    }
  }

  private static ServerException sorted(RowBinaryBlock block, Throwable e)
      throws UnavailableException {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof ServerException refused) {
        if (ABOUT_ROWS.contains(refused.getCode())) {
          return refused;
        }
        throw new UnavailableException(
            "table %s: %s".formatted(block.table().name(), error(refused)), refused.getCode(), e);
      }
    }
    throw new UnavailableException(ClickHouseServer.reason(e), 0, e);
  }

  /** The server's own words may repeat values of the row. */
  private static String error(ServerException e) {
    Matcher name = ERROR_NAME.matcher(String.valueOf(e.getMessage()));
    String found = "";
    while (name.find()) {
      found = " " + name.group(1);
    }
    return "ClickHouse error %d%s".formatted(e.getCode(), found);
  }

  @Override
  public void close() {
    client.close();
  }
}
