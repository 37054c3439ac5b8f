package dev.pointsman.catalog;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.Locale;

/**
 * One thing to say about a configuration, and the place it is about.
 *
 * @param file the file as it was named to the reader, "" when no file is meant
 * @param line from 1; 0 when the whole file is meant
 * @param column from 1, in characters; 0 when the whole file is meant
 * @param severity whether the configuration can be used all the same
 * @param message what is wrong and how to mend it, one line
 */
public record Diagnostic(String file, int line, int column, Severity severity, String message) {

  /** By file, then line, then column. */
  static final Comparator<Diagnostic> BY_PLACE =
      Comparator.comparing(Diagnostic::file)
          .thenComparingInt(Diagnostic::line)
          .thenComparingInt(Diagnostic::column);

  /** Whether a configuration can be used in spite of a diagnostic. */
  public enum Severity {
    /** It cannot. */
    ERROR,
    /** It can. */
    WARNING
  }

  /** {@code {"file", "line", "column", "severity": "error" | "warning", "message"}}. */
  public ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("file", file)
        .put("line", line)
        .put("column", column)
        .put("severity", word())
        .put("message", message);
  }

  /** {@code file:line:column: error: message}; without the numbers when the whole file is meant. */
  @Override
  public String toString() {
    String place =
        file.isEmpty() ? "" : line == 0 ? file + ": " : file + ":" + line + ":" + column + ": ";
    return place + word() + ": " + message;
  }

  private String word() {
    return severity.name().toLowerCase(Locale.ROOT);
  }
}
