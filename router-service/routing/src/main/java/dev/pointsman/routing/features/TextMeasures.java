package dev.pointsman.routing.features;

import java.util.List;

/**
 * The measures of a conversation's form, each about 0..1: logarithms of counts divided by that of a
 * large count, and shares of the last user message's characters.
 */
final class TextMeasures {

  static final List<String> NAMES =
      List.of(
          "length",
          "words",
          "word_length",
          "lines",
          "digits_share",
          "upper_share",
          "punctuation_share",
          "maths_share",
          "space_share",
          "numbers",
          "has_code",
          "fences",
          "has_latex",
          "ends_in_question",
          "questions",
          "options",
          "latin_share",
          "greek_cyrillic_share",
          "semitic_share",
          "indic_share",
          "han_share",
          "kana_hangul_share",
          "other_script_share",
          "sentences",
          "brackets_share",
          "turns",
          "user_turns",
          "assistant_turns",
          "tool_turns",
          "system_length",
          "context_length",
          "tools");

  private TextMeasures() {}

  /**
   * The measures.
   *
   * @param text what is read of the user's last message
   * @param length how long that message is
   */
  static double[] of(List<Turn> turns, String text, int length, int tools) {
    Scan scan = new Scan();
    scan.read(text.toCharArray());
    int n = Math.max(text.length(), 1);
    int letters = Math.max(scan.letters(), 1);
    double[] out = new double[ConversationFeatures.MEASURES];
    int i = 0;
    out[i++] = logarithmic(length, 10_000);
    out[i++] = logarithmic(scan.words, 2_000);
    out[i++] = Math.min((double) scan.letters() / Math.max(scan.words, 1) / 10, 2);
    out[i++] = logarithmic(scan.lines, 200);
    out[i++] = (double) scan.digits / n;
    out[i++] = (double) scan.upper / letters;
    out[i++] = (double) scan.punctuation / n;
    out[i++] = (double) scan.maths / n;
    out[i++] = (double) scan.spaces / n;
    out[i++] = logarithmic(scan.numbers, 50);
    out[i++] = CodeSpotter.hasCode(text) ? 1 : 0;
    out[i++] = logarithmic(scan.fences, 10);
    out[i++] = scan.latex ? 1 : 0;
    out[i++] = scan.lastIsQuestion ? 1 : 0;
    out[i++] = logarithmic(scan.questions, 10);
    out[i++] = logarithmic(scan.options, 10);
    for (int script = 0; script < Scan.SCRIPTS; script++) {
      out[i++] = (double) scan.scripts[script] / letters;
    }
    out[i++] = logarithmic(scan.sentences, 100);
    out[i++] = (double) scan.brackets / n;
    int[] byRole = new int[Turn.Role.values().length];
    long system = 0;
    long all = 0;
    for (Turn turn : turns) {
      byRole[turn.role().ordinal()]++;
      all += turn.text().length();
      system += turn.role() == Turn.Role.SYSTEM ? turn.text().length() : 0;
    }
    out[i++] = logarithmic(turns.size(), 50);
    out[i++] = logarithmic(byRole[Turn.Role.USER.ordinal()], 50);
    out[i++] = logarithmic(byRole[Turn.Role.ASSISTANT.ordinal()], 50);
    out[i++] = logarithmic(byRole[Turn.Role.TOOL.ordinal()], 50);
    out[i++] = logarithmic(system, 10_000);
    out[i++] = logarithmic(all, 100_000);
    out[i] = logarithmic(tools, 50);
    return out;
  }

  /** ln(1 + count)/ln(1 + large): 0 for none, 1 for a large count. */
  private static double logarithmic(long count, int large) {
    // StrictMath, since a model is trained on one machine and used on another.
    return StrictMath.log(1.0 + count) / StrictMath.log(1.0 + large);
  }

  /** Counts of one text, taken in one pass. */
  private static final class Scan {

    private static final int LONGEST_FORMULA = 80;
    private static final int SCRIPTS = 7;
    private static final int LATIN = 0;
    private static final int GREEK_CYRILLIC = 1;
    private static final int SEMITIC = 2;
    private static final int INDIC = 3;
    private static final int HAN = 4;
    private static final int KANA_HANGUL = 5;
    private static final int OTHER = 6;

    private final int[] scripts = new int[SCRIPTS];
    private int words;
    private int lines;
    private int digits;
    private int upper;
    private int punctuation;
    private int maths;
    private int spaces;
    private int numbers;
    private int fences;
    private int questions;
    private int options;
    private int sentences;
    private int brackets;
    private boolean latex;
    private int lastQuestion = -1; // where it is
    private boolean lastIsQuestion;

    private int letters() {
      int sum = 0;
      for (int count : scripts) {
        sum += count;
      }
      return sum;
    }

