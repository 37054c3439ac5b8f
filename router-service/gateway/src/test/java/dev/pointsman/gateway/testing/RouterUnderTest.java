package dev.pointsman.gateway.testing;

import dev.pointsman.catalog.CatalogReader;
import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.EventCursor;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.SpooledEvent;
import dev.pointsman.gateway.operations.RouterIdentity;
import dev.pointsman.gateway.provider.ProviderRegistry;
import dev.pointsman.gateway.sink.NettySettings;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import dev.pointsman.routing.DecisionSampler;
import dev.pointsman.routing.IdSource;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.RuntimeBeanDefinition;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** A whole router on a free loopback port, with a log of its own in a directory of the test. */
public final class RouterUnderTest implements AutoCloseable {

  private final ApplicationContext context;
  private final EmbeddedServer server;
  private final EventLog log;
  private final EventCursor cursor;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<Event> events = new ArrayList<>();

  private RouterUnderTest(ApplicationContext context, EventLog log) {
    this.context = context;
    this.log = log;
    this.cursor = log.cursor("test", 0);
    this.server = context.getBean(EmbeddedServer.class).start();
  }

  /** Starts with a configuration, on plain virtual threads. */
  public static RouterUnderTest start(Path directory, String toml) {
    return start(directory, toml, false, Map.of());
  }

  /** Starts with a log and a configuration, on plain virtual threads. */
  public static RouterUnderTest start(EventLog log, String toml) {
    return start(log, toml, false, Map.of());
  }

  /**
   * Starts with a configuration.
   *
   * @param carrier whether virtual threads are carried by the event loops
   * @param more further Micronaut properties
   * @param replacements beans in the place of the gateway's own
   */
  public static RouterUnderTest start(
      Path directory,
      String toml,
      boolean carrier,
      Map<String, Object> more,
      RuntimeBeanDefinition<?>... replacements) {
    return start(
        EventLog.open(
            directory.resolve("spool"), new EventLog.Settings(EventLog.Durability.OS, 64L << 20)),
        toml,
        carrier,
        more,
        replacements);
  }

  private static RouterUnderTest start(
      EventLog log,
      String toml,
      boolean carrier,
      Map<String, Object> more,
      RuntimeBeanDefinition<?>... replacements) {
    Map<String, Object> properties = new HashMap<>(NettySettings.properties(carrier));
    properties.put("micronaut.server.port", -1);
    properties.put("micronaut.server.host", "127.0.0.1");
    properties.putAll(more);
    Clock clock = Clock.systemUTC();
    IdSource ids = new IdSource(clock, () -> ThreadLocalRandom.current().nextLong());
    ApplicationContext[] holder = new ApplicationContext[1];
    ApplicationContext context =
        ApplicationContext.builder()
            .properties(properties)
            .banner(false)
            .singletons(log, ids, new DecisionSampler(new byte[16]), new RouterIdentity("t", "0"))
            .beanDefinitions(
                RuntimeBeanDefinition.builder(
                        ActiveSnapshot.class,
                        () ->
                            new ActiveSnapshot(
                                catalog(holder[0].getBean(ProviderRegistry.class), toml),
                                List.of(),
                                holder[0].getBean(ProviderRegistry.class),
                                clock))
                    .singleton(true)
                    .build())
            .beanDefinitions(replacements)
            .build();
    holder[0] = context;
    context.start();
    return new RouterUnderTest(context, log);
  }

  private static FunctionCatalog catalog(ProviderRegistry registry, String toml) {
    return switch (new CatalogReader(registry.kinds(), Map.of()).readText("test.toml", toml)) {
      case CatalogReading.Loaded loaded -> loaded.catalog();
      case CatalogReading.Rejected rejected ->
          throw new IllegalArgumentException(rejected.diagnostics().toString());
    };
  }

  /** A bean of the router. */
  public <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  /** The port it listens on. */
  public int port() {
    return server.getPort();
  }

  /** The address of a path. */
  public URI uri(String path) {
    return URI.create("http://127.0.0.1:%d%s".formatted(port(), path));
  }

  /** POSTs JSON and waits for the whole answer. */
  public HttpResponse<String> post(String path, String json, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .timeout(Duration.ofSeconds(30))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build());
  }

  /** GETs a path. */
  public HttpResponse<String> get(String path, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).GET();
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build());
  }

  /** Sends a request and waits for the whole answer. */
  public HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Everything that is in the log so far. */
  public List<Event> events() {
    while (true) {
      List<SpooledEvent> batch;
      try {
        batch = cursor.next(1000, 64L << 20, Duration.ZERO);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
      if (batch.isEmpty()) {
        return List.copyOf(events);
      }
      batch.forEach(spooled -> events.add(spooled.event()));
    }
  }

  /** The inferences that are in the log so far. */
  public List<InferenceEvent> inferences() {
    return events().stream()
        .filter(InferenceEvent.class::isInstance)
        .map(InferenceEvent.class::cast)
        .toList();
  }

  /** The inference of a request id, waited for at most ten seconds. */
  public InferenceEvent awaitInference(String requestId) {
    List<InferenceEvent> found = new ArrayList<>();
    boolean there =
        Eventually.within(
            Duration.ofSeconds(10),
            () -> {
              found.clear();
              for (InferenceEvent inference : inferences()) {
                if (inference.ids().requestId().equals(requestId)) {
                  found.add(inference);
                }
              }
              return !found.isEmpty();
            });
    if (!there || found.size() > 1) {
      throw new AssertionError(
          "%d lines in the log for request %s, of %d"
              .formatted(found.size(), requestId, inferences().size()));
    }
    return found.getFirst();
  }

  /** What requests hold at this moment. */
  public PathGauges gauges() {
    return PathGauges.of(context);
  }

  @Override
  public void close() {
    client.close();
    context.close();
    log.close();
  }
}
