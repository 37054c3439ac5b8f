package dev.pointsman.eventstore;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The tables of a TensorZero installation whose rows can be imported, in the order in which they must
 * be: what an inference used stands in its model inferences, and what a feedback is about is told by
 * the inferences.
 */
public enum TensorZeroTable {
  /** Model calls: become attempts. */
  MODEL_INFERENCE("ModelInference"),
  /** Inferences of chat functions. */
  CHAT_INFERENCE("ChatInference"),
  /** Inferences of json functions. */
  JSON_INFERENCE("JsonInference"),
  /** True-or-false feedback. */
  BOOLEAN_FEEDBACK("BooleanMetricFeedback"),
  /** Numeric feedback. */
  FLOAT_FEEDBACK("FloatMetricFeedback"),
  /** Comments. */
  COMMENT_FEEDBACK("CommentFeedback"),
  /** Demonstrations. */
  DEMONSTRATION_FEEDBACK("DemonstrationFeedback");

  private final String tableName;

  TensorZeroTable(String tableName) {
    this.tableName = tableName;
  }

  /** Its name there, for example {@code ChatInference}. */
  public String tableName() {
    return tableName;
  }

  /**
   * The table of that name.
   *
   * @throws IllegalArgumentException if there is none; the message lists them
   */
  public static TensorZeroTable ofName(String name) {
    for (TensorZeroTable table : values()) {
      if (table.tableName.equals(name)) {
        return table;
      }
    }
    throw new IllegalArgumentException(
        "there is no table '%s' of TensorZero's that can be imported; there are %s"
            .formatted(
                name,
                Arrays.stream(values())
                    .map(TensorZeroTable::tableName)
                    .collect(Collectors.joining(", "))));
  }
}
