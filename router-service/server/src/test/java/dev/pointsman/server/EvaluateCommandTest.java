package dev.pointsman.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionRequest;
import dev.pointsman.routing.DecisionSampler;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.UniformPolicy;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Challengers judged on the directory of a service that does not run. */
final class EvaluateCommandTest {

  private static final int DECISIONS = 2000;
  private static final List<String> VARIANTS = List.of("large", "medium", "small");

  @TempDir private Path directory;

  private record Ran(int exitCode, String out, String err) {}

  private Ran evaluate(String... more) {
    return run("evaluate", more);
  }

  private Ran run(String command, String... more) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine = Pointsman.commandLine();
    commandLine.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] arguments = {
      command,
      "--data",
      directory.resolve("data").toString(),
      "--config-file",
      directory.resolve("pointsman.toml").toString(),
      "--function",
      "support_reply"
    };
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return new Ran(commandLine.execute(all), out.toString(), err.toString());
  }

  /** Two thousand even draws, of which small is right most often. */
  @BeforeEach
  void log() throws Exception {
    Files.writeString(
        directory.resolve("pointsman.toml"),
        """
        [metrics.resolved]
        type = "boolean"
        level = "inference"
        optimize = "max"
        [functions.support_reply]
        type = "chat"
        variants.large = { type = "chat_completion", model = "dummy::good" }
        variants.medium = { type = "chat_completion", model = "dummy::good" }
        variants.small = { type = "chat_completion", model = "dummy::good" }
        """
            + experimentation("squarecb", "resolved"));
    DecisionSampler sampler = new DecisionSampler(new byte[16]);
    FunctionRouting routing =
        new FunctionRouting(
            "support_reply",
            new UniformPolicy(VARIANTS),
            FunctionRouting.Draw.KEYED,
            LaneShares.POLICY_ONLY,
            "large",
            List.of(),
            Arrays.asList(null, null, null));
    SplittableRandom random = new SplittableRandom(3);
    Path data = Files.createDirectories(directory.resolve("data"));
    try (EventLog log =
        EventLog.open(
            data.resolve("spool"), new EventLog.Settings(EventLog.Durability.OS, 1L << 30))) {
      for (int n = 0; n < DECISIONS; n++) {
        Decision decision =
            sampler.decide(
                routing,
                new DecisionRequest(
                    Events.id(1_000_000 + n),
                    "all",
                    Map.of(),
                    100,
                    Arrays.asList(null, null, null),
                    List.of(),
                    true,
                    null,
                    null));
        log.append(Events.inferenceOf(n).decision(decision).withoutAttempts().build());
        double success = decision.chosenVariant().equals("small") ? 0.9 : 0.5;
        FeedbackEvent feedback =
            Events.feedback(n, Events.id(n), "resolved", random.nextDouble() < success);
        log.append(feedback);
      }
    }
  }

  private static String experimentation(String algorithm, String metric) {
    return """
    [functions.support_reply.experimentation]
    type = "learned"
    algorithm = "%s"
    metric = "%s"
    baseline_variant = "large"
    attribution_window = "1h"
    """
        .formatted(algorithm, metric);
  }

  private String challenger(String toml) throws Exception {
    return Files.writeString(directory.resolve("challenger.toml"), toml).toString();
  }

  @Test
  void evaluate_betterRecipe_isPromotedAndEndsWithZero() throws Exception {
    Ran ran =
        evaluate("--challenger", challenger(experimentation("thompson", "resolved")), "--json");
    assertThat(ran.exitCode()).as(ran.err() + ran.out()).isZero();
    JsonNode evaluation = new ObjectMapper().readTree(ran.out());
    assertThat(evaluation.path("verdict").asText()).isEqualTo("PROMOTE");
    assertThat(evaluation.path("algorithm").asText()).isEqualTo("thompson");
    assertThat(evaluation.path("figures").path("lines")).hasSize(10);
    assertThat(evaluation.path("figures").path("quality").path("lower").asDouble()).isPositive();
    assertThat(evaluation.path("figures").path("dollars").isMissingNode()).isFalse();
  }

  @Test
  void evaluate_withoutJson_printsTheTable() throws Exception {
    Ran ran = evaluate("--challenger", challenger(experimentation("thompson", "resolved")));
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("(thompson) against", "\nPROMOTE\n", "DR (lead)", "SNIPS", "always small")
        .contains("Δquality", "ESS ", "moves ", "→ small", "FINE   allocation", "left out: ");
  }

  @Test
  void evaluate_worse_endsWithOne() throws Exception {
    String toml =
        experimentation("squarecb", "resolved") + "candidate_variants = [\"large\", \"medium\"]\n";
    Ran ran = evaluate("--challenger", challenger(toml));
    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
    assertThat(ran.out()).contains("\nROLL BACK\n", "quality is worse by more than the margin");
  }

  @Test
  void evaluate_brokenFile_saysWhere() throws Exception {
    Ran ran = evaluate("--challenger", challenger(experimentation("thomson", "resolved")));
    assertThat(ran.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
    assertThat(ran.err()).contains("challenger.toml:3:", "did you mean 'thompson'?");
  }

  @Test
  void evaluate_unknownGeneration_saysWhichThereAre() {
    Ran ran = evaluate("--challenger", "g-7");
    assertThat(ran.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
    assertThat(ran.err()).contains("functions.support_reply has no generation g-7; it has []");
  }

  @Test
  void simulate_ownTraffic_saysWhatTheGateWouldDo() throws Exception {
    Ran ran = run("simulate", "--runs", "1", "--json");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    JsonNode simulation = new ObjectMapper().readTree(ran.out());
    assertThat(simulation.path("outcomes").asInt()).isEqualTo(DECISIONS);
    assertThat(simulation.path("kinds")).hasSize(3);
    assertThat(simulation.path("kinds").path(0).path("promoted").asDouble()).isZero();
    assertThat(simulation.path("exploration").path("quality_error").asDouble()).isPositive();
    assertThat(run("simulate", "--runs", "1").out())
        .contains("equal, at the same cost (A/A)", "median days", "without exploring");
  }

  @Test
  void simulate_noRuns_isRefused() {
    Ran ran = run("simulate", "--runs", "0");
    assertThat(ran.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
    assertThat(ran.err()).contains("runs must be from 1 to 10000: 0");
  }

  @Test
  void evaluate_missingFile_isWrongUsage() {
    Ran ran = evaluate("--challenger", "nowhere.toml");
    assertThat(ran.exitCode()).isEqualTo(Pointsman.WRONG_USAGE);
    assertThat(ran.err()).contains("there is no file nowhere.toml");
  }
}
