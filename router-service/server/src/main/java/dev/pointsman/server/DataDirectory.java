package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Where one installation's data lies: {@code spool/}, {@code events.duckdb}, {@code control.mv.db},
 * {@code artifacts/} and, while a service runs, {@code service.json} with its address.
 *
 * @param path the directory
 */
record DataDirectory(Path path) {

  private static final ObjectMapper JSON = new ObjectMapper();

  Path spool() {
    return path.resolve("spool");
  }

  /** Where native libraries are unpacked; created here, swept at the next start. */
  Path temporary() {
    try {
      return Files.createDirectories(path.resolve("tmp"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path serviceFile() {
    return path.resolve("service.json");
  }

  /** Creates the directory if it is missing. */
  void create() {
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM,
          "cannot create the data directory %s: %s; choose another with --data"
              .formatted(path, e.getMessage()));
    }
  }

  /** Says where the running service listens, for the other commands. */
  void announce(URI address) {
    try {
      Path fresh = path.resolve("service.json.new");
      Files.writeString(
          fresh,
          JSON.writeValueAsString(
              JSON.createObjectNode()
                  .put("url", address.toString())
                  .put("pid", ProcessHandle.current().pid())));
      Files.move(
          fresh,
          serviceFile(),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void withdraw() {
    try {
      Files.deleteIfExists(serviceFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes sure that no service runs on this directory.
   *
   * @param what what needs it, as the subject of a sentence
   */
  void requireStopped(String what) {
    Optional<URI> running = runningService();
    if (running.isPresent()) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM,
          ("%s needs %s to itself, and the service at %s runs on it: stop the service, do it, and"
                  + " start it again")
              .formatted(what, path, running.get()));
    }
  }

  /** The address of the service that runs on this directory, if its process is alive. */
  Optional<URI> runningService() {
    try {
      JsonNode service = JSON.readTree(Files.readAllBytes(serviceFile()));
      boolean alive =
          ProcessHandle.of(service.path("pid").asLong(-1))
              .map(ProcessHandle::isAlive)
              .orElse(false);
      return alive ? Optional.of(URI.create(service.path("url").asText())) : Optional.empty();
    } catch (IOException | IllegalArgumentException missingOrBroken) {
      return Optional.empty();
    }
  }
}
