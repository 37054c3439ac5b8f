package dev.pointsman.eventlog;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One record of a segment: {@code len u32 | crc32c u32 | seq u64 | type u8 | payload}, big-endian.
 * {@code len} counts the payload and is never 0, so that zeros are no record; the checksum covers
 * length, sequence number, type and payload.
 *
 * @param seq the sequence number
 * @param type the code of the event's kind
 * @param payload the encoded event
 */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way to a sink, compared by nobody
record SpoolRecord(long seq, byte type, byte[] payload) {

  static final int HEADER_BYTES = 17;

  private static final int CHECKSUM_AT = 4;
  private static final int SEQ_AT = 8;
  private static final int TYPE_AT = 16;

  static int sizeOf(byte[] payload) {
    return HEADER_BYTES + payload.length;
  }

  /** The header of a record that is about to be written. */
  static void putHeader(ByteBuffer buffer, long seq, byte type, byte[] payload) {
    int at = buffer.position();
    buffer.putInt(payload.length).putInt(0).putLong(seq).put(type);
    CRC32C checksum = new CRC32C();
    checksumHeader(checksum, buffer, at);
    checksum.update(payload);
    buffer.putInt(at + CHECKSUM_AT, (int) checksum.getValue());
  }

  /** The payload's length that the header at the given index states; nothing is checked yet. */
  static int length(ByteBuffer buffer, int at) {
    return buffer.getInt(at);
  }

  /** Whether the whole record at the given index is intact and has the given number. */
  static boolean valid(ByteBuffer buffer, int at, long seq) {
    if (buffer.getLong(at + SEQ_AT) != seq) {
      return false;
    }
    CRC32C checksum = new CRC32C();
    checksumHeader(checksum, buffer, at);
    checksum.update(buffer.slice(at + HEADER_BYTES, length(buffer, at)));
    return buffer.getInt(at + CHECKSUM_AT) == (int) checksum.getValue();
  }

  /** The record at the given index, which is valid. */
  static SpoolRecord get(ByteBuffer buffer, int at) {
    byte[] payload = new byte[length(buffer, at)];
    buffer.get(at + HEADER_BYTES, payload);
    return new SpoolRecord(buffer.getLong(at + SEQ_AT), buffer.get(at + TYPE_AT), payload);
  }

  private static void checksumHeader(CRC32C checksum, ByteBuffer buffer, int at) {
    checksum.update(buffer.slice(at, CHECKSUM_AT));
    checksum.update(buffer.slice(at + SEQ_AT, HEADER_BYTES - SEQ_AT));
  }
}
