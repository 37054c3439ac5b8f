package dev.pointsman.gateway.upstream;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * Host names to addresses by the operating system's resolver, which honours the machine's whole
 * configuration. It blocks, so it runs on threads of its own, never on an event loop; lookups of
 * one name at one time share a thread. Answers are cached by the JDK ({@code
 * networkaddress.cache.ttl}, 30 s unless set).
 */
final class HostLookup {

  private final Executor blockingThreads;
  private final ConcurrentHashMap<String, CompletableFuture<List<InetAddress>>> underWay =
      new ConcurrentHashMap<>();

  HostLookup(Executor blockingThreads) {
    this.blockingThreads = blockingThreads;
  }

  /**
   * The addresses of a host in the order to try them, at least one. Fails with {@link
   * UnknownHostException}.
   */
  CompletableFuture<List<InetAddress>> addresses(String host) {
    InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
    if (literal != null) {
      return CompletableFuture.completedFuture(List.of(literal));
    }
    CompletableFuture<List<InetAddress>> fresh = new CompletableFuture<>();
    CompletableFuture<List<InetAddress>> before = underWay.putIfAbsent(host, fresh);
    if (before != null) {
      return before;
    }
    return fresh.completeAsync(
        () -> {
          try {
            return List.of(InetAddress.getAllByName(host));
          } catch (UnknownHostException unknown) {
            throw new CompletionException(unknown);
          } finally {
            underWay.remove(host);
          }
        },
        blockingThreads);
  }
}
