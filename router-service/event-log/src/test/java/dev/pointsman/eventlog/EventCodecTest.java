package dev.pointsman.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.routing.DecisionKind;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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

  static Stream<Arguments> version1() {
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
        Arguments.of("config_snapshot", Events.config(7)));
  }

  @ParameterizedTest
  @MethodSource("version1")
  void encode_sampleEvent_givesTheGoldenBytes(String name, Event event) throws Exception {
    byte[] bytes = EventCodec.encode(event);
    if (!WRITE_GOLDEN.isEmpty()) {
      Path file = Path.of(WRITE_GOLDEN, "golden-v1", name + ".json");
      Files.createDirectories(file.getParent());
      Files.write(file, bytes);
    }
    assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(golden(name));
  }

  @ParameterizedTest
  @MethodSource("version1")
  void decode_goldenBytesOfVersion1_givesTheEvent(String name, Event event) throws Exception {
    assertThat(EventCodec.decode(golden(name).getBytes(StandardCharsets.UTF_8)))
        .usingRecursiveComparison()
        .isEqualTo(event);
  }

  private static String golden(String name) throws Exception {
    try (InputStream in =
        EventCodecTest.class.getResourceAsStream("/golden-v1/" + name + ".json")) {
      assertThat(in).as("golden-v1/%s.json", name).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void decode_laterVersion_isRefusedAndNamed() {
    byte[] bytes = "{\"event_version\":2,\"event\":\"inference\"}".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> EventCodec.decode(bytes))
        .isInstanceOf(EventDecodeException.class)
        .hasMessageContaining("event_version is 2");
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

  @Test
  void decode_brokenPayload_doesNotQuoteIt() {
    String text = "{\"event_version\":1,\"event\":\"inference\",\"payload\":{\"input\":secret}}";

    assertThatThrownBy(() -> EventCodec.decode(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(EventDecodeException.class)
        .hasMessageNotContaining("secret");
  }

  @Test
  void encode_halfASurrogatePair_isReplaced() {
    Event event = new ConfigEvent(Events.id(1), Events.START, "h", "a\uD83Db😀\uDE00");

    ConfigEvent decoded = (ConfigEvent) EventCodec.decode(EventCodec.encode(event));

    assertThat(decoded.text()).isEqualTo("a\uFFFDb😀\uFFFD");
  }

  @Test
  void encode_nanoseconds_areCut() {
    Instant fine = Events.START.plusNanos(1_999);

    Event decoded =
        EventCodec.decode(EventCodec.encode(new ConfigEvent(Events.id(1), fine, "h", "")));

    assertThat(decoded.at()).isEqualTo(Events.START.plusNanos(1_000));
  }

  @Test
  void encode_unknownColumn_isOverlooked() {
    String text =
        new String(EventCodec.encode(Events.config(1)), StandardCharsets.UTF_8)
            .replace("\"text\":", "\"added_later\":[1,{\"a\":2.5}],\"text\":");

    assertThat(EventCodec.decode(text.getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(Events.config(1));
  }
}
