package dev.pointsman.report;

import dev.pointsman.eventlog.InferenceEvent.Ending;
import dev.pointsman.eventstore.InferenceFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which rows the live table shows; null is no condition.
 *
 * @param variant the variant that answered, or was chosen where none did
 * @param tags as {@code name=value}
 * @param key public id of an API key
 * @param before the inference that the page goes on behind, null for the newest
 * @param size rows of a page
 */
public record LiveQuery(
    @Nullable String function,
    @Nullable String variant,
    @Nullable String segment,
    @Nullable String lane,
    List<String> tags,
    @Nullable String key,
    @Nullable Ending outcome,
    @Nullable Boolean explored,
    @Nullable UUID before,
    int size) {

  /** The most rows of a page. */
  public static final int MAX_SIZE = 1_000;

  public LiveQuery {
    tags = List.copyOf(tags);
    for (String tag : tags) {
      if (tag.indexOf('=') < 1) {
        throw new IllegalArgumentException("a tag is written name=value, not " + tag);
      }
    }
    if (size < 1 || size > MAX_SIZE) {
      throw new IllegalArgumentException("a page has 1 to %d rows".formatted(MAX_SIZE));
    }
  }

  /** The newest rows of a function. */
  public static LiveQuery of(String function, int size) {
    return new LiveQuery(function, null, null, null, List.of(), null, null, null, null, size);
  }

  InferenceFilter filter() {
    List<InferenceFilter> all = new ArrayList<>();
    if (function != null) {
      all.add(new InferenceFilter.OfFunction(function));
    }
    if (variant != null) {
      all.add(new InferenceFilter.OfVariant(variant));
    }
    if (segment != null) {
      all.add(new InferenceFilter.InSegment(segment));
    }
    if (lane != null) {
      all.add(new InferenceFilter.InLane(lane));
    }
    for (String tag : tags) {
      int equals = tag.indexOf('=');
      all.add(new InferenceFilter.Tag(tag.substring(0, equals), tag.substring(equals + 1), true));
    }
    if (key != null) {
      all.add(new InferenceFilter.OfKey(key));
    }
    if (outcome != null) {
      all.add(new InferenceFilter.Ended(outcome));
    }
    if (explored != null) {
      all.add(new InferenceFilter.Explored(explored));
    }
    return new InferenceFilter.AllOf(all);
  }
}
