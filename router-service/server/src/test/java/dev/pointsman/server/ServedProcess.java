package dev.pointsman.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real service in a JVM of its own, as the launcher would start it. */
final class ServedProcess implements AutoCloseable {

  private static final Pattern READY = Pattern.compile("Pointsman is ready on (http://\\S+)");

  private final Process process;
  private final Thread reader;
  private final CompletableFuture<URI> ready = new CompletableFuture<>();
  private final StringBuffer output = new StringBuffer();

  private ServedProcess(Process process) {
    this.process = process;
    this.reader = Thread.ofPlatform().daemon().start(this::read);
  }

  /** Starts a command and waits for its ready line. */
  static ServedProcess start(String... arguments) throws Exception {
    ServedProcess served = new ServedProcess(launch(arguments));
    try {
      served.ready.get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      served.process.destroyForcibly();
      throw new AssertionError("no ready line; the process said:\n" + served.output, e);
    }
    return served;
  }

  /** Starts the service on any free port and waits for its ready line. */
  static ServedProcess serve(Path config, Path data) throws Exception {
    return start(
        "serve", "--config-file", config.toString(), "--port", "0", "--data", data.toString());
  }

  /** Starts a command and waits for nothing. */
  static ServedProcess launched(String... arguments) throws IOException {
    return new ServedProcess(launch(arguments));
  }

  /** Runs a command to its end and returns its exit code. */
  static int run(String... arguments) throws Exception {
    return launched(arguments).exitCode();
  }

  /** Waits for the end of the process, and until all it said was read. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the command did not end; it said:\n" + output);
    }
    reader.join();
    return process.exitValue();
  }

  private static Process launch(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-XX:+UseParallelGC",
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Pointsman.class.getName()));
    command.addAll(Arrays.asList(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        output.append(line).append('\n');
        Matcher matcher = READY.matcher(line);
        if (matcher.find()) {
          ready.complete(URI.create(matcher.group(1)));
        }
      }
    } catch (IOException e) {
      output.append(e);
    }
    ready.completeExceptionally(new AssertionError("the process ended"));
  }

  URI url() {
    return ready.join();
  }

  String output() {
    return output.toString();
  }

  /** {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** SIGTERM, and waits for the end. */
  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the service did not stop within 30 s; it said:\n" + output);
    }
  }
}
