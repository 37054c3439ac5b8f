package dev.pointsman.gateway.surface;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.access.Caller;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.MalformedJsonException;
import dev.pointsman.gateway.dialect.ChatDialect;
import dev.pointsman.gateway.dialect.RefusalAnswer;
import dev.pointsman.gateway.inference.Refusal;
import dev.pointsman.gateway.inference.RefusedException;
import dev.pointsman.gateway.operations.Drain;
import dev.pointsman.gateway.pipeline.InferenceCall;
import dev.pointsman.gateway.pipeline.InferencePipeline;
import dev.pointsman.gateway.sink.AnswerHead;
import dev.pointsman.gateway.sink.AnswerSink;
import dev.pointsman.gateway.sink.Answers;
import dev.pointsman.gateway.sink.RawAnswer;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import dev.pointsman.routing.IdSource;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way from an HTTP request into the pipeline, the same for every surface. */
@Requires(beans = ActiveSnapshot.class)
@Singleton
final class RequestEntry {

  private static final Logger LOG = LoggerFactory.getLogger(RequestEntry.class);
  private static final Pattern REQUEST_ID = Pattern.compile("[!-~]{1,128}");
  private static final Pattern TRACE_PARENT =
      Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*");

  private final Answers answers;
  private final InferencePipeline pipeline;
  private final IdSource ids;
  private final Drain drain;
  private final LargeBodies bodies;

  RequestEntry(
      Answers answers, InferencePipeline pipeline, IdSource ids, Drain drain, LargeBodies bodies) {
    this.answers = answers;
    this.pipeline = pipeline;
    this.ids = ids;
    this.drain = drain;
    this.bodies = bodies;
  }

  /** Makes a call of a body. */
  @FunctionalInterface
  interface Reader {
    InferenceCall read(JsonNode body, InferenceCall.Origin origin, Instant now);
  }

  /** What the pipeline does with a call. */
  @FunctionalInterface
  private interface Way {
    void go(InferenceCall call, AnswerSink sink) throws InterruptedException;
  }

  CompletableFuture<HttpResponse<RawAnswer>> start(
      HttpRequest<?> request, byte[] body, ChatDialect dialect, Reader reader) {
    InferenceCall.Origin origin = origin(request.getHeaders());
    return answers.start(
        request, sink -> answer(origin, body, dialect, reader, pipeline::run, sink));
  }

  /** Only decides. */
  CompletableFuture<HttpResponse<RawAnswer>> route(
      HttpRequest<?> request, byte[] body, ChatDialect dialect, Reader reader) {
    InferenceCall.Origin origin = origin(request.getHeaders());
    return answers.start(
        request, sink -> answer(origin, body, dialect, reader, pipeline::route, sink));
  }

  private void answer(
      InferenceCall.Origin origin,
      byte[] body,
      ChatDialect dialect,
      Reader reader,
      Way way,
      AnswerSink sink)
      throws InterruptedException {
    Refusal refusal = LargeBodies.REFUSAL;
    if (bodies.admit(body.length)) {
      try {
        refusal = admitted(origin, body, reader, way, sink);
      } finally {
        bodies.release(body.length);
      }
    }
    if (refusal != null) {
      RefusalAnswer answer = dialect.refusal(refusal);
      AnswerHead head =
          new AnswerHead(
              answer.status(), "application/json", Map.of("x-request-id", origin.requestId()));
      Duration retryAfter = answer.retryAfter();
      sink.full(
          retryAfter == null
              ? head
              : head.with("retry-after", Long.toString(retryAfter.toSeconds())),
          answer.body());
    }
  }

  /** What the caller is told where the pipeline has not answered; else null. */
  private @Nullable Refusal admitted(
      InferenceCall.Origin origin, byte[] body, Reader reader, Way way, AnswerSink sink)
      throws InterruptedException {
    if (drain.begun()) {
      return new Refusal.Overloaded(
          "this router is about to stop: ask another one", Duration.ofSeconds(5));
    }
    InferenceCall call;
    try {
      call = reader.read(Json.parse(body), origin, ids.now());
    } catch (MalformedJsonException e) {
      return new Refusal.Malformed(String.valueOf(e.getMessage()), null);
    } catch (FieldException e) {
      return new Refusal.Malformed(
          String.valueOf(e.getMessage()), e.path().isEmpty() ? null : e.path());
    } catch (RefusedException e) {
      return e.refusal();
    }
    try {
      way.go(call, sink);
      return null;
    } catch (RuntimeException e) {
      LOG.error("request {} failed by our own fault", origin.requestId(), e);
      return new Refusal.Internal(
          "the router failed; its log says why under request id " + origin.requestId());
    }
  }

  private InferenceCall.Origin origin(HttpHeaders headers) {
    String requestId = headers.get("x-request-id");
    if (requestId == null || !REQUEST_ID.matcher(requestId).matches()) {
      requestId = ids.next().toString();
    }
    String parent = headers.get("traceparent");
    String traceId = null;
    if (parent != null) {
      var match = TRACE_PARENT.matcher(parent);
      traceId = match.matches() ? match.group(1) : null;
    }
    String idempotencyKey = headers.get("idempotency-key");
    return new InferenceCall.Origin(
        Caller.ANONYMOUS,
        requestId,
        traceId,
        idempotencyKey == null || idempotencyKey.length() > 255 ? null : idempotencyKey,
        "true".equals(headers.get("x-pointsman-debug")));
  }
}
