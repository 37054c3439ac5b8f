package dev.pointsman.routing.features;

import java.util.List;

/**
 * Turns a conversation into numbers: {@value #MEASURES} measures of its form (lengths, code, maths,
 * question, writing systems, turns, tools) and hashed n-grams of the user's last message (words, word
 * pairs, runs of four characters), in any language and without a dictionary.
 *
 * <p>Pure; no text is built per n-gram. Of a longer message its beginning and its end are read, {@value
 * #LONGEST_TEXT} characters together, so that the cost is bounded; only its length is taken whole. Each of the two groups of n-grams (words; characters) has the values {@code (1 + ln
 * count)} divided by the group's Euclidean length, as in text retrieval; weights of rarity belong to
 * the model.
 *
 * <p>A Han, Kana or Hangul sign is a word of its own: those texts have few spaces.
 */
public final class ConversationFeatures {

  /** Version of what is extracted: a model trained on another version must not be used. */
  public static final int VERSION = 2;

  /** Number of measures; their indices come first. */
  public static final int MEASURES = 32;

  private static final int BUCKET_BITS = 15;

  /** Number of buckets that n-grams are hashed into. */
  public static final int BUCKETS = 1 << BUCKET_BITS;

  /** Number of indices: measures, then buckets. */
  public static final int DIMENSION = MEASURES + BUCKETS;

  private static final int LONGEST_TEXT = 2048;
  private static final int LONGEST_HEAD = 1536;

  /** Beginning and end, and a line end between them. */
  static final int LONGEST_READ = LONGEST_TEXT + 1;

  private static final int FIRST = 0x811c9dc5; // FNV-1a
  private static final int SPACE = 1 << 16;
  private static final int PART = 1 << 17;

  /** Kinds of the characters that most texts are made of. */
  private static final int[] ASCII = new int[128];

  static {
    for (char sign = 0; sign < ASCII.length; sign++) {
      ASCII[sign] = kind(sign);
    }
  }

  private ConversationFeatures() {}

  /** Names of the measures by index, for reports and provenance. */
  public static List<String> measureNames() {
    return TextMeasures.NAMES;
  }

  /**
   * The features of a conversation.
   *
   * @param turns its messages, oldest first; may be empty
   * @param tools how many tools the request offers
   */
  public static FeatureVector of(List<Turn> turns, int tools) {
    String whole = lastUserText(turns);
    String text = read(whole);
    double[] measures = TextMeasures.of(turns, text, whole.length(), tools);
    NgramCounts counts = NgramCounts.take();
    hash(text.toCharArray(), counts);
    return counts.vector(measures);
  }

  /** What is read of a text: all of it, or its beginning and its end. */
  private static String read(String text) {
    return text.length() <= LONGEST_TEXT
        ? text
        : text.substring(0, LONGEST_HEAD)
            + '\n'
            + text.substring(text.length() - (LONGEST_TEXT - LONGEST_HEAD));
  }

  /** The features of a single prompt without tools. */
  public static FeatureVector ofPrompt(String prompt) {
    return of(List.of(Turn.user(prompt)), 0);
  }

  private static String lastUserText(List<Turn> turns) {
    for (int i = turns.size() - 1; i >= 0; i--) {
      if (turns.get(i).role() == Turn.Role.USER) {
        return turns.get(i).text();
      }
    }
    return "";
  }

  /** Counts words, word pairs and runs of four characters. */
  private static void hash(char[] text, NgramCounts counts) {
    long window = 0; // the last four characters, 16 bits each
    int filled = 0;
    int word = FIRST;
    int before = 0;
    boolean inWord = false;
    for (int at = 0; at < text.length; at++) {
      char written = text[at];
      int kind = written < ASCII.length ? ASCII[written] : kind(written);
      int sign = kind & 0xffff;
      boolean space = (kind & SPACE) != 0;
      if (!(space && (window & 0xffff) == ' ')) {
        window = (window << 16) | (space ? ' ' : sign);
        if (++filled >= 4) {
          counts.add(mixed(window), NgramCounts.CHARACTERS);
        }
      }
      if ((kind & PART) != 0) {
        word = word * 0x01000193 ^ sign;
        inWord = true;
        continue;
      }
      if (inWord) {
        before = addWord(word, before, counts);
        word = FIRST;
        inWord = false;
      }
      if (!space) {
        // Signs count as words too: they tell code and formulas from prose.
        before = addWord(sign * 0x9e3779b1, before, counts);
      }
    }
    if (inWord) {
      addWord(word, before, counts);
    }
  }

  private static int addWord(int word, int before, NgramCounts counts) {
    counts.add(mixed(word * 0x9e3779b97f4a7c15L), NgramCounts.WORDS);
    long pair = ((long) before << 32 | (word & 0xffffffffL)) ^ 0x5851f42d4c957f2dL;
    counts.add(mixed(pair), NgramCounts.WORDS);
    return word;
  }

  /** A character in lower case, and whether it is a space or part of a word. */
  private static int kind(char written) {
    char sign = lower(written);
    boolean space = sign <= ' ' || (sign > 127 && Character.isWhitespace(sign));
    boolean part = !isWordOfItsOwn(sign) && isWordPart(sign);
    return sign | (space ? SPACE : 0) | (part ? PART : 0);
  }

  private static char lower(char sign) {
    if (sign < 128) {
      return sign >= 'A' && sign <= 'Z' ? (char) (sign + 32) : sign;
    }
    return Character.toLowerCase(sign);
  }

  private static boolean isWordPart(char sign) {
    if (sign < 128) {
      return (sign >= 'a' && sign <= 'z') || (sign >= '0' && sign <= '9') || sign == '_';
    }
    // Marks and surrogates stay in the word: splitting there would tear scripts and emoji apart.
    int type = Character.getType(sign);
    return Character.isLetterOrDigit(sign)
        || type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.SURROGATE;
  }

  private static boolean isWordOfItsOwn(char sign) {
    return (sign >= 0x3040 && sign <= 0x30ff)
        || (sign >= 0x3400 && sign <= 0x9fff)
        || (sign >= 0xac00 && sign <= 0xd7a3);
  }

  /** The upper bits after the finaliser of SplitMix64, which spreads all input bits over them. */
  private static int mixed(long key) {
    long z = (key ^ (key >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return (int) ((z ^ (z >>> 31)) >>> (64 - BUCKET_BITS));
  }
}
