package dev.pointsman.trainer;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was learnt outside the log about one variant in one segment: it counts as so many rewards of
 * this mean.
 *
 * @param segment the segment's value
 * @param variant the variant's name
 * @param weight how many rewards it counts for, above 0
 * @param mean of the rewards, 0..1
 * @param meanSquare of their squares, 0..1
 * @param outputTokens mean output tokens of its answers; null when unknown
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PriorCell(
    String segment,
    String variant,
    double weight,
    double mean,
    @JsonProperty("mean_square") double meanSquare,
    @JsonProperty("output_tokens") @Nullable Double outputTokens) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double MOST_TOKENS = 1e9;

  public PriorCell {
    if (!(weight > 0
        && Double.isFinite(weight)
        && mean >= 0
        && mean <= 1
        && meanSquare >= 0
        && meanSquare <= 1
        && (outputTokens == null || (outputTokens >= 0 && outputTokens <= MOST_TOKENS)))) {
      throw new IllegalArgumentException(
          ("prior evidence of %s in segment \"%s\" needs a weight above 0, means in 0..1 and tokens"
                  + " in 0..%s: %s, %s, %s, %s")
              .formatted(variant, segment, MOST_TOKENS, weight, mean, meanSquare, outputTokens));
    }
  }

  /** As the control store keeps it. */
  public static String toJson(List<PriorCell> cells) {
    try {
      return JSON.writeValueAsString(cells);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("prior evidence could not be written to memory", e);
    }
  }

  /**
   * Read back.
   *
   * @throws IllegalArgumentException if it is not what {@link #toJson} wrote
   */
  static List<PriorCell> fromJson(String json) {
    try {
      return JSON.readValue(json, new TypeReference<List<PriorCell>>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "prior evidence in the control store cannot be read: " + e.getOriginalMessage(), e);
    }
  }
}
