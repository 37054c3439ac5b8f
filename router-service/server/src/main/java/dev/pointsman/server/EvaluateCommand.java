package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.control.ControlStore;
import dev.pointsman.trainer.EvaluationRefusedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Judges a challenger on the log before it serves: by the running service over HTTP, else in the
 * directory. Ends with 1 when it is not better.
 */
@Command(
    name = "evaluate",
    description =
        "Judge a challenger on what was logged: what would it have changed? Ends with 1 unless the"
            + " verdict is PROMOTE.",
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Mixin private DirectoryOptions options = new DirectoryOptions();

  @Option(names = "--function", required = true, description = "A function that learns.")
  private String function = "";

  @Option(
      names = "--challenger",
      required = true,
      paramLabel = "FILE|GENERATION",
      description =
          "A TOML file with [functions.F.experimentation] as it could stand in the configuration, a"
              + " policy artifact (.json), or the id of a registered generation, as g-12.")
  private String challenger = "";

  @Option(
      names = "--progressive",
      description =
          "Of a generation: judge its recipe, trained on what came before each block of decisions,"
              + " instead of its last revision. Files are always judged so.")
  private boolean progressive;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description =
          "The first decision to judge by, as 2026-11-20T00:00:00Z. Default: all that did not train"
              + " the challenger.")
  private @Nullable String from;

  @Option(
      names = "--margin",
      defaultValue = "0.01",
      description = "How much quality may be lost, 0..1. Default: ${DEFAULT-VALUE}")
  private double margin;

  @Option(names = "--json", description = "Print the result as a JSON object.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    DataDirectory directory = options.existing();
    ObjectNode body = body();
    Optional<URI> running = directory.runningService();
    JsonNode evaluation =
        running.isPresent()
            ? ServiceCall.post(
                running.get(),
                "/api/policies/%s/evaluations"
                    .formatted(
                        URLEncoder.encode(function, StandardCharsets.UTF_8).replace("+", "%20")),
                body)
            : here(directory, body);
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(json ? evaluation.toPrettyString() + "\n" : EvaluationText.of(evaluation));
    out.flush();
    return evaluation.path("verdict").asText().equals("PROMOTE") ? 0 : Pointsman.FOUND_A_PROBLEM;
  }

  private ObjectNode body() {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("margin", margin);
    if (from != null) {
      body.put("from", from);
    }
    Path file = file();
    if (file == null) {
      return body.put("challenger", challenger).put("progressive", progressive);
    }
    try {
      return body.put(
              challenger.endsWith(".json") ? "artifact" : "experimentation", Files.readString(file))
          .put("name", challenger);
    } catch (IOException e) {
      throw new CommandFailure(
          Pointsman.WRONG_USAGE, "%s cannot be read: %s".formatted(file, e.getMessage()));
    }
  }

  private @Nullable Path file() {
    try {
      Path file = Path.of(challenger);
      if (Files.isRegularFile(file)) {
        return file;
      }
    } catch (InvalidPathException e) {
      return null;
    }
    if (challenger.endsWith(".json") || challenger.endsWith(".toml")) {
      throw new CommandFailure(Pointsman.WRONG_USAGE, "there is no file " + challenger);
    }
    return null;
  }

  private JsonNode here(DataDirectory directory, JsonNode body) {
    InstantSource clock = InstantSource.system();
    try (StoppedDirectory stopped = options.open(directory, "an evaluation");
        ControlStore people =
            ControlStore.open(options.catalog().store().control(), directory.path(), clock)) {
      return new Evaluations(stopped.store(), people, options.catalog())
          .evaluate(function, body, clock.instant());
    } catch (EvaluationRefusedException | IllegalArgumentException e) {
      throw new CommandFailure(Pointsman.FOUND_A_PROBLEM, String.valueOf(e.getMessage()));
    }
  }
}
