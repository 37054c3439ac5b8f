package dev.pointsman.server;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that every command which starts the service has. */
final class ServerOptions {

  @Option(
      names = "--port",
      description =
          "Port to listen on, 0 for any free one. Default: the configuration's, else 3000.")
  private @Nullable Integer port;

  @Option(
      names = "--data",
      description = "Data directory. Default: the configuration's store.data_directory, else data.")
  private @Nullable Path data;

  @Option(
      names = "--carrier",
      description =
          "on or off: whether request threads run on the event loops. Default: ${DEFAULT-VALUE}",
      defaultValue = "${sys:pointsman.carrier:-off}")
  private String carrier = "off";

  @Nullable Integer port() {
    return port;
  }

  @Nullable Path data() {
    return data;
  }

  boolean carrier() {
    return switch (carrier) {
      case "on" -> true;
      case "off" -> false;
      default ->
          throw new CommandFailure(
              Pointsman.WRONG_USAGE, "--carrier must be on or off, not %s".formatted(carrier));
    };
  }
}
