package dev.pointsman.server;

import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventlog.EventDecodeException;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.PolicyRevision;
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
 * The last revision that served of each function, kept in {@code revisions/} of the data directory beside the log,
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
    Path file = file(revision.functionName());
    try {
      Files.createDirectories(directory);
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Files.write(fresh, EventCodec.encode(new RevisionEvent(ids.next(), revision)));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      log.warn("the last revision of {} is not kept in {}", revision.functionName(), file, e);
    }
  }

  /** Null when none was kept. */
  @Nullable PolicyRevision last(String function) {
    Path file = file(function);
    if (!Files.isRegularFile(file)) {
      return null;
    }
    try {
      return EventCodec.decode(Files.readAllBytes(file)) instanceof RevisionEvent kept
          ? kept.revision()
          : null;
    } catch (IOException | EventDecodeException e) {
      log.warn("the kept revision {} cannot be read", file, e);
      return null;
    }
  }

  /** A function's name may hold what a file's must not. */
  private Path file(String function) {
    return directory.resolve(
        HexFormat.of().formatHex(function.getBytes(StandardCharsets.UTF_8)) + ".event");
  }
}
