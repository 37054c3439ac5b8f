package dev.pointsman.gateway.upstream;

/** Opens exchanges with upstreams. */
public interface Upstreams {

  /**
   * Starts a request and returns at once; connecting, encrypting and sending go on meanwhile, and
   * their failures are thrown by {@link UpstreamExchange#head}. Always close the exchange.
   */
  UpstreamExchange open(UpstreamRequest request);
}
