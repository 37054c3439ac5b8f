package dev.pointsman.chat.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The parser and printer of every body. Numbers keep their digits; nesting is bounded. */
public final class Json {

  /** The deepest nesting that is accepted; what is built around a body stays writable. */
  public static final int MAX_DEPTH = 400;

  /** The parser lets this one exception through as it comes, and it quotes the number. */
  private static final String NUMBER_OUT_OF_BOUNDS =
      "the body holds a number whose exponent has too many digits";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(110_000_000)
                          .build())
                  // The default makes two escapes of a character beyond the first 65,536.
                  .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                  // The default keeps buffers by thread, and each request has a thread of its own.
                  .recyclerPool(new BufferPool())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
          .build();

  private Json() {}

  /**
   * The value in a body.
   *
   * @throws MalformedJsonException if the bytes are not one JSON value in UTF-8
   */
  public static JsonNode parse(byte[] body) throws MalformedJsonException {
    try {
      JsonNode value = MAPPER.readTree(body);
      if (value == null || value.isMissingNode()) {
        throw new MalformedJsonException("the body is empty: send a JSON object");
      }
      if (mayHoldLoneSurrogate(body)) {
        checkSurrogates(value);
      }
      return value;
    } catch (MalformedJsonException e) {
      throw e;
    } catch (JsonProcessingException e) {
      throw new MalformedJsonException(sentence(e));
    } catch (NumberFormatException e) {
      throw new MalformedJsonException(NUMBER_OUT_OF_BOUNDS);
    } catch (IOException e) {
      throw new MalformedJsonException("the body is not JSON in UTF-8: " + e.getMessage());
    }
  }

  /** The value in a text. */
  public static JsonNode parse(String text) throws MalformedJsonException {
    try {
      JsonNode value = MAPPER.readTree(text);
      if (value == null || value.isMissingNode()) {
        throw new MalformedJsonException("the text is empty");
      }
      return value;
    } catch (MalformedJsonException e) {
      throw e;
    } catch (JsonProcessingException e) {
      throw new MalformedJsonException(sentence(e));
    } catch (NumberFormatException e) {
      throw new MalformedJsonException(NUMBER_OUT_OF_BOUNDS);
    }
  }

  /** The value as UTF-8; half a surrogate pair stays an escape. */
  public static byte[] bytes(JsonNode value) {
    try {
      return JsonPrinter.bytes(value, MAPPER);
    } catch (IOException e) {
      throw new UncheckedIOException("a JSON tree could not be written", e);
    }
  }

  /** The value as text. */
  public static String text(JsonNode value) {
    try {
      // Not by way of the bytes, which would have to be decoded again (docs/performance.md).
      return MAPPER.writeValueAsString(value);
    } catch (IOException e) {
      throw new UncheckedIOException("a JSON tree could not be written", e);
    }
  }

  /** An empty object. */
  public static ObjectNode object() {
    return MAPPER.getNodeFactory().objectNode();
  }

  /** An empty array. */
  public static ArrayNode array() {
    return MAPPER.getNodeFactory().arrayNode();
  }

  private static String sentence(JsonProcessingException problem) {
    JsonLocation at = problem.getLocation();
    String place =
        at == null ? "" : " at line %d column %d".formatted(at.getLineNr(), at.getColumnNr());
    return "the body is not JSON%s: %s".formatted(place, problem.getOriginalMessage());
  }

  /** Half a surrogate pair only comes in as an escape; most bodies have none. */
  private static boolean mayHoldLoneSurrogate(byte[] body) {
    int last = body.length - 3;
    for (int i = ByteScan.backslash(body, 0); i <= last; i = ByteScan.backslash(body, i + 1)) {
      if (body[i + 1] == 'u' && (body[i + 2] | 0x20) == 'd') {
        return true;
      }
    }
    return false;
  }

  private static void checkSurrogates(JsonNode value) throws MalformedJsonException {
    if (value.isTextual()) {
      checkText(value.textValue());
    } else if (value.isObject()) {
      for (var field : value.properties()) {
        checkText(field.getKey());
        checkSurrogates(field.getValue());
      }
    } else {
      for (JsonNode child : value) {
        checkSurrogates(child);
      }
    }
  }

  private static void checkText(String text) throws MalformedJsonException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new MalformedJsonException(
            "a string holds half a surrogate pair (\\u%04x), which is no character"
                .formatted((int) c));
      }
    }
  }
}
