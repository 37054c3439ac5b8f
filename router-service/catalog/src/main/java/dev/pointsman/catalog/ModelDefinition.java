package dev.pointsman.catalog;

import com.fasterxml.jackson.core.JsonPointer;
import dev.pointsman.routing.TokenPrice;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An LLM and where it can be reached.
 *
 * @param routing names of providers, in fallback order
 * @param providers by name
 */
public record ModelDefinition(
    String name,
    List<String> routing,
    Map<String, ProviderDefinition> providers,
    VariantDefinition.Timeouts timeouts) {

  /**
   * A model at a provider (a deployment).
   *
   * @param name its name within the model
   * @param type the provider's kind: {@code openai}, {@code dummy}, {@code simulated}, …
   * @param settings what the kind's reader made of its own keys
   * @param cost how an answer's cost is computed from the raw response; empty = unknown
   * @param timeouts bounds on one attempt
   */
  public record ProviderDefinition(
      String name,
      String type,
      Object settings,
      List<CostEntry> cost,
      VariantDefinition.Timeouts timeouts) {

    /** Today's price per token when {@code cost} consists of token counts; null when unknown. */
    public @Nullable TokenPrice tokenPrice() {
      return CostEntry.tokenPrice(cost);
    }
  }

  /**
   * One term of a cost: a number found in the raw response times a rate.
   *
   * @param pointer for answers that are not streamed
   * @param streamingPointer into the chunk that holds the usage
   * @param dollarsPerUnit the rate, may be negative
   * @param required whether a missing number makes the whole cost unknown
   */
  public record CostEntry(
      JsonPointer pointer,
      JsonPointer streamingPointer,
      BigDecimal dollarsPerUnit,
      boolean required) {

    static @Nullable TokenPrice tokenPrice(List<CostEntry> cost) {
      double input = 0;
      double output = 0;
      boolean known = false;
      for (CostEntry entry : cost) {
        double nanos = entry.dollarsPerUnit.movePointRight(9).doubleValue();
        switch (entry.pointer.toString()) {
          case "/usage/prompt_tokens", "/usage/input_tokens", "/usageMetadata/promptTokenCount" -> {
            input += nanos;
            known = true;
          }
          case "/usage/completion_tokens",
              "/usage/output_tokens",
              "/usageMetadata/candidatesTokenCount" -> {
            output += nanos;
            known = true;
          }
          default -> {}
        }
      }
      return known ? new TokenPrice(input, output) : null;
    }
  }
}
