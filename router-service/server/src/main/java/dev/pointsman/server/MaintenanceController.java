package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.dashboard.ReportThreads;
import dev.pointsman.eventstore.BanditFormat;
import dev.pointsman.eventstore.DecisionExport;
import dev.pointsman.eventstore.Erasure;
import dev.pointsman.eventstore.StoreException;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import dev.pointsman.report.Reports;
import dev.pointsman.routing.Decision;
import dev.pointsman.trainer.RewardRules;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.server.types.files.StreamedFile;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.concurrent.Semaphore;

/**
 * What operators do to a running service: have it examined, texts erased, and refused events tried
 * again.
 */
@Controller("/api")
@ExecuteOn(ReportThreads.NAME)
final class MaintenanceController {

  private final ServerParts parts;
  private final Reports reports;
  private final Erasures erasures;
  private final DataDirectory directory;
  private final ActiveSnapshot snapshots;
  private final Semaphore exports = new Semaphore(1);

  MaintenanceController(ServerParts parts, Reports reports, ActiveSnapshot snapshots) {
    this.parts = parts;
    this.reports = reports;
    this.snapshots = snapshots;
    this.erasures =
        new Erasures(parts.store(), parts.eventLog(), parts.drain(), parts.control(), parts.ids());
    this.directory = new DataDirectory(parts.store().dataDirectory());
  }

  @Get("/doctor")
  HttpResponse<JsonNode> doctor() {
    return HttpResponse.ok(
        DoctorCommand.json(
            Doctor.ofRunning(
                directory,
                parts.eventLog(),
                parts.store(),
                parts.drain(),
                reports,
                parts.clock())));
  }

  /** What the store refused. */
  @Get("/dead-letters")
  HttpResponse<JsonNode> deadLetters() {
    return HttpResponse.ok(RefusedEvents.json(parts.store().refused()));
  }

  /** Takes JSON only, as erasures do. */
  @Post(value = "/dead-letters/retry", consumes = "application/json")
  HttpResponse<JsonNode> retryDeadLetters(@Body JsonNode nothing) {
    try {
      return HttpResponse.ok(RefusedEvents.json(parts.store().retryRefused()));
    } catch (StoreException e) {
      return HttpResponse.<JsonNode>status(HttpStatus.SERVICE_UNAVAILABLE)
          .body(
              error("the store takes nothing now, all letters are still there: " + e.getMessage()));
    }
  }

  /** Takes JSON only, which a page of another origin cannot send without being asked first. */
  @Post(value = "/erasures", consumes = "application/json")
  HttpResponse<JsonNode> erase(@Body JsonNode body) {
    JsonNode tag = body.path("tag");
    JsonNode reason = body.path("reason");
    boolean dryRun = body.path("dry_run").asBoolean(false);
    if (!tag.path("key").isTextual() || !tag.path("value").isTextual()) {
      return refused("tag must be {\"key\": …, \"value\": …}, both text");
    }
    if (!dryRun && (!reason.isTextual() || reason.asText().isBlank())) {
      return refused("reason must say in a sentence why; it is kept, and may not hold the value");
    }
    try {
      Erasure.Tag erased = new Erasure.Tag(tag.path("key").asText(), tag.path("value").asText());
      return HttpResponse.ok(
          Erasures.json(
              dryRun ? erasures.preview(erased) : erasures.erase(erased, "api", reason.asText()),
              dryRun));
    } catch (IllegalArgumentException e) {
      return refused(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Decisions as a bandit log. The whole file is made first: what was left out is told in headers,
   * which come before it.
   */
  @Get("/export/decisions")
  HttpResponse<?> decisions(
      @QueryValue String function,
      @QueryValue String format,
      @QueryValue(defaultValue = Decision.MAIN) String stratum) {
    FunctionDefinition definition = snapshots.current().catalog().functions().get(function);
    if (definition == null) {
      return refused("there is no function %s in the configuration".formatted(function));
    }
    BanditFormat kind;
    try {
      kind = BanditFormat.ofName(format);
    } catch (IllegalArgumentException e) {
      return refused(String.valueOf(e.getMessage()));
    }
    if (!exports.tryAcquire()) {
      return HttpResponse.status(HttpStatus.SERVICE_UNAVAILABLE)
          .body(error("an export of decisions is running already; try again when it is done"));
    }
    Path file = directory.temporary().resolve("export-" + UUID.randomUUID());
    try {
      DecisionExport.Summary summary =
          DecisionFiles.write(
              parts.store(),
              RewardRules.of(snapshots.current().catalog(), definition),
              stratum,
              kind,
              parts.clock().instant(),
              file,
              read -> {});
      return HttpResponse.ok(
              new StreamedFile(
                  Files.newInputStream(file, StandardOpenOption.DELETE_ON_CLOSE),
                  MediaType.APPLICATION_OCTET_STREAM_TYPE))
          .header(DecisionFiles.SUMMARY_HEADER, DecisionFiles.json(summary).toString());
    } catch (IOException e) {
      throw new UncheckedIOException("the export of decisions could not be written", e);
    } finally {
      exports.release();
    }
  }

  private static JsonNode error(String sentence) {
    return JsonNodeFactory.instance.objectNode().put("error", sentence);
  }

  private static HttpResponse<JsonNode> refused(String sentence) {
    return HttpResponse.badRequest(error(sentence));
  }
}
