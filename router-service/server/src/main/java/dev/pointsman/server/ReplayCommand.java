package dev.pointsman.server;

import dev.pointsman.replay.Replay;
import dev.pointsman.replay.ReplayData;
import dev.pointsman.replay.ReplayResult;
import dev.pointsman.replay.ReplaySettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Replays recorded outcomes through the real decision and trainer code, in virtual time. */
@Command(
    name = "replay",
    description = "Replay recorded outcomes of all models through the router's own learning code.",
    mixinStandardHelpOptions = true)
final class ReplayCommand implements Callable<Integer> {

  private static final int MOST_WEIGHT = 1_000;

  @Option(
      names = "--data",
      required = true,
      description = "Rows, FILE.jsonl.gz: one prompt a row, every model scored.")
  private @Nullable Path data;

  @Option(names = "--test", description = "Further rows, to judge the final policy on.")
  private @Nullable Path test;

  @Option(
      names = "--scored",
      description =
          "Further rows, known before the first round as by `train --from`: what they save.")
  private @Nullable Path scored;

  @Option(
      names = "--weight",
      defaultValue = "20",
      description =
          "How many rewards a task and model of --scored count for at most. Default:"
              + " ${DEFAULT-VALUE}")
  private double weight;

  @Option(
      names = "--prices",
      description = "List prices per model (JSON), where rows have no cost.")
  private @Nullable Path prices;

  @Option(
      names = "--orders",
      defaultValue = "10",
      description = "Random orders of the rows. Default: ${DEFAULT-VALUE}")
  private int orders;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Decides orders and draws. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--algorithm",
      defaultValue = "squarecb",
      description =
          "squarecb, thompson, top_two, logistic_thompson, lints, linucb, epsilon_greedy,"
              + " track_and_stop, ucb1, kl_ucb, uniform or oracle."
              + " Default: ${DEFAULT-VALUE}")
  private String algorithm = "squarecb";

  @Option(
      names = "--estimator",
      description = "How segment means are estimated: segment or simple.")
  private @Nullable String estimator;

  @Option(
      names = "--delay",
      defaultValue = "0",
      description = "Rounds until a feedback arrives. Default: ${DEFAULT-VALUE}")
  private int delay;

  @Option(
      names = "--feedback-rate",
      defaultValue = "1.0",
      description = "Share of decisions with feedback. Default: ${DEFAULT-VALUE}")
  private double feedbackRate;

  @Option(names = "--json", description = "Print the result as a JSON object.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
    ReplaySettings settings;
    try {
      settings =
          ReplaySettings.of(ReplaySettings.Algorithm.of(algorithm))
              .withOrders(orders)
              .withSeed(seed)
              .withFeedback(delay, feedbackRate);
      if (estimator != null) {
        settings = settings.withEstimator(ReplaySettings.estimator(estimator));
      }
    } catch (IllegalArgumentException wrong) {
      throw new CommandLine.ParameterException(commandLine, wrong.getMessage(), wrong);
    }
    if (!(weight > 0 && weight <= MOST_WEIGHT)) {
      throw new CommandLine.ParameterException(
          commandLine, "--weight must be above 0 and at most %d".formatted(MOST_WEIGHT));
    }
    ReplayData rows = read(Objects.requireNonNull(data));
    Replay replay =
        new Replay(
            rows,
            test == null ? null : read(test),
            scored == null ? null : read(scored),
            weight,
            settings);
    ReplayResult result = run(replay, settings.orders());
    commandLine
        .getOut()
        .println(
            json
                ? result.toJson()
                : String.format(
                    Locale.ROOT,
                    "%s: regret %.1f over %d orders of %d rows (uniform %.1f), %.1f s",
                    result.source(),
                    result.regretMean(),
                    settings.orders(),
                    result.rows(),
                    result.uniformRegret(),
                    result.seconds()));
    commandLine.getOut().flush();
    return 0;
  }

  private ReplayData read(Path file) {
    try {
      return ReplayData.read(file, prices);
    } catch (IOException e) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM, "cannot read %s: %s".formatted(file, e.getMessage()));
    }
  }

  private static ReplayResult run(Replay replay, int orders) {
    // Into a file a bar would write a frame per step.
    if (System.console() == null || !System.console().isTerminal()) {
      return replay.run((done, of) -> {});
    }
    try (ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName("replay")
            .setInitialMax(orders)
            .setUnit(" orders", 1)
            .build()) {
      return replay.run((done, of) -> bar.stepTo(done));
    }
  }
}
