package dev.pointsman.eventlog;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Text as the log keeps it. Above {@value #MAX_BYTES} bytes of UTF-8 it is cut to a small JSON
 * object with its hash, its length and its beginning, which still is valid where JSON is expected.
 */
public final class LoggedText {

  /** The most bytes that a text may have in UTF-8 to be kept whole. */
  public static final int MAX_BYTES = 1 << 20;

  private static final int HEAD_CHARS = 4096;
  private static final char REPLACEMENT = '\uFFFD';

  private LoggedText() {}

  /** Whether {@link #shorten} would cut the text; null is never cut. */
  public static boolean tooLong(@Nullable String text) {
    if (text == null || text.length() <= MAX_BYTES / 3) {
      return false;
    }
    return text.length() > MAX_BYTES || utf8Length(text) > MAX_BYTES;
  }

  /**
   * The text itself, or {@code {"sha256":"…","bytes":N,"head":"…"}} when it is too long. The hash is
   * of the UTF-8 bytes, in hex; the head is the first 4,096 characters.
   */
  public static @Nullable String shorten(@Nullable String text) {
    return text != null && tooLong(text) ? shortened(text) : text;
  }

  static String shortenPresent(String text) {
    return tooLong(text) ? shortened(text) : text;
  }

  private static String shortened(String text) {
    byte[] bytes = wellFormed(text).getBytes(StandardCharsets.UTF_8);
    int end = Character.isHighSurrogate(text.charAt(HEAD_CHARS - 1)) ? HEAD_CHARS - 1 : HEAD_CHARS;
    StringBuilder json = new StringBuilder(HEAD_CHARS + 256);
    json.append("{\"sha256\":\"").append(HexFormat.of().formatHex(sha256(bytes)));
    json.append("\",\"bytes\":").append(bytes.length).append(",\"head\":\"");
    for (int i = 0; i < end; i++) {
      quoted(json, text.charAt(i));
    }
    return json.append("\"}").toString();
  }

  private static void quoted(StringBuilder json, char c) {
    if (c == '"' || c == '\\') {
      json.append('\\').append(c);
    } else if (c < ' ') {
      json.append("\\u00").append(HexFormat.of().toHexDigits((byte) c));
    } else {
      json.append(c);
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256, this one says it has not", e);
    }
  }

  private static long utf8Length(String text) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // Each half of a pair counts two of the pair's four bytes.
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return bytes;
  }

  /** The text with halves of surrogate pairs replaced, so that it can be written as UTF-8. */
  static String wellFormed(String text) {
    int half = halfPair(text, 0);
    if (half < 0) {
      return text;
    }
    StringBuilder repaired = new StringBuilder(text);
    for (; half >= 0; half = halfPair(text, half + 1)) {
      repaired.setCharAt(half, REPLACEMENT);
    }
    return repaired.toString();
  }

  static boolean isWellFormed(String text) {
    return halfPair(text, 0) < 0;
  }

  /** Index of the first half of a surrogate pair whose other half is missing, -1 without one. */
  private static int halfPair(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!pairAt(text, i)) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }

  private static boolean pairAt(String text, int i) {
    return i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
  }
}
