package dev.pointsman.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.PolicyRevision;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EventCodecTest {

  /** Set to the resources' source folder to write the files of a new version. */
  private static final String WRITE_GOLDEN = System.getProperty("pointsman.golden.write", "");

  static Stream<Arguments> samples() {
    return Stream.of(
        Arguments.of("inference", Events.inference(1)),
        Arguments.of(
            "inference_sticky_failed",
            Events.inferenceOf(2)
                .decision(Events.noDecision(DecisionKind.STICKY, "small", Events.id(1)))
                .failed("rate_limited")
                .costNanos(null)
                .payload(null)
                .tags(Map.of())
                .build()),
        Arguments.of("feedback", Events.feedback(3, true)),
        Arguments.of("feedback_float", Events.feedback(4, Events.id(1), "stars", 0.1)),
        Arguments.of("policy_revision", Events.revision(5)),
        Arguments.of("change_event", Events.change(6)),
        Arguments.of("config_snapshot", Events.config(7)),
        Arguments.of("text_model", Events.textModel(8)));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void encode_sampleEvent_givesTheGoldenBytes(String name, Event event) throws Exception {
    byte[] bytes = EventCodec.encode(event);
    if (!WRITE_GOLDEN.isEmpty()) {
      Path file = Path.of(WRITE_GOLDEN, "golden-v2", name + ".cbor");
      Files.createDirectories(file.getParent());
      Files.write(file, bytes);
    }
    assertThat(bytes).isEqualTo(golden("golden-v2/%s.cbor".formatted(name)));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void decode_goldenBytesOfAnyVersion_givesTheEvent(String name, Event event) throws Exception {
    for (String file : List.of("golden-v1/%s.json", "golden-v2/%s.cbor")) {
      assertThat(EventCodec.decode(golden(file.formatted(name))))
          .as(file, name)
          .usingRecursiveComparison()
          .isEqualTo(event);
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void toJson_sampleEvent_givesTheTextOfVersion1(String name, Event event) throws Exception {
    assertThat(EventCodec.toJson(event))
        .isEqualTo(new String(golden("golden-v1/%s.json".formatted(name)), StandardCharsets.UTF_8));
  }

  private static byte[] golden(String name) throws Exception {
    try (InputStream in = EventCodecTest.class.getResourceAsStream("/" + name)) {
      assertThat(in).as(name).isNotNull();
      return in.readAllBytes();
    }
  }

  @Test
  void decode_laterVersion_isRefusedAndNamed() throws Exception {
    byte[] json = "{\"event_version\":2,\"event\":\"inference\"}".getBytes(StandardCharsets.UTF_8);
    byte[] cbor =
        new CBORMapper().writeValueAsBytes(Map.of("event_version", 3, "event", "inference"));

    assertThatThrownBy(() -> EventCodec.decode(json))
        .isInstanceOf(EventDecodeException.class)
        .hasMessageContaining("event_version is 2");
    assertThatThrownBy(() -> EventCodec.decode(cbor))
        .isInstanceOf(EventDecodeException.class)
        .hasMessageContaining("event_version is 3")
        .hasMessageContaining("reads up to 2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{}",
        "{\"event_version\":1}",
        "{\"event_version\":99999999999999999999}",
        "{\"event_version\":1,\"event\":\"poem\"}",
        "{\"event_version\":1,\"event\":\"inference\"}",
        "{\"event_version\":1,\"event\":\"config_snapshot\",\"event_id\":\"x\"}",
        "{\"event_version\":1,\"event\":\"feedback\",\"tags\":{\"a\":[null]}}",
        "{\"event_version\":1,\"event\":\"feedback\"} {}"
      })
  void decode_whatIsNoEvent_isRefused(String text) {
    assertThatThrownBy(() -> EventCodec.decode(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(EventDecodeException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Nothing in the map; half a map; an array; a text of 2^62 bytes; bytes for a version.
        "a0",
        "bf",
        "80",
        "7b4000000000000000",
        "a16d6576656e745f76657273696f6e4102",
        // event_version 2 and event "config_snapshot", whose event_id has three bytes.
        "a36d6576656e745f76657273696f6e02656576656e746f636f6e6669675f736e617073686f74686576656e745f696443010203",
        // A whole map, and one byte more.
        "a16d6576656e745f76657273696f6e0200"
      })
  void decode_whatIsNoEventInCbor_isRefused(String hex) {
    assertThatThrownBy(() -> EventCodec.decode(HexFormat.of().parseHex(hex)))
        .isInstanceOf(EventDecodeException.class);
  }

  @Test
  void encoding_whatComesBackEqual_keepsTheEvent() {
    Event fine = Events.inference(1);
    RevisionEvent revision = Events.revision(5);
    PolicyRevision tooFine =
        new PolicyRevision(
            "f",
            "g",
            1,
            Events.START.plusNanos(1),
            revision.revision().statistics(),
            revision.revision().provenance());

    assertThat(EventCodec.encoding(fine).exact()).isSameAs(fine);
    assertThat(EventCodec.encoding(revision).exact()).isSameAs(revision);
    assertThat(EventCodec.encoding(new RevisionEvent(Events.id(1), tooFine)).exact()).isNull();
    assertThat(
            EventCodec.encoding(new ConfigEvent(Events.id(1), Events.START, "h", "\uD83D")).exact())
        .isNull();
  }

  @Test
  void decode_brokenPayload_doesNotQuoteIt() {
    String text = "{\"event_version\":1,\"event\":\"inference\",\"payload\":{\"input\":secret}}";

    assertThatThrownBy(() -> EventCodec.decode(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(EventDecodeException.class)
        .hasMessageNotContaining("secret");
  }

  @Test
  void encode_halfASurrogatePair_isReplaced() {
    for (String padding : List.of("", "x".repeat(100))) {
      String text = padding + "a\uD83Db😀\uDE00";
      Event event = new ConfigEvent(Events.id(1), Events.START, "h", text);

      ConfigEvent decoded = (ConfigEvent) EventCodec.decode(EventCodec.encode(event));

      assertThat(decoded.text()).isEqualTo(padding + "a\uFFFDb😀\uFFFD");
    }
  }

  @Test
  void encode_nanoseconds_areCut() {
    Instant fine = Events.START.plusNanos(1_999);

    Event decoded =
        EventCodec.decode(EventCodec.encode(new ConfigEvent(Events.id(1), fine, "h", "")));

    assertThat(decoded.at()).isEqualTo(Events.START.plusNanos(1_000));
  }

  @Test
  void decode_unknownColumn_isOverlooked() throws Exception {
    String json =
        EventCodec.toJson(Events.config(1))
            .replace("\"text\":", "\"added_later\":[1,{\"a\":2.5}],\"text\":");
    CBORMapper cbor = new CBORMapper();
    ObjectNode map = (ObjectNode) cbor.readTree(EventCodec.encode(Events.config(1)));
    map.putArray("added_later").add(1).addObject().put("a", 2.5).put("b", new byte[3]);

    assertThat(EventCodec.decode(json.getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(Events.config(1));
    assertThat(EventCodec.decode(cbor.writeValueAsBytes(map))).isEqualTo(Events.config(1));
  }
}
