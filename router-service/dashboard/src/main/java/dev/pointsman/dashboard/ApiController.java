package dev.pointsman.dashboard;

import dev.pointsman.report.DecisionStory;
import dev.pointsman.report.Reports;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.server.types.files.StreamedFile;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** The figures of the pages as JSON under {@code /api}, and the tables as streamed exports. */
@Controller("/api")
@ExecuteOn(ReportThreads.NAME)
final class ApiController {

  private final Reports reports;
  private final InstantSource clock;

  ApiController(Reports reports, InstantSource clock) {
    this.reports = reports;
    this.clock = clock;
  }

  @Get("/functions")
  HttpResponse<byte[]> functions() {
    List<Map<String, String>> names =
        reports.functionNames().stream().map(name -> Map.of("name", name)).toList();
    return json(Map.of("functions", names));
  }

  @Get("/functions/{name}/report")
  HttpResponse<byte[]> report(String name, @QueryValue(defaultValue = "1h") String range) {
    return reports
        .function(name, UiController.range(range, clock.instant()))
        .map(ApiController::json)
        .orElseGet(() -> unknownFunction(name));
  }

  @Get("/functions/{name}/variant_sampling_probabilities")
  HttpResponse<byte[]> probabilities(String name) {
    return reports
        .samplingProbabilities(name)
        .map(ApiController::json)
        .orElseGet(() -> unknownFunction(name));
  }

  @Get("/overview")
  HttpResponse<byte[]> overview(@QueryValue(defaultValue = "1h") String range) {
    return json(reports.overview(UiController.range(range, clock.instant())));
  }

  @Get("/inferences/{id}")
  HttpResponse<byte[]> inference(String id) {
    UUID inferenceId;
    try {
      inferenceId = UUID.fromString(id);
    } catch (IllegalArgumentException malformed) {
      return error(400, "%s is not an inference id; ids are UUIDs".formatted(id));
    }
    return reports
        .story(inferenceId)
        .map(story -> json(fields(story)))
        .orElseGet(
            () ->
                error(
                    404,
                    "no inference %s is in the store; a row appears a moment after its answer"
                        .formatted(id)));
  }

  @Get("/export")
  HttpResponse<?> export(
      @QueryValue String table, @QueryValue(defaultValue = "jsonl") String format) {
    String kind = format.toLowerCase(Locale.ROOT);
    if (!reports.exportTables().contains(table)) {
      return error(
          400, "there is no table %s; tables are %s".formatted(table, reports.exportTables()));
    }
    if (!List.of("jsonl", "csv", "parquet").contains(kind)) {
      return error(400, "format must be jsonl, csv or parquet, not %s".formatted(format));
    }
    try {
      PipedInputStream in = new PipedInputStream(1 << 20);
      PipedOutputStream out = new PipedOutputStream(in);
      ExportPipe failure = new ExportPipe(in);
      Thread.ofPlatform()
          .name("export")
          .daemon()
          .start(
              () -> {
                try (out) {
                  reports.export(table, kind, out);
                } catch (IOException | RuntimeException e) {
                  failure.brokenBy(e);
                }
              });
      return HttpResponse.ok(new StreamedFile(failure, MediaType.APPLICATION_OCTET_STREAM_TYPE));
    } catch (IOException e) {
      return error(500, "the export could not be started: " + e.getMessage());
    }
  }

  /** Hands a failed export on as a broken stream: a reader must not take a part for the whole. */
  private static final class ExportPipe extends java.io.FilterInputStream {

    private volatile @org.jspecify.annotations.Nullable Exception failure;

    private ExportPipe(InputStream in) {
      super(in);
    }

    void brokenBy(Exception e) {
      failure = e;
    }

    @Override
    public int read() throws IOException {
      return checked(super.read());
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return checked(super.read(bytes, offset, length));
    }

    private int checked(int result) throws IOException {
      Exception e = failure;
      if (result < 0 && e != null) {
        throw new IOException("the export broke off", e);
      }
      return result;
    }
  }

  private static Map<String, Object> fields(DecisionStory story) {
    Map<String, Object> fields = new TreeMap<>();
    fields.put("inference", story.event());
    fields.put("feedback", story.feedback());
    fields.put("discrepancies", story.discrepancies());
    if (story.rederived() != null) {
      fields.put("rederived", story.rederived());
    }
    return fields;
  }

  private static HttpResponse<byte[]> unknownFunction(String name) {
    return error(404, "there is no function %s, configured or logged".formatted(name));
  }

  private static HttpResponse<byte[]> error(int status, String sentence) {
    return HttpResponse.<byte[]>status(status, "")
        .body(ReportJson.bytes(Map.of("error", sentence)))
        .contentType(MediaType.APPLICATION_JSON_TYPE);
  }

  private static HttpResponse<byte[]> json(Object value) {
    return HttpResponse.ok(ReportJson.bytes(value))
        .contentType(MediaType.APPLICATION_JSON_TYPE)
        .header("Cache-Control", "no-store");
  }
}
