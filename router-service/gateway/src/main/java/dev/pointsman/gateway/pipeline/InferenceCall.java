package dev.pointsman.gateway.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.access.Caller;
import dev.pointsman.catalog.JsonSchema;
import dev.pointsman.catalog.VariantDefinition.SamplingParameters;
import dev.pointsman.chat.ChatInput;
import dev.pointsman.chat.ToolOptions;
import dev.pointsman.gateway.dialect.ChatDialect;
import dev.pointsman.gateway.inference.ResponseFormat;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One inference request, read and checked as far as that needs no catalog. Exactly one of {@code
 * functionName} and {@code modelName} is set.
 *
 * @param origin who sent it, and how it is traced
 * @param dialect how it is answered
 * @param requestedModel the name as the caller wrote it
 * @param episodeId the caller's episode, null for a new one
 * @param variantName the variant the caller insists on
 * @param usageAsked whether a streamed answer is to end with its usage
 * @param dryrun whether nothing is to be remembered
 * @param tags the caller's tags
 * @param endUser whom the caller asks for, null when it did not say
 * @param sampling overrides of the variant's parameters; null leaves the variant's
 * @param jsonMode override of the variant's {@code json_mode}
 * @param outputSchema override of a json function's schema
 * @param format the answer's shape as the OpenAI surface asks for it, null when it did not
 */
public record InferenceCall(
    Origin origin,
    ChatDialect dialect,
    @Nullable String functionName,
    @Nullable String modelName,
    String requestedModel,
    ChatInput input,
    @Nullable UUID episodeId,
    @Nullable String namespace,
    @Nullable String variantName,
    boolean stream,
    boolean usageAsked,
    boolean dryrun,
    Map<String, String> tags,
    @Nullable String endUser,
    SamplingParameters sampling,
    @Nullable String jsonMode,
    ToolOptions tools,
    @Nullable JsonSchema outputSchema,
    @Nullable ResponseFormat format,
    @Nullable JsonNode parameters) {

  /**
   * Where a request comes from.
   *
   * @param requestId the caller's {@code x-request-id}, or the one minted for it
   * @param traceId the W3C trace id, null when the caller sent none
   * @param debug whether the answer's headers are to explain the decision
   */
  public record Origin(
      Caller caller,
      String requestId,
      @Nullable String traceId,
      @Nullable String idempotencyKey,
      boolean debug) {}
}
