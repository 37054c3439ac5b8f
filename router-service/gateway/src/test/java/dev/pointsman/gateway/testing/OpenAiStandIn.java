package dev.pointsman.gateway.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.MalformedJsonException;
import dev.pointsman.gateway.testing.RawUpstream.Call;
import dev.pointsman.gateway.testing.RawUpstream.Script;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * An OpenAI-shaped upstream on loopback that can break in every way: it plays one script per
 * request, in order, then a plain answer when there is none left, and closes the connection after
 * each.
 */
public final class OpenAiStandIn implements AutoCloseable {

  /** A request as it came. */
  public record Received(String path, Call call, JsonNode body) {}

  private final RawUpstream upstream;
  private final Queue<Script> scripts = new ConcurrentLinkedQueue<>();
  private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();

  private OpenAiStandIn(RawUpstream upstream) {
    this.upstream = upstream;
    upstream.serve(this::play);
  }

  /** Starts on a free port. */
  public static OpenAiStandIn start() {
    try {
      return new OpenAiStandIn(new RawUpstream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What {@code api_base} must be. */
  public String apiBase() {
    return "http://127.0.0.1:%d/v1".formatted(upstream.port());
  }

  /** Appends scripts. */
  public OpenAiStandIn then(Script... more) {
    scripts.addAll(List.of(more));
    return this;
  }

  /** The next request, waited for at most ten seconds. */
  public Received received() throws InterruptedException {
    Received next = received.poll(10, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no request came");
    }
    return next;
  }

  /** Requests that came and were not asked for. */
  public int waiting() {
    return received.size();
  }

  /** Whether the router has closed a connection whose script waited for it, within a time. */
  public boolean routerLeft(Duration longest) throws InterruptedException {
    return upstream.awaitClosed(longest);
  }

  private void play(Call call) throws IOException, InterruptedException {
    JsonNode body = parsed(call.body());
    received.add(new Received(call.head().split(" ")[1], call, body));
    Script script = scripts.poll();
    if (script == null) {
      script = body.path("stream").asBoolean() ? stream("one", " two") : answer("plain");
    }
    script.answer(call);
    call.finish();
  }

  private static JsonNode parsed(byte[] body) throws IOException {
    try {
      return Json.parse(body);
    } catch (MalformedJsonException e) {
      throw new IOException("the router sent what is not JSON", e);
    }
  }

  @Override
  public void close() {
    try {
      upstream.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- scripts and their texts -----------------------------------------------------------------

  /** A whole answer with a text. */
  public static Script answer(String text) {
    return call -> call.whole(200, completion(text), "Connection", "close");
  }

  /** A completion with a text and 7 + 3 tokens, 2 of them cached. */
  public static String completion(String text) {
    return """
    {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,\
    "message":{"role":"assistant","content":"%s"},"finish_reason":"stop"}],\
    "usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,\
    "prompt_tokens_details":{"cached_tokens":2}}}\
    """
        .formatted(text);
  }

  /** An error status. */
  public static Script failing(int status, String... headers) {
    return call -> call.whole(status, error("t", "scripted failure"), headers);
  }

  /** An error object with a code. */
  public static String error(String code, String message) {
    return "{\"error\":{\"message\":\"%s\",\"type\":\"t\",\"code\":\"%s\"}}"
        .formatted(message, code);
  }

  /** A chunk with a text. */
  public static String chunk(String text) {
    return """
    data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,\
    "delta":{"content":"%s"},"finish_reason":null}]}

    """
        .formatted(text);
  }

  /** The chunks that end a stream. */
  public static String ending() {
    return FINISH + USAGE + DONE;
  }

  /** The chunk with the finish reason. */
  public static final String FINISH =
      """
      data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

      """;

  /** The chunk with the usage. */
  public static final String USAGE =
      """
      data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}

      """;

  /** The last line. */
  public static final String DONE = "data: [DONE]\n\n";

  /** A streamed answer, a chunk per word. */
  public static Script stream(String... words) {
    return call -> {
      call.send(RawUpstream.STREAM_HEAD);
      for (String word : words) {
        call.chunk(chunk(word));
      }
      call.chunk(ending());
      call.lastChunk();
    };
  }
}
