package dev.pointsman.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.routing.Decision;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real service in processes of its own: the loop, a restart, and changes of its configuration. */
final class ServiceTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** What a function's policy says once there is one; before, it says "no revision yet". */
  private static final Pattern REVISION = Pattern.compile("revision \\d");

  private static final String LEARNED =
      """
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

  private ServedProcess serve(Path config) throws Exception {
    return ServedProcess.serve(config, data());
  }

  private Path data() {
    return directory.resolve("data");
  }

  private Path config(String toml) throws Exception {
    return Files.writeString(directory.resolve("pointsman.toml"), toml);
  }

  private static JsonNode call(URI service, String path, String body) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(service.resolve(path));
    if (!body.isEmpty()) {
      request
          .header("content-type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(body));
    }
    HttpResponse<String> answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static JsonNode greet(URI service) throws Exception {
    return call(
        service,
        "/inference",
        """
        {"function_name":"greet","input":{"messages":[{"role":"user","content":"hello"}]}}
        """);
  }

  private static void waitFor(String what, BooleanSupplier condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("gave up waiting: " + what).isLessThan(end);
      Thread.onSpinWait();
      java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
    }
  }

  private static boolean answers(URI service, String path) {
    try {
      return HTTP.send(
                  HttpRequest.newBuilder(service.resolve(path)).build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (java.io.IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static int feedbackOf(URI service, String inference) {
    try {
      String path = "/api/inferences/" + inference;
      return answers(service, path) ? call(service, path, "").path("feedback").size() : 0;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String policy(URI service) {
    try {
      return call(service, "/api/functions/greet/report", "").path("policy").asText();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static double samplingSum(URI service) {
    try {
      JsonNode sampling = call(service, "/api/functions/greet/variant_sampling_probabilities", "");
      return sampling.path("probabilities").path("a").asDouble()
          + sampling.path("probabilities").path("b").asDouble();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void serve_feedbackComes_revisionsFollowAndSurviveARestart() throws Exception {
    Path config = config(LEARNED);
    String inferenceId = "";
    String policyBefore;
    try (ServedProcess service = serve(config)) {
      URI url = service.url();
      for (int i = 0; i < 40; i++) {
        JsonNode answer = greet(url);
        inferenceId = answer.path("inference_id").asText();
        boolean good = answer.path("variant_name").asText().equals("b");
        JsonNode accepted =
            call(
                url,
                "/feedback",
                "{\"metric_name\":\"good\",\"inference_id\":\"%s\",\"value\":%s}"
                    .formatted(inferenceId, good));
        assertThat(accepted.path("feedback_id").asText()).isNotEmpty();
      }
      waitFor("a revision from feedback", () -> REVISION.matcher(policy(url)).find());
      String id = inferenceId;
      // A decision and its feedback may come into the store by two rounds of the drain.
      waitFor("the last row and its feedback in the store", () -> feedbackOf(url, id) > 0);
      JsonNode story = call(url, "/api/inferences/" + inferenceId, "");
      assertThat(story.path("discrepancies")).isEmpty();
      assertThat(story.path("rederived").path("equal").asBoolean()).isTrue();
      assertThat(story.path("feedback")).hasSize(1);
      // Pages read rollups, which follow the log within seconds.
      waitFor("mean propensities that sum to 1", () -> Math.abs(samplingSum(url) - 1) < 1e-9);
      policyBefore = policy(url);
    }
    try (ServedProcess service = serve(config)) {
      URI url = service.url();
      for (String path :
          new String[] {
            "/ready", "/health", "/status", "/metrics", "/v1/models", "/openapi.yaml"
          }) {
        assertThat(answers(url, path)).as(path).isTrue();
      }
      assertThat(revision(policy(url)))
          .as("goes on from " + policyBefore)
          .isGreaterThanOrEqualTo(revision(policyBefore));
      JsonNode again = call(url, "/api/inferences/" + inferenceId, "");
      assertThat(again.path("rederived").path("equal").asBoolean()).isTrue();
    }
  }

  @Test
  void serve_contextText_decidesByTheTextAndBothChecksHoldWithoutIt() throws Exception {
    Path config = config(LEARNED + "context = \"text\"\n");
    String decidedByText;
    try (ServedProcess service = serve(config)) {
      URI url = service.url();
      for (int i = 0; i < 340; i++) {
        JsonNode answer = ask(url, i % 2 == 0, i);
        call(
            url,
            "/feedback",
            "{\"metric_name\":\"good\",\"inference_id\":\"%s\",\"value\":%s}"
                .formatted(
                    answer.path("inference_id").asText(),
                    answer.path("variant_name").asText().equals(i % 2 == 0 ? "a" : "b")));
      }
      waitFor("a decision by text", () -> textModel(url, ask(url, true, 0)).startsWith("text-"));
      decidedByText = checkedDecision(url, true);
      checkedDecision(url, false);
      JsonNode text = call(url, "/api/policies/greet", "").path("text");
      assertThat(text.path("rung").asText()).isEqualTo("text");
      assertThat(text.path("why").asText()).contains("judged or not");
      assertThat(text.path("model").path("weight").asDouble()).isPositive();
      assertThat(text.path("model").path("calibration")).hasSize(2);
      assertThat(text.path("model").path("output_tokens")).hasSize(2);
    }
    try (ServedProcess service = serve(config)) {
      URI url = service.url();
      assertThat(textModel(url, ask(url, true, 1))).as("at once after a restart").isNotEmpty();
      JsonNode again = call(url, "/api/inferences/" + decidedByText, "");
      assertThat(again.path("rederived").path("equal").asBoolean()).isTrue();
    }
  }

  @Test
  void serve_embeddingModel_decidesByNeighboursAndBothChecksHold() throws Exception {
    Path config =
        config(
            LEARNED
                + """
                context = "text"
                embedding_model = "words"
                embedding_deadline = "5s"

                [embedding_models.words]
                routing = ["here"]
                [embedding_models.words.providers.here]
                type = "dummy"
                model_name = "first_word"
                cost = [{ pointer = "/usage/prompt_tokens", cost_per_million = 1.0 }]
                """);
    String decided;
    try (ServedProcess service = serve(config)) {
      URI url = service.url();
      for (int i = 0; i < 340; i++) {
        JsonNode answer = ask(url, i % 2 == 0, i);
        call(
            url,
            "/feedback",
            "{\"metric_name\":\"good\",\"inference_id\":\"%s\",\"value\":%s}"
                .formatted(
                    answer.path("inference_id").asText(),
                    answer.path("variant_name").asText().equals(i % 2 == 0 ? "a" : "b")));
      }
      waitFor(
          "a decision by neighbours", () -> textModel(url, ask(url, true, 0)).startsWith("knn-"));
      decided = checkedDecision(url, true);
      checkedDecision(url, false);
      JsonNode story = call(url, "/api/inferences/" + decided, "");
      JsonNode attempt = story.path("inference").path("attempts").path(0);
      assertThat(attempt.path("purpose").asText()).as(story.toString()).isEqualTo("embedding");
      assertThat(attempt.path("cost_nanos").asLong()).isEqualTo(10_000);
      JsonNode text = call(url, "/api/policies/greet", "").path("text");
      assertThat(text.path("why").asText()).contains("neighbours", "judged or not");
      assertThat(text.path("model").path("weight").asDouble()).isPositive();
      assertThat(text.path("model").path("nearest").asInt()).isPositive();
      assertThat(text.path("model").path("calibration")).hasSize(2);
    }
    try (ServedProcess service = serve(config)) {
      URI url = service.url();
      assertThat(textModel(url, ask(url, true, 1)))
          .as("at once after a restart")
          .startsWith("knn-");
      JsonNode again = call(url, "/api/inferences/" + decided, "");
      assertThat(again.path("rederived").path("equal").asBoolean()).isTrue();
    }
  }

  /** Proofs go well with the variant a, greetings with b. */
  private static JsonNode ask(URI service, boolean proof, int number) {
    try {
      return call(
          service,
          "/inference",
          "{\"function_name\":\"greet\",\"input\":{\"messages\":[{\"role\":\"user\",\"content\":\"%s %d\"}]}}"
              .formatted(
                  proof ? "Prove the lemma about groups" : "Say hello to my friend", number));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The text model that an inference was decided with; empty without one or before it is stored. */
  private static String textModel(URI service, JsonNode answer) {
    try {
      String path = "/api/inferences/" + answer.path("inference_id").asText();
      waitFor("the row in the store", () -> answers(service, path));
      return call(service, path, "")
          .path("inference")
          .path("decision")
          .path("features")
          .path(Decision.TEXT_MODEL)
          .asText();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String checkedDecision(URI service, boolean proof) throws Exception {
    String id = ask(service, proof, 7).path("inference_id").asText();
    String path = "/api/inferences/" + id;
    waitFor("the row in the store", () -> answers(service, path));
    JsonNode story = call(service, path, "");
    assertThat(story.path("discrepancies")).isEmpty();
    assertThat(story.path("rederived").path("equal").asBoolean()).isTrue();
    JsonNode quality = story.path("inference").path("decision").path("predicted_quality");
    assertThat(quality.get(proof ? 0 : 1).asDouble())
        .as(story.path("inference").path("decision").toString())
        .isGreaterThan(quality.get(proof ? 1 : 0).asDouble());
    return id;
  }

  @Test
  void serve_trainedFromScores_decidesFromTheFirstInferenceOn() throws Exception {
    Path config = config(LEARNED);
    assertThat(train(config, scores("b")).exitCode()).isZero();
    String first;
    try (ServedProcess service = serve(config)) {
      URI url = service.url();
      first = greet(url).path("inference_id").asText();
      String path = "/api/inferences/" + first;
      waitFor("the row in the store", () -> answers(url, path));
      JsonNode story = call(url, path, "");
      assertThat(story.findValue("generation").asText()).isEqualTo("g-1");
      assertThat(predictsB(story)).isTrue();
      assertThat(decidedBy(url, 20, "policy")).isEqualTo("g-1");

      // On the running service: the opposite takes its place at once.
      ServedProcess ran = train(config, scores("a"));
      assertThat(ran.exitCode()).as(ran.output()).isZero();
      assertThat(ran.output()).contains("decides by it from revision", "in place of b.csv");
      assertThat(decidedBy(url, 20, "policy")).isEqualTo("g-1");
      assertThat(predictsB(lastStory(url))).isFalse();
      assertThat(train(config, scores("b"), "--weight", "-1").exitCode())
          .isEqualTo(Pointsman.WRONG_USAGE);
      Path wrong =
          Files.writeString(directory.resolve("wrong.csv"), "prompt,variant,score\nx,c,1\n");
      ServedProcess refused = train(config, wrong);
      assertThat(refused.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
      assertThat(refused.output()).contains("wrong.csv:2: variant: greet has no variant \"c\"");
      JsonNode prior = call(url, "/api/policies/greet", "").path("prior_evidence");
      assertThat(prior.path("source").path("file").asText()).isEqualTo("a.csv");
      assertThat(prior.path("source").path("taken_in_by").asText()).isEqualTo("api");

      // Feedback says otherwise, and is believed.
      for (int i = 0; i < 150; i++) {
        greetAndPraise(url, "b");
      }
      waitFor("feedback overrules the scores", () -> predictsB(lastStory(url)));
      assertThat(
              ServedProcess.run(
                  "train", "--data", data().toString(), "--function", "greet", "--remove"))
          .isZero();
      assertThat(decidedBy(url, 20, "policy")).isEqualTo("g-1");
      assertThat(call(url, "/api/policies/greet", "").path("prior_evidence").isNull()).isTrue();
    }
    try (ServedProcess service = serve(config)) {
      JsonNode again = call(service.url(), "/api/inferences/" + first, "");
      assertThat(again.path("rederived").path("equal").asBoolean()).isTrue();
      assertThat(decidedBy(service.url(), 5, "policy")).isEqualTo("g-1");
    }
  }

  private ServedProcess train(Path config, Path scores, String... more) throws Exception {
    List<String> arguments =
        new java.util.ArrayList<>(
            List.of(
                "train",
                "--config-file",
                config.toString(),
                "--data",
                data().toString(),
                "--function",
                "greet",
                "--from",
                scores.toString()));
    arguments.addAll(List.of(more));
    ServedProcess ran = ServedProcess.launched(arguments.toArray(String[]::new));
    ran.exitCode();
    return ran;
  }

  /** A file in which one of the two is right nine times of ten, the other once. */
  private Path scores(String good) throws Exception {
    StringBuilder rows = new StringBuilder("prompt,variant,score\n");
    for (int i = 0; i < 200; i++) {
      for (String variant : List.of("a", "b")) {
        boolean usual = i % 10 != 0;
        rows.append("\"greet, %d\",%s,%s\n".formatted(i, variant, usual == variant.equals(good)));
      }
    }
    return Files.writeString(directory.resolve(good + ".csv"), rows);
  }

  private static boolean predictsB(JsonNode story) {
    JsonNode quality = story.path("inference").path("decision").path("predicted_quality");
    assertThat(quality).as(story.toPrettyString()).hasSize(2);
    return quality.get(1).asDouble() > quality.get(0).asDouble();
  }

  private static JsonNode lastStory(URI service) {
    try {
      String path = "/api/inferences/" + greet(service).path("inference_id").asText();
      waitFor("the row in the store", () -> answers(service, path));
      return call(service, path, "");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void serve_adaptiveExperiment_staysWithTheVariantThatFeedbackPrefers() throws Exception {
    Path config =
        config(
            LEARNED.substring(0, LEARNED.indexOf("[functions.greet.experimentation]"))
                + """
                [functions.greet.experimentation]
                type = "adaptive"
                algorithm = "track_and_stop"
                metric = "good"
                candidate_variants = ["a", "b"]
                update_period_s = 1
                """);
    try (ServedProcess service = serve(config)) {
      URI url = service.url();
      for (int i = 0; i < 60; i++) {
        greetAndPraise(url, "b");
      }
      waitFor("a winner", () -> onlyB(url));
      checkedStoryOfNext(url);
      assertThat(policy(url)).startsWith("adaptive, generation ");
    }
  }

  @Test
  void serve_strongShare_isReachedByTheThresholdAndBothChecksHold() throws Exception {
    Path config =
        config(
            LEARNED
                + """
                segment_by = ["tag:kind"]
                strong_share = 0.4
                strong_variant = "b"
                """
                    .replace("segment_by", "# segment_by"));
    try (ServedProcess service = serve(config)) {
      URI url = service.url();
      for (int i = 0; i < 250; i++) {
        greetAndPraise(url, "b");
      }
      waitFor(
          "a threshold from the log", () -> strongShare(url).path("calibrated_on").asLong() >= 200);
      JsonNode story = checkedStoryOfNext(url);
      JsonNode decision = story.path("inference").path("decision");
      assertThat(decision.path("version").path("kind").asText()).isEqualTo("threshold");
      // b is always better, but gets no more than its share: 0.4 of all is 0.4202 of the policy.
      assertThat(decision.path("policy_probabilities").get(1).asDouble())
          .isCloseTo((0.4 - 0.005) / 0.94, within(0.01));
      waitFor("the share on the page", () -> strongShare(url).path("decisions").asLong() >= 250);
      JsonNode share = strongShare(url);
      assertThat(share.path("variant").asText()).isEqualTo("b");
      assertThat(share.path("wanted").asDouble()).isEqualTo(0.4);
      assertThat(share.path("intended").asDouble()).isCloseTo(0.4, within(0.06));
      // Standard error 0.031 of 250 draws.
      assertThat(share.path("reached").asDouble()).isCloseTo(0.4, within(0.13));
      assertThat(call(url, "/api/policies/greet", "").path("strong_share").path("where").asText())
          .contains("where it leads by more than", "of those at just that");
    }
  }

  /** Asks, and says that the answer is good if that variant gave it. */
  private static void greetAndPraise(URI service, String variant) throws Exception {
    JsonNode answer = greet(service);
    call(
        service,
        "/feedback",
        "{\"metric_name\":\"good\",\"inference_id\":\"%s\",\"value\":%s}"
            .formatted(
                answer.path("inference_id").asText(),
                answer.path("variant_name").asText().equals(variant)));
  }

  /** What is told about one more decision, for which both checks of the log hold. */
  private static JsonNode checkedStoryOfNext(URI service) throws Exception {
    String id = greet(service).path("inference_id").asText();
    waitFor("the last row in the store", () -> answers(service, "/api/inferences/" + id));
    JsonNode story = call(service, "/api/inferences/" + id, "");
    assertThat(story.path("discrepancies")).isEmpty();
    assertThat(story.path("rederived").path("equal").asBoolean()).isTrue();
    return story;
  }

  private static JsonNode strongShare(URI service) {
    try {
      return call(service, "/api/functions/greet/report", "").path("strong_share");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Whether twenty new episodes in a row get the variant b. */
  private static boolean onlyB(URI service) {
    try {
      for (int i = 0; i < 20; i++) {
        if (!greet(service).path("variant_name").asText().equals("b")) {
          return false;
        }
      }
      return true;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void serve_settingsChangedBehindAGate_waitUntilAPersonPromotesThemAndGoBack() throws Exception {
    String gate = "promotion = { mode = \"manual\", canary = 0.24 }\n";
    Path config = config(LEARNED + gate);
    try (ServedProcess service = serve(config)) {
      URI url = service.url();
      waitFor("a first revision", () -> policy(url).contains("generation g-1"));
      assertThat(decidedBy(url, 20, "policy")).startsWith("g-1");
      config(LEARNED + "algorithm = \"thompson\"\n" + gate);
      waitFor("a challenger", () -> atGate(url).path("stage").asText().equals("shadow"));
      assertThat(decidedBy(url, 20, "policy")).startsWith("g-1 beside g-2");

      JsonNode promoted = act(url, "promote");
      assertThat(promoted.path("generation").asText()).isEqualTo("g-2");
      assertThat(promoted.path("gate").path("stage").asText()).isEqualTo("canary");
      assertThat(decidedBy(url, 40, "canary")).startsWith("g-1 beside g-2");
      assertThat(refused(url, "promote", "{}")).contains("reason must say");
      assertThat(refused(url, "rollbacks", "{}")).isNotEmpty();
    }
    assertThat(
            ServedProcess.run(
                "policy",
                "freeze",
                "--config-file",
                config.toString(),
                "--data",
                data().toString(),
                "--function",
                "greet",
                "--reason",
                "The weekend."))
        .as("on the stopped directory")
        .isZero();
    try (ServedProcess service = serve(config)) {
      URI url = service.url();
      assertThat(decidedBy(url, 40, "canary")).startsWith("g-1 beside g-2");
      assertThat(atGate(url).path("frozen").asBoolean()).isTrue();
      act(url, "thaw");
      assertThat(act(url, "promote").path("gate").path("share").asDouble()).isEqualTo(0.25);
      assertThat(
              ServedProcess.run(
                  "policy",
                  "promote",
                  "--data",
                  data().toString(),
                  "--function",
                  "greet",
                  "--reason",
                  "It looks good."))
          .isZero();
      act(url, "promote");
      assertThat(policy(url)).contains("generation g-2");
      assertThat(decidedBy(url, 20, "policy")).startsWith("g-2 beside g-1");

      assertThat(act(url, "rollback").path("gate").path("stage").asText()).isEqualTo("rolled_back");
      assertThat(decidedBy(url, 20, "policy")).isEqualTo("g-1");
      JsonNode generations = call(url, "/api/policies/greet", "").path("generations");
      assertThat(generations.findValuesAsText("status"))
          .containsExactlyInAnyOrder("serving", "rejected");
      assertThat(refused(url, "promote", "{\"reason\":\"again\"}"))
          .contains("no challenger of greet waits at the gate");
    }
  }

  private static JsonNode act(URI service, String act) throws Exception {
    return call(service, "/api/policies/greet/" + act, "{\"reason\":\"A test says so.\"}");
  }

  private static String refused(URI service, String act, String body) throws Exception {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(service.resolve("/api/policies/greet/" + act))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isBetween(400, 499);
    return answer.body();
  }

  /** The newest generation's standing; missing before there is a challenger. */
  private static JsonNode atGate(URI service) {
    try {
      return call(service, "/api/policies/greet", "").path("generations").path(0).path("gate");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Asks so often, makes both checks of every decision, and says who decided the last one, as in
   * {@code g-1 beside g-2/1}; one of them must have come by that lane.
   */
  private static String decidedBy(URI service, int times, String lane) throws Exception {
    StringBuilder lanes = new StringBuilder();
    String last = "";
    for (int i = 0; i < times; i++) {
      String id = greet(service).path("inference_id").asText();
      waitFor("the row in the store", () -> answers(service, "/api/inferences/" + id));
      JsonNode story = call(service, "/api/inferences/" + id, "");
      assertThat(story.path("discrepancies")).as(story.toPrettyString()).isEmpty();
      assertThat(story.path("rederived").path("equal").asBoolean())
          .as(story.toPrettyString())
          .isTrue();
      lanes.append(story.findValue("lane").asText()).append(' ');
      JsonNode beside = story.findValue("challenger");
      last =
          story.findValue("generation").asText()
              + (beside == null ? "" : " beside " + beside.asText());
    }
    assertThat(lanes.toString()).contains(lane);
    return last;
  }

  @Test
  void serve_whatWasAnswered_isFoundAndKeptAsADataset() throws Exception {
    Path config = config(LEARNED);
    String datapoint;
    String query =
        """
        {"type":"inference_query","function_name":"greet","filters":
          {"type":"boolean_metric","metric_name":"good","value":true}}
        """;
    try (ServedProcess service = serve(config)) {
      URI url = service.url();
      String inferenceId = greet(url).path("inference_id").asText();
      call(
          url,
          "/feedback",
          "{\"metric_name\":\"good\",\"inference_id\":\"%s\",\"value\":true}"
              .formatted(inferenceId));
      greet(url);
      waitFor("the feedback in the store", () -> goodOnes(url) == 1);
      JsonNode found =
          call(url, "/v1/inferences/get_inferences", "{\"ids\":[\"%s\"]}".formatted(inferenceId));
      JsonNode inference = found.path("inferences").get(0);
      assertThat(
              inference.path("input").path("messages").get(0).path("content").get(0).path("text"))
          .hasToString("\"hello\"");
      datapoint =
          call(url, "/v1/datasets/golden/from_inferences", query).path("ids").get(0).asText();
      assertThat(call(url, "/api/inferences?function=greet", "").path("inferences")).hasSize(2);
      assertThat(answers(url, "/ui/inferences?function=greet")).isTrue();
    }
    try (ServedProcess service = serve(config)) {
      JsonNode kept = call(service.url(), "/v1/datasets/golden/list_datapoints", "{}");
      assertThat(kept.path("datapoints").get(0).path("id").asText()).isEqualTo(datapoint);
      assertThat(kept.path("datapoints").get(0).path("output").get(0).path("text").asText())
          .isNotEmpty();
    }
  }

  private static int goodOnes(URI service) {
    try {
      return call(
              service,
              "/v1/inferences/list_inferences",
              "{\"filters\":{\"type\":\"boolean_metric\",\"metric_name\":\"good\",\"value\":true}}")
          .path("inferences")
          .size();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void serve_operatorsCommands_workOnTheRunningService() throws Exception {
    Path config = config(LEARNED);
    try (ServedProcess service = serve(config)) {
      URI url = service.url();
      String inferenceId = "";
      for (int i = 0; i < 10; i++) {
        inferenceId =
            call(
                    url,
                    "/inference",
                    """
                    {"function_name":"greet","tags":{"user_id":"secret-42"},
                     "input":{"messages":[{"role":"user","content":"I am secret-42"}]}}
                    """)
                .path("inference_id")
                .asText();
        call(
            url,
            "/feedback",
            "{\"metric_name\":\"good\",\"inference_id\":\"%s\",\"value\":true}"
                .formatted(inferenceId));
      }
      String id = inferenceId;
      waitFor("the last row in the store", () -> answers(url, "/api/inferences/" + id));

      JsonNode examined = call(url, "/api/doctor", "");
      assertThat(examined.path("healthy").asBoolean()).as(examined.toPrettyString()).isTrue();
      assertThat(examined.toString())
          .contains("derived again from their revisions alike")
          .contains("the log is open");
      assertThat(ServedProcess.run("doctor", "--data", data().toString())).isZero();

      HttpResponse<String> unknown =
          HTTP.send(
              HttpRequest.newBuilder(url.resolve("/api/policies/greet/evaluations"))
                  .header("content-type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString("{\"challenger\":\"g-77\"}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(unknown.statusCode()).isEqualTo(400);
      assertThat(unknown.body()).contains("has no generation g-77; it has [g-1]");
      assertThat(call(url, "/api/policies/greet", "").path("generations").findValuesAsText("id"))
          .containsExactly("g-1");
      ServedProcess evaluating =
          ServedProcess.launched(
              "evaluate",
              "--data",
              data().toString(),
              "--function",
              "greet",
              "--challenger",
              "g-1");
      assertThat(evaluating.exitCode()).as(evaluating.output()).isEqualTo(1);
      // Whether the last revision came before the decisions or after them is a matter of time.
      assertThat(evaluating.output()).containsAnyOf("\nBLOCKED\n", "decisions mature after");

      String body =
          "{\"tag\":{\"key\":\"user_id\",\"value\":\"secret-42\"},\"dry_run\":%s,\"reason\":\"asked\"}";
      assertThat(call(url, "/api/erasures", body.formatted("true")).path("rows").path("inference"))
          .hasToString("10");
      ServedProcess erasing =
          ServedProcess.launched(
              "erase", "--data", data().toString(), "--tag", "user_id=secret-42", "--yes");
      assertThat(erasing.exitCode()).as(erasing.output()).isZero();
      assertThat(erasing.output()).contains("erased: inference 10").contains("spool files of");
      JsonNode erased = call(url, "/api/inferences/" + id, "").path("inference");
      assertThat(erased.toString()).doesNotContain("secret-42");
      assertThat(service.output()).doesNotContain("secret-42");
      assertThat(
              HTTP.send(
                      HttpRequest.newBuilder(url.resolve("/api/erasures"))
                          .header("content-type", "text/plain")
                          .POST(HttpRequest.BodyPublishers.ofString(body.formatted("false")))
                          .build(),
                      HttpResponse.BodyHandlers.ofString())
                  .statusCode())
          .isEqualTo(415);

      Path letters = Files.createDirectories(data().resolve("dead-letter"));
      Files.write(letters.resolve("7.event"), EventCodec.encode(Events.inference(7)));
      Files.writeString(letters.resolve("7.reason.txt"), "a constraint");
      Files.write(letters.resolve("8.event"), new byte[] {1, 2, 3});
      assertThat(call(url, "/api/dead-letters", "").path("letters").path(0).path("reason"))
          .hasToString("\"a constraint\"");
      ServedProcess retrying =
          ServedProcess.launched("dead-letters", "retry", "--data", data().toString());
      assertThat(retrying.exitCode()).as("one is no event").isEqualTo(1);
      assertThat(retrying.output())
          .contains("1 stored, 1 refused again")
          .contains("8\twhole event");
      assertThat(letters.resolve("7.event")).doesNotExist();
      assertThat(call(url, "/api/inferences/" + Events.id(7), "").path("inference").isObject())
          .isTrue();
      Files.delete(letters.resolve("8.event"));

      Path log = directory.resolve("log.jsonl");
      waitFor(
          "a matured decision",
          () -> {
            try {
              ServedProcess exporting =
                  ServedProcess.launched(
                      "export",
                      "--data",
                      data().toString(),
                      "--decisions",
                      "greet",
                      "--format",
                      "obp-jsonl",
                      "--output",
                      log.toString());
              assertThat(exporting.exitCode()).as(exporting.output()).isZero();
              assertThat(exporting.output()).contains("actions by number: [\"a\",\"b\"]");
              return Files.readAllLines(log).size() == 11;
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          });
      ServedProcess importing =
          ServedProcess.launched(
              "import",
              "--data",
              data().toString(),
              "--yes",
              "--table",
              "inference",
              log.toString());
      assertThat(importing.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
      assertThat(importing.output()).contains("stop the service");
    }
  }

  private static long revision(String policy) {
    return Long.parseLong(policy.replaceAll(".*revision (\\d+).*", "$1"));
  }

  @Test
  void serve_configurationChanges_isSwappedInOrRejectedWithTheReason() throws Exception {
    Path config = config(LEARNED);
    try (ServedProcess service = serve(config)) {
      URI url = service.url();
      config(
          LEARNED.replace(
              "[functions.greet.variants.b]", "[functions.greet.variants.b]\nmodl = 1"));
      waitFor("the rejection", () -> service.output().contains("modl"));
      assertThat(greet(url).path("variant_name").asText()).isIn("a", "b");
      config(
          LEARNED
              + "\n[functions.second]\ntype = \"chat\"\n[functions.second.variants.only]\n"
              + "type = \"chat_completion\"\nmodel = \"dummy::good\"\n");
      waitFor(
          "the new function",
          () -> {
            try {
              return call(url, "/api/functions", "").toString().contains("second");
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          });
    }
  }

  @Test
  void serve_secondProcessOnTheDirectory_isRefusedByName() throws Exception {
    Path config = config(LEARNED);
    try (ServedProcess first = serve(config)) {
      assertThat(first.url().getPort()).isPositive();
      ServedProcess second =
          ServedProcess.launched(
              "serve",
              "--config-file",
              config.toString(),
              "--port",
              "0",
              "--data",
              data().toString());
      assertThat(second.exitCode()).isNotZero();
      assertThat(second.output()).contains(data().toString());
    }
  }

  @Test
  void serve_brokenConfiguration_exitsWithEveryProblem() throws Exception {
    Path config = config("[functions.greet]\ntipe = \"chat\"\n[metrics.x]\ntype = \"colour\"\n");
    ServedProcess service =
        ServedProcess.launched(
            "serve",
            "--config-file",
            config.toString(),
            "--port",
            "0",
            "--data",
            data().toString());
    assertThat(service.exitCode()).isEqualTo(1);
    assertThat(service.output())
        .contains(config + ":2:1: error:")
        .contains(config + ":4:1: error:");
  }

  @Test
  void serve_addressOpenToTheNetworkWithoutKeys_isRefused() throws Exception {
    Path config = config("[gateway]\nbind_address = \"0.0.0.0:0\"\n" + LEARNED);
    ServedProcess service =
        ServedProcess.launched(
            "serve", "--config-file", config.toString(), "--data", data().toString());
    assertThat(service.exitCode()).isEqualTo(1);
    assertThat(service.output()).contains("gateway.allow_open_bind");
  }

  @Test
  void serve_withoutAFile_callsModelsByShorthand() throws Exception {
    try (ServedProcess service =
        ServedProcess.start("serve", "--port", "0", "--data", data().toString())) {
      JsonNode answer =
          call(
              service.url(),
              "/v1/chat/completions",
              """
              {"model":"model_name::dummy::good","messages":[{"role":"user","content":"hello"}]}
              """);
      assertThat(answer.path("choices").path(0).path("message").path("content").asText())
          .isNotEmpty();
      assertThat(List.of("chat.completion")).contains(answer.path("object").asText());
    }
  }
}
