package dev.pointsman.server;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventlog.EventDecodeException;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.TextModelEvent;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.TextPublication;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last revision that served of each function and its text model, kept in {@code revisions/} of the data directory beside the log,
 * for a start while the event store is away. What cannot be kept or read is only missed then.
 */
final class KeptRevisions {

  private static final Logger log = LoggerFactory.getLogger(KeptRevisions.class);

  private final Path directory;
  private final IdSource ids;

  KeptRevisions(Path dataDirectory, IdSource ids) {
    this.directory = dataDirectory.resolve("revisions");
    this.ids = ids;
  }

  void keep(PolicyRevision revision) {
    keep(new RevisionEvent(ids.next(), revision), file(revision.functionName(), ".event"));
  }

  /** Beside the revision that will name it, or names it. */
  void keep(TextPublication text) {
    keep(new TextModelEvent(ids.next(), text), file(text.functionName(), ".text"));
  }

  private void keep(Event event, Path file) {
    try {
      Files.createDirectories(directory);
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Files.write(fresh, EventCodec.encode(event));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      log.warn("the last {} is not kept in {}", event.getClass().getSimpleName(), file, e);
    }
  }

  /** Null when none was kept. */
  @Nullable PolicyRevision last(String function) {
    return read(file(function, ".event")) instanceof RevisionEvent kept ? kept.revision() : null;
  }

  /** The text model of that id; null when it was not kept. */
  @Nullable TextPublication text(String function, String model) {
    return read(file(function, ".text")) instanceof TextModelEvent kept
            && kept.publication().model().equals(model)
        ? kept.publication()
        : null;
  }

  private static @Nullable Event read(Path file) {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    try {
      return EventCodec.decode(Files.readAllBytes(file));
    } catch (IOException | EventDecodeException e) {
      log.warn("what was kept in {} cannot be read", file, e);
      return null;
    }
  }

  /** A function's name may hold what a file's must not. */
  private Path file(String function, String ending) {
    return directory.resolve(
        HexFormat.of().formatHex(function.getBytes(StandardCharsets.UTF_8)) + ending);
  }
}
