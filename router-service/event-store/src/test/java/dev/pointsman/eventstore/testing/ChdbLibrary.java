package dev.pointsman.eventstore.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The engine's library: the one that {@code -Dchdb.lib} names, else the one in {@code .cache/chdb} of
 * the repository, where npm puts it when it is missing.
 */
final class ChdbLibrary {

  private static final String VERSION = "26.7.3-stable.1";

  private ChdbLibrary() {}

  /**
   * Finds the library, or fetches it.
   *
   * @throws MissingException when there is none and none can be fetched here
   */
  static Path find() {
    String given = System.getProperty("chdb.lib");
    if (given != null) {
      Path library = Path.of(given);
      if (!Files.isRegularFile(library)) {
        throw new MissingException("-Dchdb.lib names " + library + ", which is no file");
      }
      return library;
    }
    Path home = repository().resolve(".cache").resolve("chdb");
    Path library =
        home.resolve("node_modules").resolve("@chdb").resolve(folder()).resolve("libchdb.so");
    if (!Files.isRegularFile(library)) {
      fetch(home, library);
    }
    return library;
  }

  /** There is no engine on this machine; the message says what to do. */
  static final class MissingException extends RuntimeException {
    MissingException(String message) {
      super(message);
    }
  }

  private static String folder() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch");
    if (system.contains("linux")) {
      return machine.equals("aarch64") ? "lib-linux-arm64-gnu" : "lib-linux-x64-gnu";
    }
    if (system.contains("mac")) {
      return machine.equals("aarch64") ? "lib-darwin-arm64" : "lib-darwin-x64";
    }
    throw new MissingException("the engine has no package for " + system + " on " + machine);
  }

  /** The nearest directory above with the repository's own test command in it. */
  private static Path repository() {
    Path start = Path.of("").toAbsolutePath();
    for (Path at = start; at != null; at = at.getParent()) {
      if (Files.isRegularFile(at.resolve(".ci").resolve("run"))) {
        return at;
      }
    }
    throw new MissingException("no repository above " + start + "; name the library by -Dchdb.lib");
  }

  /** Forked test runs of one build wait for each other here. */
  private static void fetch(Path home, Path library) {
    try {
      Files.createDirectories(home);
      try (FileChannel channel =
              FileChannel.open(
                  home.resolve("fetch.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (!Files.isRegularFile(library)) {
          install(home, lock);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void install(Path home, FileLock held) throws IOException {
    if (!held.isValid()) {
      throw new IOException("the lock on " + home + " was lost");
    }
    Process npm;
    try {
      npm =
          new ProcessBuilder(
                  "npm",
                  "install",
                  "--prefix",
                  home.toString(),
                  "--ignore-scripts",
                  "--no-save",
                  "@chdb/" + folder() + "@" + VERSION)
              .redirectErrorStream(true)
              .redirectOutput(home.resolve("npm.log").toFile())
              .start();
    } catch (IOException e) {
      throw new MissingException("npm, which fetches the engine, is not installed: " + e);
    }
    try {
      if (!npm.waitFor(10, TimeUnit.MINUTES) || npm.exitValue() != 0) {
        npm.destroyForcibly();
        throw new MissingException(
            "npm could not fetch the engine; it says why in " + home.resolve("npm.log"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while npm fetched the engine", e);
    }
  }
}
