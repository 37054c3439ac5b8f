package dev.pointsman.gateway.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** Events come out as they were put in, however the bytes are cut, and garbage is no accident. */
@Tag("fuzz")
final class SseParserFuzzer {

  private static final int LONGEST = 1 << 16;
  private static final String[] LINE_ENDS = {"\n", "\r\n", "\r"};

  /** The first byte says how long the pieces are into which the others are cut. */
  @FuzzTest(maxDuration = "60s")
  void feed_anyBytes_giveTheSameEventsInAnyPieces(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] bytes = Arrays.copyOfRange(input, 1, input.length);

    List<String> whole = parsed(bytes, bytes.length + 1);

    assertThat(parsed(bytes, 1 + (input[0] & 0xff))).isEqualTo(whole);
    assertThat(parsed(bytes, 1)).isEqualTo(whole);
    assertThat(whole).allSatisfy(event -> assertThat(event).doesNotContain("\r"));
  }

  /** The events, and as the last element the refusal if there was one. */
  private static List<String> parsed(byte[] bytes, int piece) {
    SseParser parser = new SseParser(LONGEST);
    List<String> events = new ArrayList<>();
    for (int from = 0; from < bytes.length; from += piece) {
      try {
        parser.feed(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + piece)));
      } catch (IllegalStateException tooLong) {
        return List.of(String.valueOf(tooLong.getMessage()));
      }
      String event;
      while ((event = parser.next()) != null) {
        events.add(event);
      }
    }
    return events;
  }

  @FuzzTest(maxDuration = "60s")
  void feed_writtenEvents_areReadBack(FuzzedDataProvider data) {
    List<String> written = new ArrayList<>();
    StringBuilder stream = new StringBuilder(data.consumeBoolean() ? "\uFEFF" : "");
    int piece = data.consumeInt(1, 40);
    int count = data.consumeInt(0, 8);
    for (int i = 0; i < count; i++) {
      String end = data.pickValue(LINE_ENDS);
      String event = withoutLineEnds(data.consumeString(60));
      if (data.consumeBoolean()) {
        event += "\n" + withoutLineEnds(data.consumeString(20));
      }
      written.add(event);
      if (data.consumeBoolean()) {
        stream.append(": ").append(withoutLineEnds(data.consumeString(20))).append(end);
      }
      if (data.consumeBoolean()) {
        stream.append("event: x").append(end).append("id: 1").append(end);
      }
      // The space is part of the field's syntax; without it a leading space of the data is lost.
      String name = event.startsWith(" ") || data.consumeBoolean() ? "data: " : "data:";
      for (String line : event.split("\n", -1)) {
        stream.append(line.startsWith(" ") ? "data: " : name).append(line).append(end);
      }
      stream.append(end);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(stream.toString().getBytes(StandardCharsets.UTF_8));

    assertThat(parsed(bytes.toByteArray(), piece)).isEqualTo(written);
  }

  /** One line of text that UTF-8 can hold. */
  private static String withoutLineEnds(String text) {
    String line = text.replace('\r', ' ').replace('\n', ' ');
    return new String(line.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
