package dev.pointsman.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.CatalogReader;
import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.ProviderKind;
import dev.pointsman.control.ControlStore;
import dev.pointsman.control.GateStanding;
import dev.pointsman.control.Generation;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.TextModelEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.eventstore.RollupTags;
import dev.pointsman.report.FunctionReport;
import dev.pointsman.report.GateStories;
import dev.pointsman.report.Reports;
import dev.pointsman.routing.TextPublication;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages and API over HTTP, on a store with some traffic and some hostile names. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PagesHttpTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String HOSTILE = "<script>alert(1)</script>/\"'?";
  private static final String HOSTILE_SEGMENT = Figures.segment(HOSTILE);
  private static final Instant NOW = Events.START.plus(Duration.ofMinutes(4));
  private static final Pattern INLINE =
      Pattern.compile(
          "\\sstyle\\s*=|<style|\\son[a-z]+\\s*=|javascript:|<script(?![^>]*\\ssrc=)",
          Pattern.CASE_INSENSITIVE);

  private final ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();
  private EventStore store;
  private ControlStore control;
  private Reports reports;
  private EmbeddedServer server;

  @BeforeAll
  void start(@TempDir Path directory) {
    CatalogReading reading = new CatalogReader(List.of(), Map.of()).readText("none.toml", "");
    FunctionCatalog catalog = ((CatalogReading.Loaded) reading).catalog();
    FunctionCatalog gated = gated();
    store = EventStore.open(directory, EventStore.Settings.DEFAULT);
    List<Event> events = new ArrayList<>();
    for (int n = 1; n <= 200; n++) {
      events.add(Events.inference(n));
      events.add(Events.feedback(n, n % 3 == 0));
    }
    events.add(Events.change(100));
    events.add(
        Events.inferenceOf(201)
            .function(HOSTILE)
            .decision(
                Events.decision(
                    List.of(HOSTILE, "small"), new double[] {0.5, 0.5}, HOSTILE, HOSTILE))
            .build());
    events.add(
        new TextModelEvent(
            Events.id(9_000_201),
            new TextPublication(
                HOSTILE,
                "text-201",
                Events.time(201),
                JSON.createObjectNode()
                    .set(
                        "calibration",
                        JSON.createArrayNode()
                            .add(
                                JSON.createObjectNode()
                                    .put("variant", HOSTILE)
                                    .put("rows", 512)
                                    .<ObjectNode>set(
                                        "both", JSON.createObjectNode().put("brier", 0.1234))))
                    .toString(),
                "UE1RVA==")));
    store.append(events, events.size());
    List<RewardRule> rules =
        List.of(RewardRule.unrewarded("support_reply"), RewardRule.unrewarded(HOSTILE));
    rules.forEach(rule -> store.refreshStatistics(rule, NOW));
    store.refreshRollups(rules, RollupTags.NONE, NOW);
    InstantSource clock =
        () -> {
          threads.add(Thread.currentThread());
          return NOW;
        };
    reports =
        new Reports(
            store,
            () -> catalog,
            function -> RewardRule.unrewarded(function.name()),
            (function, revision, challenger, hash) -> Optional.empty(),
            clock);
    Map<String, Object> properties = new HashMap<>(ReportThreads.settings());
    properties.put("micronaut.server.port", -1);
    ApplicationContext context =
        ApplicationContext.builder()
            .banner(false)
            .deduceEnvironment(false)
            .properties(properties)
            .build();
    context.registerSingleton(Reports.class, reports);
    control = ControlStore.open(ControlStore.EMBEDDED, directory, () -> NOW);
    control.register(generation("g-1", Generation.Status.SERVING));
    control.registerChallenger(
        generation("g-2", Generation.Status.CHALLENGER),
        new GateStanding(
            "g-2", HOSTILE, "g-1", "canary", 0.05, NOW, false, null, null, HOSTILE, HOSTILE));
    context.registerSingleton(
        GateStories.class,
        new GateStories(
            control,
            store,
            () -> gated,
            generation ->
                Optional.of(
                    """
                    {"at": "2026-11-20T00:03:00Z", "looks": 7, "verdict": "HOLD",
                     "reasons": ["%1$s"], "decisions": 900, "outcomes": 600, "needed": 1200,
                     "lane_outcomes": 40, "quality":
                     {"value": 0.012, "standard_error": 0.01, "lower": -0.02, "upper": null},
                     "guardrails": [{"name": "refused", "state": "open", "sentence": "%1$s"}]}
                    """
                        .formatted(HOSTILE.replace("\"", "\\\"")))));
    context.registerSingleton(DashboardSettings.class, new DashboardSettings("", true));
    context.registerSingleton(InstantSource.class, clock);
    context.start();
    server = context.getBean(EmbeddedServer.class).start();
  }

  /** The hostile function with a gate. */
  private static FunctionCatalog gated() {
    String name = HOSTILE.replace("\"", "\\\"");
    CatalogReading reading =
        new CatalogReader(
                List.of(
                    new ProviderKind("dummy", (table, keys) -> keys.requiredText("model_name"))),
                Map.of())
            .readText(
                "gate.toml",
                """
                [metrics.good]
                type = "boolean"
                level = "inference"
                optimize = "max"
                [functions."%1$s"]
                type = "chat"
                variants.small = { type = "chat_completion", model = "dummy::small" }
                [functions."%1$s".experimentation]
                type = "learned"
                metric = "good"
                promotion = { mode = "manual", margin = 0.02 }
                """
                    .formatted(name));
    if (reading instanceof CatalogReading.Loaded loaded) {
      return loaded.catalog();
    }
    throw new AssertionError(reading.diagnostics());
  }

  @AfterAll
  void stop() {
    server.getApplicationContext().close();
    control.close();
    store.close();
  }

  private static Generation generation(String id, Generation.Status status) {
    return new Generation(
        id, HOSTILE, "squarecb", List.of(HOSTILE, "small"), "{}", "{}", NOW, status);
  }

  @Test
  void function_challengerAtTheGate_isToldWithWhatWasSeen() throws Exception {
    String page = get("/ui/functions/" + HOSTILE_SEGMENT).body();
    assertThat(page)
        .contains("Promotion gate", "g-2, registered when g-1 served", "<b>canary</b> since")
        .contains("5.0 % of the policy's traffic", "the 7. since the service started")
        .contains("+0.012 (-0.020, ?), 95 % at every look; the margin is 0.02")
        .contains("600 outcomes of 900 matured decisions, 40 of its own requests")
        .contains("about 1,200 more would prove it", "<li class=\"open\">&lt;script&gt;")
        .contains("Promote g-2 to its next stage", "Turn g-2 away", "Freeze g-2 where it is")
        .contains("data-address=\"/api/policies/" + HOSTILE_SEGMENT + "/promote\"")
        .contains("<div class=\"acts\" hidden>");
    assertThat(get("/ui/functions/support_reply").body()).doesNotContain("Promotion gate");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(server.getURL() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  private static List<String> pages() {
    return List.of(
        "/ui",
        "/ui?range=24h",
        "/ui/functions/support_reply",
        "/ui/functions/" + HOSTILE_SEGMENT,
        "/ui/functions/nothing",
        "/ui/functions/" + Figures.segment("<img src=x onerror=alert(1)>"),
        "/ui/inferences/" + Events.id(1),
        "/ui/inferences/" + Events.id(201),
        "/ui/inferences/%3Cscript%3E",
        "/ui?range=%3Cscript%3E");
  }

  @Test
  void function_textModelThatWasJudged_showsItsErrorsByVariant() throws Exception {
    assertThat(get("/ui/functions/" + HOSTILE_SEGMENT).body())
        .contains("<h2>Text model</h2>", "0.1234", "512");
    assertThat(get("/ui/functions/support_reply").body()).doesNotContain("<h2>Text model</h2>");
  }

  @Test
  void pages_allOfThem_haveAStrictPolicyAndNothingInline() throws Exception {
    for (String path : pages()) {
      HttpResponse<String> page = get(path);
      assertThat(header(page, "Content-Type")).as(path).startsWith("text/html");
      assertThat(header(page, "Content-Security-Policy"))
          .as(path)
          .contains("default-src 'none'", "script-src 'self'", "style-src 'self'")
          .doesNotContain("unsafe");
      assertThat(header(page, "X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(page.body()).as(path).contains("<!doctype html>", "simulated");
      // Texts that only look like markup are escaped, so what the pattern finds is markup.
      assertThat(INLINE.matcher(page.body().replaceAll("&[a-z#0-9]+;[^<]*", "")).find())
          .as(path)
          .isFalse();
      assertThat(page.body()).as(path).doesNotContain("<script>", "<img");
    }
  }

  @Test
  void pages_known_are200AndUnknown404() throws Exception {
    assertThat(get("/ui").statusCode()).isEqualTo(200);
    assertThat(get("/ui/functions/support_reply").statusCode()).isEqualTo(200);
    assertThat(get("/ui/functions/" + HOSTILE_SEGMENT).statusCode()).isEqualTo(200);
    assertThat(get("/ui/inferences/" + Events.id(1)).statusCode()).isEqualTo(200);
    assertThat(get("/ui/functions/nothing").statusCode()).isEqualTo(404);
    assertThat(get("/ui/inferences/" + Events.id(999)).statusCode()).isEqualTo(404);
    assertThat(get("/ui/inferences/not-an-id").statusCode()).isEqualTo(404);
    assertThat(get("/ui?range=yesterday").statusCode()).isEqualTo(400);
  }

  @Test
  void overview_linksToEveryFunctionByAWorkingAddress() throws Exception {
    assertThat(get("/ui").body())
        .contains("/ui/functions/" + HOSTILE_SEGMENT + "?range=1h", "/ui/functions/support_reply");
  }

  @Test
  void reportJson_isTheRecord() throws Exception {
    FunctionReport report =
        reports
            .function("support_reply", new FunctionReport.Range(NOW.minusSeconds(300), NOW))
            .orElseThrow();
    HttpResponse<String> answer = get("/api/functions/support_reply/report?range=5m");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(header(answer, "Content-Type")).startsWith("application/json");
    assertThat(JSON.readTree(answer.body())).isEqualTo(JSON.readTree(ReportJson.bytes(report)));
    String page = get("/ui/functions/support_reply?range=5m").body();
    FunctionReport.Headline headline = report.headline();
    assertThat(page)
        .contains(
            Figures.mean(headline.quality()),
            Figures.dollars(headline.dollarsPerThousand()),
            Figures.dollars(headline.savedModelled()),
            Figures.millis(headline.p95Millis()),
            Figures.count(headline.decisions()),
            Figures.count(headline.unpriced()));
    assertThat(headline.decisions()).isEqualTo(200);
  }

  @Test
  void api_namesThatScriptsRead_areThere() throws Exception {
    JsonNode functions = JSON.readTree(get("/api/functions").body()).path("functions");
    assertThat(functions.findValuesAsText("name")).contains("support_reply", HOSTILE);
    JsonNode shares =
        JSON.readTree(get("/api/functions/support_reply/variant_sampling_probabilities").body());
    assertThat(shares.path("probabilities").path("large").asDouble()).isEqualTo(0.5, within(1e-9));
    assertThat(shares.path("by_segment").path("topic=1").path("small").asDouble())
        .isEqualTo(0.2, within(1e-9));
    JsonNode story = JSON.readTree(get("/api/inferences/" + Events.id(1)).body());
    assertThat(story.path("inference").path("ids").path("inference_id").asText())
        .isEqualTo(Events.id(1).toString());
    assertThat(story.path("feedback")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/export?table=users",
        "/api/export?table=inference&format=xml",
        "/api/export?table=inference%3Bdrop",
        "/api/export",
        "/api/inferences/nonsense",
        "/api/overview?range=never"
      })
  void api_badRequests_are400(String path) throws Exception {
    assertThat(get(path).statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/functions/nothing/report",
        "/api/functions/nothing/variant_sampling_probabilities",
        "/api/inferences/00000000-0000-7000-8000-000000000000"
      })
  void api_unknownThings_are404WithASentence(String path) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(JSON.readTree(answer.body()).path("error").asText())
        .matches("no inference .* is in the store.*|there is no function nothing, .*");
  }

  @Test
  void export_streamsOneObjectPerLine() throws Exception {
    HttpResponse<String> answer = get("/api/export?table=inference&format=jsonl");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(header(answer, "Content-Type")).startsWith("application/x-ndjson");
    List<String> lines = answer.body().lines().toList();
    assertThat(lines).hasSize(201);
    for (String line : lines) {
      assertThat(JSON.readTree(line).path("function_name").asText()).isNotEmpty();
    }
    // Every export gives its place back.
    for (int i = 0; i < 4; i++) {
      assertThat(get("/api/export?table=feedback&format=csv").body().lines()).hasSize(201);
    }
  }

  @Test
  void assets_areImmutableAndAnswerHead() throws Exception {
    java.util.regex.Matcher address =
        Pattern.compile("/ui/assets/[0-9a-f]+/pointsman\\.css").matcher(get("/ui").body());
    assertThat(address.find()).isTrue();

    HttpResponse<String> asset = get(address.group());
    assertThat(header(asset, "Cache-Control")).contains("immutable");
    assertThat(header(asset, "Content-Type")).startsWith("text/css");
    HttpResponse<Void> head =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(server.getURL() + address.group())).HEAD().build(),
            HttpResponse.BodyHandlers.discarding());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(get("/ui/assets/0000/pointsman.css").statusCode()).isEqualTo(404);
    assertThat(get("/ui/assets/0000/..%2FAssets.class").statusCode()).isEqualTo(404);
  }

  @Test
  void pages_areMadeByTheReportPool() throws Exception {
    threads.clear();
    for (int i = 0; i < 6; i++) {
      get("/ui/functions/support_reply");
    }

    assertThat(threads).isNotEmpty().noneMatch(Thread::isVirtual);
    assertThat(threads.stream().distinct()).hasSizeLessThanOrEqualTo(2);
  }
}
