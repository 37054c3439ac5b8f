package dev.pointsman.eventstore;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the rounds of one export are made of: actions and features. A feature whose every value is a
 * number is one column; any other is a column of 0 and 1 per value, for the first {@value
 * #MOST_VALUES} values seen.
 */
final class BanditVocabulary {

  private static final int MOST_VALUES = 100;

  private final TreeSet<String> actions = new TreeSet<>();
  private final TreeMap<String, Feature> features = new TreeMap<>();

  private static final class Feature {
    private boolean numeric = true;
    private final TreeSet<String> values = new TreeSet<>();
  }

  void note(BanditRound round) {
    actions.addAll(round.actions());
    for (Map.Entry<String, String> entry : round.context().entrySet()) {
      Feature feature = features.computeIfAbsent(entry.getKey(), name -> new Feature());
      feature.numeric &= isNumber(entry.getValue());
      if (feature.values.size() < MOST_VALUES) {
        feature.values.add(entry.getValue());
      }
    }
  }

  /** All actions by name; an action's number is its index. */
  List<String> actions() {
    return List.copyOf(actions);
  }

  List<String> featureNames() {
    return List.copyOf(features.keySet());
  }

  /** Names of the numeric columns: the feature's, or {@code feature=value}. */
  List<String> columnNames() {
    List<String> names = new ArrayList<>();
    features.forEach(
        (name, feature) -> {
          if (feature.numeric) {
            names.add(name);
          } else {
            feature.values.forEach(value -> names.add(name + "=" + value));
          }
        });
    return names;
  }

  /** The round's context in the numeric columns; what it has no value for is 0. */
  double[] columns(BanditRound round) {
    List<Double> columns = new ArrayList<>();
    features.forEach(
        (name, feature) -> {
          String own = round.context().get(name);
          if (feature.numeric) {
            columns.add(own == null ? 0 : Double.parseDouble(own));
          } else {
            feature.values.forEach(value -> columns.add(value.equals(own) ? 1.0 : 0.0));
          }
        });
    return columns.stream().mapToDouble(Double::doubleValue).toArray();
  }

  static boolean isNumber(String text) {
    if (text.isEmpty() || "+-.0123456789".indexOf(text.charAt(0)) < 0) {
      return false;
    }
    try {
      // Java also reads 1d and 0x1p3, which are names elsewhere.
      return Double.isFinite(Double.parseDouble(text))
          && text.chars().allMatch(c -> "+-.eE0123456789".indexOf(c) >= 0);
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
