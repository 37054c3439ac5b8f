package dev.pointsman.chat.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds bytes of JSON that are not merely copied, eight at a time.
 *
 * @see <a href="https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord">Bit Twiddling
 *     Hacks, bytes of a word that are less than n, or zero</a>
 */
final class ByteScan {

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long TOPS = 0x8080_8080_8080_8080L;

  private ByteScan() {}

  /**
   * The next byte that cannot be taken over from a text into JSON without a look at it: a control
   * character, a quotation mark, a backslash, or a question mark, which may stand for half a
   * surrogate pair.
   *
   * @return its index; the length of {@code utf8} if there is none
   */
  static int special(byte[] utf8, int from) {
    int at = from;
    for (; at + Long.BYTES <= utf8.length; at += Long.BYTES) {
      long word = (long) WORDS.get(utf8, at);
      long hits =
          (below(word, ' ') | equal(word, '"') | equal(word, '\\') | equal(word, '?')) & TOPS;
      if (hits != 0) {
        return at + Long.numberOfTrailingZeros(hits) / Byte.SIZE;
      }
    }
    while (at < utf8.length && !isSpecial(utf8[at])) {
      at++;
    }
    return at;
  }

  /** The next backslash; the length of {@code json} if there is none. */
  static int backslash(byte[] json, int from) {
    int at = from;
    for (; at + Long.BYTES <= json.length; at += Long.BYTES) {
      long hits = equal((long) WORDS.get(json, at), '\\') & TOPS;
      if (hits != 0) {
        return at + Long.numberOfTrailingZeros(hits) / Byte.SIZE;
      }
    }
    while (at < json.length && json[at] != '\\') {
      at++;
    }
    return at;
  }

  private static boolean isSpecial(byte b) {
    return b >= 0 && b < ' ' || b == '"' || b == '\\' || b == '?';
  }

  // Of the top bits the lowest that is set is right; those above it may be set by a borrow.

  private static long below(long word, int limit) {
    return word - ONES * limit & ~word;
  }

  private static long equal(long word, int b) {
    return below(word ^ ONES * b, 1);
  }
}
