package dev.pointsman.eventlog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;

/** A disk that fails when told to. */
final class FailingFiles implements SegmentOutput.Opener {

  /** What the next calls do. */
  volatile boolean syncsFail;

  volatile boolean writesFail;
  volatile boolean opensFail;

  /** Syncs that succeeded. */
  final AtomicInteger syncs = new AtomicInteger();

  /** Files opened so far. */
  final AtomicInteger opened = new AtomicInteger();

  /** Calls that came for a file after it had failed; there must be none. */
  final AtomicInteger retried = new AtomicInteger();

  @Override
  public FileChannel open(Path path) throws IOException {
    if (opensFail) {
      throw new IOException("no new files today");
    }
    opened.incrementAndGet();
    return new Channel(
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  private final class Channel extends FileChannel {
    private final FileChannel to;
    private boolean poisoned;

    Channel(FileChannel to) {
      this.to = to;
    }

    /** Segments are written at positions and never read through this channel. */
    private static AssertionError notASegmentsCall() {
      return new AssertionError("a segment's output must only write at a position, sync and cut");
    }

    private void fail(boolean now, String message) throws IOException {
      if (poisoned) {
        retried.incrementAndGet();
      }
      if (now) {
        poisoned = true;
        throw new IOException(message);
      }
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      fail(writesFail, "no space left on device");
      return to.write(source, position);
    }

    @Override
    public void force(boolean metaData) throws IOException {
      fail(syncsFail, "input/output error");
      to.force(metaData);
      syncs.incrementAndGet();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      fail(false, "");
      return to.truncate(size);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      to.close();
    }

    @Override
    public int read(ByteBuffer target) {
      throw notASegmentsCall();
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
      throw notASegmentsCall();
    }

    @Override
    public int write(ByteBuffer source) {
      throw notASegmentsCall();
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
      throw notASegmentsCall();
    }

    @Override
    public long position() {
      throw notASegmentsCall();
    }

    @Override
    public FileChannel position(long newPosition) {
      throw notASegmentsCall();
    }

    @Override
    public long size() {
      throw notASegmentsCall();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
      throw notASegmentsCall();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
      throw notASegmentsCall();
    }

    @Override
    public int read(ByteBuffer target, long position) {
      throw notASegmentsCall();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
      throw notASegmentsCall();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
      throw notASegmentsCall();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
      throw notASegmentsCall();
    }
  }
}
