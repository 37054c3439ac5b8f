package dev.pointsman.gateway.operations;

/**
 * Who this process is.
 *
 * @param node its name in the log
 * @param version the software's version
 */
public record RouterIdentity(String node, String version) {}
