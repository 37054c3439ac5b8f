package dev.pointsman.dashboard.query;

import java.util.Map;

/**
 * The bounded pool that queries run on. Apart from the pages' pool, so that a slow search leaves the
 * pages alone.
 */
public final class QueryThreads {

  /** The executor's name. */
  public static final String NAME = "query";

  /** How many requests may wait or run; one more is refused, since each may hold a large body. */
  static final int MOST_REQUESTS = 32;

  private QueryThreads() {}

  /** The settings that make the pool: two platform threads. */
  public static Map<String, Object> settings() {
    return Map.of(
        "micronaut.executors.query.type", "FIXED", "micronaut.executors.query.n-threads", 2);
  }
}
