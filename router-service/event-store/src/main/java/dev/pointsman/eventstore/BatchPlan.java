package dev.pointsman.eventstore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Which batch of a source is on its way to a server, in a small file of the data directory. It is on
 * disk before the batch is sent, so that after a crash the same batch is sent again, under the same
 * names, and the server can tell.
 *
 * <p>Two slots are written in turn, so that a write cut off leaves the one before it.
 */
final class BatchPlan implements AutoCloseable {

  private static final int SLOT_BYTES = 6 * Long.BYTES;

  private final Path file;
  private final FileChannel channel;
  private long turn;
  private long first;
  private long last;
  private boolean done;
  private long begun;

  private BatchPlan(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.done = true;
    for (int slot = 0; slot < 2; slot++) {
      read(slot);
    }
  }

  /** Opens the plan of a source, made now if there is none. */
  static BatchPlan open(Path directory, String source) {
    Path file = directory.resolve(source.replaceAll("[^A-Za-z0-9.-]", "_") + ".plan");
    try {
      Files.createDirectories(directory);
      return new BatchPlan(
          file,
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  private void read(int slot) throws IOException {
    ByteBuffer written = ByteBuffer.allocate(SLOT_BYTES);
    int size = channel.read(written, (long) slot * SLOT_BYTES);
    if (size < SLOT_BYTES) {
      return;
    }
    written.flip();
    long writtenTurn = written.getLong();
    long writtenFirst = written.getLong();
    long writtenLast = written.getLong();
    boolean writtenDone = written.getLong() != 0;
    long writtenBegun = written.getLong();
    if (written.getLong() == checksum(written.array()) && writtenTurn > turn) {
      turn = writtenTurn;
      first = writtenFirst;
      last = writtenLast;
      done = writtenDone;
      begun = writtenBegun;
    }
  }

  /** The number up to which the source is stored for certain. */
  long stored() {
    return done ? last : first - 1;
  }

  /** Whether a batch was begun that nobody knows the end of. */
  boolean isPending() {
    return !done;
  }

  /** The last number of the batch that was begun last. */
  long last() {
    return last;
  }

  /** Whether exactly that batch is on its way. */
  boolean isPending(EventBatch batch) {
    return !done && first == batch.first() && last == batch.last();
  }

  /** Whether rows of a batch may be stored already: some of it was begun and never finished. */
  boolean isDoubtful(EventBatch batch) {
    return batch.first() <= begun;
  }

  /** Plans a batch; when this returns, the disk has it. */
  void begin(EventBatch batch) {
    begun = Math.max(begun, batch.last());
    first = batch.first();
    last = batch.last();
    done = false;
    write(true);
  }

  /**
   * The source is stored up to a number. That need not be on disk: the same batch would be sent once
   * more, and the server would tell.
   */
  void storedUpTo(long sequence) {
    last = sequence;
    first = Math.min(first, sequence);
    done = true;
    write(false);
  }

  private void write(boolean force) {
    turn++;
    ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES);
    slot.putLong(turn).putLong(first).putLong(last).putLong(done ? 1 : 0).putLong(begun);
    slot.putLong(checksum(slot.array())).flip();
    try {
      long at = turn % 2 * SLOT_BYTES;
      while (slot.hasRemaining()) {
        at += channel.write(slot, at);
      }
      if (force) {
        channel.force(false);
      }
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  private static long checksum(byte[] slot) {
    CRC32C checksum = new CRC32C();
    checksum.update(slot, 0, SLOT_BYTES - Long.BYTES);
    return checksum.getValue();
  }

  private static UncheckedIOException unwritable(Path file, IOException e) {
    return new UncheckedIOException(
        "the plan of what is sent to the event store cannot be kept in %s: %s"
            .formatted(file, e.getMessage()),
        e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }
}
