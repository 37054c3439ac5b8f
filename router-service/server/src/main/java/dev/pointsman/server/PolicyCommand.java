package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.control.ControlStore;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * What was decided about a function's policy: its generations and how they differ; from the running
 * service over HTTP, else from the directory.
 */
@Command(
    name = "policy",
    description = "List the generations of a function's policy, or say how two of them differ.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(list | diff)")
final class PolicyCommand implements Runnable {

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Objects.requireNonNull(spec).commandLine(), "say list or diff");
  }

  @Command(
      name = "list",
      description = "One line each, the latest first: id, status, since when, algorithm.",
      mixinStandardHelpOptions = true)
  int list(
      @Mixin DirectoryOptions options,
      @Option(names = "--function", required = true, description = "A function that learns.")
          String function,
      @Option(names = "--json", description = "Print the result as a JSON object.") boolean json)
      throws InterruptedException {
    JsonNode list = read(options, function);
    if (json) {
      out().println(list.toPrettyString());
      return 0;
    }
    for (JsonNode generation : list.path("generations")) {
      JsonNode last = generation.path("last_revision");
      out()
          .printf(
              "%s\t%s\t%s\t%s%s%n",
              generation.path("id").asText(),
              generation.path("status").asText(),
              generation.path("created_at").asText(),
              generation.path("algorithm").asText(),
              last.isNull()
                  ? ""
                  : "\trevision %d of %s"
                      .formatted(
                          last.path("revision").asLong(), last.path("published_at").asText()));
    }
    out().println("text: " + list.path("text").path("why").asText());
    for (JsonNode one : list.path("text").path("model").path("calibration")) {
      if (one.path("rows").asLong() > 0) {
        out()
            .printf(
                Locale.ROOT,
                "  %-20s Brier %.4f by segments, %.4f by text, %.4f by both; calibration error"
                    + " %.3f, %.3f, %.3f (%d predictions)%n",
                one.path("variant").asText(),
                one.path("segments").path("brier").asDouble(),
                one.path("text").path("brier").asDouble(),
                one.path("both").path("brier").asDouble(),
                one.path("segments").path("ece").asDouble(),
                one.path("text").path("ece").asDouble(),
                one.path("both").path("ece").asDouble(),
                one.path("rows").asLong());
      }
    }
    return 0;
  }

  @Command(
      name = "diff",
      description = "What the second has set otherwise than the first.",
      mixinStandardHelpOptions = true)
  int diff(
      @Mixin DirectoryOptions options,
      @Option(names = "--function", required = true, description = "A function that learns.")
          String function,
      @Parameters(paramLabel = "FROM", description = "A generation, as g-1.") String from,
      @Parameters(paramLabel = "TO", description = "Another one.") String to,
      @Option(names = "--json", description = "Print the result as a JSON object.") boolean json)
      throws InterruptedException {
    JsonNode list = read(options, function);
    ArrayNode changes;
    try {
      changes = Policies.diff(Policies.generation(list, from), Policies.generation(list, to));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(Pointsman.FOUND_A_PROBLEM, String.valueOf(e.getMessage()));
    }
    if (json) {
      ObjectNode answer = JsonNodeFactory.instance.objectNode().put("from", from).put("to", to);
      answer.set("changes", changes);
      out().println(answer.toPrettyString());
      return 0;
    }
    for (JsonNode change : changes) {
      out()
          .printf(
              "%s\t%s → %s%n",
              change.path("setting").asText(), change.path("from"), change.path("to"));
    }
    return 0;
  }

  private static JsonNode read(DirectoryOptions options, String function)
      throws InterruptedException {
    DataDirectory directory = options.existing();
    Optional<URI> running = directory.runningService();
    if (running.isPresent()) {
      return ServiceCall.get(
          running.get(),
          "/api/policies/"
              + URLEncoder.encode(function, StandardCharsets.UTF_8).replace("+", "%20"));
    }
    try (StoppedDirectory stopped = options.open(directory, "listing");
        ControlStore people =
            ControlStore.open(
                options.catalog().store().control(), directory.path(), InstantSource.system())) {
      return Policies.list(stopped.store(), people, function);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(Pointsman.FOUND_A_PROBLEM, String.valueOf(e.getMessage()));
    }
  }

  private PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }
}
