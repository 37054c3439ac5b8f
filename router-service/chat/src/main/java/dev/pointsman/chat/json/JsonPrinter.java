package dev.pointsman.chat.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.CharTypes;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BaseJsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;

/**
 * Prints trees as Jackson does, to the byte, but makes long texts from their bytes: what needs no
 * escape is copied in runs. Jackson looks at each character, which with prompts is most of what
 * printing costs.
 */
final class JsonPrinter {

  /** Shorter texts are left to Jackson: an array for each would win little. */
  private static final int LONG_TEXT = 32;

  /** {@code \\u00XX}. */
  private static final int LONGEST_ESCAPE = 6;

  /** By character: 0, or the letter behind the backslash, or negative for a number in its place. */
  private static final int[] ESCAPES = CharTypes.get7BitOutputEscapes();

  private final JsonGenerator json;
  private final ObjectMapper mapper;

  private JsonPrinter(JsonGenerator json, ObjectMapper mapper) {
    this.json = json;
    this.mapper = mapper;
  }

  /** The tree as UTF-8. */
  static byte[] bytes(JsonNode value, ObjectMapper mapper) throws IOException {
    Printed printed = new Printed();
    try (JsonGenerator json = mapper.getFactory().createGenerator(printed)) {
      new JsonPrinter(json, mapper).print(value);
    }
    return printed.bytes();
  }

  private void print(JsonNode value) throws IOException {
    switch (value) {
      case ObjectNode object -> {
        json.writeStartObject();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
          json.writeFieldName(field.getKey());
          print(field.getValue());
        }
        json.writeEndObject();
      }
      case ArrayNode array -> {
        json.writeStartArray();
        for (JsonNode element : array) {
          print(element);
        }
        json.writeEndArray();
      }
      case TextNode text -> print(text.textValue());
      case NullNode nothing -> json.writeNull();
      case BooleanNode flag -> json.writeBoolean(flag.booleanValue());
      case IntNode whole -> json.writeNumber(whole.intValue());
      default -> ((BaseJsonNode) value).serialize(json, mapper.getSerializerProviderInstance());
    }
  }

  private void print(String text) throws IOException {
    if (text.length() < LONG_TEXT || !printBytes(text)) {
      json.writeString(text);
    }
  }

  /** False, with nothing printed, if the text holds half a surrogate pair, which is no UTF-8. */
  private boolean printBytes(String text) throws IOException {
    byte[] utf8 = text.getBytes(UTF_8);
    byte[] out = utf8;
    int size = 0;
    int from = 0;
    int question = -1;
    int special = ByteScan.special(utf8, 0);
    while (special < utf8.length) {
      if (utf8[special] == '?') {
        // Halves of pairs became such marks, and then there are more than the text has.
        question = text.indexOf('?', question + 1);
        if (question < 0) {
          return false;
        }
      } else {
        out = withRoom(out, utf8, size + utf8.length - from + LONGEST_ESCAPE);
        System.arraycopy(utf8, from, out, size, special - from);
        size = escape(utf8[special], out, size + special - from);
        from = special + 1;
      }
      special = ByteScan.special(utf8, special + 1);
    }
    if (from > 0) {
      System.arraycopy(utf8, from, out, size, utf8.length - from);
    }
    json.writeRawUTF8String(out, 0, size + utf8.length - from);
    return true;
  }

  /** An array apart from the text's own bytes that holds what {@code out} does. */
  private static byte[] withRoom(byte[] out, byte[] utf8, int size) {
    return out == utf8 || out.length < size ? Arrays.copyOf(out, size + size / 8) : out;
  }

  private static int escape(byte character, byte[] out, int at) {
    int end = at;
    out[end++] = '\\';
    int letter = ESCAPES[character];
    if (letter > 0) {
      out[end++] = (byte) letter;
    } else {
      out[end++] = 'u';
      out[end++] = '0';
      out[end++] = '0';
      out[end++] = (byte) CharTypes.hexToChar(character >> 4);
      out[end++] = (byte) CharTypes.hexToChar(character & 0xf);
    }
    return end;
  }

  /** What a generator hands over, most often in one piece, which is then copied once. */
  private static final class Printed extends ByteArrayOutputStream {

    Printed() {
      super(0);
    }

    byte[] bytes() {
      return count == buf.length ? buf : toByteArray();
    }
  }
}
