package dev.pointsman.gateway.upstream;

import dev.pointsman.gateway.sink.RequestLoop;
import io.micronaut.http.netty.channel.EventLoopGroupConfiguration;
import io.micronaut.http.netty.channel.EventLoopGroupFactory;
import io.micronaut.http.netty.channel.EventLoopGroupRegistry;
import io.micronaut.http.netty.channel.NettyChannelType;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges over HTTP/1.1 by Netty's codec and TLS handler, on the event loop of the request that
 * opens them. Each loop has a pool of its own, so a request and its upstream never change threads.
 *
 * <p>A host's addresses are tried in turn, at most three. There is no support for proxies yet:
 * {@code HTTPS_PROXY} is not read.
 */
@Singleton
final class NettyUpstreams implements Upstreams {

  private static final int ADDRESSES_TRIED = 3;
  private static final int LOOKUP_THREADS = 4;
  private static final int HANDSHAKE_THREADS = 2;

  /** Larger chunks of a body are handed on in pieces of this size. */
  private static final int PIECE_BYTES = 64 * 1024;

  private final UpstreamConfig config;
  private final UpstreamGauges gauges;
  private final EventLoopGroup loops;
  private final ChannelFactory<Channel> channels;
  private final ThreadPoolExecutor lookupThreads = threads("upstream-lookup", LOOKUP_THREADS);
  private final ThreadPoolExecutor handshakeThreads = threads("upstream-tls", HANDSHAKE_THREADS);
  private final HostLookup hosts = new HostLookup(lookupThreads);
  private final UpstreamTls tls;
  private final ConcurrentHashMap<EventLoop, ConnectionPool> pools = new ConcurrentHashMap<>();

  NettyUpstreams(
      UpstreamConfig config,
      UpstreamGauges gauges,
      EventLoopGroupRegistry registry,
      EventLoopGroupFactory factory) {
    this.config = config;
    this.gauges = gauges;
    this.loops = registry.getDefaultEventLoopGroup();
    @Nullable EventLoopGroupConfiguration loopConfig =
        registry.getEventLoopGroupConfiguration(EventLoopGroupConfiguration.DEFAULT).orElse(null);
    this.channels = () -> factory.channelInstance(NettyChannelType.CLIENT_SOCKET, loopConfig);
    this.tls = new UpstreamTls(config, handshakeThreads);
  }

  private static ThreadPoolExecutor threads(String name, int count) {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            count,
            count,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name(name + "-", 1).factory());
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  @Override
  public UpstreamExchange open(UpstreamRequest request) {
    EventLoop current = RequestLoop.current();
    EventLoop loop = current == null ? loops.next() : current;
    NettyUpstreamExchange exchange = new NettyUpstreamExchange(this, request, loop);
    loop.execute(exchange::start);
    gauges.liveExchanges.incrementAndGet();
    return exchange;
  }

  UpstreamGauges gauges() {
    return gauges;
  }

  ConnectionPool pool(EventLoop loop) {
    return pools.computeIfAbsent(
        loop, owner -> new ConnectionPool(owner, config.maxIdle().toNanos(), gauges));
  }

  /** Makes a connection for an exchange; called on its loop, and so are all that follow. */
  @SuppressWarnings("FutureReturnValueIgnored") // The exchange hears of either outcome.
  void connect(NettyUpstreamExchange exchange) {
    UpstreamTarget target = exchange.target();
    hosts
        .addresses(target.host())
        .whenCompleteAsync(
            (addresses, unknown) -> {
              if (unknown != null) {
                exchange.failed(
                    new ConnectFailedException(target, "unknown host " + target.host(), unknown));
              } else {
                connect(exchange, addresses, 0);
              }
            },
            exchange.loop());
  }

  @SuppressWarnings("FutureReturnValueIgnored") // The exchange hears of either outcome.
  private void connect(NettyUpstreamExchange exchange, List<InetAddress> addresses, int index) {
    if (exchange.isAborted()) {
      return;
    }
    UpstreamTarget target = exchange.target();
    UpstreamConnection connection = new UpstreamConnection(target, pool(exchange.loop()), gauges);
    ChannelFuture connected =
        new Bootstrap()
            .group(exchange.loop())
            .channelFactory(channels)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.toIntExact(config.connectTimeout().toMillis()))
            .handler(new ConnectionInitializer(target, connection))
            .connect(new InetSocketAddress(addresses.get(index), target.port()));
    Channel channel = connected.channel();
    exchange.connecting(channel);
    connected.addListener(
        done -> {
          SslHandler encryption = channel.pipeline().get(SslHandler.class);
          if (!done.isSuccess()) {
            int next = index + 1;
            if (next < Math.min(addresses.size(), ADDRESSES_TRIED)) {
              connect(exchange, addresses, next);
            } else {
              exchange.failed(connectFailed(target, done.cause()));
            }
          } else if (encryption == null) {
            exchange.connected(connection);
          } else {
            channel.read();
            encryption
                .handshakeFuture()
                .addListener(
                    shaken -> {
                      if (shaken.isSuccess()) {
                        exchange.connected(connection);
                      } else {
                        channel.close();
                        exchange.failed(tlsFailed(target, shaken.cause()));
                      }
                    });
          }
        });
  }

  private ConnectFailedException connectFailed(UpstreamTarget target, Throwable cause) {
    String reason =
        cause instanceof ConnectTimeoutException
            ? "no answer within " + config.connectTimeout()
            : String.valueOf(cause.getMessage());
    return new ConnectFailedException(target, reason, cause);
  }

  private TlsFailedException tlsFailed(UpstreamTarget target, Throwable cause) {
    String reason;
    if (cause instanceof SslHandshakeTimeoutException) {
      reason = "the handshake did not finish within " + config.tlsTimeout();
    } else if (cause instanceof SSLHandshakeException) {
      reason = String.valueOf(cause.getMessage());
    } else {
      reason = "the connection ended during the handshake";
    }
    return new TlsFailedException(target, reason, cause);
  }

  @PreDestroy
  void close() {
    pools.forEach((loop, pool) -> loop.execute(pool::closeAll));
    lookupThreads.shutdownNow();
    handshakeThreads.shutdownNow();
  }

  /** Encryption if the target wants it, the codec, the connection. */
  private final class ConnectionInitializer extends ChannelInitializer<Channel> {

    private final UpstreamTarget target;
    private final UpstreamConnection connection;

    ConnectionInitializer(UpstreamTarget target, UpstreamConnection connection) {
      this.target = target;
      this.connection = connection;
    }

    @Override
    protected void initChannel(Channel channel) {
      ChannelPipeline pipeline = channel.pipeline();
      if (target.tls()) {
        pipeline.addLast(tls.handler(channel.alloc(), target));
      }
      HttpDecoderConfig decoder =
          new HttpDecoderConfig()
              .setMaxInitialLineLength(config.maxHeadBytes())
              .setMaxHeaderSize(config.maxHeadBytes())
              .setMaxChunkSize(PIECE_BYTES);
      pipeline.addLast(
          connection.firstByte(), new HttpClientCodec(decoder, false, false), connection);
    }
  }
}
