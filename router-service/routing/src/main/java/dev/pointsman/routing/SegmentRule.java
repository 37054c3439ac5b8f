package dev.pointsman.routing;

import dev.pointsman.routing.features.CodeSpotter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A function's {@code segment_by}: which features of a request are taken, and the segment that their
 * joint value names. A feature is {@code tag:NAME}, the value of a tag, or {@code has_code}, whether
 * the user's last message holds program text.
 *
 * <p>Pure: the same tags and text give the same segment, on every node and in replay. How many
 * segments are kept is the business of {@link SegmentVocabulary}.
 */
public final class SegmentRule {

  /** The version of what is extracted; logged with every decision. */
  public static final int FEATURE_VERSION = 1;

  /** The segment of functions that declare none. */
  public static final String ALL = "all";

  private static final String TAG = "tag:";
  private static final String HAS_CODE = "has_code";

  /** A tag longer than this is a text, not a category; segments share its beginning. */
  private static final int LONGEST_VALUE = 100;

  private final List<String> features;

  private SegmentRule(List<String> features) {
    this.features = features;
  }

  /**
   * The rule of a {@code segment_by} list, in its order.
   *
   * @throws IllegalArgumentException if a feature is unknown or listed twice
   */
  public static SegmentRule of(List<String> segmentBy) {
    List<String> features = new ArrayList<>();
    for (String feature : segmentBy) {
      boolean known =
          feature.equals(HAS_CODE) || (feature.startsWith(TAG) && feature.length() > TAG.length());
      if (!known) {
        throw new IllegalArgumentException(
            "segment_by: unknown feature \"%s\": use \"tag:NAME\" or \"has_code\""
                .formatted(feature));
      }
      if (features.contains(feature)) {
        throw new IllegalArgumentException(
            "segment_by: feature \"%s\" is listed twice".formatted(feature));
      }
      features.add(feature);
    }
    return new SegmentRule(List.copyOf(features));
  }

  /** Whether a feature is taken from the text of the user's last message. */
  public boolean readsText() {
    return features.contains(HAS_CODE);
  }

  /**
   * The values of the rule's features; a tag that is not set is left out.
   *
   * @param tags the request's tags
   * @param lastUserText the text of the user's last message, null when there is none; not needed
   *     unless {@link #readsText}
   */
  public Map<String, String> features(Map<String, String> tags, @Nullable String lastUserText) {
    Map<String, String> result = new TreeMap<>();
    for (String feature : features) {
      if (feature.equals(HAS_CODE)) {
        result.put(
            feature, Boolean.toString(lastUserText != null && CodeSpotter.hasCode(lastUserText)));
      } else {
        String value = tags.get(feature.substring(TAG.length()));
        if (value != null) {
          result.put(feature, shortened(value));
        }
      }
    }
    return result;
  }

  /**
   * The segment of feature values, for example {@code billing/code}: the values in the rule's order,
   * {@code -} for a missing tag, {@code code} or {@code plain} for {@code has_code}. A {@code /},
   * {@code %} or lone {@code -} inside a tag is written as {@code %2F}, {@code %25}, {@code %2D}, so
   * different values never share a segment.
   */
  public String segment(Map<String, String> values) {
    if (features.isEmpty()) {
      return ALL;
    }
    StringBuilder result = new StringBuilder();
    for (String feature : features) {
      // Even the first part may be empty, so the separator always goes before a part.
      result.append('/');
      String value = values.get(feature);
      if (feature.equals(HAS_CODE)) {
        result.append("true".equals(value) ? "code" : "plain");
      } else {
        result.append(value == null ? "-" : escaped(value));
      }
    }
    return result.substring(1);
  }

  private static String shortened(String value) {
    if (value.length() <= LONGEST_VALUE) {
      return value;
    }
    boolean splitsPair = Character.isHighSurrogate(value.charAt(LONGEST_VALUE - 1));
    return value.substring(0, splitsPair ? LONGEST_VALUE - 1 : LONGEST_VALUE);
  }

  private static String escaped(String value) {
    return value.equals("-") ? "%2D" : value.replace("%", "%25").replace("/", "%2F");
  }
}
