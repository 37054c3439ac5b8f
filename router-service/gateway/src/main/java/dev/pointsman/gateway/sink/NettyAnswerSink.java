package dev.pointsman.gateway.sink;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpRequestWrapper;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.ServerHttpRequest;
import io.micronaut.http.body.ByteBodyFactory;
import io.micronaut.http.body.CloseableByteBody;
import io.micronaut.http.body.stream.BaseSharedBuffer;
import io.micronaut.http.body.stream.BodySizeLimits;
import io.micronaut.http.body.stream.BufferConsumer;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A sink that answers through Micronaut: the response is completed at the first word, a streamed
 * body is a {@link BaseSharedBuffer} fed on the request channel's event loop.
 *
 * <p>Two threads meet here. The request thread calls the sink's methods and passes everything on as
 * tasks of the event loop, whose order is the order of the calls. The event loop reports consumed
 * bytes and the caller's departure. The departure is the channel's close future, because the server
 * cancels nothing before a response has begun; HTTP/2 streams have a channel of their own (see
 * {@link NettySettings}).
 */
final class NettyAnswerSink implements AnswerSink, BufferConsumer.Upstream {

  /** Names of headers in the bytes that go out; they are the router's own, so there are few. */
  private static final Map<String, AsciiString> HEADER_NAMES = new ConcurrentHashMap<>();

  /** Bytes under way to the caller from which on {@link #write} waits. */
  static final long WINDOW = 64 * 1024;

  private enum Phase {
    NOTHING_SENT,
    STREAMING,
    DONE
  }

  private final Channel channel;
  private final EventLoop loop;
  private final ByteBodyFactory bodies;
  private final AtomicInteger openSinks;
  private final CompletableFuture<HttpResponse<RawAnswer>> answer = new CompletableFuture<>();
  private final GenericFutureListener<Future<Void>> departure = closed -> left();
  private final AtomicLong underWay = new AtomicLong();
  private final AtomicBoolean released = new AtomicBoolean();

  private volatile Phase phase = Phase.NOTHING_SENT;
  private volatile boolean left;
  private volatile @Nullable Thread writer;

  /** Touched by the event loop only. */
  private @Nullable BaseSharedBuffer buffer;

  /** Guarded by this: whom a departure interrupts. */
  private @Nullable Thread worker;

  NettyAnswerSink(HttpRequest<?> request, AtomicInteger openSinks) {
    HttpRequest<?> unwrapped = request;
    while (unwrapped instanceof HttpRequestWrapper<?> wrapper) {
      unwrapped = wrapper.getDelegate();
    }
    if (!(unwrapped instanceof NettyHttpRequest<?> netty)) {
      throw new IllegalArgumentException(
          "a request thread needs a request of the Netty server, not "
              + unwrapped.getClass().getName());
    }
    this.channel = netty.getChannelHandlerContext().channel();
    this.loop = channel.eventLoop();
    this.bodies = ((ServerHttpRequest<?>) netty).byteBodyFactory();
    this.openSinks = openSinks;
    openSinks.incrementAndGet();
    channel.closeFuture().addListener(departure);
  }

  EventLoop loop() {
    return loop;
  }

  CompletableFuture<HttpResponse<RawAnswer>> answer() {
    return answer;
  }

  // The request thread.

  synchronized void attach(Thread thread) {
    worker = thread;
    if (left) {
      thread.interrupt();
    }
  }

  /** The last call of the request thread: nothing of this request stays on its connection. */
  void detach() {
    shield();
    channel.closeFuture().removeListener(departure);
    loop.execute(
        () -> {
          answer.complete(bare(499, "Client Closed Request"));
          release();
        });
  }

  @Override
  public void begin(AnswerHead head) {
    requireNothingSent();
    phase = Phase.STREAMING;
    loop.execute(
        () -> {
          if (left) {
            return;
          }
          ByteBodyFactory.StreamingBody body =
              bodies.createStreamingBody(BodySizeLimits.UNLIMITED, this);
          buffer = body.sharedBuffer();
          answer.complete(response(head, body.rootBody()));
        });
  }

  @Override
  public void write(byte[] chunk) throws CallerLeftException, InterruptedException {
    if (phase != Phase.STREAMING) {
      throw new IllegalStateException(
          phase == Phase.DONE ? "the answer has ended" : "the answer has not been begun");
    }
    if (underWay.get() >= WINDOW) {
      awaitDemand();
    }
    if (left) {
      throw new CallerLeftException();
    }
    underWay.addAndGet(chunk.length);
    loop.execute(
        () -> {
          BaseSharedBuffer sending = buffer;
          if (!left && sending != null) {
            sending.add(bodies.readBufferFactory().adapt(chunk));
          }
        });
  }

