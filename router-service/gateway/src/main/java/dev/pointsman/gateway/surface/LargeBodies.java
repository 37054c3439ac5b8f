package dev.pointsman.gateway.surface;

import dev.pointsman.gateway.inference.Refusal;
import dev.pointsman.gateway.pipeline.PointsmanMeters;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of large bodies are being answered, and may be: until its answer is logged a body
 * lies in memory some four times, as bytes, as values, as the provider's request and as a row. One
 * is always admitted while there is no other.
 */
@Singleton
final class LargeBodies {

  static final Refusal.Overloaded REFUSAL =
      new Refusal.Overloaded(
          "too many large requests are being answered: ask again, or another router",
          Duration.ofSeconds(5));

  /** Smaller ones are not counted. */
  static final int LARGE = 64 << 10;

  /** Half the heap when each takes four times its size. */
  private static final long MOST = Runtime.getRuntime().maxMemory() / 8;

  private final AtomicLong bytes = new AtomicLong();

  LargeBodies(PointsmanMeters meters) {
    meters.largeBodies(this, LargeBodies::bytes);
  }

  /** Whether there is room; then {@link #release} must follow. */
  boolean admit(long length) {
    if (length < LARGE) {
      return true;
    }
    long after = bytes.addAndGet(length);
    if (after > MOST && after > length) {
      bytes.addAndGet(-length);
      return false;
    }
    return true;
  }

  void release(long length) {
    if (length >= LARGE) {
      bytes.addAndGet(-length);
    }
  }

  /** Bytes of large bodies that are being answered now. */
  long bytes() {
    return bytes.get();
  }
}
