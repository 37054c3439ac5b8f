package dev.pointsman.chat;

/** Whether a model may, must or must not call a tool. */
public sealed interface ToolChoice {

  /** It must not. */
  record None() implements ToolChoice {}

  /** It may. */
  record Auto() implements ToolChoice {}

  /** It must call some tool. */
  record Required() implements ToolChoice {}

  /** It must call this tool. */
  record Specific(String name) implements ToolChoice {}
}
