package dev.pointsman.routing;

import java.util.Collection;
import java.util.List;

/** What all policies ask of their candidates and contexts. */
final class Arms {

  private Arms() {}

  /** The names in name order, refused when empty or double. */
  static List<String> sorted(Collection<String> names) {
    List<String> result = names.stream().sorted().toList();
    checkCandidates(result);
    return result;
  }

  /** Refuses candidates that are not in strict name order. */
  static List<String> checkCandidates(List<String> names) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("candidates are empty: name at least one variant");
    }
    for (int arm = 1; arm < names.size(); arm++) {
      if (names.get(arm - 1).compareTo(names.get(arm)) >= 0) {
        throw new IllegalArgumentException(
            "candidates must be in name order, each once: %s before %s"
                .formatted(names.get(arm - 1), names.get(arm)));
      }
    }
    return List.copyOf(names);
  }

  /** The selectable arms of a context, refused when the context was made for other candidates. */
  static boolean[] checkSelectable(DecisionContext context, List<String> candidates) {
    boolean[] selectable = context.selectable();
    if (selectable.length != candidates.size() || context.prices().size() != candidates.size()) {
      throw new IllegalArgumentException(
          "the context must have one entry per candidate (%d): %d selectable, %d prices"
              .formatted(candidates.size(), selectable.length, context.prices().size()));
    }
    for (boolean arm : selectable) {
      if (arm) {
        return selectable;
      }
    }
    throw new IllegalArgumentException("no arm of " + candidates + " is selectable");
  }

  /** The same probability on each of the given arms. */
  static double[] uniform(boolean[] arms) {
    int count = 0;
    for (boolean arm : arms) {
      count += arm ? 1 : 0;
    }
    double[] result = new double[arms.length];
    for (int arm = 0; arm < arms.length; arm++) {
      result[arm] = arms[arm] ? 1.0 / count : 0;
    }
    return result;
  }

  /** The arm with the largest value among the given ones; the first of them in name order. */
  static int best(double[] values, boolean[] among) {
    int best = -1;
    for (int arm = 0; arm < values.length; arm++) {
      if (among[arm] && (best < 0 || values[arm] > values[best])) {
        best = arm;
      }
    }
    return best;
  }
}
