package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.control.ControlStore;
import dev.pointsman.eventstore.Erasure;
import dev.pointsman.routing.IdSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Erases what carries a tag: of a running service over its HTTP API, else in the directory. */
@Command(
    name = "erase",
    description = {
      "Take texts, tags and end users out of everything that carries a tag; figures stay.",
      "What is kept of it is an audit row with the tag's name and a salted hash of its value."
    },
    mixinStandardHelpOptions = true)
final class EraseCommand implements Callable<Integer> {

  @Option(
      names = "--tag",
      required = true,
      paramLabel = "KEY=VALUE",
      description = "The tag, as in user_id=42.")
  private String tag = "";

  @Option(
      names = "--reason",
      defaultValue = "asked for by the person concerned",
      description = "Kept in the audit row; may not hold the value. Default: ${DEFAULT-VALUE}")
  private String reason = "";

  @Mixin private DirectoryOptions options = new DirectoryOptions();

  @Option(names = "--json", description = "Print the result as a JSON object.")
  private boolean json;

  @Mixin private Confirmation confirmation = new Confirmation();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Erasure.Tag parsed;
    try {
      parsed = Erasure.Tag.parse(tag);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(Pointsman.WRONG_USAGE, "--tag: " + e.getMessage());
    }
    DataDirectory directory = options.existing();
    confirmation.ask(
        "Erase all texts of rows tagged %s=… in %s? This cannot be undone."
            .formatted(parsed.key(), directory.path()));
    Optional<URI> running = directory.runningService();
    JsonNode outcome =
        running.isPresent()
            ? overHttp(running.get(), parsed)
            : Erasures.json(here(directory, parsed), confirmation.dryRun());
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.println(json ? outcome.toPrettyString() : sentences(outcome));
    out.flush();
    return 0;
  }

  private Erasure.Outcome here(DataDirectory directory, Erasure.Tag parsed) {
    InstantSource clock = InstantSource.system();
    try (StoppedDirectory stopped = options.open(directory, "erasing");
        ControlStore people =
            ControlStore.open(options.catalog().store().control(), directory.path(), clock)) {
      Erasures erasures =
          new Erasures(
              stopped.store(),
              stopped.log(),
              stopped.drain(),
              people,
              new IdSource(clock, () -> ThreadLocalRandom.current().nextLong()));
      Erasure.Outcome outcome =
          confirmation.dryRun()
              ? erasures.preview(parsed)
              : erasures.erase(parsed, "command line", reason);
      stopped.drain().drainNow();
      return outcome;
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(Pointsman.WRONG_USAGE, String.valueOf(e.getMessage()));
    }
  }

  private JsonNode overHttp(URI service, Erasure.Tag parsed) throws InterruptedException {
    ObjectNode body =
        new ObjectMapper()
            .createObjectNode()
            .put("dry_run", confirmation.dryRun())
            .put("reason", reason);
    body.putObject("tag").put("key", parsed.key()).put("value", parsed.value());
    return ServiceCall.post(service, "/api/erasures", body);
  }

  private static String sentences(JsonNode outcome) {
    StringBuilder text = new StringBuilder();
    text.append(outcome.path("dry_run").asBoolean() ? "would be erased: " : "erased: ");
    text.append(
        outcome.path("rows").isEmpty()
            ? "no rows"
            : String.join(
                ", ",
                outcome.path("rows").properties().stream()
                    .map(entry -> entry.getKey() + " " + entry.getValue().asLong())
                    .toList()));
    if (outcome.path("dead_letters").asLong() > 0) {
      text.append(", dead letters ").append(outcome.path("dead_letters").asLong());
    }
    if (outcome.path("unread_dead_letters").asLong() > 0) {
      text.append(
          "\n%d dead letters cannot be read: look into dead-letter/ yourself"
              .formatted(outcome.path("unread_dead_letters").asLong()));
    }
    if (outcome.path("spool_bytes").asLong() > 0) {
      text.append(
          ("\nspool files of %d kB may still hold what was stored from them: they are deleted when"
                  + " they are full, or when the service starts next")
              .formatted(outcome.path("spool_bytes").asLong() / 1_000));
    }
    return text.toString();
  }
}
