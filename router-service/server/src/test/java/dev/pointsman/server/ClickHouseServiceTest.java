package dev.pointsman.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.eventstore.testing.LocalClickHouse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real service with its events in a ClickHouse server that comes and goes. */
final class ClickHouseServiceTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** What a function's policy says once there is one; before, it says "no revision yet". */
  private static final Pattern REVISION = Pattern.compile("revision \\d");

  private static final String LEARNED =
      """
      [store]
      events = "ADDRESS"

      [metrics.good]
      type = "boolean"
      level = "inference"
      optimize = "max"

      [functions.greet]
      type = "chat"

      [functions.greet.variants.a]
      type = "chat_completion"
      model = "dummy::good"

      [functions.greet.variants.b]
      type = "chat_completion"
      model = "dummy::alternate"

      [functions.greet.experimentation]
      type = "learned"
      metric = "good"
      candidate_variants = ["a", "b"]
      baseline_variant = "a"
      revision_interval = "100ms"
      attribution_window = "1s"
      """;

  @TempDir private Path directory;

  @Test
  void serve_serverComesAndGoes_nothingIsLostAndLearningGoesOn() throws Exception {
    try (LocalClickHouse server = LocalClickHouse.start(directory.resolve("clickhouse"))) {
      server.kill();
      Path config =
          Files.writeString(
              directory.resolve("pointsman.toml"),
              LEARNED.replace("ADDRESS", server.jdbcUrl("events")));
      int answered = 0;
      try (ServedProcess service = serve(config)) {
        URI url = service.url();
        for (int i = 0; i < 20; i++) {
          greetAndRate(url);
          answered++;
        }
        JsonNode health = get(url, "/health");
        assertThat(health.path("clickhouse").asText()).isEqualTo("error");
        assertThat(health.path("problems").toString()).contains("127.0.0.1:" + server.port());
        assertThat(health.path("log").asText()).isEqualTo("ok");

        server.restart();
        await("a revision", () -> REVISION.matcher(policy(url)).find());
        await("health", () -> get(url, "/health").path("clickhouse").asText().equals("ok"));
        int all = answered;
        await("what was logged meanwhile", () -> stored(server, "feedback") == all);
      }
      assertThat(stored(server, "inference")).isEqualTo(answered);
      assertThat(stored(server, "feedback")).isEqualTo(answered);

      server.kill();
      try (ServedProcess service = serve(config)) {
        for (int i = 0; i < 10; i++) {
          greetAndRate(service.url());
          answered++;
        }
        assertThat(service.output()).contains("starting without the event store");
      }
      server.restart();
      int all = answered;
      try (ServedProcess service = serve(config)) {
        assertThat(service.url().getPort()).isPositive();
        await("what was logged meanwhile", () -> stored(server, "inference") == all);
      }
      assertThat(
              server.query(
                  "SELECT count() = uniqExact(generation, revision) FROM events.policy_revision"))
          .isEqualTo("1\n");
      assertThat(
              server.query(
                  "SELECT countIf(policy_revision > 0) > 0 FROM events.inference WHERE started_at >"
                      + " (SELECT started_at FROM events.inference ORDER BY started_at DESC"
                      + " LIMIT 1 OFFSET 10)"))
          .as("the revision kept here decided while the store was away")
          .isEqualTo("1\n");
    }
  }

  private ServedProcess serve(Path config) throws Exception {
    return ServedProcess.serve(config, directory.resolve("data"));
  }

  private static long stored(LocalClickHouse server, String table) {
    return Long.parseLong(server.query("SELECT count() FROM events." + table).strip());
  }

  private static void greetAndRate(URI service) throws Exception {
    JsonNode answer =
        post(
            service,
            "/inference",
            """
            {"function_name":"greet","input":{"messages":[{"role":"user","content":"hello"}]}}
            """);
    post(
        service,
        "/feedback",
        "{\"metric_name\":\"good\",\"inference_id\":\"%s\",\"value\":%s}"
            .formatted(
                answer.path("inference_id").asText(),
                answer.path("variant_name").asText().equals("b")));
  }

  private static String policy(URI service) throws Exception {
    return get(service, "/api/functions/greet/report").path("policy").asText();
  }

  private static JsonNode get(URI service, String path) throws Exception {
    return JSON.readTree(
        HTTP.send(
                HttpRequest.newBuilder(service.resolve(path)).build(),
                HttpResponse.BodyHandlers.ofString())
            .body());
  }

  private static JsonNode post(URI service, String path, String body) throws Exception {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(service.resolve(path))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static void await(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("gave up waiting for " + what).isLessThan(end);
      LockSupport.parkNanos(50_000_000);
    }
  }
}
