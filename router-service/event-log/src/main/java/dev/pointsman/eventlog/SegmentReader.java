package dev.pointsman.eventlog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Reads the records of one segment in order, never a byte beyond the limit that it is given. */
final class SegmentReader implements Closeable {

  private static final int BUFFER_BYTES = 1 << 16;

  private final FileChannel channel;
  private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);

  /** Offset in the file of the buffer's first unread byte. */
  private long position;

  SegmentReader(Path path) throws IOException {
    channel = FileChannel.open(path, StandardOpenOption.READ);
  }

  /** Offset in the file of the next record. */
  long position() {
    return position;
  }

  /**
   * The next record, or null if no intact record with this number ends at or before the limit. After
   * null the position is unchanged.
   */
  @Nullable SpoolRecord next(long seq, long limit) throws IOException {
    int size = sizeOfNext(seq, limit);
    if (size == 0) {
      return null;
    }
    SpoolRecord spoolRecord = SpoolRecord.get(buffer, buffer.position());
    advance(size);
    return spoolRecord;
  }

  /** Passes over the next record as {@link #next} would return it; whether there was one. */
  boolean skip(long seq, long limit) throws IOException {
    int size = sizeOfNext(seq, limit);
    advance(size);
    return size > 0;
  }

  /**
   * Passes over a damaged record if the one after it is intact, trusting its length only then.
   *
   * @return whether it did
   */
  boolean skipDamaged(long seq, long limit) throws IOException {
    if (!fill(SpoolRecord.HEADER_BYTES, limit)) {
      return false;
    }
    int length = SpoolRecord.length(buffer, buffer.position());
    long start = position;
    if (length <= 0 || start + SpoolRecord.HEADER_BYTES + length >= limit) {
      return false;
    }
    seek(start + SpoolRecord.HEADER_BYTES + length);
    if (sizeOfNext(seq + 1, limit) == 0) {
      seek(start);
      return false;
    }
    return true;
  }

  private int sizeOfNext(long seq, long limit) throws IOException {
    if (!fill(SpoolRecord.HEADER_BYTES, limit)) {
      return 0;
    }
    int length = SpoolRecord.length(buffer, buffer.position());
    if (length <= 0
        || length > limit - position - SpoolRecord.HEADER_BYTES
        || !fill(SpoolRecord.HEADER_BYTES + length, limit)
        || !SpoolRecord.valid(buffer, buffer.position(), seq)) {
      return 0;
    }
    return SpoolRecord.HEADER_BYTES + length;
  }

  private void advance(int bytes) {
    buffer.position(buffer.position() + bytes);
    position += bytes;
  }

  /** Goes to an offset in the file. */
  void seek(long to) {
    buffer.limit(0);
    position = to;
  }

  /** Makes so many unread bytes ready; false if the file has not so many before the limit. */
  private boolean fill(int bytes, long limit) throws IOException {
    if (bytes > limit - position) {
      return false;
    }
    if (buffer.remaining() >= bytes) {
      return true;
    }
    if (buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocate(Math.max(bytes, BUFFER_BYTES)).put(buffer).flip();
    }
    buffer.compact();
    buffer.limit((int) Math.min(buffer.capacity(), limit - position));
    while (buffer.position() < bytes) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        buffer.flip();
        return false;
      }
    }
    buffer.flip();
    return true;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
