package dev.pointsman.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.chat.json.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Frames of server-sent events. */
final class ServerSentEvents {

  static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

  private ServerSentEvents() {}

  static byte[] frame(JsonNode data) {
    byte[] json = Json.bytes(data);
    byte[] frame = new byte[DATA.length + json.length + 2];
    System.arraycopy(DATA, 0, frame, 0, DATA.length);
    System.arraycopy(json, 0, frame, DATA.length, json.length);
    frame[frame.length - 2] = '\n';
    frame[frame.length - 1] = '\n';
    return frame;
  }

  static byte[] joined(byte[]... frames) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] frame : frames) {
      all.writeBytes(frame);
    }
    return all.toByteArray();
  }
}
