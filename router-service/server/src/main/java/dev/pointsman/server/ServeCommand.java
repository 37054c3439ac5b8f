package dev.pointsman.server;

import dev.pointsman.catalog.FunctionCatalog;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the service until it is stopped. */
@Command(
    name = "serve",
    description = "Run the router, the trainer and the dashboard on one port.",
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {

  @Option(
      names = "--config-file",
      description =
          "A TOML file or a glob; several are merged. Default: pointsman.toml when it is there,"
              + " else nothing is configured and models are called by provider::model.")
  private @Nullable List<String> configFiles;

  @Mixin private ServerOptions options = new ServerOptions();

  @Override
  public Integer call() throws InterruptedException {
    List<String> files = Configuration.files(configFiles);
    FunctionCatalog catalog = Configuration.load(reader -> reader.read(files), System.err);
    PointsmanServer server = PointsmanServer.start(catalog, files, options, false);
    System.out.println("Pointsman is ready on " + server.url());
    server.awaitStop();
    return 0;
  }
}
