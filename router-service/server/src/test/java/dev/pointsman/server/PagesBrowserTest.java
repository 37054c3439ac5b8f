package dev.pointsman.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The pages of a demo that runs, in a real Chromium: whole, and without an error on its console. */
@EnabledIf(value = "chromiumIsThere", disabledReason = "Chromium is not installed")
final class PagesBrowserTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir private Path directory;

  static boolean chromiumIsThere() {
    return chromium() != null;
  }

  private static @org.jspecify.annotations.Nullable String chromium() {
    return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
        .filter(path -> Files.isExecutable(Path.of(path)))
        .findFirst()
        .orElse(null);
  }

  @Test
  void pages_ofARunningDemo_areWholeAndSilent() throws Exception {
    try (ServedProcess demo =
        ServedProcess.start(
            "demo", "--port", "0", "--data", directory.resolve("data").toString())) {
      URI url = demo.url();
      String inference = someInference(url);

      Page overview = open(url.resolve("/ui"));
      assertThat(overview.dom()).contains("support_reply").contains("class=\"badge");
      assertThat(overview.complaints()).isEmpty();

      Page function = open(url.resolve("/ui/functions/support_reply"));
      assertThat(function.dom())
          .contains("Traffic share")
          .contains("<svg class=\"chart\"")
          .contains("grand")
          .contains("Live decisions")
          .contains("simulated");
      assertThat(function.complaints()).isEmpty();

      Page decision = open(url.resolve("/ui/inferences/" + inference));
      assertThat(decision.dom())
          .contains("How the choice was made")
          .contains("the propensities follow from this row alone");
      assertThat(decision.complaints()).isEmpty();

      Page missing = open(url.resolve("/ui/functions/nothing"));
      assertThat(missing.dom()).contains("There is no function nothing");
    }
  }

  @Test
  void gate_personFreezesPromotesAndTurnsAway_saysWhyAndSeesItOnThePage() throws Exception {
    Path config = directory.resolve("pointsman.toml");
    Files.writeString(config, GATED.formatted(0.1));
    try (ServedProcess service = ServedProcess.serve(config, directory.resolve("data"))) {
      URI policies = service.url().resolve("/api/policies/f");
      until(policies, list -> list.path("generations").size() == 1);
      Files.writeString(config, GATED.formatted(0.3));
      until(policies, list -> list.path("generations").path(0).path("gate").isObject());
      try (DrivenBrowser browser =
          new DrivenBrowser(String.valueOf(chromium()), directory.resolve("driven"))) {
        browser.open(service.url().resolve("/ui/functions/f"));
        shows(browser, "g-2, registered when g-1 served");
        act(browser, "freeze", "The weekend.");
        shows(browser, "shadow, frozen");
        act(browser, "thaw", "Monday.");
        shows(browser, "Freeze g-2 where it is");
        act(browser, "promote", "We want to see it.");
        shows(browser, "canary");
        act(browser, "rollback", "Enough.");
        shows(browser, "rolled back");
        assertThat(browser.run("document.querySelectorAll('.acts').length").asInt()).isZero();
        assertThat(browser.complaints()).isEmpty();
      }
      JsonNode gate = until(policies, list -> true).path("generations").path(0).path("gate");
      assertThat(gate.path("stage").asText()).isEqualTo("rolled_back");
      assertThat(gate.path("reason").asText()).isEqualTo("Enough.");
    }
  }

  private static final String GATED =
      """
      [metrics.good]
      type = "boolean"
      level = "inference"
      optimize = "max"
      [functions.f]
      type = "chat"
      variants.a = { type = "chat_completion", model = "dummy::good" }
      variants.b = { type = "chat_completion", model = "dummy::alternate" }
      [functions.f.experimentation]
      type = "learned"
      metric = "good"
      baseline_variant = "a"
      algorithm = "epsilon_greedy"
      epsilon = %s
      promotion = { mode = "manual" }
      """;

  /** Opens the act once the page's script has offered it, gives the reason and presses its button. */
  private static void act(DrivenBrowser browser, String name, String reason) throws Exception {
    holds(
        browser,
        """
        (() => {
          const act = document.getElementById("act-%s");
          return document.readyState === "complete" && act !== null && !act.closest(".acts").hidden;
        })()
        """
            .formatted(name),
        "offers to " + name);
    browser.run(
        """
        (() => {
          const act = document.getElementById("act-%s");
          act.open = true;
          act.querySelector("input").value = "%s";
          act.querySelector("button").click();
        })()
        """
            .formatted(name, reason));
  }

  private static void shows(DrivenBrowser browser, String text) throws Exception {
    holds(
        browser,
        "document.body !== null && document.body.innerText.includes(\"%s\")".formatted(text),
        "shows: " + text);
  }

  private static void holds(DrivenBrowser browser, String condition, String what) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!browser.run(condition).asBoolean()) {
      assertThat(System.nanoTime()).as("the page never " + what).isLessThan(end);
      LockSupport.parkNanos(100_000_000);
    }
  }

  private static JsonNode until(URI address, Predicate<JsonNode> condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (true) {
      JsonNode answer =
          JSON.readTree(
              HTTP.send(
                      HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
                  .body());
      if (condition.test(answer)) {
        return answer;
      }
      assertThat(System.nanoTime()).as(answer.toString()).isLessThan(end);
      LockSupport.parkNanos(100_000_000);
    }
  }

  /** Waits for the first traffic and returns the id of a decision. */
  private static String someInference(URI url) throws Exception {
    String id = "";
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (id.isEmpty()) {
      assertThat(System.nanoTime()).as("no traffic on the page").isLessThan(end);
      LockSupport.parkNanos(200_000_000);
      HttpResponse<String> page =
          HTTP.send(
              HttpRequest.newBuilder(url.resolve("/ui/functions/support_reply")).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
      int at = page.body().indexOf("/ui/inferences/");
      if (at >= 0) {
        id = page.body().substring(at + 15, at + 51);
      }
    }
    JsonNode story =
        JSON.readTree(
            HTTP.send(
                    HttpRequest.newBuilder(url.resolve("/api/inferences/" + id)).build(),
                    HttpResponse.BodyHandlers.ofString())
                .body());
    assertThat(story.path("inference").path("decision").path("propensity").asDouble()).isPositive();
    return id;
  }

  /**
   * What a browser made of a page.
   *
   * @param complaints lines of the console, content security violations among them
   */
  private record Page(String dom, List<String> complaints) {}

  private Page open(URI address) throws IOException, InterruptedException {
    Path dom = Files.createTempFile(directory, "dom", ".html");
    Path messages = Files.createTempFile(directory, "messages", ".txt");
    Process browser =
        new ProcessBuilder(
                String.valueOf(chromium()),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--user-data-dir=" + directory.resolve("profile"),
                "--enable-logging=stderr",
                "--v=0",
                "--virtual-time-budget=6000",
                "--dump-dom",
                address.toString())
            .redirectOutput(dom.toFile())
            .redirectError(messages.toFile())
            .start();
    if (!browser.waitFor(60, TimeUnit.SECONDS)) {
      browser.destroyForcibly();
      throw new AssertionError("the browser did not come back from " + address);
    }
    List<String> complaints =
        Files.readAllLines(messages).stream().filter(line -> line.contains("CONSOLE")).toList();
    return new Page(Files.readString(dom), complaints);
  }
}
