package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What the event store refused and lies in {@code dead-letter/}: listed, or tried again; by the
 * running service over HTTP, else in the directory.
 */
@Command(
    name = "dead-letters",
    description = "List what the event store refused, or store it after what was wrong is mended.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(list | retry)")
final class DeadLettersCommand implements Runnable {

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Objects.requireNonNull(spec).commandLine(), "say list or retry");
  }

  @Command(
      name = "list",
      description = "One line each: number in the log, table, reason.",
      mixinStandardHelpOptions = true)
  int list(
      @Mixin DirectoryOptions options,
      @Option(names = "--json", description = "Print the result as a JSON object.") boolean json)
      throws InterruptedException {
    DataDirectory directory = options.existing();
    Optional<URI> running = directory.runningService();
    JsonNode answer;
    if (running.isPresent()) {
      answer = ServiceCall.get(running.get(), "/api/dead-letters");
    } else {
      try (StoppedDirectory stopped = options.open(directory, "listing")) {
        answer = RefusedEvents.json(stopped.store().refused());
      }
    }
    if (json) {
      out().println(answer.toPrettyString());
    } else {
      print(answer, "refused");
    }
    return 0;
  }

  @Command(
      name = "retry",
      description = "Stores each exactly once; what is refused again stays.",
      mixinStandardHelpOptions = true)
  int retry(
      @Mixin DirectoryOptions options,
      @Option(names = "--json", description = "Print the result as a JSON object.") boolean json)
      throws InterruptedException {
    DataDirectory directory = options.existing();
    Optional<URI> running = directory.runningService();
    JsonNode answer;
    if (running.isPresent()) {
      answer =
          ServiceCall.post(
              running.get(), "/api/dead-letters/retry", JsonNodeFactory.instance.objectNode());
    } else {
      try (StoppedDirectory stopped = options.open(directory, "a retry")) {
        answer = RefusedEvents.json(stopped.store().retryRefused());
      }
    }
    if (json) {
      out().println(answer.toPrettyString());
    } else {
      out()
          .printf(
              "%d stored, %d refused again%n",
              answer.path("stored").asLong(), answer.path("letters").size());
      print(answer, "refused again");
    }
    return answer.path("letters").isEmpty() ? 0 : Pointsman.FOUND_A_PROBLEM;
  }

  private void print(JsonNode answer, String what) {
    for (JsonNode letter : answer.path("letters")) {
      out()
          .printf(
              "%d\t%s\t%s: %s%n",
              letter.path("sequence").asLong(),
              letter.path("table").asText("whole event"),
              what,
              letter.path("reason").asText());
    }
  }

  private PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }
}
