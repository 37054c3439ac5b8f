package dev.pointsman.eventlog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * The end of the newest segment, written by the committer alone. Anything thrown leaves the file in
 * an unknown state: it is closed then and never written again.
 */
final class SegmentOutput {

  /** Opens the file that a new segment is written to. */
  @FunctionalInterface
  interface Opener {
    FileChannel open(java.nio.file.Path path) throws IOException;
  }

  private static final int STAGING_BYTES = 1 << 20;
  private static final int PROBE_BYTES = 1 << 12;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 16).asReadOnlyBuffer();

  private final FileChannel channel;
  private final ByteBuffer staging;
  private final long growBytes;
  private long length;
  private long allocated;

  /**
   * An empty segment's output.
   *
   * @param staging where records are laid side by side before they are written; one serves all
   *     segments of a log
   * @param growBytes zeros written ahead of the records at a time, 0 for none
   */
  SegmentOutput(FileChannel channel, ByteBuffer staging, long growBytes) {
    this.channel = channel;
    this.staging = staging.clear();
    this.growBytes = growBytes;
  }

  static ByteBuffer newStaging() {
    return ByteBuffer.allocateDirect(STAGING_BYTES);
  }

  /** Makes room for so many bytes of records, so that writing them changes no file size. */
  void allocate(long bytes) throws IOException {
    if (growBytes == 0) {
      return;
    }
    while (allocated < length + bytes) {
      for (long left = growBytes; left > 0; ) {
        ByteBuffer zeros = ZEROS.slice(0, (int) Math.min(left, ZEROS.capacity()));
        int written = channel.write(zeros, allocated);
        allocated += written;
        left -= written;
      }
    }
  }

  void append(long seq, byte type, byte[] payload) throws IOException {
    if (staging.remaining() < SpoolRecord.HEADER_BYTES) {
      flush();
    }
    SpoolRecord.putHeader(staging, seq, type, payload);
    for (int from = 0; from < payload.length; ) {
      if (!staging.hasRemaining()) {
        flush();
      }
      int count = Math.min(staging.remaining(), payload.length - from);
      staging.put(payload, from, count);
      from += count;
    }
  }

  void flush() throws IOException {
    staging.flip();
    while (staging.hasRemaining()) {
      length += channel.write(staging, length);
    }
    staging.clear();
  }

  void sync() throws IOException {
    channel.force(false);
  }

  /** Writes zeros where the next records will be, and syncs them. */
  void probe() throws IOException {
    int count = Math.min(PROBE_BYTES, ZEROS.capacity());
    ByteBuffer zeros = ZEROS.slice(0, count);
    while (zeros.hasRemaining()) {
      channel.write(zeros, length + zeros.position());
    }
    allocated = Math.max(allocated, length + count);
    sync();
  }

  /** Cuts what was allocated and not used, and closes. */
  void seal() throws IOException {
    try (channel) {
      if (allocated > length) {
        channel.truncate(length);
      }
    }
  }

  /** Closes without touching the file's content. */
  void abandon() {
    try {
      channel.close();
    } catch (IOException e) {
      // The failure that led here is the one to report.
    }
  }
}
