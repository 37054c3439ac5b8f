package dev.pointsman.eventlog;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** An event on its way into the spool, and the thread that waits for it. */
final class PendingAppend {

  final byte type;
  final EventCodec.Encoding encoding;
  private final Thread waiter = Thread.currentThread();
  private long seq;
  private @Nullable Throwable failure;
  private volatile boolean done;

  PendingAppend(byte type, EventCodec.Encoding encoding) {
    this.type = type;
    this.encoding = encoding;
  }

  int size() {
    return SpoolRecord.sizeOf(encoding.bytes());
  }

  void complete(long withSeq) {
    seq = withSeq;
    wake();
  }

  void fail(Throwable cause) {
    failure = cause;
    wake();
  }

  private void wake() {
    done = true;
    LockSupport.unpark(waiter);
  }

  /**
   * Waits for the end, also when interrupted: a caller who leaves still has a row to write. The
   * thread's interrupt flag is afterwards as it was, or set if an interrupt came meanwhile.
   */
  long await(java.nio.file.Path directory) {
    boolean interrupted = false;
    while (!done) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    Throwable cause = failure;
    if (cause != null) {
      throw new AppendFailedException(
          "the event is not in the spool %s: %s. Free or replace the disk; new events go to a new file"
              .formatted(directory, cause),
          cause);
    }
    return seq;
  }
}
