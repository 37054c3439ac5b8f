package dev.pointsman.gateway.upstream;

import dev.pointsman.gateway.upstream.DeadlineExceededException.Awaited;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An exchange on a connection of one event loop. The loop produces head and chunks, the request
 * thread takes them; what both touch is guarded by this object's monitor, and the loop wakes the
 * taker once per read, not once per chunk.
 *
 * <p>A reused connection may have been closed by the upstream a moment before the request arrived.
 * If it ends without a single byte, the request is sent once more, on a fresh connection. Anything
 * else is the caller's decision.
 */
final class NettyUpstreamExchange implements UpstreamExchange {

  /** Waiting bytes from which on the connection is not read. */
  private static final int HIGH_WATER = 64 * 1024;

  /** Waiting bytes below which a paused connection is read again. */
  private static final int LOW_WATER = 16 * 1024;

  private static final byte[] END = new byte[0];

  private final NettyUpstreams upstreams;
  private final UpstreamRequest request;
  private final HttpHeaders headers;
  private final EventLoop loop;
  private final AtomicBoolean closed = new AtomicBoolean();

  // Touched by the event loop only.
  private @Nullable UpstreamConnection connection;
  private @Nullable Channel connecting;
  private boolean retried;

  private volatile boolean aborted;
  private volatile boolean sent;
  private volatile @Nullable Thread taker;

  // Guarded by this.
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private int waitingBytes;
  private boolean paused;
  private boolean ended;
  private @Nullable UpstreamHead head;
  private @Nullable UpstreamException failure;

  NettyUpstreamExchange(NettyUpstreams upstreams, UpstreamRequest request, EventLoop loop) {
    this.upstreams = upstreams;
    this.request = request;
    this.loop = loop;
    // Here, on the caller's thread, so that a header which cannot be sent is the caller's error.
    this.headers = new DefaultHttpHeaders();
    headers.set(HttpHeaderNames.HOST, request.target().authority());
    request.headers().forEach(headers::add);
    if (request.body().length > 0 || !request.method().equals("GET")) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, request.body().length);
    }
  }

  UpstreamTarget target() {
    return request.target();
  }

  EventLoop loop() {
    return loop;
  }

  // The event loop.

  /** Sends the request on an idle connection, or else on a new one. */
  void start() {
    if (aborted) {
      return;
    }
    UpstreamConnection idle = retried ? null : upstreams.pool(loop).take(target());
    if (idle == null) {
      upstreams.connect(this);
    } else {
      send(idle);
    }
  }

  void connecting(Channel channel) {
    connecting = channel;
  }

  boolean isAborted() {
    return aborted;
  }

  void connected(UpstreamConnection fresh) {
    connecting = null;
    if (aborted) {
      fresh.close();
    } else {
      send(fresh);
    }
  }

  private void send(UpstreamConnection ready) {
    connection = ready;
    sent = true;
    FullHttpRequest message =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.valueOf(request.method()),
            request.path(),
            Unpooled.wrappedBuffer(request.body()),
            headers,
            EmptyHttpHeaders.INSTANCE);
    ready.send(this, message);
  }

  void received(HttpResponse response) {
    UpstreamHead received = new UpstreamHead(response.status().code(), response.headers());
    synchronized (this) {
      head = received;
    }
  }

  synchronized void received(byte[] chunk) {
    waiting.add(chunk);
    waitingBytes += chunk.length;
  }

  void ended() {
    synchronized (this) {
      ended = true;
    }
    signal();
  }

  synchronized boolean wantsMore() {
    paused = waitingBytes >= HIGH_WATER;
    return !paused;
  }

  void failed(UpstreamException cause) {
    synchronized (this) {
      if (failure == null) {
        failure = cause;
      }
    }
    signal();
  }

  void connectionLost(boolean stale, boolean afterHead, @Nullable Throwable cause) {
    connection = null;
    if (stale && !retried && !aborted) {
      retried = true;
      upstreams.gauges().staleRetries.incrementAndGet();
      loop.execute(this::start);
    } else {
      failed(new UpstreamClosedException(target(), afterHead, cause));
    }
  }

  void signal() {
    LockSupport.unpark(taker);
  }

  // The request thread.

  @Override
  public UpstreamHead head(long deadlineNanos) throws UpstreamException, InterruptedException {
    taker = Thread.currentThread();
    while (true) {
      synchronized (this) {
        if (head != null) {
          return head;
        }
        if (failure != null) {
          throw failure;
        }
      }
      await(deadlineNanos, sent ? Awaited.HEAD : Awaited.CONNECTION);
    }
  }

  @Override
  public byte[] nextChunk(long deadlineNanos) throws UpstreamException, InterruptedException {
    taker = Thread.currentThread();
    while (true) {
      byte[] chunk;
      boolean resume = false;
      synchronized (this) {
        chunk = waiting.poll();
        if (chunk != null) {
          waitingBytes -= chunk.length;
          if (paused && waitingBytes < LOW_WATER) {
            paused = false;
            resume = true;
          }
        } else if (failure != null) {
          throw failure;
        } else if (ended) {
          return END;
        }
      }
      if (resume) {
        loop.execute(
            () -> {
              if (connection != null) {
                connection.resume(this);
              }
            });
      }
      if (chunk != null) {
        return chunk;
      }
      await(deadlineNanos, Awaited.CHUNK);
    }
  }

  private void await(long deadlineNanos, Awaited awaited)
      throws DeadlineExceededException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    long left = deadlineNanos - System.nanoTime();
    if (left <= 0) {
      throw new DeadlineExceededException(target(), awaited);
    }
    LockSupport.parkNanos(this, left);
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for a connection to be closed.
  public void abort() {
    aborted = true;
    loop.execute(
        () -> {
          if (connecting != null) {
            connecting.close();
          }
          if (connection != null) {
            connection.abort(this);
          }
          failed(new UpstreamClosedException(target(), false, null));
        });
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    boolean over;
    synchronized (this) {
      over = ended || failure != null;
    }
    if (!over) {
      abort();
    }
    upstreams.gauges().liveExchanges.decrementAndGet();
  }
}
