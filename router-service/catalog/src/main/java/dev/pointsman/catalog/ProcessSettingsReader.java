package dev.pointsman.catalog;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code [gateway]} and {@code [store]}: how the process listens, and where it keeps data. */
final class ProcessSettingsReader {

  private static final String BIND_ADDRESS = "TENSORZERO_GATEWAY_BIND_ADDRESS";
  private static final String CLICKHOUSE_URL = "TENSORZERO_CLICKHOUSE_URL";

  /** What it is made of is read by who connects. */
  private static final Pattern CLICKHOUSE =
      Pattern.compile("(?:jdbc:(?:clickhouse|ch):(?:https?:)?|https?:)//[^/\\s]+/\\w+(?:\\?\\S*)?");

  private static final String CLICKHOUSE_EXAMPLE =
      "as in \"jdbc:clickhouse://host:8123/pointsman\"";
  private static final Pattern CLUSTER = Pattern.compile("[A-Za-z0-9_.-]+");

  private static final Pattern ADDRESS =
      Pattern.compile("(?:\\[([0-9a-fA-F:.%]+)]|([^\\s:\\[\\]]+)):(\\d{1,5})");

  private final Map<String, String> environment;
  private final Problems problems;

  ProcessSettingsReader(Map<String, String> environment, Problems problems) {
    this.environment = environment;
    this.problems = problems;
  }

  /** Host and port. */
  record Address(String host, int port) {}

