package dev.pointsman.catalog;

/**
 * A tool that functions may offer to models.
 *
 * @param key its key in the configuration
 * @param name the name shown to models
 * @param parameters its JSON schema, as text
 */
public record ToolDefinition(
    String key, String name, String description, String parameters, boolean strict) {}
