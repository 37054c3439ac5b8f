package dev.pointsman.catalog;

import java.util.Map;
import java.util.TreeMap;

/** Reads {@code [tools.*]}. */
final class ToolReader {

  private ToolReader() {}

  static Map<String, ToolDefinition> read(Section root, ReferencedFiles files) {
    Map<String, ToolDefinition> tools = new TreeMap<>();
    root.namedSections("tools", "tools.T")
        .forEach(
            (key, section) -> {
              String description = section.requiredText("description");
              JsonSchema parameters = files.schema(section, "parameters");
              String name = section.text("name", key);
              if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
                section.error(
                    "name",
                    "%s: '%s' is no name for a tool: use 1 to 64 letters, digits, _ and -"
                        .formatted(section.path("name"), name));
              }
              tools.put(
                  key,
                  new ToolDefinition(
                      key,
                      name,
                      description == null ? "" : description,
                      parameters == null ? "{}" : parameters.source().toString(),
                      section.flag("strict", false)));
            });
    return tools;
  }
}
