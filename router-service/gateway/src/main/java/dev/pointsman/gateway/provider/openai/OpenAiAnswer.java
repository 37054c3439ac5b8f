package dev.pointsman.gateway.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.MalformedJsonException;
import dev.pointsman.gateway.inference.AnswerEvent;
import dev.pointsman.gateway.provider.ProviderAnswer;
import dev.pointsman.gateway.provider.ProviderFailure;
import dev.pointsman.gateway.provider.ProviderFailureException;
import dev.pointsman.gateway.upstream.ConnectFailedException;
import dev.pointsman.gateway.upstream.DeadlineExceededException;
import dev.pointsman.gateway.upstream.MalformedResponseException;
import dev.pointsman.gateway.upstream.TlsFailedException;
import dev.pointsman.gateway.upstream.UpstreamClosedException;
import dev.pointsman.gateway.upstream.UpstreamException;
import dev.pointsman.gateway.upstream.UpstreamExchange;
import dev.pointsman.gateway.upstream.UpstreamHead;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An answer of an OpenAI-shaped upstream, whole or streamed. */
final class OpenAiAnswer implements ProviderAnswer {

  private static final int MAX_BODY_BYTES = 100 << 20;
  private static final int MAX_ERROR_BYTES = 64 << 10;
  private static final int MAX_EVENT_BYTES = 16 << 20;

  /** What is kept of a streamed answer for the log. */
  private static final int MAX_RAW_CHARACTERS = 1 << 20;

  private final UpstreamExchange exchange;
  private final byte[] requestBody;
  private final UnaryOperator<String> mask;
  private final int status;
  private final @Nullable SseParser stream;
  private final Queue<AnswerEvent> events = new ArrayDeque<>();

  /** What came, for the log: a whole answer, or the stream's events so far. */
  private CharSequence raw = "";

  private boolean finished;
  private boolean complete;

  private OpenAiAnswer(
      UpstreamExchange exchange,
      byte[] requestBody,
      UnaryOperator<String> mask,
      int status,
      @Nullable SseParser stream) {
    this.exchange = exchange;
    this.requestBody = requestBody;
    this.mask = mask;
    this.status = status;
    this.stream = stream;
  }

  /** Waits for the head; the exchange is closed if this fails. */
  static OpenAiAnswer begin(
      UpstreamExchange exchange,
      byte[] requestBody,
      boolean streamed,
      long beginBy,
      UnaryOperator<String> mask)
      throws ProviderFailureException, InterruptedException {
    boolean begun = false;
    try {
      UpstreamHead head = exchange.head(beginBy);
      if (head.status() / 100 != 2) {
        throw refused(exchange, head, requestBody, beginBy, mask);
      }
      String type = head.header("content-type");
      boolean events = streamed && (type == null || !type.contains("json"));
      OpenAiAnswer answer =
          new OpenAiAnswer(
              exchange,
              requestBody,
              mask,
              head.status(),
              events ? new SseParser(MAX_EVENT_BYTES) : null);
      begun = true;
      return answer;
    } catch (UpstreamException e) {
      throw new ProviderFailureException(failure(e, false), text(requestBody), null);
    } finally {
      if (!begun) {
        exchange.close();
      }
    }
  }

