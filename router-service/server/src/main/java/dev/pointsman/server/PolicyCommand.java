package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.control.ControlStore;
import dev.pointsman.routing.IdSource;
import dev.pointsman.trainer.GateWatch;
import dev.pointsman.trainer.PromotionGate;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * What was decided about a function's policy, its generations and how they differ, and what a person
 * decides at the promotion gate; by the running service over HTTP, else in the directory.
 */
@Command(
    name = "policy",
    description =
        "List the generations of a function's policy, say how two of them differ, or move the"
            + " challenger at the promotion gate.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(list | diff | promote | rollback | freeze | thaw)")
final class PolicyCommand implements Runnable {

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "say list, diff, promote, rollback, freeze or thaw");
  }

  @Command(
      name = "list",
      description =
          "One line each, the latest first: id, status, since when, algorithm; below what is or was"
              + " at the gate its stage, its share, since when, and what it waits for.",
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
      JsonNode gate = generation.path("gate");
      if (gate.isObject()) {
        out().println(gateLine(gate));
      }
    }
    JsonNode prior = list.path("prior_evidence");
    if (prior.isObject()) {
      out().println(priorLine(prior));
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
    for (JsonNode one : list.path("text").path("model").path("output_tokens")) {
      if (one.path("rows").asLong() > 0) {
        out()
            .printf(
                Locale.ROOT,
                "  %-20s output tokens are off by %.1f by segments, %.1f by text, %s (%d"
                    + " predictions)%n",
                one.path("variant").asText(),
                one.path("error_by_segments").asDouble(),
                one.path("error_by_text").asDouble(),
                one.path("serves").asBoolean() ? "which serves" : "which does not serve",
                one.path("rows").asLong());
      }
    }
    JsonNode share = list.path("strong_share");
    if (share.isObject()) {
      out().println(shareLine(share));
    }
    return 0;
  }

  /** {@code large: 30.2 % of the last 1,000 decisions, wanted 30.0 %: where it leads by …}. */
  private static String shareLine(JsonNode share) {
    long decisions = share.path("decisions").asLong();
    return String.format(
        Locale.ROOT,
        "%s: %s, wanted %.1f %%: %s",
        share.path("variant").asText(),
        share.path("intended").isNumber()
            ? String.format(
                Locale.ROOT,
                "%.1f %% of the last %,d decisions",
                100 * share.path("intended").asDouble(),
                decisions)
            : "no decisions yet",
        100 * share.path("wanted").asDouble(),
        share.path("where").asText());
  }

  /** {@code learnt outside the log: …}. */
  private static String priorLine(JsonNode prior) {
    JsonNode source = prior.path("source");
    return String.format(
        Locale.ROOT,
        "learnt outside the log: %s, %,d rows, since %s; %s",
        source.path("file").asText(),
        source.path("taught_rows").asLong(),
        prior.path("taken_in_at").asText(),
        !prior.path("used").asBoolean()
            ? "not used, for its scores are of metric " + prior.path("metric").asText()
            : prior.path("counts_for").isNull()
                ? "counts from the next revision on"
                : String.format(
                    Locale.ROOT,
                    "counts for %.1f rewards beside %.1f of its own",
                    prior.path("counts_for").asDouble(),
                    prior.path("feedbacks").asDouble()));
  }

  /** {@code   canary, 5 % of the policy's traffic, since 2026-…, waits for …}. */
  private static String gateLine(JsonNode gate) {
    String waitsFor = gate.path("waits_for").asText("");
    return String.format(
        Locale.ROOT,
        "\t%s%s, %.3g %% of the policy's traffic, since %s%s: %s",
        gate.path("stage").asText().replace('_', ' '),
        gate.path("frozen").asBoolean() ? " (frozen)" : "",
        100 * gate.path("share").asDouble(),
        gate.path("since").asText(),
        waitsFor.isEmpty() ? "" : ", waits for " + waitsFor,
        gate.path("reason").asText());
  }

  @Command(
      name = "promote",
      description =
          "The challenger's next stage now, whatever the evidence: canary, a quarter, half, all.",
      mixinStandardHelpOptions = true)
  int promote(@Mixin DirectoryOptions options, @Mixin Wished wished) throws InterruptedException {
    return move(options, wished, PromotionGate.Wish.PROMOTE, "promote");
  }

  @Command(
      name = "rollback",
      description =
          "Turn the challenger away; without one, have the generation before the last promotion"
              + " serve again.",
      mixinStandardHelpOptions = true)
  int rollback(@Mixin DirectoryOptions options, @Mixin Wished wished) throws InterruptedException {
    return move(options, wished, PromotionGate.Wish.ROLL_BACK, "rollback");
  }

  @Command(
      name = "freeze",
      description = "No step forward of the challenger until it is thawed; it may still go back.",
      mixinStandardHelpOptions = true)
  int freeze(@Mixin DirectoryOptions options, @Mixin Wished wished) throws InterruptedException {
    return move(options, wished, PromotionGate.Wish.FREEZE, "freeze");
  }

  @Command(
      name = "thaw",
      description = "Steps forward of the challenger again.",
      mixinStandardHelpOptions = true)
  int thaw(@Mixin DirectoryOptions options, @Mixin Wished wished) throws InterruptedException {
    return move(options, wished, PromotionGate.Wish.THAW, "thaw");
  }

  /** Whose challenger, and why. */
  static final class Wished {

    @Option(names = "--function", required = true, description = "A function that learns.")
    private String function = "";

    @Option(names = "--reason", required = true, description = "Why, in a sentence; it is kept.")
    private String reason = "";
  }

  private int move(DirectoryOptions options, Wished wished, PromotionGate.Wish wish, String act)
      throws InterruptedException {
    DataDirectory directory = options.existing();
    Optional<URI> running = directory.runningService();
    JsonNode moved =
        running.isPresent()
            ? ServiceCall.post(
                running.get(),
                path(wished.function) + "/" + act,
                JsonNodeFactory.instance.objectNode().put("reason", wished.reason))
            : moveStopped(options, directory, wished.function, wish, wished.reason);
    out().println(moved.path("generation").asText() + gateLine(moved.path("gate")));
    return 0;
  }

  /** The next start serves by it. */
  private static JsonNode moveStopped(
      DirectoryOptions options,
      DataDirectory directory,
      String function,
      PromotionGate.Wish wish,
      String reason) {
    InstantSource clock = InstantSource.system();
    FunctionCatalog catalog = options.catalog();
    try (StoppedDirectory stopped = options.open(directory, "moving a challenger");
        ControlStore people =
            ControlStore.open(catalog.store().control(), directory.path(), clock);
        GateWatch gate =
            new GateWatch(
                new GateWatch.Surroundings(
                    stopped.store(),
                    people,
                    () -> catalog,
                    stopped.log()::append,
                    (name, change) -> change.run(),
                    new IdSource(clock, () -> ThreadLocalRandom.current().nextLong())))) {
      JsonNode moved =
          Policies.moved(
              function, gate.ask(function, wish, "command line", reason, clock.instant()));
      stopped.drain().drainNow();
      return moved;
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(Pointsman.FOUND_A_PROBLEM, String.valueOf(e.getMessage()));
    }
  }

  private static String path(String function) {
    return "/api/policies/"
        + URLEncoder.encode(function, StandardCharsets.UTF_8).replace("+", "%20");
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
      return ServiceCall.get(running.get(), path(function));
    }
    try (StoppedDirectory stopped = options.open(directory, "listing");
        ControlStore people =
            ControlStore.open(
                options.catalog().store().control(), directory.path(), InstantSource.system())) {
      return Policies.list(stopped.store(), people, function, generation -> Optional.empty());
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(Pointsman.FOUND_A_PROBLEM, String.valueOf(e.getMessage()));
    }
  }

  private PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }
}
