package dev.pointsman.dashboard;

import dev.pointsman.report.DecisionStory;
import dev.pointsman.report.FunctionReport.Range;
import dev.pointsman.report.Reports;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.server.types.files.StreamedFile;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The figures of the pages as JSON under {@code /api}, and the tables as streamed exports. */
@Controller("/api")
@ExecuteOn(ReportThreads.NAME)
final class ApiController {

  private static final Logger log = LoggerFactory.getLogger(ApiController.class);

  private static final Map<String, MediaType> MEDIA_TYPES =
      Map.of(
          "jsonl", new MediaType("application/x-ndjson"),
          "csv", new MediaType("text/csv"),
          "parquet", new MediaType("application/vnd.apache.parquet"));

  // Each one holds a thread for as long as its reader takes.
  private final Semaphore exports = new Semaphore(2);
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
    return ApiAnswers.json(Map.of("functions", names));
  }

  @Get("/functions/{name}/report")
  HttpResponse<byte[]> report(String name, @QueryValue(defaultValue = "1h") String range) {
    Range asked = Ranges.ending(range, clock.instant());
    return asked == null
        ? unknownRange(range)
        : reports
            .function(name, asked)
            .map(ApiAnswers::json)
            .orElseGet(() -> unknownFunction(name));
  }

  @Get("/functions/{name}/variant_sampling_probabilities")
  HttpResponse<byte[]> probabilities(String name) {
    return reports
        .samplingProbabilities(name)
        .map(ApiAnswers::json)
        .orElseGet(() -> unknownFunction(name));
  }

  @Get("/overview")
  HttpResponse<byte[]> overview(@QueryValue(defaultValue = "1h") String range) {
    Range asked = Ranges.ending(range, clock.instant());
    return asked == null ? unknownRange(range) : ApiAnswers.json(reports.overview(asked));
  }

  @Get("/inferences/{id}")
  HttpResponse<byte[]> inference(String id) {
    UUID inferenceId = ApiAnswers.id(id);
    if (inferenceId == null) {
      return ApiAnswers.error(400, "%s is not an inference id; ids are UUIDs".formatted(id));
    }
    return reports
        .story(inferenceId)
        .map(story -> ApiAnswers.json(fields(story)))
        .orElseGet(
            () ->
                ApiAnswers.error(
                    404,
                    "no inference %s is in the store; a row appears a moment after its answer"
                        .formatted(id)));
  }

  @Get("/export")
  HttpResponse<?> export(
      @QueryValue String table, @QueryValue(defaultValue = "jsonl") String format) {
    String kind = format.toLowerCase(Locale.ROOT);
    if (!reports.exportTables().contains(table)) {
      return ApiAnswers.error(
          400, "there is no table %s; tables are %s".formatted(table, reports.exportTables()));
    }
    MediaType type = MEDIA_TYPES.get(kind);
    if (type == null) {
      return ApiAnswers.error(
          400, "format must be jsonl, csv or parquet, not %s".formatted(format));
    }
    if (!exports.tryAcquire()) {
      return ApiAnswers.error(503, "two exports are running already; try again when one is done");
    }
    ExportPipe pipe = new ExportPipe();
    Thread.ofPlatform()
        .name("export")
        .daemon()
        .start(
            () -> {
              try (OutputStream out = new BufferedOutputStream(pipe.sink(), 1 << 16)) {
                writeOut(table, kind, out, pipe);
              } catch (IOException readerIsGone) {
                log.debug("the reader of the export of {} left", table, readerIsGone);
              } finally {
                exports.release();
              }
            });
    return HttpResponse.ok(new StreamedFile(pipe, type).attach(table + "." + kind));
  }

  /** The failure is told before the pipe closes: its reader must not see a plain end first. */
  private void writeOut(String table, String kind, OutputStream out, ExportPipe failure) {
    try {
      reports.export(table, kind, out);
    } catch (RuntimeException e) {
      log.warn("the export of {} as {} broke off", table, kind, e);
      failure.brokenBy(e);
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

  private static HttpResponse<byte[]> unknownRange(String range) {
    return ApiAnswers.error(
        400, "range must be a length like 5m, 24h or 7d, not %s".formatted(range));
  }

  private static HttpResponse<byte[]> unknownFunction(String name) {
    return ApiAnswers.error(404, "there is no function %s, configured or logged".formatted(name));
  }
}
