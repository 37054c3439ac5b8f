package dev.pointsman.gateway.provider;

import dev.pointsman.catalog.VariantDefinition.SamplingParameters;
import dev.pointsman.chat.InputMessage;
import dev.pointsman.chat.ToolChoice;
import dev.pointsman.chat.ToolSpec;
import dev.pointsman.gateway.inference.ResponseFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rendered request: what one variant sends to whichever provider of its model.
 *
 * @param system null when there is no system text
 * @param messages contents are texts, tool calls, tool results and files; nothing left to render
 * @param tools empty = none offered
 * @param stream whether the answer is wanted in parts
 */
public record ModelRequest(
    @Nullable String system,
    List<InputMessage> messages,
    SamplingParameters sampling,
    List<ToolSpec> tools,
    ToolChoice toolChoice,
    @Nullable Boolean parallelToolCalls,
    ResponseFormat format,
    boolean stream) {

  public ModelRequest {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
  }
}
