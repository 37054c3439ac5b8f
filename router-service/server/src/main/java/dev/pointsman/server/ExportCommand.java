package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.dashboard.Ranges;
import dev.pointsman.dashboard.ReportJson;
import dev.pointsman.eventstore.BanditFormat;
import dev.pointsman.eventstore.TableExport;
import dev.pointsman.report.FunctionReport;
import dev.pointsman.report.Reports;
import dev.pointsman.trainer.RewardRules;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Writes a table or a view of the log out, or decisions as a bandit log: of a running service over its
 * HTTP API, of a stopped directory by opening it, after what is still in the spool was drained.
 */
@Command(
    name = "export",
    description =
        "Write a table of the log, or decisions for Vowpal Wabbit or Open Bandit Pipeline.",
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {

  private static final int COPY_BYTES = 1 << 16;

  @Mixin private DirectoryOptions options = new DirectoryOptions();

  @ArgGroup(multiplicity = "1")
  private What what = new What();

  /** A table, decisions, or a report. */
  static final class What {
    @Option(
        names = "--table",
        required = true,
        description =
            "inference, inference_payload, attempt, attempt_payload, feedback, policy_revision,"
                + " change_event, config_snapshot, text_model, spend_logs or feedback_latest.")
    private @Nullable String table;

    @Option(
        names = "--decisions",
        required = true,
        paramLabel = "FUNCTION",
        description =
            "The matured decisions of a function with their rewards, for programs that judge"
                + " policies.")
    private @Nullable String function;

    @Option(
        names = "--report",
        required = true,
        arity = "0..1",
        fallbackValue = "",
        paramLabel = "FUNCTION",
        description = "The report of a function, or without a name the overview of all.")
    private @Nullable String report;
  }

  @Option(
      names = "--range",
      defaultValue = "7d",
      description = "Of reports: how far back, as in 90m, 24h or 7d. Default: ${DEFAULT-VALUE}")
  private String range = "7d";

  @Option(
      names = "--format",
      description =
          "jsonl, csv or parquet for tables, jsonl when left out; vw-adf, vw-cb, vw-dsjson,"
              + " obp-jsonl or obp-csv for decisions; json or csv (its lines) for reports.")
  private @Nullable String format;

  @Option(
      names = "--stratum",
      defaultValue = "main",
      description = "Of decisions: the part of the traffic. Default: ${DEFAULT-VALUE}")
  private String stratum = "main";

  @Option(names = "--output", description = "File to write; standard output when left out.")
  private @Nullable Path output;

  @Override
  public Integer call() throws Exception {
    DataDirectory directory = options.existing();
    Optional<URI> running = directory.runningService();
    String about = what.report;
    if (about != null) {
      report(directory, running, about, format == null ? "json" : format);
      return 0;
    }
    String function = what.function;
    if (function != null) {
      String kind = format == null ? "obp-jsonl" : format;
      if (running.isPresent()) {
        overHttp(
            running.get(),
            "/api/export/decisions?function=%s&format=%s&stratum=%s"
                .formatted(encoded(function), encoded(kind), encoded(stratum)),
            function);
      } else {
        decisions(directory, function, kind);
      }
      return 0;
    }
    String table = String.valueOf(what.table);
    String kind = format == null ? "jsonl" : format;
    if (running.isPresent()) {
      overHttp(
          running.get(),
          "/api/export?table=%s&format=%s".formatted(encoded(table), encoded(kind)),
          table);
    } else {
      table(directory, table, kind);
    }
    return 0;
  }

  private void report(DataDirectory directory, Optional<URI> running, String function, String kind)
      throws IOException, InterruptedException {
    ReportFile.Format wanted = checked(() -> ReportFile.Format.ofName(kind));
    FunctionReport.Range asked = Ranges.ending(range, Instant.now());
    if (asked == null) {
      throw new CommandFailure(
          Pointsman.WRONG_USAGE,
          "--range is a length such as 90m, 24h or 7d, not %s".formatted(range));
    }
    JsonNode report;
    if (running.isPresent()) {
      report =
          ServiceCall.get(
              running.get(),
              function.isEmpty()
                  ? "/api/overview?range=" + encoded(range)
                  : "/api/functions/%s/report?range=%s"
                      .formatted(encoded(function), encoded(range)));
    } else {
      try (StoppedDirectory stopped = options.open(directory, "a report")) {
        Reports reports = stopped.reports(options.catalog(), InstantSource.system());
        report =
            ReportJson.tree(
                function.isEmpty()
                    ? reports.overview(asked)
                    : reports
                        .function(function, asked)
                        .orElseThrow(
                            () ->
                                new CommandFailure(
                                    Pointsman.FOUND_A_PROBLEM,
                                    "there is no function %s; there are %s"
                                        .formatted(function, reports.functionNames()))));
      }
    }
    try (OutputStream out = sink()) {
      ReportFile.write(report, wanted, out);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private void table(DataDirectory directory, String table, String kind) throws IOException {
    TableExport.Format wanted = checked(() -> TableExport.Format.ofName(kind));
    if (!TableExport.names().contains(table)) {
      throw new CommandFailure(
          Pointsman.WRONG_USAGE,
          "there is no table '%s'; tables and views are %s"
              .formatted(table, String.join(", ", TableExport.names())));
    }
    try (StoppedDirectory stopped = options.open(directory, "an export");
        OutputStream out = sink();
        Progress progress = Progress.of(table, "rows", 1, stopped.store().export().count(table))) {
      stopped.store().export().write(table, wanted, out, progress::to);
    }
  }

  private void decisions(DataDirectory directory, String function, String kind) throws IOException {
    BanditFormat wanted = checked(() -> BanditFormat.ofName(kind));
    FunctionCatalog catalog = options.catalog();
    FunctionDefinition definition = catalog.functions().get(function);
    if (definition == null) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM,
          "the configuration has no function %s; name its file by --config-file"
              .formatted(function));
    }
    Path file = directory.temporary().resolve("export-" + UUID.randomUUID());
    try (StoppedDirectory stopped = options.open(directory, "an export");
        Progress progress = Progress.of(function, "decisions", 1, -1)) {
      JsonNode summary =
          DecisionFiles.json(
              DecisionFiles.write(
                  stopped.store(),
                  RewardRules.of(catalog, definition),
                  stratum,
                  wanted,
                  Instant.now(),
                  file,
                  progress::to));
      try (OutputStream out = sink()) {
        Files.copy(file, out);
      }
      tell(summary);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** What was left out belongs to the result, and the result is on standard output. */
  private static void tell(JsonNode summary) {
    System.err.printf(
        "%d decisions; actions by number: %s%n",
        summary.path("rounds").asLong(), summary.path("actions"));
    summary
        .path("left_out")
        .properties()
        .forEach(
            entry ->
                System.err.printf(
                    "left out: %d (%s)%n", entry.getValue().asLong(), entry.getKey()));
  }

  private void overHttp(URI service, String path, String task) throws InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<InputStream> answer =
          http.send(
              HttpRequest.newBuilder(service.resolve(path)).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream in = answer.body()) {
        if (answer.statusCode() != 200) {
          throw new CommandFailure(
              Pointsman.FOUND_A_PROBLEM,
              "the service at %s refused: %s"
                  .formatted(service, new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        }
        try (OutputStream out = sink();
            Progress progress = Progress.of(task, "MB", 1_000_000, -1)) {
          copy(in, out, progress);
        }
      }
      Optional<String> summary = answer.headers().firstValue(DecisionFiles.SUMMARY_HEADER);
      if (summary.isPresent()) {
        tell(new ObjectMapper().readTree(summary.get()));
      }
    } catch (IOException e) {
      throw new CommandFailure(
          Pointsman.UNREACHABLE,
          "the export from the service at %s broke off: %s"
              .formatted(service, ServiceCall.reason(e)));
    }
  }

  private static void copy(InputStream in, OutputStream out, Progress progress) throws IOException {
    byte[] buffer = new byte[COPY_BYTES];
    long done = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      out.write(buffer, 0, n);
      done += n;
      progress.to(done);
    }
  }

  private static <T> T checked(java.util.function.Supplier<T> named) {
    try {
      return named.get();
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(Pointsman.WRONG_USAGE, String.valueOf(e.getMessage()));
    }
  }

  private OutputStream sink() {
    if (output == null) {
      // Standard output stays open for whoever comes after.
      return new PrintStream(System.out, false, StandardCharsets.UTF_8) {
        @Override
        public void close() {
          flush();
        }
      };
    }
    try {
      return Files.newOutputStream(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