    private void read(char[] text) {
      // What counts at most characters is in local variables, which stay in registers.
      int latin = 0;
      int blank = 0;
      int begun = 0;
      boolean inWord = false;
      boolean inNumber = false;
      int inLine = 0; // visible signs since the line began
      int lastLetter = -1; // where the last letter or digit is
      lines = text.length == 0 ? 0 : 1;
      for (int at = 0; at < text.length; at++) {
        char sign = text[at];
        boolean letter = false;
        boolean digit = false;
        if (sign >= 'a' && sign <= 'z') {
          letter = true;
          latin++;
        } else if (sign <= ' ') {
          blank++;
          if (sign == '\n') {
            lines++;
            inLine = 0;
          }
        } else if (sign >= 'A' && sign <= 'Z') {
          letter = true;
          upper++;
          latin++;
        } else if (sign >= '0' && sign <= '9') {
          digit = true;
          digits++;
        } else if (sign < 128) {
          ascii(sign, text, at, inLine);
        } else if (inWord && isMark(sign)) {
          // An accent or a vowel sign is part of its word, and no letter of its own.
          letter = true;
        } else if (Character.isSpaceChar(sign)) {
          blank++;
        } else if (Character.isLetter(sign) || Character.isSurrogate(sign)) {
          letter = true;
          upper += Character.isUpperCase(sign) ? 1 : 0;
          scripts[script(sign)]++;
        } else {
          wide(sign, at);
        }
        inLine += sign > ' ' ? 1 : 0;
        lastLetter = letter || digit ? at : lastLetter;
        begun += letter && !inWord ? 1 : 0;
        numbers += digit && !inNumber ? 1 : 0;
        inWord = letter;
        inNumber = digit;
      }
      scripts[LATIN] += latin;
      spaces = blank;
      words = begun;
      lastIsQuestion = lastQuestion > lastLetter;
    }

    private void ascii(char sign, char[] text, int at, int inLine) {
      punctuation++;
      switch (sign) {
        case '?' -> question(at);
        case '`' -> fences += endsFence(text, at) ? 1 : 0;
        case '.', '!' -> sentences++;
        case '(', ')', '[', ']', '{', '}' -> {
          brackets++;
          // "(A)" and "A)" both close after at most two signs of their line.
          options += sign == ')' && (inLine == 1 || inLine == 2) ? 1 : 0;
        }
        case '+', '=', '<', '>', '^', '*', '/', '%' -> maths++;
        case '$', '\\' -> {
          maths++;
          latex = latex || (sign == '$' ? opensFormula(text, at) : isCommand(text, at + 1));
        }
        default -> {}
      }
      if ((sign == '.' || sign == ':') && inLine == 1) {
        options++; // "A." and "A:" begin a line
      }
    }

    private void question(int at) {
      questions++;
      lastQuestion = at;
    }

    /** Whether this is the third backtick in a row. */
    private static boolean endsFence(char[] text, int at) {
      return at >= 2
          && text[at - 1] == '`'
          && text[at - 2] == '`'
          && !(at >= 3 && text[at - 3] == '`');
    }

    /** Whether LaTeX's brackets or a command of at least three letters follow the backslash. */
    private static boolean isCommand(char[] text, int from) {
      if (from < text.length && (text[from] == '(' || text[from] == '[')) {
        return true;
      }
      int letters = 0;
      while (from + letters < text.length && letters < 3) {
        char sign = text[from + letters];
        if (!((sign >= 'a' && sign <= 'z') || (sign >= 'A' && sign <= 'Z'))) {
          return false;
        }
        letters++;
      }
      return letters == 3;
    }

    /** Whether a second dollar sign closes something like {@code x^2} on the same line. */
    private static boolean opensFormula(char[] text, int at) {
      boolean formula = false;
      for (int next = at + 1; next < Math.min(text.length, at + LONGEST_FORMULA); next++) {
        switch (text[next]) {
          case '$' -> {
            return formula || next == at + 1;
          }
          case '\n' -> {
            return false;
          }
          case '^', '_', '=', '\\' -> formula = true;
          default -> {}
        }
      }
      return false;
    }

    private static boolean isMark(char sign) {
      int type = Character.getType(sign);
      return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
    }

    private void wide(char sign, int at) {
      punctuation++;
      if (sign == '？' || sign == '؟' || sign == '՞') { // full-width, Arabic, Armenian
        question(at);
      } else if (sign == '。' || sign == '।' || sign == '！') {
        sentences++;
      } else if (Character.getType(sign) == Character.MATH_SYMBOL) {
        maths++;
      }
    }

    private static int script(char sign) {
      if (sign < 0x370 || (sign >= 0x1e00 && sign <= 0x1eff)) {
        return LATIN;
      }
      if (sign <= 0x52f) {
        return GREEK_CYRILLIC;
      }
      if (sign >= 0x590 && sign <= 0x8ff) {
        return SEMITIC;
      }
      if (sign >= 0x900 && sign <= 0xdff) {
        return INDIC;
      }
      if (sign >= 0x3400 && sign <= 0x9fff) {
        return HAN;
      }
      if ((sign >= 0x3040 && sign <= 0x30ff)
          || (sign >= 0xac00 && sign <= 0xd7a3)
          || (sign >= 0x1100 && sign <= 0x11ff)) {
        return KANA_HANGUL;
      }
      return OTHER;
    }
  }
}
