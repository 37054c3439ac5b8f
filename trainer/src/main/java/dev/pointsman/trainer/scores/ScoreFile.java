package dev.pointsman.trainer.scores;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.features.FeatureVector;
import java.io.CharConversionException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.CharacterCodingException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Scores from a file: {@code .csv} with a header line (RFC 4180), or {@code .jsonl}, one object a
 * line; either may be packed, {@code .gz}. In UTF-8. Columns, or fields:
 *
 * <ul>
 *   <li>{@code prompt}: what was asked; {@code system}: the system text with it, if any
 *   <li>{@code variant}: a candidate of the function
 *   <li>{@code score}: a value of the function's metric: true or false, or a number in its range; of
 *       a boolean metric also a number in 0..1, the share of answers that were good
 *   <li>{@code cost}: dollars of the answer; {@code output_tokens}: its length; {@code latency_ms}:
 *       how long the caller waited for its first part; each may be left out or empty
 *   <li>the segment: {@code tag:NAME} for each tag of {@code segment_by} (in JSON also an object
 *       {@code tags}), or {@code task} where it has one tag only, or {@code segment} as pages show it
 *   <li>{@code id}: for whoever looks for a row; any other is told and not used
 * </ul>
 *
 * @param name of the file
 * @param sha256 of its bytes as they are, hexadecimal
 * @param rows in the file's order, at least one
 * @param unusedColumns what nothing was taken from, by name
 * @param untagged rows without a value of one or more tags that segments are made of; they teach the
 *     segment of requests without them
 * @param conversations features by the hash of the request, of those with the smallest hashes; none
 *     where the function reads no text
 */
public record ScoreFile(
    String name,
    String sha256,
    List<ScoredRow> rows,
    List<String> unusedColumns,
    long untagged,
    Map<Long, FeatureVector> conversations) {

  /** Unpacked, so that a small file cannot fill the memory. */
  private static final long MOST_BYTES = 1L << 31;

  public ScoreFile {
    rows = List.copyOf(rows);
    unusedColumns = List.copyOf(unusedColumns);
    conversations = Map.copyOf(conversations);
  }

  /**
   * Whose scores they are.
   *
   * @param function the function
   * @param learned how it learns
   * @param rule how a score becomes a reward
   */
  public record Expected(
      FunctionDefinition function, Experimentation.Learned learned, RewardRule rule) {}

  /**
   * Reads a file, the whole of it or nothing.
   *
   * @param name of the file; its ending says what it holds
   * @param file its bytes, packed as it is; read to its end and not closed
   * @throws ScoresRefusedException naming the faults, with line and column
   */
  public static ScoreFile read(String name, InputStream file, Expected expected) {
    boolean packed = name.endsWith(".gz");
    String kind = packed ? name.substring(0, name.length() - ".gz".length()) : name;
    if (!kind.endsWith(".csv") && !kind.endsWith(".jsonl")) {
      throw new ScoresRefusedException(
          "%s: name it .csv or .jsonl, or either with .gz, which says what it holds"
              .formatted(name));
    }
    ScoreRows rows = new ScoreRows(name, expected);
    DigestInputStream raw = new DigestInputStream(new Bounded(file), newSha256());
    try {
      InputStream in = packed ? new Bounded(new GZIPInputStream(raw)) : raw;
      if (kind.endsWith(".csv")) {
        rows.csv(in);
      } else {
        rows.jsonLines(in);
      }
      // What follows a fault, or the end of what is packed, is a part of the file, too.
      raw.transferTo(OutputStream.nullOutputStream());
    } catch (CharacterCodingException | CharConversionException e) {
      throw new ScoresRefusedException(
          "%s, behind line %d: is not readable as UTF-8; save it in UTF-8"
              .formatted(name, rows.line()));
    } catch (IOException e) {
      throw new ScoresRefusedException(
          "%s, behind line %d: cannot be unpacked: %s"
              .formatted(name, rows.line(), e.getMessage()));
    }
    rows.finish();
    return new ScoreFile(
        name,
        hexadecimal(raw),
        rows.rows(),
        rows.unusedColumns(),
        rows.untagged(),
        rows.conversations());
  }

  private static String hexadecimal(DigestInputStream file) {
    return HexFormat.of().formatHex(file.getMessageDigest().digest());
  }

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Ends with an error where a packed file would become too large. */
  private static final class Bounded extends FilterInputStream {
    private long left = MOST_BYTES;

    Bounded(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int result = super.read();
      count(result < 0 ? 0 : 1);
      return result;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int result = super.read(buffer, offset, length);
      count(Math.max(0, result));
      return result;
    }

    private void count(int bytes) throws IOException {
      left -= bytes;
      if (left < 0) {
        throw new IOException(
            "it is larger than %d bytes; give a part of it".formatted(MOST_BYTES));
      }
    }
  }
}
