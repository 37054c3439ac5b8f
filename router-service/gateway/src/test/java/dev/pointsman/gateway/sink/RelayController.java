package dev.pointsman.gateway.sink;

import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** A surface with two routes: the upstream's answer whole, and streamed. */
@Controller("/relay")
@Requires(property = RelayServer.ENABLED)
final class RelayController {

  private final Answers answers;
  private final Relay relay;

  RelayController(Answers answers, Relay relay) {
    this.answers = answers;
    this.relay = relay;
  }

  @Post(value = "/whole", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletableFuture<HttpResponse<RawAnswer>> whole(HttpRequest<?> request, @Body byte[] body) {
    return answers.start(request, sink -> relay.relay(body, false, sink));
  }

  @Post(value = "/stream", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletableFuture<HttpResponse<RawAnswer>> stream(HttpRequest<?> request, @Body byte[] body) {
    return answers.start(request, sink -> relay.relay(body, true, sink));
  }

  /** Work that shields itself before or after its caller leaves, and reports whether it helped. */
  @Get(value = "/shielded/{early}", produces = MediaType.ALL)
  CompletableFuture<HttpResponse<RawAnswer>> shielded(HttpRequest<?> request, boolean early) {
    return answers.start(
        request,
        sink -> {
          if (early) {
            sink.shield();
          }
          relay.headSeen = true;
          while (!sink.callerLeft()) {
            LockSupport.parkNanos(1_000_000);
          }
          if (!early) {
            sink.shield();
          }
          relay.endings.add(
              new Relay.Ending(
                  Thread.currentThread().isInterrupted()
                      ? Relay.Outcome.FAILED
                      : Relay.Outcome.ANSWERED,
                  null));
          sink.full(new AnswerHead(200, "text/plain"), new byte[0]);
        });
  }

  /** Work that goes wrong in the way its name says. */
  @Get(value = "/wrong/{way}", produces = MediaType.ALL)
  CompletableFuture<HttpResponse<RawAnswer>> wrong(HttpRequest<?> request, String way) {
    return answers.start(
        request,
        sink -> {
          switch (way) {
            case "throws" -> throw new IllegalArgumentException("meant to be thrown");
            case "returns" -> {}
            case "stops-midway" -> {
              sink.begin(new AnswerHead(200, "text/event-stream"));
              sink.write(new byte[] {'x', '\n', '\n'});
            }
            case "overloaded" -> sink.full(new AnswerHead(529, "text/plain"), new byte[] {'o'});
            default -> throw new IllegalArgumentException(way);
          }
        });
  }
}
