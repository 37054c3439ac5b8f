package dev.pointsman.gateway.provider.openai;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events out of bytes that may be split anywhere (WHATWG HTML, §9.2.6): lines end with
 * LF, CR or CR LF; {@code data} lines of one event are joined with LF; comments and other fields
 * are skipped; a leading byte order mark is skipped; an event that no blank line ended is dropped.
 * Used by one thread.
 */
final class SseParser {

  private final int maxEventBytes;
  private final Queue<String> events = new ArrayDeque<>();
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
  private @Nullable StringBuilder data;
  private boolean afterCarriageReturn;
  private boolean first = true;

  /** With a bound on a line and on an event, in bytes. */
  SseParser(int maxEventBytes) {
    this.maxEventBytes = maxEventBytes;
  }

  /**
   * Takes the next bytes.
   *
   * @throws IllegalStateException if an event is longer than the bound
   */
  void feed(byte[] bytes) {
    int from = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte b = bytes[i];
      if (b == '\n' && afterCarriageReturn) {
        // The carriage return before it has ended the line.
        afterCarriageReturn = false;
        from = i + 1;
        continue;
      }
      afterCarriageReturn = b == '\r';
      if (b == '\n' || b == '\r') {
        line.write(bytes, from, i - from);
        endLine();
        from = i + 1;
      }
    }
    line.write(bytes, from, bytes.length - from);
    checkLength(line.size());
  }

  private void endLine() {
    checkLength(line.size());
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (first) {
      first = false;
      if (text.startsWith("\uFEFF")) {
        text = text.substring(1);
      }
    }
    if (text.isEmpty()) {
      if (data != null) {
        events.add(data.toString());
        data = null;
      }
    } else if (text.startsWith("data") && (text.length() == 4 || text.charAt(4) == ':')) {
      String value = text.length() <= 5 ? "" : text.substring(text.charAt(5) == ' ' ? 6 : 5);
      if (data == null) {
        data = new StringBuilder(value);
      } else {
        data.append('\n').append(value);
      }
      checkLength(data.length());
    }
  }

  private void checkLength(int length) {
    if (length > maxEventBytes) {
      throw new IllegalStateException(
          "an event of the stream is longer than %d bytes".formatted(maxEventBytes));
    }
  }

  /** The data of the next complete event, null when there is none yet. */
  @Nullable String next() {
    return events.poll();
  }
}
