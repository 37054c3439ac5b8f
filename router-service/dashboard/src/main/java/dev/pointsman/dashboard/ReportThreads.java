package dev.pointsman.dashboard;

/** The bounded pool that pages and reports run on, so that no query ever holds a request thread. */
public final class ReportThreads {

  /** The executor's name. */
  public static final String NAME = "report";

  private ReportThreads() {}

  /** The settings that make the pool: two platform threads. */
  public static java.util.Map<String, Object> settings() {
    return java.util.Map.of(
        "micronaut.executors.report.type", "FIXED", "micronaut.executors.report.n-threads", 2);
  }
}
