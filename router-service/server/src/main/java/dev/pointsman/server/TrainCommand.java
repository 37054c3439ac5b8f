package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.control.ControlStore;
import dev.pointsman.eventlog.Event;
import dev.pointsman.routing.IdSource;
import dev.pointsman.trainer.PolicyTrainer;
import dev.pointsman.trainer.scores.PriorRegister;
import dev.pointsman.trainer.scores.ScoreTraining;
import dev.pointsman.trainer.scores.ScoresRefusedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Gives a function its first generation before any traffic, from scores in a file: by the running
 * service over HTTP, else in the directory.
 */
@Command(
    name = "train",
    description = {
      "Let a function start from scores in a file: prints what its first generation is worth on"
          + " prompts held out, and takes the rest in as prior evidence, which its own feedback"
          + " overrules in time.",
      "",
      "The file is .csv with a header line or .jsonl, either may be .gz, in UTF-8: prompt, variant,"
          + " score (a value of the function's metric), and if known cost (dollars of the answer),"
          + " output_tokens, latency_ms, system, id; for functions with segment_by also tag:NAME"
          + " for each tag, or task where it has one tag, or segment.",
      ""
    },
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {

  private static final String ACTOR = "command line";

  @Spec private @Nullable CommandSpec spec;

  @Mixin private DirectoryOptions options = new DirectoryOptions();

  @Option(names = "--function", required = true, description = "A function that learns.")
  private String function = "";

  @ArgGroup(multiplicity = "1")
  private Act act = new Act();

  /** One of both. */
  static final class Act {

    @Option(
        names = "--from",
        required = true,
        paramLabel = "FILE",
        description =
            "The scores. They take the place of what an earlier file gave; the same file with the"
                + " same settings again changes nothing.")
    private @Nullable Path from;

    @Option(
        names = "--remove",
        required = true,
        description = "Forget what files gave; what feedback gave stays.")
    private boolean remove;
  }

  @Option(
      names = "--held-out",
      defaultValue = "0.3",
      description =
          "Share of the prompts, by their hash, that judge and do not teach. Default:"
              + " ${DEFAULT-VALUE}")
  private double heldOut;

  @Option(
      names = "--weight",
      defaultValue = "20",
      description =
          "How many rewards each segment and variant count for at most, on the day they are taken"
              + " in; they age with half_life like feedback. Default: ${DEFAULT-VALUE}")
  private double weight;

  @Option(names = "--dry-run", description = "Print the values and keep nothing.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print the result as a JSON object.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Path file = act.from;
    JsonNode result = file == null ? remove() : train(file);
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(
        json
            ? result.toPrettyString() + "\n"
            : file == null
                ? ScoreTrainingText.ofRemoval(function, result)
                : ScoreTrainingText.of(result));
    out.flush();
    return 0;
  }

  private JsonNode train(Path file) throws InterruptedException {
    ScoreTraining.Plan plan = plan();
    byte[] bytes = bytes(file);
    String name = String.valueOf(file.getFileName());
    DataDirectory directory = options.directory();
    Optional<URI> running = directory.runningService();
    if (running.isPresent()) {
      return ServiceCall.postFile(
          running.get(),
          "%s?name=%s&held_out=%s&weight=%s&dry_run=%s&packed=true"
              .formatted(path(), encoded(name), heldOut, weight, dryRun),
          packed(bytes));
    }
    Instant now = InstantSource.system().instant().truncatedTo(ChronoUnit.MICROS);
    ScoreTrainings.Wanted wanted = new ScoreTrainings.Wanted(name, bytes, false, plan, ACTOR, now);
    ScoreTrainings trainings = new ScoreTrainings(options.catalog());
    try {
      // The file is looked at before a directory is made or changed.
      JsonNode judged = trainings.train(function, wanted, null);
      return dryRun
          ? judged
          : onStopped(directory, register -> trainings.train(function, wanted, register));
    } catch (ScoresRefusedException | IllegalArgumentException refused) {
      throw new CommandFailure(Pointsman.FOUND_A_PROBLEM, String.valueOf(refused.getMessage()));
    }
  }

  private JsonNode remove() throws InterruptedException {
    if (dryRun) {
      throw new CommandFailure(Pointsman.WRONG_USAGE, "--dry-run is for --from");
    }
    DataDirectory directory = options.existing();
    Optional<URI> running = directory.runningService();
    try {
      return running.isPresent()
          ? ServiceCall.delete(running.get(), path())
          : onStopped(
              directory,
              register ->
                  ScoreTrainings.outcome(
                      register.remove(
                          function,
                          ACTOR,
                          InstantSource.system().instant().truncatedTo(ChronoUnit.MICROS))));
    } catch (IllegalArgumentException refused) {
      throw new CommandFailure(Pointsman.FOUND_A_PROBLEM, String.valueOf(refused.getMessage()));
    }
  }

  /**
   * Works on a directory whose service does not run. The generation is registered and its revision
   * published here, so that the next start decides its first inference by it.
   */
  private JsonNode onStopped(DataDirectory directory, Function<PriorRegister, JsonNode> work) {
    InstantSource clock = InstantSource.system();
    IdSource ids = new IdSource(clock, () -> ThreadLocalRandom.current().nextLong());
    directory.create();
    try (StoppedDirectory stopped = options.open(directory, "training");
        ControlStore people =
            ControlStore.open(options.catalog().store().control(), directory.path(), clock);
        PolicyTrainer trainer = trainer(stopped, people, ids)) {
      JsonNode result = work.apply(new PriorRegister(people, trainer, stopped.log()::append, ids));
      stopped.drain().drainNow();
      JsonNode outcome = result.has("kept") ? result.path("kept") : result;
      if (outcome.path("changed").asBoolean() && outcome.path("revision").isNull()) {
        throw new CommandFailure(
            Pointsman.FOUND_A_PROBLEM,
            "it is stored, but no revision could be made by it now (%s); the next start tries again"
                .formatted(trainer.counts().lastError()));
      }
      return result;
    }
  }

  private PolicyTrainer trainer(StoppedDirectory stopped, ControlStore people, IdSource ids) {
    Consumer<Event> log = stopped.log()::append;
    return new PolicyTrainer(
        new PolicyTrainer.Surroundings(
            stopped.store(),
            (name, generation) ->
                Optional.ofNullable(stopped.store().history().latestRevision(name, generation)),
            log,
            people,
            options::catalog,
            active -> {},
            ids,
            PointsmanServer.VERSION,
            text -> {}));
  }

  private ScoreTraining.Plan plan() {
    try {
      return new ScoreTraining.Plan(heldOut, weight);
    } catch (IllegalArgumentException wrong) {
      throw new CommandFailure(Pointsman.WRONG_USAGE, String.valueOf(wrong.getMessage()));
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new CommandFailure(Pointsman.WRONG_USAGE, "there is no file " + file);
    } catch (IOException e) {
      throw new CommandFailure(
          Pointsman.WRONG_USAGE, "%s cannot be read: %s".formatted(file, e.getMessage()));
    }
  }

  /** A service takes bodies of 100 MB, and scores pack well. */
  private static byte[] packed(byte[] file) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(file);
    } catch (IOException e) {
      throw new UncheckedIOException("a file could not be packed in memory", e);
    }
    return packed.toByteArray();
  }

  private String path() {
    return "/api/policies/%s/training".formatted(encoded(function));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
