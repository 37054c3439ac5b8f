package dev.pointsman.eventlog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** A spool directory that another process, or another log of this one, has open. */
public final class SpoolInUseException extends UncheckedIOException {

  private static final long serialVersionUID = 1L;

  SpoolInUseException(Path directory) {
    this(
        ("the spool directory %s is in use by another process: stop that one, or give this one its"
                + " own store.data_directory")
            .formatted(directory));
  }

  private SpoolInUseException(String message) {
    super(message, new IOException(message));
  }
}
