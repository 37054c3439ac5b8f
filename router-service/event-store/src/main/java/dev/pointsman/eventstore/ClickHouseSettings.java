package dev.pointsman.eventstore;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A ClickHouse database for events.
 *
 * @param url its JDBC URL, which names a database of our own; may hold a password
 * @param cluster the cluster, by the server's name for it, over which tables are spread; null for one
 *     server
 * @param queryTimeout how long a reader may run
 */
public record ClickHouseSettings(String url, @Nullable String cluster, Duration queryTimeout) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");

  /** Settings whose cluster can be written into a statement. */
  public ClickHouseSettings {
    if (cluster != null && !NAME.matcher(cluster).matches()) {
      throw new IllegalArgumentException(
          "store.cluster must be a name of letters, digits, '_', '.' and '-': " + cluster);
    }
  }

  /** One server, 30 seconds. */
  public static ClickHouseSettings of(String url) {
    return new ClickHouseSettings(url, null, Duration.ofSeconds(30));
  }

  /** Without the address, which may hold a password. */
  @Override
  public String toString() {
    return "ClickHouseSettings[cluster=%s, queryTimeout=%s]".formatted(cluster, queryTimeout);
  }
}
