package dev.pointsman.gateway.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * An upstream on a bare socket of the loopback interface. A script answers each request, and may
 * send anything, in any pieces, or nothing; what the other side does is recorded.
 */
public final class RawUpstream implements AutoCloseable {

  /** Answers one request. When it returns normally the connection waits for the next one. */
  @FunctionalInterface
  public interface Script {
    void answer(Call call) throws IOException, InterruptedException;
  }

  public static final String STREAM_HEAD =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

  public static final byte[] EVENT = "data: {\"x\":1}\n\n".getBytes(StandardCharsets.US_ASCII);

  private final ServerSocket server;
  private final boolean tls;
  private volatile Script script = call -> call.whole("{}");
  private volatile CountDownLatch requested = new CountDownLatch(1);
  private volatile CountDownLatch closed = new CountDownLatch(1);
  private volatile long closedAt;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicLong bytesSent = new AtomicLong();

  public RawUpstream() throws IOException {
    this(null);
  }

  /** An upstream that encrypts, or one that does not for null. */
  public RawUpstream(@Nullable SSLContext encryption) throws IOException {
    tls = encryption != null;
    server =
        encryption == null
            ? new ServerSocket(0, 100, InetAddress.getLoopbackAddress())
            : encryption
                .getServerSocketFactory()
                .createServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("raw-upstream").start(this::accept);
  }

  /** Replaces the script and forgets what was recorded. */
  public void serve(Script next) {
    connections.set(0);
    requests.set(0);
    bytesSent.set(0);
    closedAt = 0;
    requested = new CountDownLatch(1);
    closed = new CountDownLatch(1);
    script = next;
  }

  public int port() {
    return server.getLocalPort();
  }

  public URI uri(String host) {
    return URI.create((tls ? "https://" : "http://") + host + ":" + port() + "/v1/chat");
  }

  public URI uri() {
    return uri("127.0.0.1");
  }

  public int connections() {
    return connections.get();
  }

  public int requests() {
    return requests.get();
  }

  public long bytesSent() {
    return bytesSent.get();
  }

  public boolean awaitRequest(Duration longest) throws InterruptedException {
    return requested.await(longest.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Waits until the other side has closed a connection on which the script waits for that.
   *
   * @return whether it did in time
   */
  public boolean awaitClosed(Duration longest) throws InterruptedException {
    return closed.await(longest.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** When the other side closed, a value of {@link System#nanoTime()}. */
  public long closedAt() {
    return closedAt;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        connections.incrementAndGet();
        Thread.ofPlatform().daemon().name("raw-upstream-call").start(() -> converse(socket));
      } catch (IOException closing) {
        return;
      }
    }
  }

  private void converse(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      int number = 0;
      Request request;
      while ((request = readRequest(socket.getInputStream())) != null) {
        requests.incrementAndGet();
        number++;
        Call call = new Call(socket, number, request, closed);
        requested.countDown();
        script.answer(call);
        if (socket.isClosed()) {
          return;
        }
      }
    } catch (IOException | InterruptedException over) {
      // The script or the other side has ended the connection: what it wanted to know it recorded.
    }
  }

  private record Request(String head, byte[] body) {}

  private static @Nullable Request readRequest(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int state = 0;
    while (state < 4) {
      int c = in.read();
      if (c < 0) {
        return null;
      }
      head.write(c);
      state = c == (state % 2 == 0 ? '\r' : '\n') ? state + 1 : c == '\r' ? 1 : 0;
    }
    String text = head.toString(StandardCharsets.US_ASCII);
    for (String line : text.split("\r\n")) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        return new Request(text, in.readNBytes(Integer.parseInt(line.substring(15).trim())));
      }
    }
    return new Request(text, new byte[0]);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  /** One request and the means to answer it. */
  public final class Call {

    private final Socket socket;
    private final int number;
    private final Request request;
    private final CountDownLatch closedOfAny;
    private final CountDownLatch gone = new CountDownLatch(1);
    private boolean watched;

    private Call(Socket socket, int number, Request request, CountDownLatch closedOfAny) {
      this.socket = socket;
      this.number = number;
      this.request = request;
      this.closedOfAny = closedOfAny;
    }

    /** Which request of its connection this is, from 1. */
    public int number() {
      return number;
    }

    /** When the TLS session began, in ms since 1970; a resumed one keeps its first beginning. */
    public long tlsSessionBegan() {
      return ((SSLSocket) socket).getSession().getCreationTime();
    }

    /** Request line and headers as they came, with the empty line. */
    public String head() {
      return request.head;
    }

    /** The value of a header by its name in any case, null if absent. */
    public @Nullable String header(String name) {
      for (String line : request.head.split("\r\n")) {
        int colon = line.indexOf(':');
        if (colon > 0 && line.substring(0, colon).equalsIgnoreCase(name)) {
          return line.substring(colon + 1).strip();
        }
      }
      return null;
    }

    public byte[] body() {
      return request.body;
    }

    public void send(byte[] bytes) throws IOException {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
      bytesSent.addAndGet(bytes.length);
    }

    public void send(String text) throws IOException {
      send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A whole JSON answer with its length. */
    public void whole(String json) throws IOException {
      whole(200, json);
    }

    /**
     * A whole JSON answer with a status.
     *
     * @param headers names and values in turn
     */
    public void whole(int status, String json, String... headers) throws IOException {
      byte[] body = json.getBytes(StandardCharsets.UTF_8);
      StringBuilder head =
          new StringBuilder(
              "HTTP/1.1 %d Scripted\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                  .formatted(status, body.length));
      for (int i = 0; i < headers.length; i += 2) {
        head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
      }
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
      all.writeBytes(body);
      send(all.toByteArray());
    }

    public void chunk(String text) throws IOException {
      chunk(text.getBytes(StandardCharsets.UTF_8));
    }

    public void chunk(byte[] bytes) throws IOException {
      ByteArrayOutputStream framed = new ByteArrayOutputStream();
      framed.writeBytes((Integer.toHexString(bytes.length) + "\r\n").getBytes());
      framed.writeBytes(bytes);
      framed.writeBytes("\r\n".getBytes());
      send(framed.toByteArray());
    }

    public void lastChunk() throws IOException {
      send("0\r\n\r\n");
    }

    /** Says no more until the other side closes, which is recorded; then ends the connection. */
    public void awaitClose() throws IOException, InterruptedException {
      watch();
      gone.await();
      socket.close();
    }

    /** Waits for the other side's close, at most so long. */
    public boolean closedWithin(Duration longest) throws InterruptedException {
      watch();
      return gone.await(longest.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Closes the sending side only; encrypted, that is a close_notify without a FIN. */
    public void halfClose() throws IOException {
      socket.shutdownOutput();
    }

    /** Ends the connection in the ordinary way (FIN). */
    public void finish() throws IOException {
      socket.close();
    }

    /** Ends the connection at once, losing what is under way (RST). */
    public void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /** From here on the connection's other direction serves only to notice its end. */
    public void watch() {
      if (watched) {
        return;
      }
      watched = true;
      Thread.ofPlatform()
          .daemon()
          .name("raw-upstream-watch")
          .start(
              () -> {
                try {
                  while (socket.getInputStream().read() >= 0) {}
                } catch (IOException reset) {
                  // A reset is a close, too.
                }
                closedAt = System.nanoTime();
                gone.countDown();
                closedOfAny.countDown();
              });
    }
  }
}
