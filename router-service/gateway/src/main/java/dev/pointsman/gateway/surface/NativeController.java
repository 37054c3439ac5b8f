package dev.pointsman.gateway.surface;

import dev.pointsman.gateway.dialect.NativeDialect;
import dev.pointsman.gateway.sink.RawAnswer;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import java.util.concurrent.CompletableFuture;

/** {@code POST /inference} and {@code POST /v1/route}, which decides and calls no model. */
@Requires(beans = ActiveSnapshot.class)
@Controller
final class NativeController {

  private static final NativeDialect DIALECT = new NativeDialect();

  private final RequestEntry entry;

  NativeController(RequestEntry entry) {
    this.entry = entry;
  }

  @Post(value = "/inference", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletableFuture<HttpResponse<RawAnswer>> inference(HttpRequest<?> request, @Body byte[] body) {
    return entry.start(request, body, DIALECT, NativeRequests::read);
  }

  @Post(value = "/v1/route", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletableFuture<HttpResponse<RawAnswer>> route(HttpRequest<?> request, @Body byte[] body) {
    return entry.route(request, body, DIALECT, NativeRequests::route);
  }
}
