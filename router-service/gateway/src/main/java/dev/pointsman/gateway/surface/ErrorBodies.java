package dev.pointsman.gateway.surface;

import dev.pointsman.chat.json.Json;
import dev.pointsman.gateway.dialect.OpenAiDialect;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Error bodies for what no surface answers: OpenAI's object under {@code /v1}, else the native one. */
@Requires(beans = ActiveSnapshot.class)
@Singleton
final class ErrorBodies {

  private final ActiveSnapshot snapshots;

  ErrorBodies(ActiveSnapshot snapshots) {
    this.snapshots = snapshots;
  }

  MutableHttpResponse<byte[]> answer(
      HttpRequest<?> request,
      int status,
      String reason,
      String type,
      @Nullable String code,
      String message) {
    byte[] body =
        isOpenAi(request)
            ? Json.bytes(Json.object().set("error", OpenAiDialect.error(message, type, null, code)))
            : Json.bytes(Json.object().put("error", message));
    return HttpResponse.<byte[]>status(status, reason)
        .body(body)
        .contentType(MediaType.APPLICATION_JSON_TYPE);
  }

  private boolean isOpenAi(HttpRequest<?> request) {
    String path = request.getPath();
    String base = snapshots.current().catalog().gateway().basePath();
    String rest = path.startsWith(base) ? path.substring(base.length()) : path;
    // TensorZero's own paths under /v1 keep its error body.
    return (rest.equals("/v1") || rest.startsWith("/v1/"))
        && !rest.startsWith("/v1/datasets")
        && !rest.startsWith("/v1/inferences");
  }

  /** A path for a message: printable and not endless. */
  static String shown(HttpRequest<?> request) {
    String path = request.getPath();
    return "%s %s"
        .formatted(
            request.getMethodName(), path.length() <= 200 ? path : path.substring(0, 200) + "…");
  }
}
