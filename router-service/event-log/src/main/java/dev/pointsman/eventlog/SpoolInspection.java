package dev.pointsman.eventlog;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What a spool's files hold, read without opening or changing them: every record's checksum is
 * computed. A spool in use may be inspected; what its last file holds behind the last whole record is
 * then what is being written.
 *
 * @param segments files
 * @param bytes of the files, without zeros written ahead
 * @param firstSeq number of the first record, 0 when there is none
 * @param lastSeq number of the last record, 0 when there is none
 * @param records whole records
 * @param unreadable whole records that are no event of this program
 * @param damages places where a record should be and none is whole, but for the end of the last file
 * @param tornBytes bytes behind the last whole record of the last file, as a crash leaves them
 */
public record SpoolInspection(
    int segments,
    long bytes,
    long firstSeq,
    long lastSeq,
    long records,
    long unreadable,
    List<Damage> damages,
    long tornBytes) {

  /**
   * Records that cannot be read.
   *
   * @param file the segment
   * @param firstSeq number of the first of them
   * @param count how many at least
   */
  public record Damage(Path file, long firstSeq, long count) {}

  /**
   * Inspects a spool.
   *
   * @param afterSeq records up to this number were stored already and are checked, not handed out
   * @param taker is handed the events after it, in order
   * @throws IOException if a file cannot be read at all
   */
  public static SpoolInspection of(Path directory, long afterSeq, Consumer<Event> taker)
      throws IOException {
    TreeMap<Long, Path> files = new TreeMap<>();
    if (Files.isDirectory(directory)) {
      try (Stream<Path> found = Files.list(directory)) {
        found.forEach(
            file -> {
              Long first = Segment.firstSeqOf(file);
              if (first != null) {
                files.put(first, file);
              }
            });
      }
    }
    Reading reading = new Reading(afterSeq, taker);
    for (Map.Entry<Long, Path> file : files.entrySet()) {
      Long next = files.higherKey(file.getKey());
      reading.read(file.getValue(), file.getKey(), next == null ? Long.MAX_VALUE : next);
    }
    return reading.result(files.size());
  }

  private static final class Reading {
    private final long afterSeq;
    private final Consumer<Event> taker;
    private final List<Damage> damages = new ArrayList<>();
    private long bytes;
    private long firstSeq;
    private long lastSeq;
    private long records;
    private long unreadable;
    private long tornBytes;

    Reading(long afterSeq, Consumer<Event> taker) {
      this.afterSeq = afterSeq;
      this.taker = taker;
    }

    /** Reads a segment whose records end below a number, which is unknown for the last one. */
    void read(Path file, long first, long end) throws IOException {
      long length = Files.size(file);
      boolean last = end == Long.MAX_VALUE;
      long seq = first;
      try (SegmentReader reader = new SegmentReader(file)) {
        while (seq < end) {
          SpoolRecord found = reader.next(seq, length);
          if (found != null) {
            take(seq++, found);
          } else if (reader.skipDamaged(seq, length)) {
            damages.add(new Damage(file, seq++, 1));
          } else if (last) {
            tornBytes = left(file, reader.position());
            break;
          } else {
            // Numbers that were left out on purpose leave no bytes behind.
            if (left(file, reader.position()) > 0) {
              damages.add(new Damage(file, seq, end - seq));
            }
            break;
          }
        }
        bytes += reader.position();
      }
    }

    private static long left(Path file, long from) throws IOException {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        return SpoolDirectory.bytesUpToLastNonZero(channel, from);
      }
    }

    private void take(long seq, SpoolRecord found) {
      firstSeq = records == 0 ? seq : firstSeq;
      lastSeq = seq;
      records++;
      try {
        Event event = EventCodec.decode(found.payload());
        if (seq > afterSeq) {
          taker.accept(event);
        }
      } catch (EventDecodeException e) {
        unreadable++;
      }
    }

    SpoolInspection result(int segments) {
      return new SpoolInspection(
          segments, bytes, firstSeq, lastSeq, records, unreadable, List.copyOf(damages), tornBytes);
    }
  }
}
