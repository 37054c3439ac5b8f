package dev.pointsman.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the service with {@code kill -9} under 500 requests a second, a third of them streamed, and
 * starts it again on the same directory. The client keeps the id of every answer it got to the end;
 * each must be in the export exactly once. {@code -Dpointsman.kill.rounds=20} for more rounds. This
 * shows what a dead process loses, not what a dead disk would.
 */
final class KillTest {

  private static final int ROUNDS = Integer.getInteger("pointsman.kill.rounds", 3);
  private static final int REQUESTS_PER_SECOND = 500;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void kill_underLoad_everyAcknowledgedInferenceIsThereOnce(@TempDir Path directory)
      throws Exception {
    Path config = directory.resolve("pointsman.toml");
    Files.writeString(
        config,
        """
        [functions.greet]
        type = "chat"
        [functions.greet.variants.a]
        type = "chat_completion"
        model = "dummy::good"
        [functions.greet.variants.b]
        type = "chat_completion"
        model = "dummy::good"
        """);
    Path data = directory.resolve("data");
    Path acknowledged = directory.resolve("acknowledged.txt");
    Files.createFile(acknowledged);
    SplittableRandom random = new SplittableRandom(42);
    for (int round = 0; round < ROUNDS; round++) {
      ServedProcess service =
          ServedProcess.start(
              "serve",
              "--config-file",
              config.toString(),
              "--port",
              "0",
              "--data",
              data.toString());
      try (Load load = new Load(service.url(), acknowledged)) {
        load.run(Duration.ofMillis(800 + random.nextInt(1_200)));
        service.kill();
      }
    }

    Path exported = directory.resolve("inference.jsonl");
    assertThat(
            ServedProcess.run(
                "export",
                "--data",
                data.toString(),
                "--table",
                "inference",
                "--format",
                "jsonl",
                "--output",
                exported.toString()))
        .isZero();
    Map<String, Integer> times = new HashMap<>();
    try (BufferedReader lines = Files.newBufferedReader(exported)) {
      for (String line; (line = lines.readLine()) != null; ) {
        times.merge(JSON.readTree(line).path("inference_id").asText(), 1, Integer::sum);
      }
    }
    List<String> ids = Files.readAllLines(acknowledged);
    assertThat(ids).as("the load must have got answers").hasSizeGreaterThan(100 * ROUNDS);
    Map<String, Integer> wrong = new TreeMap<>();
    ids.forEach(id -> wrong.put(id, times.getOrDefault(id, 0)));
    wrong.values().removeIf(count -> count == 1);
    assertThat(wrong).as("acknowledged ids missing or doubled").isEmpty();
    assertThat(times.values()).as("no row is there twice").containsOnly(1);
    System.out.printf(
        "kill -9: %d rounds, %d acknowledged, %d rows, 0 missing or doubled%n",
        ROUNDS, ids.size(), times.size());
  }

  /** An open-loop client: a third of the requests is streamed. */
  private static final class Load implements AutoCloseable {

    private static final byte[] WHOLE = body(false);
    private static final byte[] STREAMED = body(true);

    private final URI inference;
    private final java.io.OutputStream acknowledged;
    private final HttpClient http;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger sent = new AtomicInteger();

    Load(URI service, Path acknowledged) throws IOException {
      this.inference = service.resolve("/inference");
      this.acknowledged = Files.newOutputStream(acknowledged, StandardOpenOption.APPEND);
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

    void run(Duration length) throws InterruptedException {
      timer.scheduleAtFixedRate(
          this::send, 0, 1_000_000_000L / REQUESTS_PER_SECOND, TimeUnit.NANOSECONDS);
      timer.awaitTermination(length.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void send() {
      if (stopped.get()) {
        return;
      }
      boolean stream = sent.incrementAndGet() % 3 == 0;
      HttpRequest request =
          HttpRequest.newBuilder(inference)
              .header("content-type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofByteArray(stream ? STREAMED : WHOLE))
              .build();
      http.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream())
          .thenAcceptAsync(
              response -> read(response, stream), Executors.newVirtualThreadPerTaskExecutor())
          .exceptionally(killed -> null);
    }

    private void read(HttpResponse<InputStream> response, boolean stream) {
      try (InputStream in = response.body()) {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        boolean whole = stream ? text.contains("data: [DONE]") : text.endsWith("}");
        if (response.statusCode() == 200 && whole) {
          String id = response.headers().firstValue("x-pointsman-inference-id").orElseThrow();
          synchronized (acknowledged) {
            acknowledged.write((id + "\n").getBytes(StandardCharsets.UTF_8));
          }
        }
      } catch (IOException killed) {
        // An answer that did not arrive whole was not acknowledged.
      }
    }

    @Override
    public void close() throws IOException {
      stopped.set(true);
      timer.shutdownNow();
      http.shutdownNow();
      synchronized (acknowledged) {
        acknowledged.close();
      }
    }
  }
}
