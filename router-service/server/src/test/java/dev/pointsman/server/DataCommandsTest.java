package dev.pointsman.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventstore.TableExport;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Export, import, erase and doctor on the directory of a service that does not run. */
final class DataCommandsTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SECRET = "Zyx-4711";

  @TempDir private Path directory;

  private record Ran(int exitCode, String out, String err) {}

  private static Ran run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine = Pointsman.commandLine();
    commandLine.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return new Ran(commandLine.execute(arguments), out.toString(), err.toString());
  }

  private String data(String name) {
    return directory.resolve(name).toString();
  }

  /** Writes events as a service that was killed leaves them: in the spool only. */
  private void log(String name, List<? extends Event> events) throws Exception {
    Path data = Files.createDirectories(directory.resolve(name));
    try (EventLog log =
        EventLog.open(
            data.resolve("spool"), new EventLog.Settings(EventLog.Durability.OS, 1L << 30))) {
      events.forEach(log::append);
    }
  }

  private static List<Event> events() {
    Instant now = Instant.now();
    InferenceEvent tagged =
        Events.inferenceOf(1)
            .startedAt(now)
            .tags(Map.of("user_id", SECRET))
            .payload(InferenceEvent.Payload.of("{\"said\":\"" + SECRET + "\"}", "[]", "{}", null))
            .build();
    return List.of(
        tagged,
        Events.inferenceOf(2).startedAt(now.minus(Duration.ofDays(1))).build(),
        Events.feedback(1, tagged.id(), "resolved", true),
        Events.revision(1),
        Events.change(1),
        Events.config(1));
  }

  private Path config() throws Exception {
    return Files.writeString(
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
        [functions.support_reply.experimentation]
        type = "learned"
        metric = "resolved"
        candidate_variants = ["large", "medium", "small"]
        baseline_variant = "large"
        attribution_window = "1s"
        no_feedback = 0.0
        """);
  }

  private Path exportAll(String name) throws Exception {
    Path files = Files.createDirectories(directory.resolve("files-of-" + name));
    for (String table : TableExport.names()) {
      Path file = files.resolve(table + ".jsonl");
      assertThat(run("export", "--data", data(name), "--table", table, "--output", file.toString()))
          .satisfies(ran -> assertThat(ran.exitCode()).as(ran.err()).isZero());
    }
    return files;
  }

  /** Views are not imported: they are made of the tables. */
  private Path exportTables(String name) throws Exception {
    Path files = exportAll(name);
    Files.delete(files.resolve("spend_logs.jsonl"));
    Files.delete(files.resolve("feedback_latest.jsonl"));
    return files;
  }

  @Test
  void commands_spoolHeldByAProcessThatSaysNotWhere_sayWhatToDoInALine() throws Exception {
    log("held", events());
    try (EventLog held =
        EventLog.open(
            directory.resolve("held/spool"),
            new EventLog.Settings(EventLog.Durability.OS, 1L << 30))) {
      held.append(Events.feedback(900, Events.id(900), "resolved", true));
      String file = directory.resolve("held.jsonl").toString();
      Ran export = run("export", "--data", data("held"), "--table", "inference", "--output", file);
      assertThat(export.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
      assertThat(export.err().lines())
          .containsExactly(
              "pointsman: an export needs %s to itself, and another process has it open: a service that is starting or stopping, or another command. Try again in a moment"
                  .formatted(data("held")));
      Ran serve =
          run("serve", "--data", data("held"), "--config-file", config().toString(), "--port", "0");
      assertThat(serve.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
      assertThat(serve.err().lines())
          .containsExactly(
              "pointsman: the spool directory %s is in use by another process: stop that one, or give this one its own store.data_directory"
                  .formatted(directory.resolve("held/spool").toAbsolutePath()));
    }
  }

  @Test
  void exportThenImport_anotherDirectory_holdsTheSame() throws Exception {
    log("one", events());
    Path files = exportTables("one");

    Ran dry = run("import", "--data", data("two"), "--dry-run", "--json", files.toString());
    assertThat(dry.exitCode()).as(dry.err()).isZero();
    assertThat(JSON.readTree(dry.out()).path("files").size()).isEqualTo(9);
    Ran ran = run("import", "--data", data("two"), "--yes", files.toString());
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("inference.jsonl: 2 rows of inference");

    Path again = exportAll("two");
    for (String table : TableExport.names()) {
      if (Files.exists(files.resolve(table + ".jsonl"))) {
        assertThat(again.resolve(table + ".jsonl"))
            .hasSameTextualContentAs(files.resolve(table + ".jsonl"));
      }
    }
    Ran twice = run("import", "--data", data("two"), "--yes", files.toString());
    assertThat(twice.exitCode()).isZero();
    assertThat(twice.out()).contains("nothing new; 2 lines were done before");
  }

  @Test
  void exportReport_ofTheDirectoryAndOfItsImport_isTheSame() throws Exception {
    log("one", events());
    Path files = exportTables("one");
    assertThat(run("import", "--data", data("two"), "--yes", files.toString()).exitCode()).isZero();

    JsonNode report = report("one", "support_reply");
    assertThat(report.path("headline").path("inferences").asInt()).isEqualTo(2);
    assertThat(report.path("variants")).hasSize(3);
    JsonNode imported = report("two", "support_reply");
    for (String part : List.of("policy", "verdict", "health", "headline", "variants", "segments")) {
      assertThat(imported.path(part)).as(part).isEqualTo(report.path(part));
    }
    assertThat(report("two", "").path("functions")).isEqualTo(report("one", "").path("functions"));

    String csv = Files.readString(reportFile("one", "support_reply", "csv"));
    assertThat(csv.lines()).hasSize(4);
    assertThat(csv.lines().findFirst().orElseThrow())
        .startsWith("variant,served,intended,standardised_quality.mean,");
  }

  @Test
  void exportReport_wrongUse_saysWhatToDo() throws Exception {
    log("one", events());
    Ran unknown =
        run(
            "export",
            "--data",
            data("one"),
            "--config-file",
            config().toString(),
            "--report",
            "suport_reply");
    assertThat(unknown.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
    assertThat(unknown.err()).contains("there is no function suport_reply", "support_reply");
    Ran range = run("export", "--data", data("one"), "--report", "f", "--range", "long");
    assertThat(range.exitCode()).isEqualTo(Pointsman.WRONG_USAGE);
    assertThat(range.err()).contains("--range");
    Path kept = Files.writeString(directory.resolve("kept"), "what was there");
    Ran format =
        run("export", "--data", data("one"), "--report", "--format", "xml", "--output", kept + "");
    assertThat(format.exitCode()).isEqualTo(Pointsman.WRONG_USAGE);
    assertThat(format.err()).contains("json or csv");
    assertThat(kept).hasContent("what was there");
  }

  @Test
  void export_directoryWhoseEventsAreElsewhere_isRefusedAndLeftFree() throws Exception {
    log("one", events());
    Path plans = Files.createDirectory(directory.resolve("one").resolve("plans"));
    Ran refused = run("export", "--data", data("one"), "--table", "inference");
    assertThat(refused.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
    assertThat(refused.err()).contains("--config-file");

    Files.delete(plans);
    assertThat(run("export", "--data", data("one"), "--table", "inference").exitCode()).isZero();
  }

  private JsonNode report(String name, String function) throws Exception {
    return JSON.readTree(Files.readString(reportFile(name, function, "json")));
  }

  private Path reportFile(String name, String function, String format) throws Exception {
    Path file = directory.resolve(name + "." + format);
    Ran ran =
        run(
            "export",
            "--data",
            data(name),
            "--config-file",
            config().toString(),
            "--report=" + function,
            "--range",
            "30d",
            "--format",
            format,
            "--output",
            file.toString());
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    return file;
  }

  @Test
  void import_unreadableLine_isNamedAndTheCommandFails() throws Exception {
    log("one", events());
    Path file = exportAll("one").resolve("feedback.jsonl");
    Files.writeString(file, "{\"feedback_id\":\"" + SECRET + "\"}\n" + Files.readString(file));

    Ran ran = run("import", "--data", data("two"), "--yes", "--json", file.toString());

    assertThat(ran.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
    JsonNode result = JSON.readTree(ran.out());
    assertThat(result.path("complete").asBoolean()).isFalse();
    assertThat(result.path("files").path(0).path("unreadable").asLong()).isEqualTo(1);
    assertThat(result.path("files").path(0).path("rows").path("feedback").asLong()).isEqualTo(1);
    assertThat(ran.out() + ran.err()).doesNotContain(SECRET);
  }

  @Test
  void import_whileAServiceRuns_isRefused() throws Exception {
    Path data = Files.createDirectories(directory.resolve("one"));
    new DataDirectory(data).announce(URI.create("http://127.0.0.1:1"));
    Path file = Files.writeString(directory.resolve("inference.jsonl"), "");

    Ran ran = run("import", "--data", data("one"), "--yes", file.toString());

    assertThat(ran.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
    assertThat(ran.err()).contains("stop the service").contains("http://127.0.0.1:1");
  }

  @Test
  void import_wrongUse_saysWhatToDo() throws Exception {
    Path odd = Files.writeString(directory.resolve("odd.jsonl"), "{}\n");
    assertThat(run("import", "--data", data("one"), "--yes", odd.toString()))
        .satisfies(
            ran -> {
              assertThat(ran.exitCode()).isEqualTo(Pointsman.WRONG_USAGE);
              assertThat(ran.err()).contains("give --table");
            });
    assertThat(run("import", "--data", data("one"), "--yes", data("nothing.jsonl")).exitCode())
        .isEqualTo(Pointsman.FOUND_A_PROBLEM);
    Path table = Files.writeString(directory.resolve("feedback.jsonl"), "");
    assertThat(run("import", "--data", data("one"), table.toString()))
        .satisfies(
            ran -> {
              assertThat(ran.exitCode()).isEqualTo(Pointsman.WRONG_USAGE);
              assertThat(ran.err()).contains("--yes").contains("--dry-run");
            });
  }

  @Test
  void erase_tag_isAskedForCountedAndDone() throws Exception {
    log("one", events());
    assertThat(run("erase", "--data", data("one"), "--tag", "user_id=" + SECRET).exitCode())
        .isEqualTo(Pointsman.WRONG_USAGE);

    Ran dry =
        run("erase", "--data", data("one"), "--tag", "user_id=" + SECRET, "--dry-run", "--json");
    assertThat(dry.exitCode()).as(dry.err()).isZero();
    assertThat(JSON.readTree(dry.out()).path("rows").path("inference").asLong()).isEqualTo(1);
    assertThat(Files.readString(exportAll("one").resolve("inference_payload.jsonl")))
        .contains(SECRET);

    Ran done = run("erase", "--data", data("one"), "--tag", "user_id=" + SECRET, "--yes");
    assertThat(done.exitCode()).as(done.err()).isZero();
    assertThat(done.out()).contains("erased: inference 1").doesNotContain(SECRET);

    Path files = exportAll("one");
    try (Stream<Path> all = Files.list(files)) {
      for (Path file : all.toList()) {
        assertThat(Files.readString(file)).as(file.toString()).doesNotContain(SECRET);
      }
    }
    assertThat(Files.readString(files.resolve("change_event.jsonl")))
        .contains("erasure of tag user_id")
        .contains("hmac-sha256:");
    // What was stored is not in the spool's files any more either.
    try (Stream<Path> spool = Files.list(directory.resolve("one/spool"))) {
      for (Path file : spool.toList()) {
        assertThat(
                new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1))
            .doesNotContain(SECRET);
      }
    }
    Ran reasoned =
        run(
            "erase",
            "--data",
            data("one"),
            "--tag",
            "user_id=" + SECRET,
            "--yes",
            "--reason",
            "for " + SECRET);
    assertThat(reasoned.exitCode()).isEqualTo(Pointsman.WRONG_USAGE);
    assertThat(reasoned.out() + reasoned.err()).doesNotContain(SECRET);
  }

  private List<String> states(Ran ran) throws Exception {
    return JSON.readTree(ran.out())
        .path("findings")
        .valueStream()
        .filter(finding -> !finding.path("state").asText().equals("ok"))
        .map(finding -> finding.path("check").asText() + " " + finding.path("state").asText())
        .toList();
  }

  @Test
  void doctor_soundDirectory_isHealthyAndPrintsEveryCheck() throws Exception {
    Instant now = Instant.now();
    log("one", List.of(Events.config(1)));
    exportAll("one");

    Ran ran = run("doctor", "--data", data("one"), "--json");

    assertThat(ran.exitCode()).as(ran.out()).isZero();
    assertThat(states(ran)).isEmpty();
    assertThat(JSON.readTree(ran.out()).path("healthy").asBoolean()).isTrue();
    Ran text = run("doctor", "--data", data("one"));
    assertThat(text.out())
        .contains("data directory")
        .contains("lock")
        .contains("spool")
        .contains("drain")
        .contains("schema version")
        .contains("clock")
        .contains("decisions")
        .contains("feedback")
        .contains("statistics")
        .contains("dead letters");
    assertThat(now).isBefore(Instant.now());
  }

  @Test
  void doctor_leavesAnUndrainedSpoolAsItIs() throws Exception {
    log("one", events());
    Ran ran = run("doctor", "--data", data("one"), "--json");
    assertThat(JSON.readTree(ran.out()).toString()).contains("6 events wait in the spool");
    Ran again = run("doctor", "--data", data("one"), "--json");
    assertThat(JSON.readTree(again.out()).toString()).contains("6 events wait in the spool");
  }

  @Test
  void doctor_troubles_areFoundWithAdvice() throws Exception {
    InferenceEvent wrong =
        Events.inferenceOf(3)
            .startedAt(Instant.now().plus(Duration.ofDays(30)))
            .decision(
                Events.decision(
                    List.of("large", "small"), new double[] {0.5, 0.2}, "small", "a segment"))
            .build();
    log("one", List.of(wrong, Events.inferenceOf(2).startedAt(Instant.now()).build()));
    exportAll("one");
    log("one", List.of(Events.config(7), Events.config(8)));
    Path data = directory.resolve("one");
    Path letters = Files.createDirectories(data.resolve("dead-letter"));
    Files.write(letters.resolve("9.event"), EventCodec.encode(Events.config(9)));
    Files.writeString(data.resolve("service.json"), "{\"url\":\"http://127.0.0.1:1\",\"pid\":-1}");
    Path segment;
    try (Stream<Path> spool = Files.list(data.resolve("spool"))) {
      segment =
          spool.filter(file -> file.toString().endsWith(".spool")).sorted().toList().getLast();
    }
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.seek(40);
      file.write('#');
    }

    Ran ran = run("doctor", "--data", data("one"), "--json");

    assertThat(ran.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
    assertThat(states(ran))
        .containsExactly(
            "lock warning",
            "spool problem",
            "clock problem",
            "decisions problem",
            "ids warning",
            "dead letters warning");
    for (JsonNode finding : JSON.readTree(ran.out()).path("findings")) {
      assertThat(finding.path("advice").asText().isEmpty())
          .isEqualTo(finding.path("state").asText().equals("ok"));
    }
  }

  @Test
  void doctor_noDirectory_isAProblem() {
    Ran ran = run("doctor", "--data", data("none"));
    assertThat(ran.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
    assertThat(ran.out()).contains("there is no directory").contains("--data");
    assertThat(directory.resolve("none")).doesNotExist();
  }

  @Test
  void doctor_storeThatIsNone_isAProblem() throws Exception {
    Path data = Files.createDirectories(directory.resolve("one"));
    Files.writeString(data.resolve("events.duckdb"), "no database");
    Ran ran = run("doctor", "--data", data("one"), "--json");
    assertThat(ran.exitCode()).isEqualTo(Pointsman.FOUND_A_PROBLEM);
    assertThat(states(ran)).contains("store problem");
  }

  @Test
  void export_decisions_tellsWhatWasLeftOut() throws Exception {
    log("one", events());
    Path config = config();
    Path out = directory.resolve("log.txt");

    Ran ran =
        run(
            "export",
            "--data",
            data("one"),
            "--decisions",
            "support_reply",
            "--format",
            "vw-cb",
            "--config-file",
            config.toString(),
            "--output",
            out.toString());

    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(Files.readAllLines(out))
        .isNotEmpty()
        .allMatch(line -> line.matches("\\d:.*\\|c .*"));
    assertThat(
            run("export", "--data", data("one"), "--decisions", "f", "--format", "vw").exitCode())
        .isEqualTo(Pointsman.WRONG_USAGE);
    assertThat(run("export", "--data", data("one"), "--table", "spend").exitCode())
        .isEqualTo(Pointsman.WRONG_USAGE);
    assertThat(run("export", "--data", data("one")).exitCode()).isEqualTo(Pointsman.WRONG_USAGE);
  }
}
