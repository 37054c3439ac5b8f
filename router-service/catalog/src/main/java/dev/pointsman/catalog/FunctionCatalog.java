package dev.pointsman.catalog;

import java.util.Map;

/**
 * Everything that is configured, checked and with its references resolved. Immutable; one request
 * reads one catalog. Maps are in name order.
 *
 * @param configHash hash of the files by content, never of secrets: 16 hex digits
 * @param text the files, one after the other, as they are stored for the hash
 * @param gateway how the process listens and answers
 * @param store where data is kept
 * @param functions by name, the built-in {@code tensorzero::default} not among them
 * @param models by name
 * @param metrics by name; {@code comment} and {@code demonstration} are built in and not among them
 * @param tools by configuration key
 */
public record FunctionCatalog(
    String configHash,
    String text,
    GatewaySettings gateway,
    StoreSettings store,
    Map<String, FunctionDefinition> functions,
    Map<String, ModelDefinition> models,
    Map<String, MetricDefinition> metrics,
    Map<String, ToolDefinition> tools) {}
