package dev.pointsman.eventstore;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The part of the traffic that a figure is about. Null asks for no value in particular; of tags, all
 * must match. Ranges are rounded out to whole minutes, and to whole hours where they lie days back.
 *
 * @param from start of the range
 * @param to end of the range, exclusive
 * @param variant of decisions the one that was chosen, of inferences the one that served
 * @param model what answered
 * @param tags values by name; only tags that {@code store.rollup_tags} names can be asked for
 */
public record TrafficFilter(
    Instant from,
    Instant to,
    @Nullable String functionName,
    @Nullable String segment,
    @Nullable String variant,
    @Nullable String generation,
    @Nullable String lane,
    @Nullable String model,
    @Nullable String keyId,
    @Nullable String teamId,
    Map<String, String> tags) {

  /** Separates what belongs together in a parameter. */
  static final String WITHIN_A_TAG = "\u001e";

  /** A filter that later changes of the map do not reach. */
  public TrafficFilter {
    tags = Map.copyOf(tags);
  }

  /** Everything in a range. */
  public static TrafficFilter between(Instant from, Instant to) {
    return new TrafficFilter(from, to, null, null, null, null, null, null, null, null, Map.of());
  }

  /** The same of one function. */
  public TrafficFilter ofFunction(@Nullable String name) {
    return new TrafficFilter(
        from, to, name, segment, variant, generation, lane, model, keyId, teamId, tags);
  }

  /** The same of one segment. */
  public TrafficFilter ofSegment(@Nullable String name) {
    return new TrafficFilter(
        from, to, functionName, name, variant, generation, lane, model, keyId, teamId, tags);
  }

  /** The same of one variant. */
  public TrafficFilter ofVariant(@Nullable String name) {
    return new TrafficFilter(
        from, to, functionName, segment, name, generation, lane, model, keyId, teamId, tags);
  }

  /** The same of one policy generation. */
  public TrafficFilter ofGeneration(@Nullable String id) {
    return new TrafficFilter(
        from, to, functionName, segment, variant, id, lane, model, keyId, teamId, tags);
  }

  /** The same of one lane. */
  public TrafficFilter ofLane(@Nullable String name) {
    return new TrafficFilter(
        from, to, functionName, segment, variant, generation, name, model, keyId, teamId, tags);
  }

  /** The same of one model. */
  public TrafficFilter ofModel(@Nullable String name) {
    return new TrafficFilter(
        from, to, functionName, segment, variant, generation, lane, name, keyId, teamId, tags);
  }

  /** The same of one key. */
  public TrafficFilter ofKey(@Nullable String id) {
    return new TrafficFilter(
        from, to, functionName, segment, variant, generation, lane, model, id, teamId, tags);
  }

  /** The same of one team. */
  public TrafficFilter ofTeam(@Nullable String id) {
    return new TrafficFilter(
        from, to, functionName, segment, variant, generation, lane, model, keyId, id, tags);
  }

  /** The same of what carries a tag with a value. */
  public TrafficFilter withTag(String name, String value) {
    Map<String, String> more = new TreeMap<>(tags);
    more.put(name, value);
    return new TrafficFilter(
        from, to, functionName, segment, variant, generation, lane, model, keyId, teamId, more);
  }

  /** The same in another range. */
  public TrafficFilter in(Instant otherFrom, Instant otherTo) {
    return new TrafficFilter(
        otherFrom,
        otherTo,
        functionName,
        segment,
        variant,
        generation,
        lane,
        model,
        keyId,
        teamId,
        tags);
  }

  /** Whether nothing but range, function, segment, variant and lane is asked for. */
  boolean isPlain() {
    return generation == null && model == null && keyId == null && teamId == null && tags.isEmpty();
  }

  /** The parameters of the rollups' dimensions. */
  Map<String, @Nullable Object> sqlValues() {
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("function", functionName);
    values.put("segment", segment);
    values.put("variant", variant);
    values.put("generation", generation);
    values.put("lane", lane);
    values.put("model", model);
    values.put("key", keyId);
    values.put("team", teamId);
    values.put("tags", tagText());
    return values;
  }

  @Nullable String tagText() {
    return tags.isEmpty()
        ? null
        : new TreeMap<>(tags)
            .entrySet().stream()
                .map(tag -> tag.getKey() + WITHIN_A_TAG + tag.getValue())
                .collect(Collectors.joining(RollupTags.SEPARATOR));
  }
}
