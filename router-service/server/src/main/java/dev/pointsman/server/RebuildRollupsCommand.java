package dev.pointsman.server;

import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Computes everything again that pages read, from the events of a stopped directory. The service does
 * so by itself when a metric or {@code store.rollup_tags} was changed.
 */
@Command(
    name = "rebuild-rollups",
    description = "Compute the figures of pages again from the log of a stopped service.",
    mixinStandardHelpOptions = true)
final class RebuildRollupsCommand implements Callable<Integer> {

  @Mixin private DirectoryOptions options = new DirectoryOptions();

  @Override
  public Integer call() {
    try (StoppedDirectory stopped = options.open(options.existing(), "rebuilding")) {
      System.out.printf(
          "%,d minutes computed%n",
          stopped.rebuildRollups(options.catalog(), InstantSource.system()));
    }
    return 0;
  }
}
