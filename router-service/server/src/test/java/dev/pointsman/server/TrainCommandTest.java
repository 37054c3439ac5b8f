package dev.pointsman.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.control.AuditEntry;
import dev.pointsman.control.ControlStore;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Training from scores on the directory of a service that does not run. */
final class TrainCommandTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  private record Ran(int exitCode, String out, String err) {}

  private Ran run(String command, String... arguments) throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("pointsman.toml"),
            """
            [metrics.resolved]
            type = "boolean"
            level = "inference"
            optimize = "max"
            [functions.reply]
            type = "chat"
            segment_by = ["tag:topic"]
            variants.large = { type = "chat_completion", model = "dummy::good" }
            variants.small = { type = "chat_completion", model = "dummy::good" }
            [functions.reply.experimentation]
            type = "learned"
            metric = "resolved"
            candidate_variants = ["large", "small"]
            baseline_variant = "large"
            [functions.plain]
            type = "chat"
            variants.only = { type = "chat_completion", model = "dummy::good" }
            """);
    List<String> all = new ArrayList<>(List.of(command.split(" ")));
    all.addAll(List.of("--config-file", config.toString(), "--data", data().toString()));
    all.addAll(List.of(arguments));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine = Pointsman.commandLine();
    commandLine.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return new Ran(commandLine.execute(all.toArray(String[]::new)), out.toString(), err.toString());
  }

  private Ran train(Path scores, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("--function", "reply", "--from", scores.toString()));
    all.addAll(List.of(arguments));
    return run("train", all.toArray(String[]::new));
  }

  private Path data() {
    return directory.resolve("data");
  }

  /** Large is right on code, small on talk, and either on nothing else. */
  private Path scores(String name, int prompts) throws Exception {
    StringBuilder rows = new StringBuilder("prompt,variant,score,cost,tag:topic,judge\n");
    for (int i = 0; i < prompts; i++) {
      boolean code = i % 2 == 0;
      String topic = code ? "code" : "talk";
      rows.append("\"prompt, %d\",large,%s,0.02,%s,me\n".formatted(i, code, topic));
      rows.append("\"prompt, %d\",small,%s,0.001,%s,me\n".formatted(i, !code, topic));
    }
    return Files.writeString(directory.resolve(name), rows);
  }

  @Test
  void train_dryRun_printsWhatItIsWorthAndMakesNothing() throws Exception {
    Ran ran = train(scores("scores.csv", 200), "--dry-run");

    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains(
            "reply · metric resolved (more is better) · scores.csv, 400 rows",
            "not used: judge",
            "nothing was kept (--dry-run)")
        .containsPattern("first generation +\\d+ +0  1\\.000 \\(0\\.\\d+, 1\\.000\\)")
        .containsPattern(
            "always large +\\d+ +0  0\\.\\d+ \\(0\\.\\d+, 0\\.\\d+\\) +20\\.00 \\(20\\.00,"
                + " 20\\.00\\)")
        .containsPattern("code +\\d+  large +large 0\\.\\d+, small 0\\.\\d+")
        .containsPattern("talk +\\d+  small +small 0\\.\\d+, large 0\\.\\d+");
    assertThat(data()).doesNotExist();
  }

  @Test
  void train_promptsThatTell_decideByTheirTextUntilRemoved() throws Exception {
    StringBuilder rows = new StringBuilder("prompt,variant,score,tag:topic\n");
    for (int i = 0; i < 400; i++) {
      boolean proof = i % 2 == 0;
      String prompt = (proof ? "Prove the lemma about groups " : "Say hello to my friend ") + i;
      rows.append("%s,large,%s,any\n%s,small,%s,any\n".formatted(prompt, proof, prompt, !proof));
    }
    Path scores = Files.writeString(directory.resolve("told.csv"), rows);

    Ran ran = train(scores);

    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out())
        .containsPattern("first generation +\\d+ +0  1\\.000")
        .containsPattern("by segments alone +\\d+ +0  0\\.[3-7]")
        .containsPattern("text: deciding by it gains \\+0\\.\\d+ .* compared\\): it serves");
    assertThat(list().path("text").path("rung").asText()).isEqualTo("scores");
    assertThat(run("policy list", "--function", "reply").out())
        .contains("text: by segments and the text model learnt from scores");
    assertThat(run("train", "--function", "reply", "--remove").exitCode()).isZero();
    assertThat(list().path("text").path("rung").asText()).isEqualTo("segments");
  }

  @Test
  void train_fileWithFaults_isRefusedAndMakesNothing() throws Exception {
    Path scores =
        Files.writeString(
            directory.resolve("scores.jsonl"),
            "{\"prompt\":\"a\",\"variant\":\"lage\",\"score\":true,\"tags\":{\"topic\":\"x\"}}\n");

    Ran ran = train(scores);

    assertThat(ran.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
    assertThat(ran.err())
        .contains(
            "scores.jsonl:1: variant: reply has no variant \"lage\"; did you mean \"large\"?",
            "1 fault; nothing was taken in");
    assertThat(data()).doesNotExist();
  }

  @Test
  void train_wrongUsage_saysHowToMendIt() throws Exception {
    Path scores = scores("scores.csv", 20);
    assertThat(train(directory.resolve("none.csv")))
        .satisfies(ran -> assertThat(ran.exitCode()).isEqualTo(Pointsman.WRONG_USAGE))
        .satisfies(ran -> assertThat(ran.err()).contains("there is no file"));
    assertThat(train(scores, "--held-out", "1").err()).contains("must lie between 0 and 1: 1.0");
    assertThat(train(scores, "--weight", "0").err()).contains("at most 1000 rewards: 0.0");
    assertThat(train(scores, "--remove").exitCode()).isEqualTo(Pointsman.WRONG_USAGE);
    assertThat(run("train", "--function", "reply").exitCode()).isEqualTo(Pointsman.WRONG_USAGE);
    assertThat(run("train", "--function", "plain", "--from", scores.toString()).err())
        .contains("functions.plain is not configured as a function that learns");
    assertThat(data()).doesNotExist();
  }

  @Test
  void train_keepsItUntilItIsReplacedOrRemoved() throws Exception {
    Path scores = scores("scores.csv", 200);
    Ran first = train(scores);
    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(first.out())
        .contains(
            "reply decides by it from revision 1 of g-1 on: 4 segments and variants, each worth 20"
                + " rewards at most");

    JsonNode listed = list();
    JsonNode prior = listed.path("prior_evidence");
    assertThat(prior.path("used").asBoolean()).isTrue();
    assertThat(prior.path("counts_for").asDouble()).isBetween(79.9, 80.0);
    assertThat(prior.path("feedbacks").asDouble()).isLessThan(1e-9);
    assertThat(prior.path("source").path("file").asText()).isEqualTo("scores.csv");
    assertThat(prior.path("source").path("sha256").asText()).hasSize(64);
    assertThat(prior.path("source").path("rows").asInt()).isEqualTo(400);
    assertThat(prior.path("source").path("weight").asInt()).isEqualTo(20);
    assertThat(listed.path("generations").get(0).path("provenance").path("prior_evidence"))
        .isEqualTo(prior.path("source"));
    assertThat(run("policy list", "--function", "reply").out())
        .contains("learnt outside the log: scores.csv, ", "of its own");

    assertThat(train(scores).out())
        .contains("reply has learnt this already", "nothing was changed");
    assertThat(list()).isEqualTo(listed);

    Ran other = train(scores("more.csv", 300), "--weight", "5", "--json");
    JsonNode kept = JSON.readTree(other.out()).path("kept");
    assertThat(kept.path("changed").asBoolean()).isTrue();
    assertThat(kept.path("before").path("file").asText()).isEqualTo("scores.csv");
    assertThat(kept.path("revision").asInt()).isEqualTo(2);
    assertThat(list().path("prior_evidence").path("counts_for").asDouble()).isBetween(19.9, 20.0);

    assertThat(run("train", "--function", "reply", "--remove").out())
        .contains("reply forgets what it learnt from more.csv", "revision 3 of g-1");
    assertThat(list().path("prior_evidence").isNull()).isTrue();
    assertThat(run("train", "--function", "reply", "--remove").out())
        .contains("nothing was changed");
    assertThat(changes())
        .as("the log has the evidence itself")
        .extracting(change -> change.path("reason").asText())
        .satisfiesExactly(
            taken -> assertThat(taken).contains("learns from 280 scores in scores.csv (SHA-256 "),
            taken -> assertThat(taken).contains("in more.csv", "worth 5.0 rewards at most"),
            gone -> assertThat(gone).isEqualTo("reply forgets what it learnt outside its log."));
    assertThat(JSON.readTree(changes().getLast().path("before").asText()).path("cells"))
        .hasSize(4)
        .allSatisfy(cell -> assertThat(cell.path("weight").asDouble()).isEqualTo(5));
    try (ControlStore people =
        ControlStore.open(ControlStore.EMBEDDED, data(), java.time.InstantSource.system())) {
      assertThat(people.auditEntries(10))
          .extracting(AuditEntry::action)
          .containsExactly(
              "prior_evidence.removed",
              "prior_evidence.set",
              "generation.registered",
              "prior_evidence.set");
    }
  }

  private List<JsonNode> changes() throws Exception {
    Path file = directory.resolve("changes.jsonl");
    Files.deleteIfExists(file);
    assertThat(run("export", "--table", "change_event", "--output", file.toString()).exitCode())
        .isZero();
    List<JsonNode> changes = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode change = JSON.readTree(line);
      if (change.path("object").asText().equals("prior evidence")) {
        changes.add(change);
      }
    }
    changes.sort(java.util.Comparator.comparing(change -> change.path("at").asText()));
    return changes;
  }

  @Test
  void train_theExample_isWhatTheDocumentationShows() {
    Path example = Path.of("..", "..", "examples", "training");
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Pointsman.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(
                "train",
                "--config-file",
                example.resolve("pointsman.toml").toString(),
                "--data",
                data().toString(),
                "--function",
                "support_reply",
                "--from",
                example.resolve("scores.csv").toString(),
                "--dry-run");

    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(Path.of("..", "..", "docs", "training-from-scores.md"))
        .content()
        .contains(out.toString().strip());
  }

  private JsonNode list() throws Exception {
    Ran ran = run("policy list", "--function", "reply", "--json");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    return JSON.readTree(ran.out());
  }
}
