package dev.pointsman.replay;

/**
 * How long a prompt is, in the parts that tokenizers bill by: short words, the letters of words that
 * are longer than {@value #SHORT_WORD}, digits, other visible signs.
 */
final class PromptSize {

  /** Number of parts. */
  static final int PARTS = 4;

  private static final int SHORT_WORD = 7;

  private PromptSize() {}

  static double[] of(String prompt) {
    double[] size = new double[PARTS];
    int word = 0;
    for (int at = 0; at <= prompt.length(); at++) {
      char sign = at < prompt.length() ? prompt.charAt(at) : ' ';
      if (Character.isLetter(sign)) {
        word++;
        continue;
      }
      if (word > SHORT_WORD) {
        size[1] += word;
      } else if (word > 0) {
        size[0]++;
      }
      word = 0;
      if (Character.isDigit(sign)) {
        size[2]++;
      } else if (!Character.isWhitespace(sign)) {
        size[3]++;
      }
    }
    return size;
  }
}