  private static ProviderFailureException refused(
      UpstreamExchange exchange,
      UpstreamHead head,
      byte[] requestBody,
      long by,
      UnaryOperator<String> mask)
      throws InterruptedException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try {
      byte[] chunk = exchange.nextChunk(by);
      while (chunk.length > 0 && body.size() < MAX_ERROR_BYTES) {
        body.write(chunk, 0, chunk.length);
        chunk = exchange.nextChunk(by);
      }
    } catch (UpstreamException e) {
      // The status says enough.
    }
    String text = mask.apply(body.toString(StandardCharsets.UTF_8));
    return new ProviderFailureException(
        ErrorResponses.failure(head, text), text(requestBody), text);
  }

  @Override
  public @Nullable AnswerEvent next(long by) throws ProviderFailureException, InterruptedException {
    while (true) {
      AnswerEvent event = events.poll();
      if (event != null) {
        finished |= event instanceof AnswerEvent.Finished;
        return event;
      }
      if (complete) {
        if (!finished) {
          throw failed(
              new ProviderFailure.AnswerCut("the provider's answer ended without a finish reason"));
        }
        return null;
      }
      try {
        if (stream == null) {
          readWhole(by);
        } else {
          readStream(stream, by);
        }
      } catch (UpstreamException e) {
        throw failed(failure(e, true));
      }
    }
  }

  private void readWhole(long by)
      throws UpstreamException, InterruptedException, ProviderFailureException {
    byte[] bytes = body(by);
    keep(text(bytes));
    complete = true;
    JsonNode response = parsed(bytes);
    checkNoError(response);
    if (!ChatEvents.read(response, "message", events::add)) {
      throw failed(
          new ProviderFailure.MalformedAnswer("the provider's answer has no choices", status));
    }
  }

  private byte[] body(long by)
      throws UpstreamException, InterruptedException, ProviderFailureException {
    byte[] first = exchange.nextChunk(by);
    byte[] chunk = first.length == 0 ? first : exchange.nextChunk(by);
    if (chunk.length == 0) {
      return first;
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream(2 * (first.length + chunk.length));
    body.writeBytes(first);
    for (; chunk.length > 0; chunk = exchange.nextChunk(by)) {
      body.writeBytes(chunk);
      if (body.size() > MAX_BODY_BYTES) {
        throw failed(
            new ProviderFailure.MalformedAnswer(
                "the provider's answer is larger than %d bytes".formatted(MAX_BODY_BYTES), status));
      }
    }
    return body.toByteArray();
  }

  private void readStream(SseParser parser, long by)
      throws UpstreamException, InterruptedException, ProviderFailureException {
    String data = parser.next();
    if (data == null) {
      byte[] chunk = exchange.nextChunk(by);
      if (chunk.length == 0) {
        throw failed(new ProviderFailure.AnswerCut("the provider's stream ended without [DONE]"));
      }
      try {
        parser.feed(chunk);
      } catch (IllegalStateException e) {
        throw failed(new ProviderFailure.MalformedAnswer(String.valueOf(e.getMessage()), status));
      }
      return;
    }
    if (data.equals("[DONE]")) {
      complete = true;
      return;
    }
    keep(data);
    JsonNode chunk = parsed(data.getBytes(StandardCharsets.UTF_8));
    checkNoError(chunk);
    if (!ChatEvents.read(chunk, "delta", events::add)) {
      throw failed(
          new ProviderFailure.MalformedAnswer("a chunk of the stream has no choices", status));
    }
  }

  private JsonNode parsed(byte[] json) throws ProviderFailureException {
    try {
      return Json.parse(json);
    } catch (MalformedJsonException e) {
      throw failed(
          new ProviderFailure.MalformedAnswer("the provider's answer is not JSON", status));
    }
  }

  private void checkNoError(JsonNode response) throws ProviderFailureException {
    JsonNode error = response.path("error");
    if (!error.isMissingNode() && !error.isNull()) {
      throw failed(
          new ProviderFailure.UpstreamFault(
              "the provider answered with an error: " + mask.apply(ErrorResponses.message(error)),
              status));
    }
  }

  private ProviderFailureException failed(ProviderFailure failure) {
    return new ProviderFailureException(failure, rawRequest(), rawResponse());
  }

  static ProviderFailure failure(UpstreamException problem, boolean afterHead) {
    String message = String.valueOf(problem.getMessage());
    return switch (problem) {
      case DeadlineExceededException late -> new ProviderFailure.TimedOut(message);
      case ConnectFailedException refused -> new ProviderFailure.ConnectionBroken(message);
      case TlsFailedException untrusted -> new ProviderFailure.ConnectionBroken(message);
      case UpstreamClosedException closed ->
          afterHead
              ? new ProviderFailure.AnswerCut(message)
              : new ProviderFailure.ConnectionBroken(message);
      case MalformedResponseException malformed ->
          new ProviderFailure.MalformedAnswer(message, null);
    };
  }

  private void keep(String text) {
    if (raw.isEmpty()) {
      raw = text;
    } else if (raw.length() < MAX_RAW_CHARACTERS) {
      StringBuilder all = raw instanceof StringBuilder begun ? begun : new StringBuilder(raw);
      raw = all.append('\n').append(text);
    }
  }

  @Override
  public Integer httpStatus() {
    return status;
  }

  @Override
  public String rawRequest() {
    return text(requestBody);
  }

  @Override
  public String rawResponse() {
    return mask.apply(raw.toString());
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    exchange.close();
  }
}
