package dev.pointsman.server;

import dev.pointsman.replay.ReplayData;
import dev.pointsman.replay.RoutingBenchmark;
import dev.pointsman.replay.RoutingBenchmarkResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Learns to route from recorded outcomes and judges the router on others. */
@Command(
    name = "benchmark-routing",
    description =
        "Learn from recorded outcomes of all models, and judge the router on rows it has not seen:"
            + " nAIQ against single models, the best model per task, and an oracle.",
    mixinStandardHelpOptions = true)
final class BenchmarkRoutingCommand implements Callable<Integer> {

  @Option(
      names = "--train",
      required = true,
      description = "Rows to learn from, FILE.jsonl[.gz]: one prompt a row, every model scored.")
  private @Nullable Path train;

  @Option(names = "--test", required = true, description = "Rows to judge on, of the same models.")
  private @Nullable Path test;

  @Option(
      names = "--prices",
      description =
          "List prices per model (JSON), where rows have no cost. Default: models.json beside the"
              + " training file")
  private @Nullable Path prices;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Decides folds and bootstrap draws. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(names = "--json", description = "Print the result as a JSON object.")
  private boolean json;

  @Option(names = "--picture", description = "Draw cost and quality into this file, SVG.")
  private @Nullable Path picture;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Path from = Objects.requireNonNull(train);
    Path beside = from.resolveSibling("models.json");
    Path used = prices == null && Files.exists(beside) ? beside : prices;
    ReplayData learnt = read(from, used);
    ReplayData judged = read(Objects.requireNonNull(test), used);
    RoutingBenchmarkResult result;
    try {
      result = new RoutingBenchmark(learnt, judged, seed).run();
    } catch (IllegalArgumentException unfit) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM, "%s, %s: %s".formatted(from, test, unfit.getMessage()));
    }
    if (picture != null) {
      Files.writeString(picture, result.toSvg());
    }
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(json ? result.toJson() + System.lineSeparator() : result.toTable());
    out.flush();
    return 0;
  }

  private static ReplayData read(Path file, @Nullable Path prices) {
    try {
      return ReplayData.read(file, prices);
    } catch (IOException e) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM, "cannot read %s: %s".formatted(file, e.getMessage()));
    }
  }
}
