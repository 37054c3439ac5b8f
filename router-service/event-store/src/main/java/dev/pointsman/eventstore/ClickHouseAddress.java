package dev.pointsman.eventstore;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a ClickHouse database is, read from a JDBC URL ({@code jdbc:clickhouse://host:8123/name}) or
 * a plain one ({@code https://user:password@host:8443/name}). Its text holds no password.
 *
 * @param host the server, or what balances over several
 * @param port of the HTTP interface
 * @param tls whether it is HTTPS
 * @param database the database, our own
 * @param user who asks
 * @param password theirs, empty for none
 * @param options of the driver, by its names, as given in the URL
 */
record ClickHouseAddress(
    String host,
    int port,
    boolean tls,
    String database,
    String user,
    String password,
    Map<String, String> options) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final String EXAMPLE = "jdbc:clickhouse://host:8123/pointsman";

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException if it is none; the message says what is missing, and nothing
   *     that was written between user and host
   */
  static ClickHouseAddress parse(String url) {
    String plain = url.strip();
    for (String prefix : new String[] {"jdbc:clickhouse:", "jdbc:ch:", "clickhouse:", "ch:"}) {
      if (plain.toLowerCase(Locale.ROOT).startsWith(prefix)) {
        plain = plain.substring(prefix.length());
        break;
      }
    }
    if (plain.startsWith("//")) {
      plain = "http:" + plain;
    }
    URI uri;
    try {
      uri = new URI(plain);
    } catch (URISyntaxException e) {
      // Its message would repeat the password.
      throw unreadable("it cannot be read");
    }
    String scheme = uri.getScheme();
    if (uri.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw unreadable("it names no host");
    }
    Map<String, String> options = options(uri.getRawQuery());
    boolean tls =
        "https".equals(scheme)
            || "true".equalsIgnoreCase(options.get("ssl"))
            || "1".equals(options.get("ssl"));
    options.remove("ssl");
    String user = options.remove("user");
    String password = options.remove("password");
    if (uri.getRawUserInfo() != null) {
      String[] both = uri.getRawUserInfo().split(":", 2);
      user = decoded(both[0]);
      password = both.length == 2 ? decoded(both[1]) : "";
    }
    String named = options.remove("database");
    String path = uri.getPath() == null ? "" : uri.getPath().replaceFirst("^/", "");
    String database = path.isEmpty() ? named : path;
    if (database == null || !NAME.matcher(database).matches()) {
      throw unreadable("it names no database; give Pointsman one of its own");
    }
    return new ClickHouseAddress(
        uri.getHost(),
        uri.getPort() > 0 ? uri.getPort() : tls ? 8443 : 8123,
        tls,
        database,
        user == null ? "default" : user,
        password == null ? "" : password,
        Map.copyOf(options));
  }

  private static Map<String, String> options(@Nullable String query) {
    Map<String, String> options = new LinkedHashMap<>();
    if (query != null && !query.isEmpty()) {
      for (String option : query.split("&", -1)) {
        String[] both = option.split("=", 2);
        options.put(decoded(both[0]), both.length == 2 ? decoded(both[1]) : "");
      }
    }
    return options;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static IllegalArgumentException unreadable(String why) {
    return new IllegalArgumentException(
        "the address of ClickHouse is not usable: %s; write it like %s".formatted(why, EXAMPLE));
  }

  /** The same server, asked about another database. */
  ClickHouseAddress withDatabase(String other) {
    return new ClickHouseAddress(host, port, tls, other, user, password, options);
  }

  boolean isLoopback() {
    return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
  }

  String endpoint() {
    return "%s://%s:%d".formatted(tls ? "https" : "http", host, port);
  }

  @Override
  public String toString() {
    return endpoint() + "/" + database;
  }
}
