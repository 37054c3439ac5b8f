package dev.pointsman.eventlog;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The spool's directory, owned by one log at a time: its lock file and its segments. */
final class SpoolDirectory implements Closeable {

  private static final Logger LOG = LoggerFactory.getLogger(SpoolDirectory.class);
  private static final String LOCK_FILE = "spool.lock";

  /**
   * Directories open in this process. A file lock does not stop its own process, and closing a
   * second channel on the lock file would drop the first one's lock.
   */
  private static final Set<Path> OPEN_HERE = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lockChannel;
  private final SegmentOutput.Opener opener;

  private SpoolDirectory(Path path, FileChannel lockChannel, SegmentOutput.Opener opener) {
    this.path = path;
    this.lockChannel = lockChannel;
    this.opener = opener;
  }

  static SpoolDirectory open(Path directory, SegmentOutput.Opener opener) {
    Path path;
    try {
      Files.createDirectories(directory);
      path = directory.toRealPath();
    } catch (FileAlreadyExistsException e) {
      throw new UncheckedIOException(
          "the spool directory %s is a file: name a directory".formatted(directory), e);
    } catch (IOException e) {
      throw unusable(directory, e);
    }
    if (!OPEN_HERE.add(path)) {
      throw new SpoolInUseException(path);
    }
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new SpoolInUseException(path);
      }
      return new SpoolDirectory(path, channel, opener);
    } catch (IOException e) {
      giveBack(path, channel);
      throw unusable(path, e);
    } catch (RuntimeException e) {
      giveBack(path, channel);
      throw e;
    }
  }

  private static void giveBack(Path path, @Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      LOG.warn("the lock file of {} could not be closed", path, e);
    }
    OPEN_HERE.remove(path);
  }

  private static UncheckedIOException unusable(Path path, IOException e) {
    return new UncheckedIOException(
        "the spool directory %s cannot be used (%s): it must exist or be creatable, and be writable by this user"
            .formatted(path, e),
        e);
  }

  Path path() {
    return path;
  }

  /** The segments found, oldest first; a torn end of the last one is cut off. */
  Contents recover() {
    try (Stream<Path> files = Files.list(path)) {
      TreeMap<Long, Path> found = new TreeMap<>();
      files.forEach(
          file -> {
            Long first = Segment.firstSeqOf(file);
            if (first != null) {
              found.put(first, file);
            }
          });
      TreeMap<Long, Segment> segments = new TreeMap<>();
      long base = 0;
      long nextSeq = 1;
      for (var entry : found.entrySet()) {
        long firstSeq = entry.getKey();
        Segment segment = new Segment(path, firstSeq, base, Files.size(entry.getValue()));
        if (firstSeq == found.lastKey()) {
          nextSeq = cutTornTail(segment);
        }
        segments.put(firstSeq, segment);
        base += segment.length;
      }
      return new Contents(segments, nextSeq);
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  /**
   * What a directory holds.
   *
   * @param segments by first sequence number
   * @param nextSeq the number after the last record's
   */
  record Contents(NavigableMap<Long, Segment> segments, long nextSeq) {}

  private static long cutTornTail(Segment segment) throws IOException {
    long seq = segment.firstSeq;
    long intact;
    try (SegmentReader reader = new SegmentReader(segment.path)) {
      while (reader.skip(seq, segment.length)) {
        seq++;
      }
      intact = reader.position();
    }
    try (FileChannel channel =
        FileChannel.open(segment.path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (intact < segment.length) {
        long torn = bytesUpToLastNonZero(channel, intact);
        if (torn > 0) {
          LOG.warn(
              "spool {}: {} bytes after record {} are no whole record, as after a crash in"
                  + " mid-write; they are cut off",
              segment.path,
              torn,
              seq - 1);
        }
        channel.truncate(intact);
        segment.length = intact;
      }
      // What a killed process had only handed to the system must be on disk before a store takes
      // it: else a power loss could give its numbers to other events.
      channel.force(true);
    }
    return seq;
  }

  static long bytesUpToLastNonZero(FileChannel channel, long from) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    long last = from;
    for (long at = from; channel.read(buffer.clear(), at) > 0; at += buffer.position()) {
      for (int i = buffer.position() - 1; i >= 0; i--) {
        if (buffer.get(i) != 0) {
          last = at + i + 1;
          break;
        }
      }
    }
    return last - from;
  }

  /**
   * Creates the file of a segment, in place of an older one of the same name, which holds no record
   * then.
   */
  FileChannel create(Segment segment, boolean durable) throws IOException {
    Path fresh = path.resolve(segment.path.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    FileChannel channel = opener.open(fresh);
    try {
      Files.move(
          fresh, segment.path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      if (durable) {
        syncDirectory();
      }
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private void syncDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  void delete(Segment segment) {
    try {
      Files.deleteIfExists(segment.path);
    } catch (IOException e) {
      LOG.warn(
          "spool segment {} is drained but could not be deleted; delete it by hand",
          segment.path,
          e);
    }
  }

  @Override
  public void close() {
    giveBack(path, lockChannel);
  }
}
