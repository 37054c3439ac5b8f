package dev.pointsman.chat;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * A tool as a model sees it.
 *
 * @param parameters its JSON schema
 */
public record ToolSpec(
    String name, @Nullable String description, JsonNode parameters, @Nullable Boolean strict) {}
