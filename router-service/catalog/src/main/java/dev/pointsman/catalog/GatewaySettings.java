package dev.pointsman.catalog;

import java.time.Duration;

/**
 * The {@code [gateway]} table. All keys but the timeouts need a restart when they change.
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
    Duration globalOutboundTimeout) {}
