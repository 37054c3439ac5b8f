package dev.pointsman.gateway.surface;

import dev.pointsman.gateway.sink.NettySettings;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.Error;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import jakarta.inject.Singleton;
import java.util.stream.Collectors;

/** Writes the errors that the server itself finds: no such route, wrong method, body too large. */
@Requires(beans = ActiveSnapshot.class)
@Singleton
final class ErrorAnswers implements ErrorResponseProcessor<byte[]> {

  private final ErrorBodies errors;

  ErrorAnswers(ErrorBodies errors) {
    this.errors = errors;
  }

  @Override
  public MutableHttpResponse<byte[]> processResponse(
      ErrorContext context, MutableHttpResponse<?> response) {
    HttpRequest<?> request = context.getRequest();
    int status = response.code();
    String shown = ErrorBodies.shown(request);
    String detail =
        context.getErrors().stream().map(Error::getMessage).collect(Collectors.joining("; "));
    String type = status >= 500 ? "server_error" : "invalid_request_error";
    String code =
        switch (status) {
          case 404 -> "route_not_found";
          case 405 -> "method_not_allowed";
          case 413 -> "request_too_large";
          case 500 -> "internal_error";
          default -> null;
        };
    String message =
        switch (status) {
          case 404 -> "Route not found: %s".formatted(shown);
          case 405 -> "%s is not possible: the path takes another method".formatted(shown);
          case 413 ->
              "the body is larger than the %,d bytes that this router accepts"
                  .formatted(NettySettings.MOST_BODY_BYTES);
          default ->
              // Our own faults are explained in the log, not to the caller.
              status >= 500 ? "%s failed inside the router".formatted(shown) : detail;
        };
    MutableHttpResponse<byte[]> answer =
        errors.answer(request, status, response.reason(), type, code, message);
    response
        .getHeaders()
        .forEach(
            (name, values) -> {
              if (name.equalsIgnoreCase("allow")) {
                values.forEach(value -> answer.header(name, value));
              }
            });
    return answer;
  }
}
