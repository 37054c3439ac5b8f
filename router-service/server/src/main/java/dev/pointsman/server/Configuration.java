package dev.pointsman.server;

import dev.pointsman.catalog.CatalogReader;
import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.gateway.provider.ProviderType;
import dev.pointsman.gateway.provider.dummy.DummyProvider;
import dev.pointsman.gateway.provider.openai.OpenAiProvider;
import dev.pointsman.gateway.upstream.Upstreams;
import dev.pointsman.routing.IdSource;
import dev.pointsman.worlds.WorldClock;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which kinds of providers exist, and configurations read with them. */
final class Configuration {

  private static final String USUAL_FILE = "pointsman.toml";

  private Configuration() {}

  /** A reader that knows all kinds of providers; nothing it reads can make a call. */
  static CatalogReader reader() {
    InstantSource clock = InstantSource.system();
    Upstreams none =
        request -> {
          throw new IllegalStateException("configurations are read without making calls");
        };
    return new CatalogReader(
        Stream.of(
                OpenAiProvider.type(none, System.getenv()),
                DummyProvider.type(
                    new IdSource(clock, () -> ThreadLocalRandom.current().nextLong())),
                SimulatedProvider.type(new WorldClock(clock)))
            .map(ProviderType::kind)
            .toList(),
        System.getenv());
  }

  /**
   * The files to read.
   *
   * @param named by the user; null leaves the usual one, if it is there
   */
  static List<String> files(@Nullable List<String> named) {
    if (named != null) {
      return named;
    }
    return Files.exists(Path.of(USUAL_FILE)) ? List.of(USUAL_FILE) : List.of();
  }

  /**
   * The configuration to start with; warnings are printed.
   *
   * @throws CommandFailure with every error, when it cannot be used
   */
  static FunctionCatalog load(Function<CatalogReader, CatalogReading> read, PrintStream messages) {
    CatalogReading reading = read.apply(reader());
    reading.diagnostics().forEach(messages::println);
    return switch (reading) {
      case CatalogReading.Loaded loaded -> loaded.catalog();
      case CatalogReading.Rejected rejected ->
          throw new CommandFailure(
              Pointsman.FOUND_A_PROBLEM,
              "the configuration has %d problems, listed above"
                  .formatted(rejected.diagnostics().size()));
    };
  }
}
