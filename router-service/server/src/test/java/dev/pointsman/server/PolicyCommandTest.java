package dev.pointsman.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.control.ControlStore;
import dev.pointsman.control.GateStanding;
import dev.pointsman.control.Generation;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Generations listed and compared on the directory of a service that does not run. */
final class PolicyCommandTest {

  @TempDir private Path directory;

  private record Ran(int exitCode, String out, String err) {}

  private Ran run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine = Pointsman.commandLine();
    commandLine.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return new Ran(commandLine.execute(arguments), out.toString(), err.toString());
  }

  private String data() {
    return directory.resolve("data").toString();
  }

  @BeforeEach
  void register() throws Exception {
    Path data = Files.createDirectories(directory.resolve("data"));
    try (EventLog log =
        EventLog.open(
            data.resolve("spool"), new EventLog.Settings(EventLog.Durability.OS, 1L << 30))) {
      log.append(Events.revision(4));
    }
    try (ControlStore control =
        ControlStore.open(ControlStore.EMBEDDED, data, InstantSource.system())) {
      control.register(generation("g0", 0, 25, "P14D", Generation.Status.SERVING));
      control.register(generation("g1", 60, 40, null, Generation.Status.SERVING));
    }
  }

  private static Generation generation(
      String id, long second, double costWeight, String halfLife, Generation.Status status) {
    return new Generation(
        id,
        "support_reply",
        "squarecb",
        Events.CANDIDATES,
        "{\"metric\":\"resolved\",\"cost_weight\":%s,\"nursery\":{\"pulls\":%d}%s}"
            .formatted(
                costWeight,
                200 + second,
                halfLife == null ? "" : ",\"half_life\":\"%s\"".formatted(halfLife)),
        "{\"config_hash\":\"h\"}",
        Events.START.plus(Duration.ofSeconds(second)),
        status);
  }

  @Test
  void list_ofAFunction_isTheLatestFirst() throws Exception {
    Ran ran = run("policy", "list", "--data", data(), "--function", "support_reply", "--json");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    JsonNode generations = new ObjectMapper().readTree(ran.out()).path("generations");
    assertThat(generations.findValuesAsText("id")).isEqualTo(List.of("g1", "g0"));
    assertThat(generations.findValuesAsText("status")).isEqualTo(List.of("serving", "retired"));
    assertThat(generations.path(0).path("last_revision").path("revision").asInt()).isEqualTo(4);
    assertThat(generations.path(1).path("last_revision").isNull()).isTrue();
    assertThat(generations.path(0).path("settings").path("cost_weight").asDouble()).isEqualTo(40);

    assertThat(run("policy", "list", "--data", data(), "--function", "support_reply").out())
        .contains("g1\tserving\t2026-11-20T00:01:00Z\tsquarecb\trevision 4 of ");
  }

  @Test
  void list_strongShare_saysWhatWasWantedAndWhereTheThresholdLies() throws Exception {
    Path data = directory.resolve("data");
    try (ControlStore control =
            ControlStore.open(ControlStore.EMBEDDED, data, InstantSource.system());
        EventLog log =
            EventLog.open(
                data.resolve("spool"), new EventLog.Settings(EventLog.Durability.OS, 1L << 30))) {
      control.register(
          new Generation(
              "g3",
              "support_reply",
              "threshold",
              List.of("large", "small"),
              "{\"metric\":\"resolved\",\"strong_share\":{\"variant\":\"large\",\"wanted\":0.3,\"of_policy\":0.26}}",
              "{}",
              Events.START.plusSeconds(200),
              Generation.Status.SERVING));
      log.append(
          new RevisionEvent(
              Events.id(90),
              new PolicyRevision(
                  "support_reply",
                  "g3",
                  1,
                  Events.START,
                  PolicyStatistics.EMPTY.withThreshold(
                      new PolicyStatistics.Threshold(0.07125, 0.16, 2_000, 0.26)),
                  "{}")));
    }
    Ran ran = run("policy", "list", "--data", data(), "--function", "support_reply", "--json");
    JsonNode share = new ObjectMapper().readTree(ran.out()).path("strong_share");
    assertThat(share.path("wanted").asDouble()).isEqualTo(0.3);
    assertThat(share.path("intended").isNull()).isTrue();
    assertThat(share.path("lead").asDouble()).isEqualTo(0.07125);
    assertThat(share.path("calibrated_on").asLong()).isEqualTo(2_000);
    assertThat(run("policy", "list", "--data", data(), "--function", "support_reply").out().lines())
        .contains(
            "large: no decisions yet, wanted 30.0 %: where it leads by more than 0.0713,"
                + " and 16.0 % of those at just that; from 2,000 decisions");
  }

  @Test
  void list_challengerAtTheGate_saysWhereItStandsAndWhatItWaitsFor() throws Exception {
    try (ControlStore control =
        ControlStore.open(
            ControlStore.EMBEDDED, directory.resolve("data"), InstantSource.system())) {
      control.registerChallenger(
          generation("g2", 120, 50, null, Generation.Status.CHALLENGER),
          new GateStanding(
              "g2",
              "support_reply",
              "g1",
              "canary",
              0.05,
              Events.START,
              true,
              null,
              null,
              "a person: it is frozen",
              "The weekend."));
    }
    Ran ran = run("policy", "list", "--data", data(), "--function", "support_reply", "--json");
    JsonNode gate = new ObjectMapper().readTree(ran.out()).path("generations").path(0).path("gate");
    assertThat(gate.path("stage").asText()).isEqualTo("canary");
    assertThat(gate.path("incumbent").asText()).isEqualTo("g1");
    assertThat(gate.path("forecast").isNull()).isTrue();

    assertThat(run("policy", "list", "--data", data(), "--function", "support_reply").out().lines())
        .contains(
            "\tcanary (frozen), 5.00 % of the policy's traffic, since 2026-11-20T00:00:00Z, waits"
                + " for a person: it is frozen: The weekend.");
  }

  @Test
  void diff_ofTwo_saysWhatIsSetOtherwise() {
    Ran ran = run("policy", "diff", "--data", data(), "--function", "support_reply", "g0", "g1");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out().lines())
        .containsExactly(
            "cost_weight\t25.0 → 40.0", "half_life\t\"P14D\" → null", "nursery.pulls\t200 → 260");
  }

  @Test
  void diff_unknownGeneration_saysWhichThereAre() {
    Ran ran = run("policy", "diff", "--data", data(), "--function", "support_reply", "g0", "g7");
    assertThat(ran.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
    assertThat(ran.err()).contains("support_reply has no generation g7; it has [g1, g0]");
  }

  @Test
  void list_functionWithout_saysSo() {
    Ran ran = run("policy", "list", "--data", data(), "--function", "other");
    assertThat(ran.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
    assertThat(ran.err()).contains("other has no generations");
  }

  @Test
  void policy_withoutSaying_isWrongUsage() {
    assertThat(run("policy").exitCode()).isEqualTo(Pointsman.WRONG_USAGE);
  }
}
