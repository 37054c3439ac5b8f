package dev.pointsman.gateway.attempt;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.catalog.ModelDefinition.CostEntry;
import dev.pointsman.eventlog.InferenceEvent.Tokens;
import dev.pointsman.routing.TokenPrice;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes what an answer cost, in nano-dollars, rounded once. */
public final class CostMeter {

  private CostMeter() {}

  /**
   * Σ value at pointer · rate over the raw response.
   *
   * @param raw the response, or the chunk that holds the usage
   * @return null when no cost is configured or a required number is missing
   */
  static @Nullable Long cost(List<CostEntry> entries, JsonNode raw, boolean streamed) {
    if (entries.isEmpty()) {
      return null;
    }
    BigDecimal dollars = BigDecimal.ZERO;
    for (CostEntry entry : entries) {
      JsonNode value = raw.at(streamed ? entry.streamingPointer() : entry.pointer());
      if (value.isNumber()) {
        dollars = dollars.add(value.decimalValue().multiply(entry.dollarsPerUnit()));
      } else if (entry.required()) {
        return null;
      }
    }
    return nanos(dollars);
  }

  private static @Nullable Long nanos(BigDecimal dollars) {
    // Beyond nine billion dollars a number in the response is not one of tokens.
    if (dollars.precision() - dollars.scale() > 9) {
      return null;
    }
    return dollars.movePointRight(9).setScale(0, RoundingMode.HALF_EVEN).longValueExact();
  }

  /** What token counts cost at a price; null when either is unknown. */
  public static @Nullable Long costOfTokens(@Nullable TokenPrice price, Tokens tokens) {
    if (price == null || tokens.input() == null || tokens.output() == null) {
      return null;
    }
    return Math.round(price.inputNanos() * tokens.input() + price.outputNanos() * tokens.output());
  }
}
