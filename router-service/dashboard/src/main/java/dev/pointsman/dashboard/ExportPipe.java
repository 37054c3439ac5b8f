package dev.pointsman.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A bounded pipe from the thread that writes an export to whichever threads read it. The JDK's pipe
 * takes it for a lost reader when the next read comes from another thread, as the server's do.
 *
 * <p>A failed export ends as a broken stream: a reader must not take a part for the whole.
 */
final class ExportPipe extends InputStream {

  private static final int PARTS = 16;
  private static final long PATIENCE_SECONDS = 60;
  private static final byte[] END = {};

  private final BlockingQueue<byte[]> parts = new ArrayBlockingQueue<>(PARTS);
  private volatile boolean left;
  private volatile @Nullable Exception failure;
  private byte[] part = {};
  private int at;
  private boolean ended;

  /** The writing end; its writes block while the reader is behind. */
  OutputStream sink() {
    return new Sink();
  }

  /** Makes the reader fail at the end of what was written. */
  void brokenBy(Exception e) {
    failure = e;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // the end is that one array, not any empty one
  public synchronized int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (at == part.length && !ended) {
      part = next();
      at = 0;
      ended = part == END;
    }
    if (ended) {
      Exception e = failure;
      if (e != null) {
        throw new IOException("the export broke off", e);
      }
      return -1;
    }
    int count = Math.min(length, part.length - at);
    System.arraycopy(part, at, bytes, offset, count);
    at += count;
    return count;
  }

  private byte[] next() throws IOException {
    try {
      byte[] taken = parts.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (taken == null) {
        throw new IOException("the export has written nothing for " + PATIENCE_SECONDS + " s");
      }
      return taken;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the export", e);
    }
  }

  @Override
  public void close() {
    left = true;
    parts.clear();
  }

  private final class Sink extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      put(new byte[] {(byte) b});
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (length > 0) {
        put(Arrays.copyOfRange(bytes, offset, offset + length));
      }
    }

    private void put(byte[] bytes) throws IOException {
      try {
        if (left || !parts.offer(bytes, PATIENCE_SECONDS, TimeUnit.SECONDS) || left) {
          throw new IOException("the reader of the export is gone");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while writing an export", e);
      }
    }

    @Override
    public void close() throws IOException {
      put(END);
    }
  }
}
