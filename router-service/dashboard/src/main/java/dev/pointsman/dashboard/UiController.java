package dev.pointsman.dashboard;

import dev.pointsman.report.DecisionComposition;
import dev.pointsman.report.FunctionReport.Range;
import dev.pointsman.report.GateStories;
import dev.pointsman.report.LiveDecision;
import dev.pointsman.report.LiveQuery;
import dev.pointsman.report.Reports;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The pages under {@code /ui}. Everything is drawn by the server and complete without script; the
 * policy sent with each page forbids inline script and style.
 */
@Controller("/ui")
@ExecuteOn(ReportThreads.NAME)
final class UiController {

  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src"
          + " 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

  private final Reports reports;
  private final Pages pages;
  private final DashboardSettings settings;
  private final InstantSource clock;
  private final GateStories gates;
  private final Assets assets = new Assets();

  UiController(
      Reports reports,
      Pages pages,
      DashboardSettings settings,
      InstantSource clock,
      GateStories gates) {
    this.gates = gates;
    this.reports = reports;
    this.pages = pages;
    this.settings = settings;
    this.clock = clock;
  }

  @Get(produces = "text/html")
  HttpResponse<?> overview(HttpRequest<?> request, @QueryValue(defaultValue = "1h") String range) {
    Range asked = Ranges.ending(range, clock.instant());
    if (asked == null) {
      return unknownRange(request, range);
    }
    return page(
        "overview",
        Map.of(
            "frame", frame(request, "Overview", true),
            "overview", reports.overview(asked),
            "length", range));
  }

  @Get(value = "/functions/{name}", produces = "text/html")
  HttpResponse<?> function(
      HttpRequest<?> request, String name, @QueryValue(defaultValue = "5m") String range) {
    Range asked = Ranges.ending(range, clock.instant());
    if (asked == null) {
      return unknownRange(request, range);
    }
    return reports
        .function(name, asked)
        .<HttpResponse<?>>map(
            report ->
                page(
                    "function",
                    Map.of(
                        "frame",
                        frame(request, name, true),
                        "report",
                        report,
                        "length",
                        range,
                        "gates",
                        gates.of(name).stream().toList(),
                        "textErrors",
                        reports.textErrors(name),
                        "live",
                        reports.live(LiveQuery.of(name, 20)))))
        .orElseGet(
            () ->
                missing(request, "There is no function %s, configured or logged.".formatted(name)));
  }

  @Get(value = "/inferences", produces = "text/html")
  HttpResponse<?> inferences(HttpRequest<?> request) {
    LiveParameters parameters;
    try {
      parameters = LiveParameters.of(request.getParameters(), 50);
    } catch (IllegalArgumentException e) {
      return missing(request, e.getMessage() + ".").status(400);
    }
    List<LiveDecision> rows = reports.live(parameters.query());
    return page(
        "inferences",
        Map.of(
            "frame", frame(request, "Inferences", parameters.query().before() == null),
            "parameters", parameters,
            "rows", rows));
  }

  @Get(value = "/inferences/{id}", produces = "text/html")
  HttpResponse<?> inference(HttpRequest<?> request, String id) {
    UUID inferenceId;
    try {
      inferenceId = UUID.fromString(id);
    } catch (IllegalArgumentException malformed) {
      return missing(request, "%s is not an inference id; ids are UUIDs.".formatted(id));
    }
    return reports
        .story(inferenceId)
        .<HttpResponse<?>>map(
            story ->
                page(
                    "decision",
                    Map.of(
                        "frame", frame(request, "Inference " + id, false),
                        "story", story,
                        "composition", DecisionComposition.steps(story.event().decision()))))
        .orElseGet(
            () ->
                missing(
                    request,
                    "No inference %s is in the store. A row appears a moment after its answer."
                        .formatted(id)));
  }

  @Get("/assets/{version}/{file}")
  HttpResponse<?> asset(HttpRequest<?> request, String version, String file) {
    byte[] content = assets.content(file);
    if (content == null || !version.equals(assets.version())) {
      return missing(request, "There is no such page file.");
    }
    return HttpResponse.ok(content)
        .header("Content-Type", Assets.mediaType(file))
        .header("Cache-Control", "public, max-age=31536000, immutable")
        .header("X-Content-Type-Options", "nosniff");
  }

  private HttpResponse<?> unknownRange(HttpRequest<?> request, String range) {
    return missing(request, "A range is a length like 5m, 24h or 7d, not %s.".formatted(range))
        .status(400);
  }

  private MutableHttpResponse<?> missing(HttpRequest<?> request, String sentence) {
    return page(
            "missing", Map.of("frame", frame(request, "Not found", false), "sentence", sentence))
        .status(404);
  }

  private MutableHttpResponse<?> page(String name, Map<String, Object> parameters) {
    return HttpResponse.ok(pages.render(name, parameters))
        .header("Content-Type", "text/html; charset=utf-8")
        .header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .header("Referrer-Policy", "same-origin")
        .header("X-Content-Type-Options", "nosniff")
        .header("Cache-Control", "no-store");
  }

  private PageFrame frame(HttpRequest<?> request, String title, boolean live) {
    return new PageFrame(
        title,
        settings.base(),
        settings.base() + "/ui/assets/" + assets.version(),
        "http://" + request.getHeaders().get("Host", String.class).orElse("localhost"),
        settings.simulated(),
        live);
  }
}
