package dev.pointsman.dashboard.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.catalog.CatalogReader;
import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.ProviderKind;
import dev.pointsman.control.ControlStore;
import dev.pointsman.dashboard.DashboardSettings;
import dev.pointsman.dashboard.ReportThreads;
import dev.pointsman.dashboard.datasets.DatasetWork;
import dev.pointsman.dashboard.query.QueryThreads;
import dev.pointsman.dashboard.query.StoredInferences;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.report.GateStories;
import dev.pointsman.report.Reports;
import dev.pointsman.routing.IdSource;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The query surfaces over HTTP, on an embedded event store and an embedded control store. */
public final class QueryServer implements AutoCloseable {

  /** The moment that everything is asked at. */
  public static final Instant NOW = Events.START.plus(Duration.ofHours(1));

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static final String CONFIGURATION =
      """
      [functions.support_reply]
      type = "chat"
      tools = ["find_parcel"]
      [functions.support_reply.variants.large]
      type = "chat_completion"
      model = "m"

      [functions.greet]
      type = "chat"
      system_schema = "system.json"
      [functions.greet.variants.v]
      type = "chat_completion"
      model = "m"
      system_template = "system.txt"

      [functions.extract]
      type = "json"
      output_schema = "output.json"
      [functions.extract.variants.v]
      type = "chat_completion"
      model = "m"

      [tools.find_parcel]
      description = "Finds a parcel"
      parameters = "parcel.json"

      [metrics.resolved]
      type = "boolean"
      level = "inference"
      optimize = "max"

      [metrics.rating]
      type = "float"
      level = "episode"
      optimize = "max"

      [models.m]
      routing = ["p"]
      [models.m.providers.p]
      type = "dummy"
      model_name = "good"
      """;

  private static final Map<String, String> FILES =
      Map.of(
          "system.json",
          "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}},\"required\":[\"name\"]}",
          "system.txt",
          "You are {{ name }}",
          "output.json",
          "{\"type\":\"object\",\"properties\":{\"answer\":{\"type\":\"string\"}},\"required\":[\"answer\"]}",
          "parcel.json",
          "{\"type\":\"object\",\"properties\":{\"number\":{\"type\":\"integer\"}},\"required\":[\"number\"]}");

  private final EventStore store;
  private final ControlStore control;
  private final EmbeddedServer server;
  private final AtomicLong ticks = new AtomicLong();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  private QueryServer(Path directory) {
    CatalogReading reading =
        new CatalogReader(
                List.of(
                    new ProviderKind("dummy", (table, keys) -> keys.requiredText("model_name"))),
                Map.of())
            .readText("pointsman.toml", CONFIGURATION, FILES);
    if (!(reading instanceof CatalogReading.Loaded loaded)) {
      throw new AssertionError(reading.diagnostics());
    }
    FunctionCatalog catalog = loaded.catalog();
    // Every look at the clock is a millisecond later, so that what is made later is later.
    InstantSource clock = () -> NOW.plusMillis(ticks.incrementAndGet());
    SplittableRandom random = new SplittableRandom(7);
    store = EventStore.open(directory, EventStore.Settings.DEFAULT);
    control = ControlStore.open(ControlStore.EMBEDDED, directory, clock);
    StoredInferences inferences =
        new StoredInferences(
            store,
            () -> {
              threads.add(Thread.currentThread());
              return catalog;
            });
    Map<String, Object> properties = new HashMap<>(ReportThreads.settings());
    properties.putAll(QueryThreads.settings());
    properties.put("micronaut.server.port", -1);
    properties.put("micronaut.server.max-request-size", "100MB");
    ApplicationContext context =
        ApplicationContext.builder()
            .banner(false)
            .deduceEnvironment(false)
            .properties(properties)
            .build();
    context.registerSingleton(StoredInferences.class, inferences);
    context.registerSingleton(
        DatasetWork.class,
        new DatasetWork(control.datasets(), inferences, new IdSource(clock, random::nextLong)));
    context.registerSingleton(
        Reports.class,
        new Reports(
            store,
            () -> catalog,
            function -> RewardRule.unrewarded(function.name()),
            (function, revision, challenger, hash) -> Optional.empty(),
            clock));
    context.registerSingleton(
        GateStories.class,
        new GateStories(control, store, () -> catalog, generation -> Optional.empty()));
    context.registerSingleton(DashboardSettings.class, new DashboardSettings("", true));
    context.registerSingleton(InstantSource.class, clock);
    context.start();
    server = context.getBean(EmbeddedServer.class).start();
  }

  /** Starts with these events stored. */
  public static QueryServer start(Path directory, List<? extends Event> events) {
    QueryServer started = new QueryServer(directory);
    if (!events.isEmpty()) {
      started.store.append(events, events.size());
    }
    return started;
  }

  /** The threads that have answered queries. */
  public Set<Thread> threads() {
    return threads;
  }

  /** A bean of the server. */
  public <T> T bean(Class<T> type) {
    return server.getApplicationContext().getBean(type);
  }

  /**
   * An answer.
   *
   * @param body the JSON in it
   */
  public record Answer(int status, JsonNode body) {

    /** The sentence in an error body. */
    public String error() {
      return body.path("error").asText();
    }
  }

  /** Sends a body and reads the JSON of the answer. */
  public Answer send(String method, String path, String body) {
    HttpResponse<String> answer = raw(method, path, HttpRequest.BodyPublishers.ofString(body));
    try {
      return new Answer(answer.statusCode(), JSON.readTree(answer.body()));
    } catch (IOException e) {
      throw new AssertionError(answer.statusCode() + " is no JSON: " + answer.body(), e);
    }
  }

  /** Posts a body and reads the JSON of the answer, which must be 200. */
  public JsonNode post(String path, String body) {
    Answer answer = send("POST", path, body);
    if (answer.status() != 200) {
      throw new AssertionError(path + " answers " + answer.status() + ": " + answer.body());
    }
    return answer.body();
  }

  /** Sends whatever bytes. */
  public HttpResponse<String> raw(String method, String path, HttpRequest.BodyPublisher body) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create(server.getURL() + path))
              .header("content-type", "application/json")
              .method(method, body)
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.getApplicationContext().close();
    control.close();
    store.close();
  }
}
