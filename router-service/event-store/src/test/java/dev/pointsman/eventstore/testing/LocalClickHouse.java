package dev.pointsman.eventstore.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/**
 * A real ClickHouse server on loopback in a child process. Most tests share one per JVM and take a
 * database each ({@link #database}); those that kill it start their own. It stops with this process,
 * however that ends.
 */
public final class LocalClickHouse implements AutoCloseable {

  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static LocalClickHouse shared;

  private final Path directory;
  private final List<String> options;
  private Process process;
  private int port;

  private LocalClickHouse(Path directory, List<String> options) {
    this.directory = directory;
    this.options = options;
  }

  /**
   * The server that all tests of this JVM share. Without the engine's library, and without npm to
   * fetch it, the calling test is skipped with the reason.
   */
  public static synchronized LocalClickHouse shared() {
    if (shared == null) {
      shared = start(temporary());
      LocalClickHouse started = shared;
      Runtime.getRuntime().addShutdownHook(new Thread(started::removeAll));
    }
    return shared;
  }

  /**
   * Starts a server of its own.
   *
   * @param directory for its data; a server started there before left its data
   * @param options of the engine, for example {@code --config-file=…}
   */
  public static LocalClickHouse start(Path directory, String... options) {
    LocalClickHouse server = new LocalClickHouse(directory, List.of(options));
    server.launch(0);
    return server;
  }

  /** Starts it again after {@link #kill} or {@link #close}, on the same port and data. */
  public void restart() {
    launch(port);
  }

  private void launch(int wantedPort) {
    Path library;
    try {
      library = ChdbLibrary.find();
    } catch (ChdbLibrary.MissingException e) {
      // The two commands need Maven and a JDK only, and the engine is an npm package. Where it
      // counts nothing is skipped: .ci/run installs npm and fails on any test that was.
      Assumptions.abort("no ClickHouse to test with: " + e.getMessage());
      return;
    }
    try {
      Files.createDirectories(directory);
      Path portFile = directory.resolveSibling(directory.getFileName() + ".port");
      Files.deleteIfExists(portFile);
      List<String> command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx64m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  classPath(),
                  ChdbServer.class.getName(),
                  library.toString(),
                  directory.toString(),
                  Integer.toString(wantedPort),
                  portFile.toString()));
      command.addAll(options);
      process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(directory.resolveSibling(directory.getFileName() + ".log").toFile())
              .start();
      port = awaitPort(portFile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int awaitPort(Path portFile) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < deadline) {
      String written = Files.exists(portFile) ? Files.readString(portFile) : "";
      // The line's end says that all of it is there.
      if (written.endsWith("\n")) {
        return Integer.parseInt(written.strip());
      }
      try {
        if (process.waitFor(10, TimeUnit.MILLISECONDS)) {
          throw new IOException("the engine ended at once with code " + process.exitValue());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while the engine started", e);
      }
    }
    process.destroyForcibly();
    throw new IOException("the engine did not listen within 60 s");
  }

  private static String classPath() {
    try {
      return Path.of(ChdbServer.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .toString();
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("clickhouse").resolve("data");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The JDBC address of a database that no other test has; whoever opens it creates it. */
  public String database() {
    return jdbcUrl("pointsman_" + DATABASES.incrementAndGet());
  }

  /** The JDBC address of a database. */
  public String jdbcUrl(String database) {
    return "jdbc:clickhouse://127.0.0.1:%d/%s".formatted(port, database);
  }

  /** Where the server listens. */
  public int port() {
    return port;
  }

  /**
   * Runs a statement by the server's plain HTTP interface.
   *
   * @return what it answers, tab-separated
   */
  public String query(String sql) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                  .POST(HttpRequest.BodyPublishers.ofString(sql, StandardCharsets.UTF_8))
                  .build(),
              HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      if (answer.statusCode() != 200) {
        throw new IllegalStateException(answer.body());
      }
      return answer.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Bytes of memory that the server holds, as the system sees it. */
  public long residentBytes() {
    try {
      String status = Files.readString(Path.of("/proc", process.pid() + "", "status"));
      return Long.parseLong(status.replaceAll("(?s).*VmRSS:\\s+(\\d+) kB.*", "$1")) << 10;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it without any warning, as a machine does that loses power. */
  public void kill() {
    process.destroyForcibly();
    await();
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (IOException e) {
      kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      kill();
    }
  }

  private void await() {
    boolean interrupted = false;
    while (process.isAlive()) {
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** By a process that goes on: so many files take longer than a test's JVM may take to end. */
  private void removeAll() {
    process.destroyForcibly();
    try {
      new ProcessBuilder("rm", "-rf", directory.getParent().toString()).start();
    } catch (IOException e) {
      // Left in the system's temporary directory.
    }
  }
}
