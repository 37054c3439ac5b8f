package dev.pointsman.gateway.surface;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.access.Caller;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.MalformedJsonException;
import dev.pointsman.gateway.inference.RefusedException;
import dev.pointsman.gateway.pipeline.InferenceCall;
import java.time.Instant;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;

/**
 * Whatever bytes come as a body, the readers of both surfaces throw nothing but what becomes a 400,
 * and what they read is written and read again alike.
 */
@Tag("fuzz")
final class RequestFuzzer {

  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final InferenceCall.Origin ORIGIN =
      new InferenceCall.Origin(Caller.ANONYMOUS, "r", null, null, false);

  @FuzzTest(maxDuration = "60s")
  void inference(byte[] body) throws MalformedJsonException {
    readWriteRead(
        body,
        json -> NativeRequests.read(json, ORIGIN, NOW),
        (json, call) -> RequestBodies.ofNative(call, json.get("output_schema")));
  }

  @FuzzTest(maxDuration = "60s")
  void chat(byte[] body) throws MalformedJsonException {
    readWriteRead(
        body,
        json -> ChatRequests.read(json, ORIGIN, NOW),
        (json, call) -> RequestBodies.ofChat(call));
  }

  private interface Writer {
    ObjectNode body(JsonNode original, InferenceCall call);
  }

  private static void readWriteRead(
      byte[] body, Function<JsonNode, InferenceCall> reader, Writer writer)
      throws MalformedJsonException {
    JsonNode json;
    InferenceCall call;
    try {
      json = Json.parse(body);
      call = reader.apply(json);
    } catch (MalformedJsonException | FieldException | RefusedException expected) {
      assertThat(expected.getMessage()).isNotBlank();
      return;
    }
    assertThat(call.input().estimatedTokens()).isNotNegative();
    byte[] written = Json.bytes(writer.body(json, call));

    InferenceCall again = reader.apply(Json.parse(written));

    assertThat(again)
        .usingRecursiveComparison()
        // A schema is compiled, and what is logged of the parameters keeps the caller's spelling.
        .ignoringFields("outputSchema", "parameters")
        .usingOverriddenEquals()
        .isEqualTo(call);
    assertThat(again.outputSchema() == null).isEqualTo(call.outputSchema() == null);
    assertThat(Json.bytes(writer.body(json, again))).isEqualTo(written);
  }
}
