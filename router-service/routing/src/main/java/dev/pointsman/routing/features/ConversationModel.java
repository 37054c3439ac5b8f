package dev.pointsman.routing.features;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a revision may name beside its statistics: how far the quality of each variant on one request
 * lies from the mean of its segment, by what is asked. A {@link TextQuality} reads the text itself, a
 * {@link NeighbourQuality} the text's embedding. Immutable; equal models have equal bytes and an
 * equal id.
 */
public sealed interface ConversationModel permits TextQuality, NeighbourQuality {

  /** The kind, a hyphen, and 16 hex digits of the bytes' SHA-256. */
  String id();

  /** The variants it knows. */
  List<String> variants();

  /** How much it is believed on qualities, 0..1; at 0 it says nothing of them. */
  double weight();

  /** Whether it says anything: of qualities, or of output tokens where it knows these. */
  default boolean tells() {
    return weight() > 0;
  }

  /** The model as bytes, which {@link #decode} reads back. */
  byte[] encode();

  /** Which output belongs to each of these variants, −1 to those it does not know. */
  default int[] outputsOf(List<String> candidates) {
    return candidates.stream().mapToInt(variants()::indexOf).toArray();
  }

  /**
   * Reads a model of either kind.
   *
   * @throws IllegalArgumentException if the bytes are broken, or of another format; with what is wrong
   */
  static ConversationModel decode(byte[] bytes) {
    return bytes.length >= 4 && ByteBuffer.wrap(bytes).getInt() == NeighbourQuality.BYTES.magic()
        ? NeighbourQuality.decode(bytes)
        : TextQuality.decode(bytes);
  }
}
