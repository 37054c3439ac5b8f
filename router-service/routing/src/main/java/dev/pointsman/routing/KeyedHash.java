package dev.pointsman.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) under an installation's salt, over parts that are each
 * preceded by their length in UTF-8 bytes (four bytes, little-endian), so that no two lists of parts
 * run into the same message. This is hash version {@value Decision#HASH_VERSION}: to change any of
 * it is to change the version.
 *
 * <p>Immutable and safe for concurrent use.
 */
final class KeyedHash {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final double TWO_TO_MINUS_53 = 0x1.0p-53;

  private final long key0;
  private final long key1;

  /**
   * A hash under a key.
   *
   * @param salt 16 bytes
   * @throws IllegalArgumentException if there are not 16 of them
   */
  KeyedHash(byte[] salt) {
    if (salt.length != 16) {
      throw new IllegalArgumentException("the salt must have 16 bytes: " + salt.length);
    }
    key0 = (long) LONGS.get(salt, 0);
    key1 = (long) LONGS.get(salt, 8);
  }

  /** A message that starts with the given parts. */
  Message message(String... parts) {
    Message message = new Message();
    for (String part : parts) {
      message.add(part);
    }
    return message;
  }

  /**
   * The top 53 bits of a hash as a number in (0, 1]: (bits + ½) / 2⁵³. The highest of the 2⁵³ values
   * rounds up to 1, whose exponential arrival is 0; all others lie strictly inside.
   */
  static double uniform(long hash) {
    return ((hash >>> 11) + 0.5) * TWO_TO_MINUS_53;
  }

  /** The hash of the first {@code length} bytes. */
  long hash(byte[] bytes, int length) {
    long v0 = key0 ^ 0x736f6d6570736575L;
    long v1 = key1 ^ 0x646f72616e646f6dL;
    long v2 = key0 ^ 0x6c7967656e657261L;
    long v3 = key1 ^ 0x7465646279746573L;
    int whole = length & ~7;
    for (int at = 0; at <= whole; at += 8) {
      long word = at < whole ? (long) LONGS.get(bytes, at) : lastWord(bytes, whole, length);
      v3 ^= word;
      for (int round = 0; round < 2; round++) {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
      }
      v0 ^= word;
    }
    v2 ^= 0xff;
    for (int round = 0; round < 4; round++) {
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }

  /** The up to seven bytes that are left over, below the message's length in the top byte. */
  private static long lastWord(byte[] bytes, int from, int length) {
    long word = (long) length << 56;
    for (int at = from; at < length; at++) {
      word |= (bytes[at] & 0xffL) << (8 * (at - from));
    }
    return word;
  }

  /** Parts in one growing buffer, so that messages with the same beginning share it. */
  final class Message {

    private byte[] bytes = new byte[160];
    private int length;

    private Message() {}

    /** Appends a part. */
    Message add(String part) {
      byte[] text = part.getBytes(StandardCharsets.UTF_8);
      if (bytes.length - length < text.length + 4) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + text.length + 4));
      }
      INTS.set(bytes, length, text.length);
      System.arraycopy(text, 0, bytes, length + 4, text.length);
      length += text.length + 4;
      return this;
    }

    /** The hash of the parts so far. */
    long hash() {
      return KeyedHash.this.hash(bytes, length);
    }

    /** The uniform number of the parts so far. */
    double uniform() {
      return KeyedHash.uniform(hash());
    }

    /** The uniform number of the parts so far and one more, which is not kept. */
    double uniformWith(String part) {
      int mark = length;
      double result = add(part).uniform();
      length = mark;
      return result;
    }
  }
}
