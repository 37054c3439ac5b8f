package dev.pointsman.catalog;

import java.time.Duration;

/**
 * The {@code [gateway]} table. Address, prefix and {@code allow_open_bind} need a
 * restart when they change.
 *
 * @param host where to listen
 * @param port the port, 0 for any free one
 * @param basePath prefix of every route, "" for none, else starting with a slash
 * @param allowOpenBind whether another address than loopback may be bound without keys
 * @param unstableErrorJson whether native errors carry {@code error_json}
 * @param globalOutboundTimeout the bound over everything sent upstream for one request
 */
public record GatewaySettings(
    String host,
    int port,
    String basePath,
    boolean allowOpenBind,
    boolean unstableErrorJson,
    Duration globalOutboundTimeout) {

  /** 127.0.0.1:3000, no prefix, 15 minutes. */
  public static final GatewaySettings DEFAULT =
      new GatewaySettings("127.0.0.1", 3000, "", false, false, Duration.ofMinutes(15));
}
