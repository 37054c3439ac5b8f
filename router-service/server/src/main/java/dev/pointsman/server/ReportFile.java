package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A report in a file: whole as JSON, or its lines, one per variant or function, as CSV (RFC 4180). */
final class ReportFile {

  private ReportFile() {}

  /** What the file is. */
  enum Format {
    JSON,
    CSV;

    /**
     * The format of a name.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    static Format ofName(String name) {
      return switch (name) {
        case "json" -> JSON;
        case "csv" -> CSV;
        default -> throw new IllegalArgumentException("reports are json or csv, not " + name);
      };
    }
  }

  /**
   * Writes a report.
   *
   * @param report as {@code /api} gives it
   */
  static void write(JsonNode report, Format format, OutputStream out) throws IOException {
    String text =
        switch (format) {
          case JSON -> report.toPrettyString() + "\n";
          case CSV ->
              csv(report.has("variants") ? report.get("variants") : report.get("functions"));
        };
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String csv(JsonNode lines) {
    Set<String> names = new LinkedHashSet<>();
    List<Map<String, String>> rows = new ArrayList<>();
    for (JsonNode line : lines) {
      Map<String, String> row = new LinkedHashMap<>();
      flatten("", line, row);
      names.addAll(row.keySet());
      rows.add(row);
    }
    StringBuilder text = new StringBuilder(String.join(",", names)).append("\r\n");
    for (Map<String, String> row : rows) {
      text.append(
              names.stream()
                  .map(name -> quoted(row.getOrDefault(name, "")))
                  .collect(Collectors.joining(",")))
          .append("\r\n");
    }
    return text.toString();
  }

  /** What lies deeper is named by its way there, as in {@code raw_quality.mean}. */
  private static void flatten(String prefix, JsonNode node, Map<String, String> row) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String name = prefix + field.getKey();
      JsonNode value = field.getValue();
      if (value.isObject()) {
        flatten(name + ".", value, row);
      } else {
        row.put(name, value.isNull() ? "" : value.isArray() ? value.toString() : value.asText());
      }
    }
  }

  private static String quoted(String text) {
    return text.matches("(?s).*[\",\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}
