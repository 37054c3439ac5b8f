package dev.pointsman.gateway.render;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.JsonSchema;
import dev.pointsman.catalog.VariantDefinition;
import dev.pointsman.catalog.VariantDefinition.SamplingParameters;
import dev.pointsman.chat.ChatInput;
import dev.pointsman.chat.OfferedTools;
import dev.pointsman.chat.ToolChoice;
import dev.pointsman.chat.ToolSpec;
import dev.pointsman.chat.json.Json;
import dev.pointsman.gateway.inference.ResponseFormat;
import dev.pointsman.gateway.provider.ModelRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the request of one variant.
 *
 * @param outputSchema the schema in force for a json function's answer
 * @param sampling what the caller overrides
 * @param jsonMode the caller's override
 * @param format the caller's wish, null when it has none
 */
public record RequestRenderer(
    FunctionDefinition function,
    ChatInput input,
    OfferedTools tools,
    @Nullable JsonSchema outputSchema,
    SamplingParameters sampling,
    @Nullable String jsonMode,
    @Nullable ResponseFormat format,
    boolean stream) {

  /** The tool that a model answers through when {@code json_mode} is {@code tool}. */
  static final String ANSWER_TOOL = "respond";

  /** The request for a variant. */
  public ModelRequest request(VariantDefinition variant) {
    boolean throughTool = answersThroughTool(variant);
    return new ModelRequest(
        Prompts.system(variant, input),
        Prompts.messages(variant, input),
        merged(variant.sampling()),
        throughTool
            ? List.of(
                new ToolSpec(
                    ANSWER_TOOL, "Respond to the user using the output schema.", schema(), null))
            : tools.specs(),
        throughTool ? new ToolChoice.Specific(ANSWER_TOOL) : tools.choice(),
        throughTool ? null : tools.parallel(),
        format(variant),
        stream);
  }

  /** Whether the arguments of a tool call are the answer's text. */
  public boolean answersThroughTool(VariantDefinition variant) {
    return function.type() == FunctionDefinition.Type.JSON && "tool".equals(mode(variant));
  }

  private @Nullable String mode(VariantDefinition variant) {
    return jsonMode == null ? variant.jsonMode() : jsonMode;
  }

  private JsonNode schema() {
    return outputSchema == null ? Json.object() : outputSchema.source();
  }

  private ResponseFormat format(VariantDefinition variant) {
    if (format != null && function.type() == FunctionDefinition.Type.CHAT) {
      return format;
    }
    String mode = mode(variant);
    if (mode == null) {
      mode = function.type() == FunctionDefinition.Type.JSON ? "on" : "off";
    }
    return switch (mode) {
      case "on" -> new ResponseFormat.JsonObject();
      case "strict" ->
          outputSchema == null
              ? new ResponseFormat.JsonObject()
              : new ResponseFormat.JsonBySchema("response", schema(), true);
      default -> new ResponseFormat.Text();
    };
  }

  private SamplingParameters merged(SamplingParameters of) {
    return new SamplingParameters(
        either(sampling.temperature(), of.temperature()),
        either(sampling.maxTokens(), of.maxTokens()),
        either(sampling.seed(), of.seed()),
        either(sampling.topP(), of.topP()),
        either(sampling.presencePenalty(), of.presencePenalty()),
        either(sampling.frequencyPenalty(), of.frequencyPenalty()),
        sampling.stopSequences().isEmpty() ? of.stopSequences() : sampling.stopSequences(),
        either(sampling.reasoningEffort(), of.reasoningEffort()),
        either(sampling.serviceTier(), of.serviceTier()),
        either(sampling.verbosity(), of.verbosity()));
  }

  private static <T> @Nullable T either(@Nullable T wish, @Nullable T otherwise) {
    return wish == null ? otherwise : wish;
  }
}
