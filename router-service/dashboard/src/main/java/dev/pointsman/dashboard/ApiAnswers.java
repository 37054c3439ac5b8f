package dev.pointsman.dashboard;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How {@code /api} answers. */
final class ApiAnswers {

  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}");

  private ApiAnswers() {}

  static HttpResponse<byte[]> json(Object value) {
    return HttpResponse.ok(ReportJson.bytes(value))
        .contentType(MediaType.APPLICATION_JSON_TYPE)
        .header("Cache-Control", "no-store");
  }

  static HttpResponse<byte[]> error(int status, String sentence) {
    return HttpResponse.<byte[]>status(status, "")
        .body(ReportJson.bytes(Map.of("error", sentence)))
        .contentType(MediaType.APPLICATION_JSON_TYPE);
  }

  /** The id in a part of an address, null when it is none. */
  static @Nullable UUID id(String text) {
    return UUID_TEXT.matcher(text).matches() ? UUID.fromString(text) : null;
  }
}
