package dev.pointsman.gateway.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.MalformedJsonException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * An OpenAI-shaped upstream on loopback, written on raw sockets so that it can break in every way: it
 * plays one script per request, in order, and a plain answer when there is none left.
 */
public final class OpenAiStandIn implements AutoCloseable {

  /** What happens to one request. */
  @FunctionalInterface
  public interface Script {
    /** Writes the response; the connection is closed when it returns. */
    void play(Exchange exchange) throws IOException, InterruptedException;
  }

  /** A request as it came. */
  public record Received(String method, String path, Map<String, String> headers, JsonNode body) {}

  /** One connection with its request. */
  public final class Exchange {
    private final Socket socket;
    private final OutputStream out;
    private final Received request;

    private Exchange(Socket socket, Received request) throws IOException {
      this.socket = socket;
      this.out = socket.getOutputStream();
      this.request = request;
    }

    /** The request. */
    public Received request() {
      return request;
    }

    /** Sends a whole response. */
    public void whole(int status, String contentType, String body, String... headers)
        throws IOException {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      StringBuilder head = new StringBuilder("HTTP/1.1 %d X\r\n".formatted(status));
      head.append("content-type: ").append(contentType).append("\r\n");
      for (int i = 0; i < headers.length; i += 2) {
        head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
      }
      head.append("content-length: ").append(bytes.length);
      raw(head + "\r\nconnection: close\r\n\r\n");
      out.write(bytes);
      out.flush();
    }

    /** Begins a stream of events. */
    public void beginStream() throws IOException {
      raw(
          "HTTP/1.1 200 OK\r\n"
              + "content-type: text/event-stream\r\n"
              + "transfer-encoding: chunked\r\n\r\n");
    }

    /** Sends a part of the stream. */
    public void part(String text) throws IOException {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      out.write("%x\r\n".formatted(bytes.length).getBytes(StandardCharsets.US_ASCII));
      out.write(bytes);
      raw("\r\n");
    }

    /** Ends the stream. */
    public void endStream() throws IOException {
      raw("0\r\n\r\n");
    }

    /** Sends bytes as they are. */
    public void raw(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    }

    /** Resets the connection. */
    public void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /** Waits until the router closes the connection, at most ten seconds. */
    public void awaitDeparture() throws IOException {
      socket.setSoTimeout(10_000);
      try {
        while (socket.getInputStream().read() >= 0) {
          // Nothing more is expected; the end is.
        }
        departures.countDown();
      } catch (SocketTimeoutException e) {
        // The test that waits for the departure fails.
      } catch (IOException e) {
        departures.countDown();
      }
    }
  }

  private final ServerSocket server;
  private final Queue<Script> scripts = new ConcurrentLinkedQueue<>();
  private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
  private final CountDownLatch departures = new CountDownLatch(1);

  private OpenAiStandIn(ServerSocket server) {
    this.server = server;
  }

  /** Starts on a free port. */
  public static OpenAiStandIn start() {
    try {
      OpenAiStandIn standIn =
          new OpenAiStandIn(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()));
      Thread.ofVirtual().start(standIn::accept);
      return standIn;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What {@code api_base} must be. */
  public String apiBase() {
    return "http://127.0.0.1:%d/v1".formatted(server.getLocalPort());
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
  public boolean routerLeft(long millis) throws InterruptedException {
    return departures.await(millis, TimeUnit.MILLISECONDS);
  }

  // ---- scripts ---------------------------------------------------------------------------------

  /** A whole answer with a text. */
  public static Script answer(String text) {
    return exchange -> exchange.whole(200, "application/json", completion(text));
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
    return exchange ->
        exchange.whole(
            status,
            "application/json",
            "{\"error\":{\"message\":\"scripted failure\",\"type\":\"t\",\"code\":null}}",
            headers);
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
    return exchange -> {
      exchange.beginStream();
      for (String word : words) {
        exchange.part(chunk(word));
      }
      exchange.part(ending());
      exchange.endStream();
    };
  }

  // ---- the server ------------------------------------------------------------------------------

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      Received request = read(in);
      received.add(request);
      Script script = scripts.poll();
      Exchange exchange = new Exchange(socket, request);
      if (script != null) {
        script.play(exchange);
      } else if (request.body().path("stream").asBoolean()) {
        stream("one", " two").play(exchange);
      } else {
        answer("plain").play(exchange);
      }
    } catch (IOException e) {
      // The router went away; the test sees that from its own side.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Received read(InputStream in) throws IOException {
    String[] first = line(in).split(" ");
    Map<String, String> headers = new TreeMap<>();
    String line;
    while (!(line = line(in)).isEmpty()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    try {
      return new Received(first[0], first[1], headers, Json.parse(body));
    } catch (MalformedJsonException e) {
      throw new IOException(e);
    }
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int b;
    while ((b = in.read()) >= 0 && b != '\n') {
      if (b != '\r') {
        line.write(b);
      }
    }
    if (b < 0) {
      throw new IOException("the connection ended");
    }
    return line.toString(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
