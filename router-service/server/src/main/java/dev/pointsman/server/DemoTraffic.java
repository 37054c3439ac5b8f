package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.worlds.DemoWorld;
import dev.pointsman.worlds.SimulatedUsers;
import dev.pointsman.worlds.SimulatedUsers.Visit;
import dev.pointsman.worlds.World;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The demo's users: they ask over HTTP like anyone else, read the answers, and say of some whether
 * they were right. Nothing passes between them and the router but requests.
 */
final class DemoTraffic implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DemoTraffic.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI router;
  private final SimulatedUsers users;
  private final HttpClient http;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("demo-users").factory());
  private final long start = System.nanoTime();
  private final AtomicLong unanswered = new AtomicLong();
  private volatile boolean stopped;

  private DemoTraffic(URI router, World world) {
    this.router = router;
    this.users = new SimulatedUsers(world, new SplittableRandom());
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
  }

  /** Users who begin to come at once. */
  static DemoTraffic start(URI router) {
    DemoTraffic traffic = new DemoTraffic(router, DemoWorld.world());
    traffic.scheduleNext();
    return traffic;
  }

  private void scheduleNext() {
    Visit visit = users.next();
    long wait = start + visit.at().toNanos() - System.nanoTime();
    later(wait, () -> visit(visit));
  }

  private void visit(Visit visit) {
    scheduleNext();
    ObjectNode body = JSON.createObjectNode().put("function_name", DemoWorld.FUNCTION);
    body.putObject("input")
        .putArray("messages")
        .addObject()
        .put("role", "user")
        .put("content", visit.question().prompt());
    visit.tags().forEach(body.putObject("tags")::put);
    http.sendAsync(post("/inference", body), HttpResponse.BodyHandlers.ofByteArray())
        .thenAccept(response -> read(visit, response))
        .whenComplete(this::count);
  }

  private void read(Visit visit, HttpResponse<byte[]> response) {
    if (response.statusCode() != 200) {
      count(null, new IOException("status %d".formatted(response.statusCode())));
      return;
    }
    JsonNode answer;
    try {
      answer = JSON.readTree(response.body());
    } catch (IOException e) {
      count(null, e);
      return;
    }
    String text = answer.path("content").path(0).path("text").asText();
    users
        .review(visit, text)
        .ifPresent(
            review ->
                later(
                    review.delay().toNanos(),
                    () ->
                        http.sendAsync(
                                post(
                                    "/feedback",
                                    JSON.createObjectNode()
                                        .put("metric_name", DemoWorld.METRIC)
                                        .put("inference_id", answer.path("inference_id").asText())
                                        .put("value", review.resolved())),
                                HttpResponse.BodyHandlers.discarding())
                            .whenComplete(this::count)));
  }

  private HttpRequest post(String path, ObjectNode body) {
    return HttpRequest.newBuilder(router.resolve(path))
        .header("content-type", "application/json")
        .timeout(Duration.ofSeconds(30))
        .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
        .build();
  }

  private void later(long nanos, Runnable work) {
    if (!stopped) {
      timer.schedule(work, Math.max(0, nanos), TimeUnit.NANOSECONDS);
    }
  }

  /** Only counts: a router that fails shows it on its own page. */
  private void count(@Nullable Object done, @Nullable Throwable failure) {
    if (failure != null && !stopped && unanswered.incrementAndGet() % 100 == 1) {
      log.warn(
          "{} requests of the simulated users failed, the last by {}",
          unanswered,
          failure.toString());
    }
  }

  @Override
  public void close() {
    stopped = true;
    timer.shutdownNow();
    http.close();
  }
}
