package dev.pointsman.catalog;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as they are written: {@code 512MB}, {@code 20GB} (powers of ten), {@code 20GiB} (of two). */
final class SizeText {

  private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\s?(B|[kKMGT]i?B)");

  private SizeText() {}

  /** Bytes. */
  static long parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' is no size: write a number and one of B, kB, MB, GB, TB, KiB, MiB, GiB, TiB, as in"
                  .formatted(text)
              + " \"20GB\"");
    }
    String unit = matcher.group(2);
    int power = "BkMGT".indexOf(Character.toString(unit.charAt(0)).replace('K', 'k'));
    long factor = 1;
    for (int i = 0; i < power; i++) {
      factor *= unit.length() == 3 ? 1024 : 1000;
    }
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), factor);
    } catch (ArithmeticException _) {
      throw new IllegalArgumentException("'%s' is more than can be addressed".formatted(text));
    }
  }
}
