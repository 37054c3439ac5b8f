package dev.pointsman.gateway.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to an upstream, the last handler of its channel; touched by its event
 * loop only. It serves one exchange after the other and lies in the pool between them.
 *
 * <p>The channel does not read by itself. While an exchange runs, a finished read asks for the next
 * one unless the exchange has enough waiting; an idle connection keeps one read pending, which is
 * how it learns that the upstream closed it.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A close is heard of in channelInactive.
final class UpstreamConnection extends ChannelInboundHandlerAdapter {

  private final UpstreamTarget target;
  private final ConnectionPool pool;
  private final UpstreamGauges gauges;
  private @Nullable Channel channel;
  private @Nullable NettyUpstreamExchange exchange;
  private boolean reused;
  private boolean answered;
  private boolean headSeen;
  private boolean keepAlive;
  private boolean requestWritten;

  /** When it was parked, a value of {@link System#nanoTime()}; the pool's. */
  long idleSince;

  UpstreamConnection(UpstreamTarget target, ConnectionPool pool, UpstreamGauges gauges) {
    this.target = target;
    this.pool = pool;
    this.gauges = gauges;
  }

  UpstreamTarget target() {
    return target;
  }

  boolean isOpen() {
    return channel != null && channel.isActive();
  }

  void close() {
    if (channel != null) {
      channel.close();
    }
  }

  /** The first handler after encryption: notes that the upstream said anything at all. */
  ChannelInboundHandlerAdapter firstByte() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext context, Object bytes) {
        answered = true;
        context.fireChannelRead(bytes);
      }
    };
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    Channel added = context.channel();
    channel = added;
    gauges.openConnections.incrementAndGet();
    added.closeFuture().addListener(closed -> gauges.openConnections.decrementAndGet());
  }

  /** Starts an exchange on this connection, which has none. */
  void send(NettyUpstreamExchange next, FullHttpRequest request) {
    Channel open = channel;
    if (open == null) {
      throw new IllegalStateException(
          "a connection to %s sends before it is open".formatted(target));
    }
    exchange = next;
    answered = false;
    headSeen = false;
    keepAlive = true;
    requestWritten = false;
    open.writeAndFlush(request)
        .addListener(
            written -> {
              if (written.isSuccess()) {
                requestWritten = true;
              } else {
                open.close();
              }
            });
    open.read();
  }

  /** Reads on for an exchange that was paused; others' wishes are ignored. */
  void resume(NettyUpstreamExchange asking) {
    if (exchange == asking && channel != null) {
      channel.read();
    }
  }

  /** Closes the connection if the exchange is still on it. */
  void abort(NettyUpstreamExchange leaving) {
    if (exchange == leaving) {
      exchange = null;
      close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      NettyUpstreamExchange current = exchange;
      if (current == null) {
        // Nobody asked: whatever an upstream says between exchanges, the next must not get.
        context.close();
      } else if (message instanceof HttpObject part) {
        received(context, current, part);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void received(
      ChannelHandlerContext context, NettyUpstreamExchange current, HttpObject part) {
    if (part.decoderResult().isFailure()) {
      malformed(context, current, reason(part.decoderResult().cause()));
      return;
    }
    if (part instanceof HttpResponse response) {
      if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
        malformed(context, current, "it switches to a protocol that was not asked for");
        return;
      }
      if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
        return;
      }
      headSeen = true;
      keepAlive = HttpUtil.isKeepAlive(response);
      current.received(response);
    }
    // The empty content that ends an informational response is not the end of the response.
    if (headSeen && part instanceof HttpContent content) {
      ByteBuf bytes = content.content();
      if (bytes.isReadable()) {
        current.received(ByteBufUtil.getBytes(bytes));
      }
      if (content instanceof LastHttpContent) {
        finished(context, current);
      }
    }
  }

  private void finished(ChannelHandlerContext context, NettyUpstreamExchange current) {
    exchange = null;
    if (keepAlive && requestWritten && context.channel().isActive()) {
      reused = true;
      pool.park(this);
      context.read();
    } else {
      context.close();
    }
    current.ended();
  }

  private void malformed(
      ChannelHandlerContext context, NettyUpstreamExchange current, String reason) {
    exchange = null;
    context.close();
    current.failed(new MalformedResponseException(target, reason));
  }

  /** Words of our own, because the codec's quote what was received. */
  private String reason(Throwable cause) {
    if (cause instanceof TooLongHttpHeaderException) {
      return "its headers are too long (pointsman.upstream.max-head-bytes)";
    }
    if (cause instanceof TooLongHttpLineException) {
      return "a line of it is too long (pointsman.upstream.max-head-bytes)";
    }
    return headSeen ? "its chunked encoding is broken" : "its head is not HTTP/1.1";
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    NettyUpstreamExchange current = exchange;
    if (current != null) {
      current.signal();
      if (current.wantsMore()) {
        context.read();
      }
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    // The upstream's goodbye inside TLS: it says no more, whether or not it closes the socket.
    if (event instanceof SslCloseCompletionEvent) {
      context.close();
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    lost(null);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    lost(cause);
    context.close();
  }

  private void lost(@Nullable Throwable cause) {
    NettyUpstreamExchange current = exchange;
    exchange = null;
    if (current == null) {
      pool.remove(this);
    } else {
      current.connectionLost(reused && !answered, headSeen, cause);
    }
  }
}
