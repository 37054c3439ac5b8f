package dev.pointsman.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.catalog.CatalogReader;
import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventlog.EventCursor;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.SpooledEvent;
import dev.pointsman.routing.IdSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class FeedbackControllerTest {

  private static final String CONFIG =
      """
      [metrics.solved]
      type = "boolean"
      level = "inference"
      optimize = "max"
      [metrics.rating]
      type = "float"
      level = "episode"
      optimize = "max"
      """;
  private static final String ID = "01912345-6789-7abc-8def-0123456789ab";

  @TempDir static Path directory;
  private static EventLog log;
  private static EventCursor cursor;
  private static ApplicationContext context;
  private static URI base;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    log = EventLog.open(directory, new EventLog.Settings(EventLog.Durability.OS, 16L << 20));
    cursor = log.cursor("test", 0);
    FunctionCatalog catalog =
        switch (new CatalogReader(List.of(), Map.of()).readText("test.toml", CONFIG)) {
          case CatalogReading.Loaded loaded -> loaded.catalog();
          case CatalogReading.Rejected rejected ->
              throw new IllegalArgumentException(rejected.diagnostics().toString());
        };
    IdSource ids = new IdSource(Clock.systemUTC(), () -> ThreadLocalRandom.current().nextLong());
    FeedbackIntake intake =
        new FeedbackIntake(() -> catalog, log, ids, new FeedbackMeters(new SimpleMeterRegistry()));
    context =
        ApplicationContext.builder()
            .properties(Map.of("micronaut.server.port", -1, "micronaut.server.host", "127.0.0.1"))
            .banner(false)
            .singletons(intake)
            .start();
    base = context.getBean(EmbeddedServer.class).start().getURI();
  }

  @AfterAll
  static void stop() {
    CLIENT.close();
    context.close();
    log.close();
  }

  private static HttpResponse<String> post(String path, String body) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(base.resolve(path))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static List<FeedbackEvent> taken() throws Exception {
    List<FeedbackEvent> events = new ArrayList<>();
    for (SpooledEvent event : cursor.next(1000, 1 << 20, Duration.ZERO)) {
      events.add((FeedbackEvent) event.event());
    }
    return events;
  }

  @Test
  void feedback_everyKindOfValue_isInTheLogWhenAnswered() throws Exception {
    taken();

    post("/feedback", with("solved", "true", "inference_id", ",\"tags\":{\"source\":\"human\"}"));
    post("/feedback", with("rating", "4.5", "episode_id", ""));
    post("/v1/feedback", with("comment", "\"fine\"", "episode_id", ""));
    HttpResponse<String> last =
        post(
            "/feedback",
            with("demonstration", "[{\"type\":\"text\",\"text\":\"x\"}]", "inference_id", ""));

    assertThat(last.statusCode()).isEqualTo(200);
    List<FeedbackEvent> events = taken();
    assertThat(events).hasSize(4);
    assertThat(events.get(0).booleanValue()).isTrue();
    assertThat(events.get(0).source()).isEqualTo("human");
    assertThat(events.get(1).floatValue()).isEqualTo(4.5);
    assertThat(events.get(1).source()).isEqualTo("api");
    assertThat(events.get(1).target()).isEqualTo(FeedbackEvent.Target.EPISODE);
    assertThat(events.get(2).textValue()).isEqualTo("fine");
    assertThat(events.get(3).textValue()).isEqualTo("[{\"type\":\"text\",\"text\":\"x\"}]");
    assertThat(last.body()).contains(events.get(3).id().toString());
    assertThat(events).allMatch(event -> event.targetId().equals(UUID.fromString(ID)));
  }

  @Test
  void feedback_dryrun_storesNothing() throws Exception {
    taken();

    HttpResponse<String> response =
        post("/feedback", with("solved", "true", "inference_id", ",\"dryrun\":true"));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(taken()).isEmpty();
  }

  static String with(String metric, String value, String target, String rest) {
    return "{\"metric_name\":\"%s\",\"value\":%s,\"%s\":\"%s\"%s}"
        .formatted(metric, value, target, ID, rest);
  }

  record Refused(String body, int status, String words) {}

  static List<Refused> refused() {
    List<Refused> cases =
        new ArrayList<>(
            List.of(
                new Refused(" ", 400, "object"),
                new Refused("{", 400, "not JSON"),
                new Refused("[]", 400, "object"),
                new Refused("{}", 400, "missing field `metric_name`"),
                new Refused("{\"metric_name\":\"solved\"}", 400, "missing field `value`"),
                new Refused(with("nope", "true", "inference_id", ""), 404, "Unknown metric: nope"),
                new Refused(with("solved", "true", "episode_id", ""), 400, "inference_id"),
                new Refused(with("rating", "1", "inference_id", ""), 400, "episode_id"),
                new Refused(
                    with("nope", "true", "inference_id", ",\"episode_id\":\"%s\"".formatted(ID)),
                    400,
                    "not both"),
                new Refused("{\"metric_name\":\"solved\",\"value\":true}", 400, "neither"),
                new Refused(with("demonstration", "\"x\"", "episode_id", ""), 400, "inference"),
                new Refused(with("solved", "1", "inference_id", ""), 400, "true or false"),
                new Refused(with("rating", "\"1\"", "episode_id", ""), 400, "number"),
                new Refused(with("rating", "1e999", "episode_id", ""), 400, "number"),
                new Refused(with("comment", "1", "episode_id", ""), 400, "string"),
                new Refused(with("comment", "\"\\ud800\"", "episode_id", ""), 400, "no text"),
                new Refused(
                    with("demonstration", "[{\"type\":\"image\"}]", "inference_id", ""),
                    400,
                    "tool_call"),
                new Refused(with("solved", "true", "inference_id", ",\"x\":1"), 400, "unknown"),
                new Refused(with("solved", "true", "inference_id", ",\"tags\":[]"), 400, "tags"),
                new Refused(
                    with("solved", "true", "inference_id", ",\"tags\":{\"a\":1}"), 400, "tags"),
                new Refused(
                    with("solved", "true", "inference_id", ",\"tags\":{\"tensorzero::a\":\"\"}"),
                    400,
                    "reserved"),
                new Refused(
                    with("solved", "true", "inference_id", ",\"dryrun\":\"yes\""), 400, "dryrun"),
                new Refused(
                    "{\"metric_name\":\"solved\",\"value\":true,\"inference_id\":\"x\"}",
                    400,
                    "version 7"),
                new Refused("[".repeat(5000), 400, "not JSON")));
    return cases;
  }

  @ParameterizedTest
  @MethodSource("refused")
  void feedback_wrong_isRefusedAndNotStored(Refused wrong) throws Exception {
    taken();

    HttpResponse<String> ours = post("/feedback", wrong.body());
    HttpResponse<String> openAi = post("/v1/feedback", wrong.body());

    assertThat(ours.statusCode()).as(ours.body()).isEqualTo(wrong.status());
    assertThat(ours.body()).startsWith("{\"error\":\"").contains(wrong.words());
    assertThat(openAi.statusCode()).isEqualTo(wrong.status());
    assertThat(openAi.body()).contains("\"message\"", "\"type\"", "\"param\"", "\"code\"");
    assertThat(taken()).isEmpty();
  }
}
