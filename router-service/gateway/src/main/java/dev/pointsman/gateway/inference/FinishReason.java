package dev.pointsman.gateway.inference;

import java.util.Locale;

/** Why a model stopped. */
public enum FinishReason {
  /** It was done. */
  STOP("stop"),
  /** It produced a stop sequence. */
  STOP_SEQUENCE("stop"),
  /** It reached the token limit. */
  LENGTH("length"),
  /** It called a tool. */
  TOOL_CALL("tool_calls"),
  /** The provider's filter cut it. */
  CONTENT_FILTER("content_filter"),
  /** It gave a reason that is not known here. */
  UNKNOWN("stop");

  private final String openAi;
  private final String label = name().toLowerCase(Locale.ROOT);

  FinishReason(String openAi) {
    this.openAi = openAi;
  }

  /** The native word, also the stored one: {@code tool_call}. */
  public String label() {
    return label;
  }

  /** OpenAI's word: {@code tool_calls}. */
  public String openAi() {
    return openAi;
  }

  /** The reason behind OpenAI's word. */
  public static FinishReason ofOpenAi(String word) {
    return switch (word) {
      case "stop", "eos" -> STOP;
      case "length" -> LENGTH;
      case "tool_calls", "function_call" -> TOOL_CALL;
      case "content_filter" -> CONTENT_FILTER;
      default -> UNKNOWN;
    };
  }
}
