package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.control.ControlStore;
import dev.pointsman.trainer.EvaluationRefusedException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Tries the promotion gate on a function's own traffic with challengers of known worth: by the running
 * service over HTTP, else in the directory.
 */
@Command(
    name = "simulate",
    description =
        "Try the promotion gate on a function's own traffic: how often it would let in what it"
            + " should not, how many days it needs to find 2 points, what exploring costs.",
    mixinStandardHelpOptions = true)
final class SimulateCommand implements Callable<Integer> {

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Mixin private DirectoryOptions options = new DirectoryOptions();

  @Option(names = "--function", required = true, description = "A function that learns.")
  private String function = "";

  @Option(
      names = "--runs",
      defaultValue = "200",
      description = "Challengers of each kind. Default: ${DEFAULT-VALUE}")
  private int runs;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Decides what is drawn. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--margin",
      defaultValue = "0.01",
      description = "How much quality may be lost, 0..1. Default: ${DEFAULT-VALUE}")
  private double margin;

  @Option(
      names = "--canary",
      defaultValue = "0.05",
      description = "The challenger's share while it is tried. Default: ${DEFAULT-VALUE}")
  private double canary;

  @Option(names = "--json", description = "Print the result as a JSON object.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    DataDirectory directory = options.existing();
    ObjectNode body =
        JsonNodeFactory.instance
            .objectNode()
            .put("runs", runs)
            .put("seed", seed)
            .put("margin", margin)
            .put("canary", canary);
    Optional<URI> running = directory.runningService();
    JsonNode simulation =
        running.isPresent()
            ? ServiceCall.post(
                running.get(),
                "/api/policies/%s/simulations"
                    .formatted(
                        URLEncoder.encode(function, StandardCharsets.UTF_8).replace("+", "%20")),
                body)
            : here(directory, body);
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(json ? simulation.toPrettyString() + "\n" : text(simulation));
    out.flush();
    return 0;
  }

  private JsonNode here(DataDirectory directory, JsonNode body) {
    InstantSource clock = InstantSource.system();
    try (StoppedDirectory stopped = options.open(directory, "a simulation");
        ControlStore people =
            ControlStore.open(options.catalog().store().control(), directory.path(), clock)) {
      return new Evaluations(stopped.store(), people, options.catalog())
          .simulate(function, body, clock.instant());
    } catch (EvaluationRefusedException | IllegalArgumentException e) {
      throw new CommandFailure(Pointsman.FOUND_A_PROBLEM, String.valueOf(e.getMessage()));
    }
  }

  private static String text(JsonNode simulation) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s · metric %s · drawn from %,d matured decisions, %,d with feedback, %.1f days%n"
                + "%,d outcomes a day, at most %d days, %d challengers of each kind, margin %.3f,"
                + " canary %.0f %%%n%n%-40s %8s %9s %12s %s%n",
            simulation.path("function").asText(),
            simulation.path("metric").asText(),
            simulation.path("decisions").asLong(),
            simulation.path("outcomes").asLong(),
            simulation.path("days").asDouble(),
            simulation.path("outcomes_per_day").asLong(),
            simulation.path("most_days").asLong(),
            simulation.path("runs").asLong(),
            simulation.path("margin").asDouble(),
            100 * simulation.path("canary").asDouble(),
            "challenger",
            "planted",
            "promoted",
            "rolled back",
            "median days"));
    for (JsonNode kind : simulation.path("kinds")) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-40s %+8.4f %7.1f %% %10.1f %% %s%n",
              kind.path("name").asText(),
              kind.path("difference").asDouble(),
              100 * kind.path("promoted").asDouble(),
              100 * kind.path("rolled_back").asDouble(),
              kind.path("median_days").isNull() ? "–" : kind.path("median_days").asText()));
    }
    JsonNode exploration = simulation.path("exploration");
    text.append(
        String.format(
            Locale.ROOT,
            "%nwithout exploring, holdout and uniform slice: quality %+.4f ± %.4f per request, %s,"
                + " utility %+.4f%n",
            exploration.path("quality").asDouble(),
            2 * exploration.path("quality_error").asDouble(),
            exploration.path("dollars_per_thousand").isNull()
                ? "dollars unknown"
                : String.format(
                    Locale.ROOT,
                    "$%+.3f per 1,000",
                    exploration.path("dollars_per_thousand").asDouble()),
            exploration.path("utility").asDouble()));
    return text.toString();
  }
}
