package dev.pointsman.server;

import dev.pointsman.catalog.FunctionCatalog;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Computes everything again that pages read, from the events of a stopped directory. The service does
 * so by itself when a metric or {@code store.rollup_tags} was changed.
 */
@Command(
    name = "rebuild-rollups",
    description = "Compute the figures of pages again from the log of a stopped service.",
    mixinStandardHelpOptions = true)
final class RebuildRollupsCommand implements Callable<Integer> {

  @Option(
      names = "--config-file",
      description = "A TOML file or a glob; several are merged. Default: pointsman.toml")
  private List<String> configFiles = List.of("pointsman.toml");

  @Option(names = "--data", description = "Data directory. Default: the configuration's")
  private @Nullable Path data;

  @Override
  public Integer call() {
    FunctionCatalog catalog = Configuration.load(reader -> reader.read(configFiles), System.err);
    Path path = data == null ? Path.of(catalog.store().dataDirectory()) : data;
    if (!Files.isDirectory(path)) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM,
          "there is no data directory %s; name it with --data".formatted(path));
    }
    DataDirectory directory = new DataDirectory(path);
    Optional<URI> running = directory.runningService();
    if (running.isPresent()) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM,
          "the service at %s has %s open: stop it first".formatted(running.get(), path));
    }
    try (StoppedDirectory stopped = StoppedDirectory.open(directory)) {
      System.out.printf(
          "%,d minutes computed%n", stopped.rebuildRollups(catalog, InstantSource.system()));
    }
    return 0;
  }
}
