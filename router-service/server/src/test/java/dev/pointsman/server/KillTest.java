package dev.pointsman.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.eventstore.testing.LocalClickHouse;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Kills the service with {@code kill -9} at random moments under 1,000 requests a second, of which a
 * third is streamed and a fifth is feedback on an earlier answer, and starts it again on the same
 * directory. The client keeps the id of every answer it got to the end; each must be in the export
 * exactly once. Five rounds in every build, a hundred with {@code -Pevidence}. This shows what a dead
 * process loses, not what a dead disk would.
 */
final class KillTest {

  private static final int ROUNDS =
      Integer.getInteger("pointsman.kill.rounds", Boolean.getBoolean("evidence") ? 100 : 5);
  private static final int REQUESTS_PER_SECOND = 1_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Where the events of a run are stored. */
  static Stream<String> stores() {
    return Stream.of("embedded", "clickhouse");
  }

  @ParameterizedTest
  @MethodSource("stores")
  void kill_underLoad_everythingAcknowledgedIsThereOnce(String store, @TempDir Path directory)
      throws Exception {
    long seed = Long.getLong("pointsman.kill.seed", System.nanoTime());
    System.out.printf("kill -9: store %s, -Dpointsman.kill.seed=%d%n", store, seed);
    if (store.equals("embedded")) {
      killAgainAndAgain(store, "embedded", directory, seed);
    } else {
      try (LocalClickHouse server = LocalClickHouse.start(directory.resolve("clickhouse"))) {
        killAgainAndAgain(store, server.jdbcUrl("events"), directory, seed);
      }
    }
  }

  private static void killAgainAndAgain(String store, String events, Path directory, long seed)
      throws Exception {
    Path config = directory.resolve("pointsman.toml");
    Files.writeString(
        config,
        """
        [store]
        events = "%s"
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
        model = "dummy::good"
        """
            .formatted(events));
    Path data = directory.resolve("data");
    SplittableRandom random = new SplittableRandom(seed);
    try (Acknowledged inferences = new Acknowledged(directory.resolve("inferences.txt"));
        Acknowledged feedback = new Acknowledged(directory.resolve("feedback.txt"))) {
      for (int round = 0; round < ROUNDS; round++) {
        ServedProcess service = ServedProcess.serve(config, data);
        try (Load load = new Load(service.url(), inferences, feedback)) {
          load.run(Duration.ofMillis(300 + random.nextInt(1_700)));
          service.kill();
        }
      }

      int rows = requireEachOnce(config, data, "inference", "inference_id", inferences);
      int feedbackRows = requireEachOnce(config, data, "feedback", "feedback_id", feedback);
      System.out.printf(
          "kill -9: store %s, %d rounds, acknowledged %d inferences and %d feedbacks, stored %d and"
              + " %d, 0 missing or doubled%n",
          store, ROUNDS, inferences.count(), feedback.count(), rows, feedbackRows);
    }
  }

  /** Checks a whole table against the acknowledged ids, and returns how many rows it has. */
  private static int requireEachOnce(
      Path config, Path data, String table, String column, Acknowledged known) throws Exception {
    Path exported = data.resolveSibling(table + ".jsonl");
    assertThat(
            ServedProcess.run(
                "export",
                "--config-file",
                config.toString(),
                "--data",
                data.toString(),
                "--table",
                table,
                "--format",
                "jsonl",
                "--output",
                exported.toString()))
        .isZero();
    Map<String, Integer> times = new HashMap<>();
    try (BufferedReader lines = Files.newBufferedReader(exported)) {
      for (String line; (line = lines.readLine()) != null; ) {
        times.merge(JSON.readTree(line).path(column).asText(), 1, Integer::sum);
      }
    }
    List<String> ids = known.ids();
    assertThat(ids).as("the load must have got answers").hasSizeGreaterThan(20 * ROUNDS);
    Map<String, Integer> wrong = new TreeMap<>();
    ids.forEach(id -> wrong.put(id, times.getOrDefault(id, 0)));
    wrong.values().removeIf(count -> count == 1);
    assertThat(wrong).as("acknowledged ids of %s missing or doubled", table).isEmpty();
    assertThat(times.values()).as("no row of %s is there twice", table).containsOnly(1);
    return times.size();
  }

  /** The ids that the client got an answer for, in a file that the kill does not reach. */
  private static final class Acknowledged implements AutoCloseable {
    private final Path file;
    private final BufferedWriter ids;

