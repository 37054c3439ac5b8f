package dev.pointsman.eventlog;

import java.io.ByteArrayOutputStream;

/**
 * The bytes of one event. A generator hands most events over in one piece out of its own buffer, and
 * that piece is copied once; only for a longer one a buffer grows.
 */
final class EncodedBytes extends ByteArrayOutputStream {

  EncodedBytes() {
    super(0);
  }

  /** What was written; not to be changed. */
  byte[] all() {
    return count == buf.length ? buf : toByteArray();
  }
}
