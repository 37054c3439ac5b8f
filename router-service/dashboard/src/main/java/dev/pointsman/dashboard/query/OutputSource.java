package dev.pointsman.dashboard.query;

import dev.pointsman.chat.json.JsonFields;

/** Where the outputs of an answer come from. */
public enum OutputSource {
  /** What the model answered. */
  INFERENCE,
  /** What a person said it should have answered; inferences without that are left out. */
  DEMONSTRATION,
  /** Nowhere: no outputs. */
  NONE;

  /** What {@code output_source} says, the model's answer when it is absent. */
  public static OutputSource read(JsonFields body) {
    String word = body.oneOf("output_source", "inference", "demonstration", "none");
    return switch (word) {
      case "demonstration" -> DEMONSTRATION;
      case "none" -> NONE;
      case null, default -> INFERENCE;
    };
  }
}
