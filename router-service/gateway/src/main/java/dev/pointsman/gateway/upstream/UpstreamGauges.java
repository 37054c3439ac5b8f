package dev.pointsman.gateway.upstream;

import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How many exchanges and connections to upstreams there are at this moment. */
@Singleton
public final class UpstreamGauges {

  final AtomicInteger liveExchanges = new AtomicInteger();
  final AtomicInteger openConnections = new AtomicInteger();
  final AtomicInteger idleConnections = new AtomicInteger();
  final AtomicLong staleRetries = new AtomicLong();

  /** Exchanges that were opened and not closed. */
  public int liveExchanges() {
    return liveExchanges.get();
  }

  /** Connections that are being made, in use or idle. */
  public int openConnections() {
    return openConnections.get();
  }

  /** Connections that wait for their next exchange. */
  public int idleConnections() {
    return idleConnections.get();
  }

  /** Requests sent again since the start, because a reused connection turned out to be closed. */
  public long staleRetries() {
    return staleRetries.get();
  }
}
