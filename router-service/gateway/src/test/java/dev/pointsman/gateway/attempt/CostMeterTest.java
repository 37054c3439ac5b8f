package dev.pointsman.gateway.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import dev.pointsman.catalog.ModelDefinition.CostEntry;
import dev.pointsman.chat.json.Json;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CostMeterTest {

  private static CostEntry entry(String pointer, String rate, boolean required) {
    return new CostEntry(
        JsonPointer.compile(pointer),
        JsonPointer.compile("/streamed" + pointer),
        new BigDecimal(rate),
        required);
  }

  @Test
  void cost_cachedTokensAreSubsetOfInput_negativeRateGivesTheRebate() throws Exception {
    List<CostEntry> entries =
        List.of(
            entry("/usage/prompt_tokens", "0.00000015", true),
            entry("/usage/completion_tokens", "0.0000006", true),
            entry("/usage/prompt_tokens_details/cached_tokens", "-0.000000075", false));

    Long cost =
        CostMeter.cost(
            entries,
            Json.parse(
                "{\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":100,\"prompt_tokens_details\":{\"cached_tokens\":800}}}"),
            false);

    assertThat(cost).isEqualTo(150_000 + 60_000 - 60_000);
  }

  @Test
  void cost_sumIsRoundedOnce() throws Exception {
    List<CostEntry> entries =
        List.of(entry("/a", "0.0000000004", true), entry("/b", "0.0000000004", true));

    assertThat(CostMeter.cost(entries, Json.parse("{\"a\":1,\"b\":1}"), false)).isEqualTo(1);
  }

  @Test
  void cost_missingRequired_isUnknown_missingOptionalIsNothing() throws Exception {
    assertThat(CostMeter.cost(List.of(entry("/a", "1", true)), Json.object(), false)).isNull();
    assertThat(CostMeter.cost(List.of(entry("/a", "1", false)), Json.object(), false)).isZero();
    assertThat(CostMeter.cost(List.of(), Json.object(), false)).isNull();
    assertThat(
            CostMeter.cost(
                List.of(entry("/a", "1", true)), Json.parse("{\"streamed\":{\"a\":2}}"), true))
        .isEqualTo(2_000_000_000L);
    assertThat(CostMeter.cost(List.of(entry("/a", "1", true)), Json.parse("{\"a\":1e30}"), false))
        .isNull();
  }
}
