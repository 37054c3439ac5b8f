package dev.pointsman.gateway.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.MalformedJsonException;
import dev.pointsman.gateway.provider.EmbeddingClient.Embedded;
import dev.pointsman.gateway.provider.ProviderFailure;
import dev.pointsman.gateway.provider.ProviderFailureException;
import dev.pointsman.gateway.upstream.UpstreamException;
import dev.pointsman.gateway.upstream.UpstreamExchange;
import dev.pointsman.gateway.upstream.UpstreamHead;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/** The response of {@code /embeddings}: {@code {"data": [{"embedding": [numbers]}], "usage": {…}}}. */
final class OpenAiEmbedding {

  /** Sixteen thousand numbers of twenty characters are a third of a megabyte. */
  private static final int MAX_BODY_BYTES = 2 << 20;

  private OpenAiEmbedding() {}

  /** Waits for the whole response; closes the exchange in any case. */
  static Embedded read(UpstreamExchange exchange, long by, UnaryOperator<String> mask)
      throws ProviderFailureException, InterruptedException {
    boolean begun = false;
    try (exchange) {
      UpstreamHead head = exchange.head(by);
      begun = true;
      byte[] body = body(exchange, by, head.status());
      if (head.status() / 100 != 2) {
        throw new ProviderFailureException(
            ErrorResponses.failure(head, mask.apply(new String(body, StandardCharsets.UTF_8))));
      }
      return embedded(body, head.status());
    } catch (UpstreamException e) {
      throw new ProviderFailureException(OpenAiAnswer.failure(e, begun));
    }
  }

  private static byte[] body(UpstreamExchange exchange, long by, int status)
      throws UpstreamException, InterruptedException, ProviderFailureException {
    ByteArrayOutputStream body = new ByteArrayOutputStream(32 << 10);
    for (byte[] chunk = exchange.nextChunk(by); chunk.length > 0; chunk = exchange.nextChunk(by)) {
      body.write(chunk, 0, chunk.length);
      if (body.size() > MAX_BODY_BYTES) {
        throw malformed("is larger than %d bytes".formatted(MAX_BODY_BYTES), status);
      }
    }
    return body.toByteArray();
  }

  private static Embedded embedded(byte[] body, int status) throws ProviderFailureException {
    JsonNode response;
    try {
      response = Json.parse(body);
    } catch (MalformedJsonException e) {
      throw malformed("is not JSON", status);
    }
    JsonNode numbers = response.at("/data/0/embedding");
    if (!numbers.isArray() || numbers.isEmpty()) {
      throw malformed("has no data[0].embedding", status);
    }
    float[] vector = new float[numbers.size()];
    for (int i = 0; i < vector.length; i++) {
      JsonNode number = numbers.get(i);
      if (!number.isNumber() || !Float.isFinite(number.floatValue())) {
        throw malformed("has something else than a finite number in data[0].embedding", status);
      }
      vector[i] = number.floatValue();
    }
    JsonNode usage = response.path("usage");
    JsonNode tokens = usage.path("prompt_tokens");
    return new Embedded(
        vector,
        tokens.canConvertToLong() && tokens.isIntegralNumber() ? tokens.longValue() : null,
        status,
        usage.isObject() ? Json.object().set("usage", usage) : Json.object());
  }

  private static ProviderFailureException malformed(String what, int status) {
    return new ProviderFailureException(
        new ProviderFailure.MalformedAnswer("the provider's answer " + what, status));
  }
}
