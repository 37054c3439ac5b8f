package dev.pointsman.server;

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
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Writes a table of the log out: of a running service over its HTTP API, of a stopped directory by
 * opening it, after what is still in the spool was drained.
 */
@Command(
    name = "export",
    description = "Write a table of the log as JSON lines, CSV or Parquet.",
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {

  @Option(
      names = "--data",
      defaultValue = "data",
      description = "Data directory. Default: ${DEFAULT-VALUE}")
  private Path data = Path.of("data");

  @Option(
      names = "--table",
      required = true,
      description =
          "inference, inference_payload, attempt, attempt_payload, feedback, policy_revision,"
              + " change_event or config_snapshot.")
  private String table = "";

  @Option(
      names = "--format",
      defaultValue = "jsonl",
      description = "jsonl, csv or parquet. Default: ${DEFAULT-VALUE}")
  private String format = "jsonl";

  @Option(names = "--output", description = "File to write; standard output when left out.")
  private @Nullable Path output;

  @Override
  public Integer call() throws Exception {
    if (!Files.isDirectory(data)) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM,
          "there is no data directory %s; name it with --data".formatted(data));
    }
    Optional<URI> running = new DataDirectory(data).runningService();
    if (running.isPresent()) {
      overHttp(running.get());
    } else {
      try (StoppedDirectory directory = StoppedDirectory.open(new DataDirectory(data));
          OutputStream out = sink()) {
        directory.export(table, format, out);
      }
    }
    return 0;
  }

  private void overHttp(URI service) throws InterruptedException {
    URI address =
        service.resolve(
            "/api/export?table=%s&format=%s"
                .formatted(
                    URLEncoder.encode(table, StandardCharsets.UTF_8),
                    URLEncoder.encode(format, StandardCharsets.UTF_8)));
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<InputStream> answer =
          http.send(
              HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream in = answer.body()) {
        if (answer.statusCode() != 200) {
          throw new CommandFailure(
              Pointsman.FOUND_A_PROBLEM,
              "the service at %s refused: %s"
                  .formatted(service, new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        }
        try (OutputStream out = sink()) {
          in.transferTo(out);
        }
      }
    } catch (IOException e) {
      throw new CommandFailure(
          Pointsman.UNREACHABLE,
          "the export from the service at %s broke off: %s".formatted(service, e.getMessage()));
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
