package dev.pointsman.routing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * TensorZero's deterministic draw, to the digit: u is the first four bytes (big-endian) of
 * SHA-256(function name ‖ 16 bytes of the episode id) over 2³²; the arm is the first in name order
 * whose cumulative weight is above u times the total. With equal weights that is index ⌊u·n⌋.
 */
final class TensorZeroDraw {

  private TensorZeroDraw() {}

  /** The number in [0, 1) of a function and an episode. */
  static double uniform(String functionName, UUID episodeId) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(functionName.getBytes(StandardCharsets.UTF_8));
      byte[] hash =
          digest.digest(
              ByteBuffer.allocate(16)
                  .putLong(episodeId.getMostSignificantBits())
                  .putLong(episodeId.getLeastSignificantBits())
                  .array());
      return Integer.toUnsignedLong(ByteBuffer.wrap(hash).getInt()) / 0x1.0p32;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must offer SHA-256", e);
    }
  }

  /** The arm that u falls on among the active ones, -1 when they have no weight. */
  static int pick(double[] weights, boolean[] active, double u) {
    double total = 0;
    for (int arm = 0; arm < weights.length; arm++) {
      total += active[arm] ? weights[arm] : 0;
    }
    double threshold = u * total;
    double cumulative = 0;
    int last = -1;
    for (int arm = 0; arm < weights.length; arm++) {
      if (active[arm] && weights[arm] > 0) {
        cumulative += weights[arm];
        last = arm;
        if (cumulative > threshold) {
          return arm;
        }
      }
    }
    return last;
  }
}
