package dev.pointsman.gateway.surface;

import io.micronaut.core.convert.exceptions.ConversionErrorException;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Error;
import io.micronaut.http.exceptions.ContentLengthExceededException;
import io.micronaut.web.router.exceptions.UnsatisfiedRouteException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is answered where no route answers. */
@Controller
final class ErrorController {

  private static final Logger LOG = LoggerFactory.getLogger(ErrorController.class);

  private final ErrorBodies errors;

  ErrorController(ErrorBodies errors) {
    this.errors = errors;
  }

  @Error(status = HttpStatus.NOT_FOUND, global = true)
  HttpResponse<byte[]> notFound(HttpRequest<?> request) {
    return errors.answer(
        request,
        404,
        "Not Found",
        "invalid_request_error",
        "route_not_found",
        "Route not found: %s".formatted(ErrorBodies.shown(request)));
  }

  @Error(status = HttpStatus.METHOD_NOT_ALLOWED, global = true)
  HttpResponse<byte[]> methodNotAllowed(HttpRequest<?> request) {
    return errors.answer(
        request,
        405,
        "Method Not Allowed",
        "invalid_request_error",
        "method_not_allowed",
        "%s is not possible; the path takes another method".formatted(ErrorBodies.shown(request)));
  }

  @Error(global = true)
  HttpResponse<byte[]> tooLarge(HttpRequest<?> request, ContentLengthExceededException problem) {
    return errors.answer(
        request,
        413,
        "Content Too Large",
        "invalid_request_error",
        "request_too_large",
        "the body is larger than this router accepts: " + problem.getMessage());
  }

  @Error(global = true)
  HttpResponse<byte[]> badArgument(HttpRequest<?> request, ConversionErrorException problem) {
    return badRequest(request, String.valueOf(problem.getMessage()));
  }

  @Error(global = true)
  HttpResponse<byte[]> missingArgument(HttpRequest<?> request, UnsatisfiedRouteException problem) {
    return badRequest(request, String.valueOf(problem.getMessage()));
  }

  private HttpResponse<byte[]> badRequest(HttpRequest<?> request, String message) {
    return errors.answer(request, 400, "Bad Request", "invalid_request_error", null, message);
  }

  @Error(global = true)
  HttpResponse<byte[]> internal(HttpRequest<?> request, Throwable problem) {
    LOG.error("{} failed by our own fault", ErrorBodies.shown(request), problem);
    return errors.answer(
        request,
        500,
        "Internal Server Error",
        "server_error",
        "internal_error",
        "the router failed; its log says why");
  }
}
