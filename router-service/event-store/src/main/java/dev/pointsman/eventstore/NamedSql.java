package dev.pointsman.eventstore;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A statement kept as a resource, with {@code :named} parameters and lines {@code --include other}.
 * Looked for under {@code sql/duckdb} first, then under {@code sql/common}.
 */
final class NamedSql {

  private static final Pattern PARAMETER = Pattern.compile("(?<![:\\w]):([a-z_]+)");
  private static final Pattern INCLUDE = Pattern.compile("(?m)^--include (\\w+)$");
  private static final Pattern COMMENT = Pattern.compile("(?m)--.*$");
  private static final Map<String, NamedSql> LOADED = new ConcurrentHashMap<>();

  private final String name;
  private final String text;
  private final List<String> parameters;

  private NamedSql(String name, String source) {
    this.name = name;
    List<String> found = new ArrayList<>();
    Matcher matcher = PARAMETER.matcher(COMMENT.matcher(source).replaceAll(""));
    StringBuilder positional = new StringBuilder();
    while (matcher.find()) {
      found.add(matcher.group(1));
      matcher.appendReplacement(positional, "?");
    }
    matcher.appendTail(positional);
    text = positional.toString();
    parameters = List.copyOf(found);
  }

  /** The statement of that name, read once. */
  static NamedSql named(String name) {
    return LOADED.computeIfAbsent(name, n -> new NamedSql(n, source(n)));
  }

  /** The statement with every parameter bound; a missing or a superfluous name is a mistake here. */
  PreparedStatement prepare(Connection connection, Map<String, ? extends @Nullable Object> values)
      throws SQLException {
    for (String given : values.keySet()) {
      if (!parameters.contains(given)) {
        throw new IllegalArgumentException("sql " + name + " has no parameter :" + given);
      }
    }
    PreparedStatement statement = connection.prepareStatement(text);
    for (int i = 0; i < parameters.size(); i++) {
      String parameter = parameters.get(i);
      if (!values.containsKey(parameter)) {
        statement.close();
        throw new IllegalArgumentException("sql " + name + " needs :" + parameter);
      }
      statement.setObject(i + 1, sqlValue(values.get(parameter)));
    }
    return statement;
  }

  private static @Nullable Object sqlValue(@Nullable Object value) {
    return value instanceof Instant time ? LocalDateTime.ofInstant(time, ZoneOffset.UTC) : value;
  }

  private static String source(String name) {
    for (String dialect : List.of("duckdb", "common")) {
      try (InputStream in =
          NamedSql.class.getResourceAsStream("sql/" + dialect + "/" + name + ".sql")) {
        if (in != null) {
          String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
          return INCLUDE
              .matcher(text)
              .replaceAll(m -> Matcher.quoteReplacement(source(m.group(1))));
        }
      } catch (IOException e) {
        throw new UncheckedIOException("sql resource " + name + " cannot be read", e);
      }
    }
    throw new IllegalArgumentException("there is no sql resource " + name);
  }
}
