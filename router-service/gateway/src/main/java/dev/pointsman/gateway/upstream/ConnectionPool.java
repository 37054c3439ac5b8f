package dev.pointsman.gateway.upstream;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Idle connections of one event loop, and touched by that loop only, so it needs no lock. The last
 * connection parked is the first taken: the others grow old and are closed by the sweep, which is
 * scheduled while there is something to sweep.
 */
final class ConnectionPool {

  private final EventLoop loop;
  private final long maxIdleNanos;
  private final UpstreamGauges gauges;
  private final Map<UpstreamTarget, ArrayDeque<UpstreamConnection>> idle = new HashMap<>();
  private boolean sweeping;

  ConnectionPool(EventLoop loop, long maxIdleNanos, UpstreamGauges gauges) {
    this.loop = loop;
    this.maxIdleNanos = maxIdleNanos;
    this.gauges = gauges;
  }

  void park(UpstreamConnection connection) {
    connection.idleSince = System.nanoTime();
    idle.computeIfAbsent(connection.target(), target -> new ArrayDeque<>()).addLast(connection);
    gauges.idleConnections.incrementAndGet();
    if (!sweeping) {
      scheduleSweep();
    }
  }

  /** The youngest idle connection to a target that is still open, null if there is none. */
  @Nullable UpstreamConnection take(UpstreamTarget target) {
    ArrayDeque<UpstreamConnection> parked = idle.get(target);
    if (parked == null) {
      return null;
    }
    UpstreamConnection connection;
    while ((connection = parked.pollLast()) != null) {
      gauges.idleConnections.decrementAndGet();
      if (connection.isOpen()) {
        break;
      }
    }
    if (parked.isEmpty()) {
      idle.remove(target);
    }
    return connection;
  }

  /** Forgets a connection that closed while it was idle. */
  void remove(UpstreamConnection connection) {
    ArrayDeque<UpstreamConnection> parked = idle.get(connection.target());
    if (parked != null && parked.remove(connection)) {
      gauges.idleConnections.decrementAndGet();
      if (parked.isEmpty()) {
        idle.remove(connection.target());
      }
    }
  }

  void closeAll() {
    sweep(System.nanoTime(), 0);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // The sweep ends with its loop.
  private void scheduleSweep() {
    sweeping = true;
    loop.schedule(
        () -> {
          sweep(System.nanoTime(), maxIdleNanos);
          sweeping = false;
          if (!idle.isEmpty()) {
            scheduleSweep();
          }
        },
        Math.max(maxIdleNanos / 4, 1),
        TimeUnit.NANOSECONDS);
  }

  private void sweep(long now, long olderThanNanos) {
    for (Iterator<ArrayDeque<UpstreamConnection>> targets = idle.values().iterator();
        targets.hasNext(); ) {
      ArrayDeque<UpstreamConnection> parked = targets.next();
      UpstreamConnection oldest;
      while ((oldest = parked.peekFirst()) != null && now - oldest.idleSince >= olderThanNanos) {
        parked.pollFirst();
        gauges.idleConnections.decrementAndGet();
        oldest.close();
      }
      if (parked.isEmpty()) {
        targets.remove();
      }
    }
  }
}
