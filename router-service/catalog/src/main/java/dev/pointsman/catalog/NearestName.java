package dev.pointsman.catalog;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The known name that somebody most probably meant. */
public final class NearestName {

  private NearestName() {}

  /** The nearest name by edit distance, at most a third of the letters away; else null. */
  public static @Nullable String of(String written, Collection<String> known) {
    String best = null;
    int bestDistance = Math.max(1, (written.length() + 1) / 3) + 1;
    for (String name : known) {
      if (Math.abs(name.length() - written.length()) >= bestDistance) {
        continue;
      }
      int distance = distance(written.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
      if (distance < bestDistance) {
        best = name;
        bestDistance = distance;
      }
    }
    return best;
  }

  /**
   * Insertions, deletions, replacements and swaps of neighbours that turn one text into the other:
   * the optimal string alignment distance of Damerau and Levenshtein.
   */
  static int distance(String a, String b) {
    int[] before = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replace, Math.min(last[j], row[j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
      }
      int[] spare = before;
      before = last;
      last = row;
      row = spare;
    }
    return last[b.length()];
  }
}
