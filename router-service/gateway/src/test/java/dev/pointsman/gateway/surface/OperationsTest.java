package dev.pointsman.gateway.surface;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.chat.json.Json;
import dev.pointsman.eventlog.EventCursor;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.gateway.operations.LogCondition;
import dev.pointsman.gateway.testing.RouterUnderTest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What operators are told while the log fills, and when it has room again. */
final class OperationsTest {

  private static final String CONFIG =
      """
      [functions.chat]
      type = "chat"
      [functions.chat.variants.v]
      type = "chat_completion"
      model = "dummy::good"
      """;
  private static final String ASK =
      """
      {"function_name":"chat","input":{"messages":[{"role":"user","content":"%s"}]}}
      """
          .formatted("hello ".repeat(500));
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path directory;

  private static JsonNode json(HttpResponse<String> response) throws Exception {
    return Json.parse(response.body());
  }

  private EventLog log(long maxBytes, EventLog.WhenFull whenFull) {
    return EventLog.open(
        directory.resolve("spool"),
        new EventLog.Settings(EventLog.Durability.OS, maxBytes, 1 << 16, 1 << 20, 0)
            .withWhenFull(whenFull));
  }

  private static int askUntilRefused(RouterUnderTest router) {
    int answered = 0;
    while (router.post("/inference", ASK).statusCode() == 200) {
      assertThat(++answered).as("answers of a small spool").isLessThan(1_000);
    }
    return answered;
  }

  @Test
  void health_allWell_hasTensorZerosKeysAndNoProblems() throws Exception {
    try (RouterUnderTest router = RouterUnderTest.start(directory, CONFIG)) {
      HttpResponse<String> health = router.get("/health");

      assertThat(health.statusCode()).isEqualTo(200);
      JsonNode body = json(health);
      for (String component :
          List.of("gateway", "log", "clickhouse", "postgres", "valkey", "valkey_cache")) {
        assertThat(body.path(component).asText()).as(component).isEqualTo("ok");
      }
      assertThat(body.has("problems")).isFalse();
    }
  }

  @Test
  void health_spoolFull_saysSoUntilTheSinkHasMadeRoom() throws Exception {
    EventLog log = log(100_000, EventLog.WhenFull.REJECT);
    try (RouterUnderTest router = RouterUnderTest.start(log, CONFIG)) {
      EventCursor sink = log.cursor("sink", 0);
      int answered = askUntilRefused(router);
      assertThat(answered).isGreaterThan(2);

      HttpResponse<String> health = router.get("/health");
      assertThat(health.statusCode()).isEqualTo(503);
      assertThat(json(health).path("log").asText()).isEqualTo("error");
      assertThat(json(health).path("problems").path("log").asText())
          .contains("the spool is full")
          .contains(answered + " events behind")
          .contains("store.spool_max_bytes");
      HttpResponse<String> ready = router.get("/ready");
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(json(ready).path("reasons").toString()).contains("the spool is full");
      assertThat(router.get("/metrics").body())
          .contains("pointsman_log_waiting_events " + (double) answered)
          .contains("pointsman_log_max_bytes 100000.0")
          .containsPattern("pointsman_log_lag_seconds \\d")
          .contains("pointsman_log_failing 0.0")
          .contains("pointsman_log_failed_total 0.0")
          .contains("pointsman_log_damaged_total 0.0");

      router.events();
      sink.next(10_000, 1 << 24, SOON);
      sink.release(answered);
      log.cursor("test", answered);

      // Without a request in between: one that gets none must become ready by itself.
      assertThat(router.get("/ready").statusCode()).isEqualTo(200);
      assertThat(router.get("/health").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void health_shedding_isAnErrorButStaysReady() throws Exception {
    EventLog log = log(400_000, EventLog.WhenFull.SHED);
    try (RouterUnderTest router = RouterUnderTest.start(log, CONFIG)) {
      while (log.health().shedRecords() == 0) {
        assertThat(router.post("/inference", ASK).statusCode()).isEqualTo(200);
      }

      assertThat(router.get("/ready").statusCode()).isEqualTo(200);
      HttpResponse<String> health = router.get("/health");
      assertThat(health.statusCode()).isEqualTo(503);
      assertThat(json(health).path("problems").path("log").asText()).contains("keeps no texts");
      assertThat(router.get("/metrics").body()).contains("pointsman_log_shed_total 1.0");
      assertThat(router.inferences().getLast().payload()).isNull();
      assertThat(router.inferences().getFirst().payload()).isNotNull();

      assertThat(askUntilRefused(router)).isPositive();
      assertThat(router.get("/ready").statusCode()).isEqualTo(503);
    }
  }

  @ParameterizedTest
  @EnumSource(EventLog.State.class)
  void logCondition_everyState_saysWhatToDo(EventLog.State state) {
    LogCondition condition =
        LogCondition.of(
            new EventLog.Health(
                state, 9, 1, 10, 3, 2, Duration.ofSeconds(1), 0, 0, 0, "java.io.IOException: x"));

    boolean well = state == EventLog.State.OPEN;
    assertThat(condition.problem() == null).isEqualTo(well);
    assertThat(condition.objection() == null).isEqualTo(well || state == EventLog.State.SHEDDING);
  }
}