  static Address parseAddress(String text) {
    Matcher matcher = ADDRESS.matcher(text);
    if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > 65_535) {
      throw new IllegalArgumentException(
          "'%s' is no address: write host:port, as in \"127.0.0.1:3000\"".formatted(text));
    }
    String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    return new Address(host, Integer.parseInt(matcher.group(3)));
  }

  GatewaySettings gateway(@Nullable Section section) {
    GatewaySettings defaults = GatewaySettings.DEFAULT;
    Address address = address(section);
    if (section == null) {
      return new GatewaySettings(
          address.host(),
          address.port(),
          defaults.basePath(),
          defaults.allowOpenBind(),
          defaults.unstableErrorJson(),
          defaults.globalOutboundTimeout());
    }
    return new GatewaySettings(
        address.host(),
        address.port(),
        basePath(section),
        section.flag("allow_open_bind", defaults.allowOpenBind()),
        section.flag("unstable_error_json", defaults.unstableErrorJson()),
        Duration.ofMillis(
            section.whole(
                "global_outbound_http_timeout_ms",
                1,
                Integer.MAX_VALUE,
                defaults.globalOutboundTimeout().toMillis())));
  }

  private Address address(@Nullable Section section) {
    Address fallback = new Address(GatewaySettings.DEFAULT.host(), GatewaySettings.DEFAULT.port());
    if (section != null && section.has("bind_address")) {
      Address parsed = section.parsed("bind_address", ProcessSettingsReader::parseAddress);
      return parsed == null ? fallback : parsed;
    }
    String fromEnvironment = environment.get(BIND_ADDRESS);
    if (fromEnvironment == null || fromEnvironment.isBlank()) {
      return fallback;
    }
    try {
      return parseAddress(fromEnvironment.strip());
    } catch (IllegalArgumentException e) {
      problems.error(
          SourcePlace.file(""),
          "environment variable %s: %s".formatted(BIND_ADDRESS, e.getMessage()));
      return fallback;
    }
  }

  private static String basePath(Section section) {
    String written = section.text("base_path", "");
    String path = written.endsWith("/") ? written.substring(0, written.length() - 1) : written;
    if (!path.matches("(/[A-Za-z0-9._~-]+)*")) {
      section.error(
          "base_path",
          "%s: '%s' must begin with a slash and hold letters, digits, . _ ~ - only, as in \"/llm\""
              .formatted(section.path("base_path"), written));
      return "";
    }
    return path;
  }

  StoreSettings store(@Nullable Section section) {
    StoreSettings defaults = StoreSettings.DEFAULT;
    String otherwise = environmentEvents(defaults.events());
    if (section == null) {
      return new StoreSettings(
          otherwise,
          defaults.control(),
          defaults.dataDirectory(),
          defaults.durability(),
          defaults.spoolMaxBytes(),
          defaults.whenSpoolFull(),
          defaults.rollupTags(),
          defaults.retention(),
          defaults.cluster());
    }
    String events = events(section, otherwise);
    String cluster = section.text("cluster", defaults.cluster());
    if (!cluster.isEmpty() && !CLUSTER.matcher(cluster).matches()) {
      section.error(
          "cluster",
          "%s must be the server's name of a cluster, of letters, digits, '_', '.' and '-'"
              .formatted(section.path("cluster")));
    } else if (!cluster.isEmpty() && events.equals("embedded")) {
      section.error(
          "cluster",
          "%s needs a ClickHouse address in store.events".formatted(section.path("cluster")));
    }
    String control = section.text("control", defaults.control());
    if (!control.equals("embedded") && !control.startsWith("jdbc:postgresql:")) {
      section.error(
          "control",
          "%s must be \"embedded\" or a JDBC URL that begins with jdbc:postgresql:"
              .formatted(section.path("control")));
    }
    String durability = section.choice("durability", List.of("fsync", "os", "none"));
    Long spool = section.parsed("spool_max_bytes", SizeText::parse);
    if (spool != null && spool < StoreSettings.LEAST_SPOOL_BYTES) {
      section.error(
          "spool_max_bytes",
          "%s must be >= %d MB: one large request must fit"
              .formatted(
                  section.path("spool_max_bytes"), StoreSettings.LEAST_SPOOL_BYTES / 1_000_000));
    }
    String whenFull = section.choice("when_spool_full", List.of("reject", "shed"));
    List<String> rollupTags = section.texts("rollup_tags");
    if (rollupTags.size() > StoreSettings.MOST_ROLLUP_TAGS
        || rollupTags.stream().anyMatch(tag -> tag.isEmpty() || tag.chars().anyMatch(c -> c < ' '))
        || rollupTags.stream().distinct().count() < rollupTags.size()) {
      section.error(
          "rollup_tags",
          "%s: name at most %d tags, each once and without control characters"
              .formatted(section.path("rollup_tags"), StoreSettings.MOST_ROLLUP_TAGS));
    }
    return new StoreSettings(
        events,
        control,
        dataDirectory(section, defaults.dataDirectory()),
        durability == null
            ? defaults.durability()
            : StoreSettings.Durability.valueOf(durability.toUpperCase(Locale.ROOT)),
        spool == null ? defaults.spoolMaxBytes() : spool,
        whenFull == null
            ? defaults.whenSpoolFull()
            : StoreSettings.WhenSpoolFull.valueOf(whenFull.toUpperCase(Locale.ROOT)),
        rollupTags,
        retention(section),
        cluster);
  }

  private static StoreSettings.Retention retention(Section section) {
    Integer days = days(section, "retention_days");
    Integer payloadDays = days(section, "payload_retention_days");
    if (days != null && payloadDays != null && payloadDays > days) {
      section.error(
          "payload_retention_days",
          "%s must be <= retention_days: %d > %d, and texts go with their rows"
              .formatted(section.path("payload_retention_days"), payloadDays, days));
    }
    return new StoreSettings.Retention(days, payloadDays);
  }

  /** A decision whose feedback still counts must not be gone when it comes. */
  static void checkRetention(
      Section section,
      StoreSettings.Retention retention,
      Collection<FunctionDefinition> functions) {
    Integer days = retention.days();
    if (days == null) {
      return;
    }
    for (FunctionDefinition function : functions) {
      if (function.experimentation() instanceof Experimentation.Learned learned
          && learned.attribution().window().compareTo(Duration.ofDays(days)) >= 0) {
        section.error(
            "retention_days",
            "%s must be longer than functions.%s.experimentation.attribution_window: %d days <= %d h"
                .formatted(
                    section.path("retention_days"),
                    function.name(),
                    days,
                    learned.attribution().window().toHours()));
      }
    }
  }

  private static @Nullable Integer days(Section section, String key) {
    Long days = section.whole(key, 1, StoreSettings.MOST_DAYS);
    return days == null ? null : days.intValue();
  }

  /** The address that the environment gives where the file gives none. */
  private String environmentEvents(String otherwise) {
    String url = environment.get(CLICKHOUSE_URL);
    if (url == null || url.isBlank()) {
      return otherwise;
    }
    if (!CLICKHOUSE.matcher(url.strip()).matches()) {
      problems.error(
          SourcePlace.file(""),
          "environment variable %s must be the address of a ClickHouse database, %s"
              .formatted(CLICKHOUSE_URL, CLICKHOUSE_EXAMPLE));
    }
    return url.strip();
  }

  private String events(Section section, String otherwise) {
    String events = section.text("events", otherwise);
    if (!section.has("events") || events.equals("embedded")) {
      return events;
    }
    if (events.startsWith("env::")) {
      String variable = events.substring("env::".length());
      String url = environment.get(variable);
      if (url == null || !CLICKHOUSE.matcher(url.strip()).matches()) {
        section.error(
            "events",
            "%s: environment variable %s must be set to the address of a ClickHouse database, %s"
                .formatted(section.path("events"), variable, CLICKHOUSE_EXAMPLE));
        return otherwise;
      }
      return url.strip();
    }
    if (!CLICKHOUSE.matcher(events).matches()) {
      // What was written may hold a password.
      section.error(
          "events",
          "%s must be \"embedded\", env::NAME, or the address of a ClickHouse database, %s"
              .formatted(section.path("events"), CLICKHOUSE_EXAMPLE));
    }
    return events;
  }

  private static String dataDirectory(Section section, String otherwise) {
    if (!section.has("data_directory")) {
      return otherwise;
    }
    String directory = section.requiredText("data_directory");
    if (directory == null) {
      return otherwise;
    }
    try {
      return Path.of(directory).toString();
    } catch (InvalidPathException e) {
      section.error(
          "data_directory",
          "%s is no path: %s".formatted(section.path("data_directory"), e.getReason()));
      return otherwise;
    }
  }
}
