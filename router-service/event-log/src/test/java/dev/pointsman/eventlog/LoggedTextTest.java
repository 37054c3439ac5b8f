package dev.pointsman.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class LoggedTextTest {

  @Test
  void shorten_oneMegabyte_isKept() {
    String text = "é".repeat(LoggedText.MAX_BYTES / 2);

    assertThat(LoggedText.shorten(text)).isSameAs(text);
    assertThat(LoggedText.shorten(null)).isNull();
  }

  @Test
  void shorten_aByteMore_becomesJsonWithHashLengthAndHead() throws Exception {
    String text = "\"\\\n\u0001😀".repeat(300_000);

    String shortened = LoggedText.shorten(text);

    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(utf8));
    assertThat(shortened)
        .startsWith("{\"sha256\":\"%s\",\"bytes\":%d,\"head\":".formatted(hash, utf8.length));
    try (JsonParser json = new JsonFactory().createParser(shortened)) {
      String last = null;
      while (json.nextToken() != null) {
        last = json.getValueAsString() == null ? last : json.getText();
      }
      assertThat(last).hasSizeGreaterThan(4000);
      assertThat(text).startsWith(last);
    }
  }

  @Test
  void payload_ofALongOutput_saysThatItIsShortened() {
    String text = "x".repeat(LoggedText.MAX_BYTES + 1);

    InferenceEvent.Payload payload = InferenceEvent.Payload.of("{}", text, null, null);

    assertThat(payload.shortened()).isTrue();
    assertThat(payload.input()).isEqualTo("{}");
    assertThat(payload.output()).hasSizeLessThan(10_000);
    assertThat(InferenceEvent.Payload.of("{}", null, null, null).shortened()).isFalse();
  }
}
