package dev.pointsman.dashboard.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.JsonFields;
import dev.pointsman.chat.json.MalformedJsonException;
import dev.pointsman.eventstore.StoreException;
import io.micronaut.data.exceptions.DataAccessException;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests of TensorZero's own paths: runs them on the bounded pool, and turns what goes wrong
 * into its error body with the status its clients expect.
 */
@Singleton
public final class NativeAnswers {

  private static final Logger log = LoggerFactory.getLogger(NativeAnswers.class);

  private final ExecutorService threads;
  private final Semaphore places = new Semaphore(QueryThreads.MOST_REQUESTS);

  NativeAnswers(@Named(QueryThreads.NAME) ExecutorService threads) {
    this.threads = threads;
  }

  /** What a request wants. */
  @FunctionalInterface
  public interface Work {
    /** Does it. */
    JsonNode of(JsonFields body);
  }

  /** The answer to a request with a body; that it is missing is said here, in the same words. */
  public CompletableFuture<HttpResponse<byte[]>> answer(HttpRequest<byte[]> request, Work work) {
    byte[] body = request.getBody().orElseGet(() -> new byte[0]);
    return run(() -> work.of(JsonFields.of("", parsed(body))));
  }

  /** Something done without a body. */
  @FunctionalInterface
  public interface BareWork {
    /** Does it. */
    JsonNode answer();
  }

  /** The answer to a request without a body. */
  public CompletableFuture<HttpResponse<byte[]>> run(BareWork work) {
    if (!places.tryAcquire()) {
      return CompletableFuture.completedFuture(
          error(503, "too many queries are waiting: ask again in a moment")
              .header("retry-after", "1"));
    }
    return CompletableFuture.<HttpResponse<byte[]>>supplyAsync(() -> response(work), threads)
        .whenComplete((answer, failure) -> places.release());
  }

  private static JsonNode parsed(byte[] body) {
    try {
      return Json.parse(body);
    } catch (MalformedJsonException e) {
      throw new QueryRefusedException(400, String.valueOf(e.getMessage()));
    }
  }

  private static HttpResponse<byte[]> response(BareWork work) {
    try {
      return HttpResponse.ok(Json.bytes(work.answer()))
          .contentType(MediaType.APPLICATION_JSON_TYPE)
          .header("Cache-Control", "no-store");
    } catch (FieldException e) {
      return error(400, String.valueOf(e.getMessage()));
    } catch (QueryRefusedException e) {
      return error(e.status(), String.valueOf(e.getMessage()));
    } catch (StoreException e) {
      if (e.timedOut()) {
        return error(
            503, "the query took too long: ask for less, by more filters or a smaller limit");
      }
      log.warn("a query could not be answered", e);
      return error(503, "the store cannot answer now; the router's log says why");
    } catch (DataAccessException e) {
      log.warn("a request for datasets could not be answered", e);
      return error(503, "the control store cannot answer now; the router's log says why");
    } catch (RuntimeException e) {
      log.error("a query failed by our own fault", e);
      return error(500, "the query failed; the router's log says why");
    }
  }

  private static MutableHttpResponse<byte[]> error(int status, String sentence) {
    return HttpResponse.<byte[]>status(status, "")
        .body(Json.bytes(Json.object().put("error", sentence)))
        .contentType(MediaType.APPLICATION_JSON_TYPE);
  }
}
