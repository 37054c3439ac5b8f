package dev.pointsman.chat.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is printed is compared with what Jackson's own mapper prints. */
class JsonTest {

  private static final ObjectMapper JACKSON =
      JsonMapper.builder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8).build();

  private static final String[] PIECES = {
    "a", "word ", " ", "?", "\"", "\\", "\n", "\r", "\t", "\b", "\f", "\0", "\u001f", "\u007f", "/",
    "\u0080", "é", "ÿ", "中", "\u2028", "\ufffd", "😀", "<&>"
  };

  @Test
  void bytes_textsOfAllKinds_areThoseOfJackson() throws Exception {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 20_000; i++) {
      ObjectNode tree = Json.object().put("text", text(random, 1 + random.nextInt(PIECES.length)));
      byte[] printed = Json.bytes(tree);
      assertThat(printed).isEqualTo(JACKSON.writeValueAsBytes(tree));
      assertThat(Json.text(tree)).isEqualTo(new String(printed, UTF_8));
      assertThat(Json.parse(printed)).isEqualTo(tree);
    }
  }

  private static String text(SplittableRandom random, int kinds) {
    // Few kinds at a time, so that long runs without escapes come as well.
    int first = random.nextInt(PIECES.length);
    StringBuilder text = new StringBuilder();
    int pieces = random.nextInt(120);
    for (int i = 0; i < pieces; i++) {
      text.append(
          random.nextInt(4) > 0 ? "a" : PIECES[(first + random.nextInt(kinds)) % PIECES.length]);
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"", "\\", "\u0001", "\n"})
  void bytes_escapesOnly_findRoom(String escape) throws Exception {
    for (int length = 30; length < 200; length++) {
      ObjectNode tree = Json.object().put("text", escape.repeat(length));
      assertThat(Json.bytes(tree)).isEqualTo(JACKSON.writeValueAsBytes(tree));
    }
  }

  @Test
  void bytes_everyKindOfValue_areThoseOfJackson() throws Exception {
    ObjectNode tree = Json.object();
    tree.put("whole", 1).put("long", 1L << 60).put("real", 0.1).put("yes", true).putNull("none");
    tree.put("decimal", new BigDecimal("1.50E-7")).put("bytes", new byte[] {1, 2, 3});
    tree.set("digits", Json.parse("[1.10, 123456789012345678901234567890]"));
    tree.putArray("list").add("short").add("x".repeat(40)).addObject().putArray("empty");
    tree.putPOJO("pojo", List.of("a", 1));
    tree.set("missing", JsonNodeFactory.instance.missingNode());
    tree.put("key \"quoted\" and longer than thirty-two bytes", "value");
    assertThat(Json.bytes(tree)).isEqualTo(JACKSON.writeValueAsBytes(tree));
    assertThat(Json.text(tree)).isEqualTo(JACKSON.writeValueAsString(tree));
  }

  @Test
  void bytes_longerThanABuffer_areThoseOfJackson() throws Exception {
    ObjectNode tree = Json.object();
    for (int i = 0; i < 50; i++) {
      tree.put("text" + i, "line of a prompt\n".repeat(i * 40));
    }
    assertThat(Json.bytes(tree)).isEqualTo(JACKSON.writeValueAsBytes(tree));
  }

  @ParameterizedTest
  @ValueSource(ints = {0xd800, 0xdfff})
  void bytes_halfASurrogatePair_staysAnEscape(int half) throws Exception {
    for (String text : new String[] {"", "?", "why? ", "é", "\n"}) {
      ObjectNode tree = Json.object().put("text", "x".repeat(40) + text + (char) half + "?" + text);
      assertThat(Json.bytes(tree)).isEqualTo(JACKSON.writeValueAsBytes(tree));
    }
  }

  @Test
  void parse_halfASurrogatePairAnywhere_isRefused() {
    for (int before = 0; before < 20; before++) {
      String body = "{\"a\":\"" + "x".repeat(before) + "\\n\\ud83d\"}";
      assertThatThrownBy(() -> Json.parse(body.getBytes(UTF_8)))
          .isInstanceOf(MalformedJsonException.class)
          .hasMessageContaining("half a surrogate pair");
    }
  }

  @Test
  void parse_wholePairsAsEscapes_areRead() throws Exception {
    assertThat(Json.parse("\"\\ud83d\\ude00\"".getBytes(UTF_8)).textValue()).isEqualTo("😀");
  }
}
