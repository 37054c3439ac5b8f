package dev.pointsman.eventlog;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One file of the spool. Its name is the sequence number of its first record; its records are
 * numbered without gaps. Fields that change are guarded by the log's lock.
 */
final class Segment {

  private static final Pattern NAME = Pattern.compile("(\\d{20})\\.spool");

  final Path path;
  final long firstSeq;

  /** Bytes of the log before this segment, counted from the oldest segment at open. */
  final long base;

  /** Bytes that may be read. */
  long length;

  Segment(Path directory, long firstSeq, long base, long length) {
    this.path = directory.resolve(name(firstSeq));
    this.firstSeq = firstSeq;
    this.base = base;
    this.length = length;
  }

  static String name(long firstSeq) {
    return "%020d.spool".formatted(firstSeq);
  }

  /** The first sequence number of the segment file, null for files that are none. */
  static @Nullable Long firstSeqOf(Path file) {
    Matcher matcher = NAME.matcher(file.getFileName().toString());
    if (!matcher.matches()) {
      return null;
    }
    try {
      return Long.valueOf(matcher.group(1));
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
