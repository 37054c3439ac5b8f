package dev.pointsman.eventstore;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A statement kept as a resource, with {@code :named} parameters, {@code ${names}} of tables and
 * columns, which cannot be parameters, and lines {@code --include other}. Looked for under the
 * dialect's folder first, then under {@code sql/common}.
 */
final class NamedSql {

  private static final Pattern PARAMETER = Pattern.compile("(?<![:\\w]):([a-z_]+)");
  private static final Pattern IDENTIFIER = Pattern.compile("\\$\\{(\\w+)}");
  private static final Pattern INCLUDE = Pattern.compile("(?m)^--include (\\w+)$");
  private static final Pattern COMMENT = Pattern.compile("(?m)--.*$");
  private static final Map<Key, NamedSql> LOADED = new ConcurrentHashMap<>();

  private final Dialect dialect;
  private final String name;
  private final String text;
  private final List<String> parameters;

  private record Key(Dialect dialect, String name, Map<String, String> identifiers) {}

  private NamedSql(Key key) {
    dialect = key.dialect();
    name = key.name();
    String named = named(key);
    List<String> found = new ArrayList<>();
    Matcher matcher = PARAMETER.matcher(named);
    StringBuilder positional = new StringBuilder();
    while (matcher.find()) {
      found.add(matcher.group(1));
      matcher.appendReplacement(positional, "?");
    }
    matcher.appendTail(positional);
    text = positional.toString().strip();
    parameters = List.copyOf(found);
  }

  private static String named(Key key) {
    String source = COMMENT.matcher(source(key.dialect(), key.name())).replaceAll("");
    return IDENTIFIER.matcher(source).replaceAll(m -> identifier(key, m.group(1)));
  }

  private static String identifier(Key key, String placeholder) {
    String identifier = key.identifiers().get(placeholder);
    if (identifier == null) {
      throw new IllegalArgumentException("sql %s needs ${%s}".formatted(key.name(), placeholder));
    }
    return Matcher.quoteReplacement(identifier);
  }

  /** The statement of that name, read once. */
  static NamedSql of(Dialect dialect, String name) {
    return of(dialect, name, Map.of());
  }

  /** The statement of that name about certain tables or columns, read once. */
  static NamedSql of(Dialect dialect, String name, Map<String, String> identifiers) {
    return LOADED.computeIfAbsent(new Key(dialect, name, identifiers), NamedSql::new);
  }

  /** A statement made of others' pieces, not kept: each shape of it would be kept for ever. */
  static NamedSql composed(Dialect dialect, String name, Map<String, String> pieces) {
    return new NamedSql(new Key(dialect, name, pieces));
  }

  /** The text of a piece, for {@link #composed}. */
  static String piece(Dialect dialect, String name, Map<String, String> identifiers) {
    return named(new Key(dialect, name, identifiers)).strip();
  }

  /** The statement as the engine takes it, a question mark for each parameter. */
  String text() {
    return text;
  }

  /** The statement with every parameter bound; a missing or a superfluous name is a mistake here. */
  PreparedStatement prepare(Connection connection, Map<String, ? extends @Nullable Object> values)
      throws SQLException {
    for (String given : values.keySet()) {
      if (!parameters.contains(given)) {
        throw new IllegalArgumentException("sql " + name + " has no parameter :" + given);
      }
    }
    for (String parameter : parameters) {
      if (!values.containsKey(parameter)) {
        throw new IllegalArgumentException("sql " + name + " needs :" + parameter);
      }
    }
    PreparedStatement statement = connection.prepareStatement(text);
    for (int i = 0; i < parameters.size(); i++) {
      statement.setObject(i + 1, dialect.bound(values.get(parameters.get(i))));
    }
    return statement;
  }

  /** Runs a statement that returns no rows. */
  void execute(Connection connection, Map<String, ? extends @Nullable Object> values)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, values)) {
      statement.execute();
    }
  }

  private static String source(Dialect dialect, String name) {
    for (String folder : List.of(dialect.folder(), "common")) {
      try (InputStream in =
          NamedSql.class.getResourceAsStream("sql/" + folder + "/" + name + ".sql")) {
        if (in != null) {
          String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
          return INCLUDE
              .matcher(text)
              .replaceAll(m -> Matcher.quoteReplacement(source(dialect, m.group(1))));
        }
      } catch (IOException e) {
        throw new UncheckedIOException("sql resource " + name + " cannot be read", e);
      }
    }
    throw new IllegalArgumentException(
        "there is no sql resource %s for %s".formatted(name, dialect.folder()));
  }
}