  private void awaitDemand() throws InterruptedException {
    writer = Thread.currentThread();
    try {
      while (underWay.get() >= WINDOW && !left) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        LockSupport.park(this);
      }
    } finally {
      writer = null;
    }
  }

  @Override
  public void end() {
    if (phase != Phase.STREAMING) {
      throw new IllegalStateException(
          phase == Phase.DONE ? "the answer has ended" : "the answer has not been begun");
    }
    finish();
    loop.execute(
        () -> {
          BaseSharedBuffer sending = buffer;
          if (!left && sending != null) {
            sending.complete();
          }
          release();
        });
  }

  @Override
  public void full(AnswerHead head, byte[] body) {
    requireNothingSent();
    finish();
    if (!left) {
      answer.complete(response(head, bodies.adapt(body)));
    }
    release();
  }

  @Override
  public void fail(Throwable cause) {
    Phase before = phase;
    if (before == Phase.DONE) {
      return;
    }
    finish();
    if (before == Phase.NOTHING_SENT) {
      if (!left) {
        answer.complete(bare(500, "Internal Server Error"));
      }
      release();
      return;
    }
    loop.execute(
        () -> {
          BaseSharedBuffer sending = buffer;
          if (!left && sending != null) {
            sending.error(new CutAnswerException(cause));
          }
          release();
        });
  }

  /** Fails an answer that the work returned without completing. */
  void requireEnded() {
    if (phase != Phase.DONE) {
      fail(new IllegalStateException("the work returned without completing its answer"));
    }
  }

  @Override
  public boolean callerLeft() {
    return left;
  }

  @Override
  public void shield() {
    boolean attached;
    synchronized (this) {
      attached = Thread.currentThread().equals(worker);
      worker = null;
    }
    // Under the lock no departure can set the flag again.
    if (attached) {
      Thread.interrupted();
    }
  }

  private void requireNothingSent() {
    if (phase != Phase.NOTHING_SENT) {
      throw new IllegalStateException(
          phase == Phase.DONE ? "the answer has ended" : "the answer has been begun");
    }
  }

  /** Departures do not count any more: the server reports one after every ordinary end. */
  private void finish() {
    synchronized (this) {
      phase = Phase.DONE;
    }
    shield();
  }

  private void release() {
    if (released.compareAndSet(false, true)) {
      openSinks.decrementAndGet();
    }
  }

  // The event loop.

  private void left() {
    synchronized (this) {
      if (left || phase == Phase.DONE) {
        return;
      }
      left = true;
      if (worker != null) {
        worker.interrupt();
      }
    }
    LockSupport.unpark(writer);
  }

  @Override
  public void onBytesConsumed(long bytes) {
    underWay.addAndGet(-bytes);
    LockSupport.unpark(writer);
  }

  /** The server will not take more: over HTTP/2 the first sign of a reset stream. */
  @Override
  public void allowDiscard() {
    left();
  }

  @Override
  public void disregardBackpressure() {
    left();
  }

  private static HttpResponse<RawAnswer> response(AnswerHead head, CloseableByteBody body) {
    MutableHttpResponse<RawAnswer> response =
        bare(head.status(), HttpResponseStatus.valueOf(head.status()).reasonPhrase());
    // Else the server formats the time anew for every answer.
    response.header(HttpHeaderNames.DATE, HttpDate.now());
    response.header(HttpHeaderNames.CONTENT_TYPE, head.contentType());
    head.headers().forEach((name, value) -> response.header(inBytes(name), value));
    return response.body(new RawAnswer(body));
  }

  /** A name whose hash is known and whose bytes are copied, not encoded letter by letter. */
  private static AsciiString inBytes(String name) {
    AsciiString known = HEADER_NAMES.get(name);
    return known == null ? HEADER_NAMES.computeIfAbsent(name, AsciiString::new) : known;
  }

  private static MutableHttpResponse<RawAnswer> bare(int status, String reason) {
    return HttpResponse.status(status, reason);
  }

  /** Makes the server cut the connection; the server logs it, so it has no stack trace. */
  private static final class CutAnswerException extends Exception {

    private static final long serialVersionUID = 1L;

    CutAnswerException(Throwable cause) {
      super("a streamed answer was cut: " + cause.getClass().getSimpleName(), null, false, false);
    }
  }
}
