package dev.pointsman.routing.features;

/**
 * Whether a text holds program text: a fenced block, or at least two lines that look like
 * statements. One pass without regular expressions, linear in the length.
 */
public final class CodeSpotter {

  private static final int LINES_FOR_CODE = 2;

  private static final String[] STARTS = {
    "def ",
    "class ",
    "import ",
    "from ",
    "return ",
    "public ",
    "private ",
    "function ",
    "const ",
    "let ",
    "var ",
    "func ",
    "fn ",
    "#include",
    "package ",
    "SELECT ",
    "select ",
    "$ ",
    "</",
    "@"
  };

  private CodeSpotter() {}

  /** Whether the text holds program text. */
  public static boolean hasCode(String text) {
    if (text.contains("```") || text.contains("~~~")) {
      return true;
    }
    int statements = 0;
    int at = 0;
    while (at < text.length()) {
      int end = text.indexOf('\n', at);
      end = end < 0 ? text.length() : end;
      if (looksLikeStatement(text, at, end) && ++statements >= LINES_FOR_CODE) {
        return true;
      }
      at = end + 1;
    }
    return false;
  }

  private static boolean looksLikeStatement(String text, int from, int to) {
    int start = from;
    while (start < to && text.charAt(start) <= ' ') {
      start++;
    }
    int end = to;
    while (end > start && text.charAt(end - 1) <= ' ') {
      end--;
    }
    if (start == end) {
      return false;
    }
    char last = text.charAt(end - 1);
    if (last == ';' || last == '{' || last == '}') {
      return true;
    }
    for (String prefix : STARTS) {
      if (text.startsWith(prefix, start) && startsStatement(text, start, end, last)) {
        return true;
      }
    }
    return false;
  }

  /** Prose also starts with "from" and "return"; a statement has a sign that prose rarely has. */
  private static boolean startsStatement(String text, int start, int end, char last) {
    if (last == '.' || last == '?' || last == '!' || last == ',') {
      return false;
    }
    for (int at = start; at < end; at++) {
      if ("()[]{}=<>_#*$@".indexOf(text.charAt(at)) >= 0) {
        return true;
      }
    }
    return last == ':' || text.startsWith("import ", start);
  }
}
