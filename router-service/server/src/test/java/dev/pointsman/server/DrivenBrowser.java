package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A headless Chromium with one page, driven by its own debugging protocol. */
final class DrivenBrowser implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Process process;
  private final Map<Long, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final AtomicLong last = new AtomicLong();
  private final WebSocket socket;

  /** Starts it on an empty page. */
  DrivenBrowser(String chromium, Path profile) throws Exception {
    process =
        new ProcessBuilder(
                chromium,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    URI browser = listening();
    URI pages = URI.create("http://127.0.0.1:%d/json/list".formatted(browser.getPort()));
    JsonNode page =
        JSON.readTree(
                HTTP.send(
                        HttpRequest.newBuilder(pages).build(), HttpResponse.BodyHandlers.ofString())
                    .body())
            .path(0);
    socket =
        HTTP.newWebSocketBuilder()
            .buildAsync(URI.create(page.path("webSocketDebuggerUrl").asText()), new Listener())
            .get(20, TimeUnit.SECONDS);
    ask("Runtime.enable", Map.of());
    ask("Log.enable", Map.of());
    ask("Page.enable", Map.of());
  }

  private URI listening() throws IOException {
    BufferedReader said =
        new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      if (line.startsWith("DevTools listening on ")) {
        Thread.ofPlatform().daemon().start(() -> said.lines().forEach(rest -> {}));
        return URI.create(line.substring("DevTools listening on ".length()).strip());
      }
    }
    throw new AssertionError("the browser ended before it listened");
  }

  /** Goes to an address. */
  void open(URI address) throws Exception {
    ask("Page.navigate", Map.of("url", address.toString()));
  }

  /** What a script gives. */
  JsonNode run(String script) throws Exception {
    JsonNode result =
        ask(
            "Runtime.evaluate",
            Map.of("expression", script, "returnByValue", true, "awaitPromise", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(result.path("exceptionDetails").toString());
    }
    return result.path("result").path("value");
  }

  /** Errors of scripts, and what the browser logged as one: refused contents among them. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  private JsonNode ask(String method, Map<String, ?> parameters) throws Exception {
    long id = last.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    asked.put(id, answer);
    socket
        .sendText(
            JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true)
        .get(20, TimeUnit.SECONDS);
    return answer.get(20, TimeUnit.SECONDS);
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean whole) {
      text.append(part);
      if (whole) {
        take(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return CompletableFuture.completedStage(null);
    }

    private void take(String message) {
      JsonNode read;
      try {
        read = JSON.readTree(message);
      } catch (IOException e) {
        complaints.add(message);
        return;
      }
      String method = read.path("method").asText();
      if (read.has("id")) {
        CompletableFuture<JsonNode> answer = asked.remove(read.path("id").asLong());
        if (answer != null) {
          answer.complete(read.path("result"));
        }
      } else if (method.equals("Runtime.exceptionThrown")
          || (method.equals("Log.entryAdded")
              && read.path("params").path("entry").path("level").asText().equals("error"))) {
        complaints.add(message);
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    socket.abort();
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
