package dev.pointsman.routing.features;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * What the bytes of all models have in common: big-endian {@code magic, format, …, CRC-32C}, names
 * with their lengths before them, and an id made of them.
 *
 * @param magic what they begin with
 * @param kind what an error calls them, as in "not a text model"
 * @param newest the newest format; all from 1 on can be read
 * @param leastLength of the shortest that can be
 */
record ModelBytes(int magic, String kind, int newest, int leastLength) {

  private static final int LONGEST_NAME = 1_000;

  /** Room for a model, with its head; the checksum's is counted in. */
  ByteBuffer begin(int format, int length) {
    return ByteBuffer.allocate(length).putInt(magic).put((byte) format);
  }

  /** All that was put, and its checksum. */
  static byte[] end(ByteBuffer out) {
    return out.putInt(checksum(out.array(), out.position())).array();
  }

  /**
   * What follows the head, up to the checksum.
   *
   * @throws IllegalArgumentException if it is another thing, or cut or changed; with what is wrong
   */
  ByteBuffer open(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes.clone());
    require(bytes.length >= leastLength && in.getInt() == magic, "it does not begin like one");
    byte format = in.get();
    require(
        format >= 1 && format <= newest,
        "its format is %d, this version reads up to %d".formatted(format, newest));
    require(
        checksum(bytes, bytes.length - 4) == in.getInt(bytes.length - 4),
        "its checksum does not fit: it was cut or changed");
    return in.limit(bytes.length - 4);
  }

  /**
   * Refuses bytes that do not fit.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  void require(boolean fits, String otherwise) {
    if (!fits) {
      throw new IllegalArgumentException("not " + kind + ": " + otherwise);
    }
  }

  /** A name as it is put. */
  static byte[] name(String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(4 + text.length).putInt(text.length).put(text).array();
  }

  /** Reads a name back. */
  String name(ByteBuffer in) {
    require(in.remaining() >= 4, "its names are cut");
    int length = in.getInt();
    require(
        length >= 0 && length <= LONGEST_NAME && length <= in.remaining(),
        "a name has %d bytes".formatted(length));
    byte[] name = new byte[length];
    in.get(name);
    return new String(name, StandardCharsets.UTF_8);
  }

  /** A prefix and 16 hex digits of the bytes' SHA-256. */
  static String id(String prefix, byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return prefix + HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, length);
    return (int) sum.getValue();
  }
}
