package dev.pointsman.gateway.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class SseParserTest {

  private static List<String> parsed(String text, int... cuts) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    SseParser parser = new SseParser(1 << 20);
    int from = 0;
    for (int cut : cuts) {
      parser.feed(Arrays.copyOfRange(bytes, from, cut));
      from = cut;
    }
    parser.feed(Arrays.copyOfRange(bytes, from, bytes.length));
    List<String> events = new ArrayList<>();
    String event;
    while ((event = parser.next()) != null) {
      events.add(event);
    }
    return events;
  }

  @Test
  void next_everyLineEndingAndField_givesDataOnly() {
    String text =
        "\uFEFFdata: a\n\n"
            + ": comment\r\n"
            + "event: x\r\n"
            + "data:b\r\n"
            + "data: c\r\n\r\n"
            + "id: 1\r"
            + "data\r\r"
            + "data:  d\n\n"
            + "data: lost";

    assertThat(parsed(text)).containsExactly("a", "b\nc", "", " d");
  }

  @Test
  void feed_splitAtEveryByte_givesTheSameEvents() {
    String text = "data: ä€𝄞\r\n\r\n:x\r\r\ndata: 1\ndata: 2\n\ndata: [DONE]\r\n\r\n";
    List<String> whole = parsed(text);
    int length = text.getBytes(StandardCharsets.UTF_8).length;

    for (int cut = 0; cut <= length; cut++) {
      assertThat(parsed(text, cut)).as("cut at %d", cut).isEqualTo(whole);
    }
    assertThat(parsed(text, IntStream.range(0, length).toArray())).isEqualTo(whole);
    assertThat(whole).containsExactly("ä€𝄞", "1\n2", "[DONE]");
  }

  @Test
  void feed_endlessLine_isRefused() {
    SseParser parser = new SseParser(10);

    assertThatThrownBy(() -> parser.feed("data: 0123456789".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("10");
  }

  @Provide
  Arbitrary<String> streams() {
    return Arbitraries.of("data:", "data: x", "\n", "\r", "\r\n", "\n\n", ":", "é", "event: e", " ")
        .list()
        .ofMaxSize(30)
        .map(parts -> String.join("", parts));
  }

  @Property(seed = "1", tries = 300)
  void feed_anyCuts_giveTheSameEvents(
      @ForAll("streams") String text, @ForAll("cuts") List<Integer> cuts) {
    int length = text.getBytes(StandardCharsets.UTF_8).length;
    int[] at = cuts.stream().mapToInt(cut -> Math.min(cut, length)).sorted().toArray();

    assertThat(parsed(text, at)).isEqualTo(parsed(text));
  }

  @Provide
  Arbitrary<List<Integer>> cuts() {
    return Arbitraries.integers().between(0, 60).list().ofMaxSize(6);
  }
}