    Acknowledged(Path file) throws IOException {
      this.file = file;
      this.ids = Files.newBufferedWriter(file);
    }

    synchronized void add(String id) throws IOException {
      ids.write(id);
      ids.newLine();
    }

    synchronized List<String> ids() throws IOException {
      ids.flush();
      return Files.readAllLines(file);
    }

    int count() throws IOException {
      return ids().size();
    }

    @Override
    public void close() throws IOException {
      ids.close();
    }
  }

  /** An open-loop client: a third of the inferences is streamed, every fifth request is feedback. */
  private static final class Load implements AutoCloseable {

    private static final int FIRST_REQUESTS = 20;

    /** A machine that cannot keep up must not be drowned in connections. */
    private static final int MOST_UNDER_WAY = 200;

    private static final byte[] WHOLE = body(false);
    private static final byte[] STREAMED = body(true);

    private final URI service;
    private final Acknowledged inferences;
    private final Acknowledged feedback;
    private final HttpClient http;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile @Nullable String lastInference;

    Load(URI service, Acknowledged inferences, Acknowledged feedback) {
      this.service = service;
      this.inferences = inferences;
      this.feedback = feedback;
      this.http =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .executor(Executors.newVirtualThreadPerTaskExecutor())
              .build();
    }

    private static byte[] body(boolean stream) {
      return """
      {"function_name":"greet","stream":%s,"input":{"messages":[{"role":"user","content":"hello"}]}}
      """
          .formatted(stream)
          .getBytes(StandardCharsets.UTF_8);
    }

    /** Loads for a while, counted from when the service, just started, answers quickly. */
    void run(Duration length) throws Exception {
      HttpRequest first = request("/inference", WHOLE);
      for (int i = 0; i < FIRST_REQUESTS; i++) {
        readInference(http.send(first, HttpResponse.BodyHandlers.ofInputStream()), false);
      }
      timer.scheduleAtFixedRate(
          this::send, 0, 1_000_000_000L / REQUESTS_PER_SECOND, TimeUnit.NANOSECONDS);
      timer.awaitTermination(length.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void send() {
      if (stopped.get() || underWay.get() >= MOST_UNDER_WAY) {
        return;
      }
      int n = sent.incrementAndGet();
      String target = lastInference;
      if (n % 5 == 0 && target != null) {
        byte[] value =
            "{\"metric_name\":\"good\",\"inference_id\":\"%s\",\"value\":true}"
                .formatted(target)
                .getBytes(StandardCharsets.UTF_8);
        post("/feedback", value, this::readFeedback);
      } else {
        boolean stream = n % 3 == 0;
        post("/inference", stream ? STREAMED : WHOLE, answer -> readInference(answer, stream));
      }
    }

    private void post(String path, byte[] body, Consumer<HttpResponse<InputStream>> reader) {
      underWay.incrementAndGet();
      http.sendAsync(request(path, body), HttpResponse.BodyHandlers.ofInputStream())
          .thenAcceptAsync(reader, readers)
          .whenComplete((read, killed) -> underWay.decrementAndGet());
    }

    private HttpRequest request(String path, byte[] body) {
      return HttpRequest.newBuilder(service.resolve(path))
          .header("content-type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofByteArray(body))
          .build();
    }

    private void readInference(HttpResponse<InputStream> response, boolean stream) {
      try (InputStream in = response.body()) {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        boolean whole = stream ? text.contains("data: [DONE]") : text.endsWith("}");
        if (response.statusCode() == 200 && whole) {
          String id = response.headers().firstValue("x-pointsman-inference-id").orElseThrow();
          inferences.add(id);
          lastInference = id;
        }
      } catch (IOException killed) {
        // An answer that did not arrive whole was not acknowledged.
      }
    }

    private void readFeedback(HttpResponse<InputStream> response) {
      try (InputStream in = response.body()) {
        byte[] answer = in.readAllBytes();
        if (response.statusCode() == 200) {
          feedback.add(JSON.readTree(answer).path("feedback_id").asText());
        }
      } catch (IOException killed) {
        // As above.
      }
    }

    @Override
    public void close() {
      stopped.set(true);
      timer.shutdownNow();
      http.shutdownNow();
      // Answers that arrived before the kill are still being noted.
      readers.close();
    }
  }
}
