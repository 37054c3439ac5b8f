package dev.pointsman.routing;

import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Mints UUIDv7 ids (RFC 9562): 48 bits of milliseconds, 74 random bits. One source serves a whole
 * process, handed its clock and its randomness.
 */
public final class IdSource {

  private static final long VERSION_7 = 0x7000L;
  private static final long VARIANT_RFC = 0x8000_0000_0000_0000L;

  private final InstantSource clock;
  private final LongSupplier randomBits;

  /**
   * A source.
   *
   * @param clock gives the milliseconds
   * @param randomBits gives 64 random bits a call; must be safe for concurrent use
   */
  public IdSource(InstantSource clock, LongSupplier randomBits) {
    this.clock = clock;
    this.randomBits = randomBits;
  }

  /** A new id of this moment. */
  public UUID next() {
    return at(clock.millis());
  }

  /** The current time of the same clock. */
  public Instant now() {
    return clock.instant();
  }

  /** A new id of the given moment. */
  public UUID at(Instant time) {
    return at(time.toEpochMilli());
  }

  private UUID at(long millis) {
    long high = (millis << 16) | VERSION_7 | (randomBits.getAsLong() & 0xFFFL);
    long low = VARIANT_RFC | (randomBits.getAsLong() >>> 2);
    return new UUID(high, low);
  }

  /** The millisecond that a version 7 id was minted in. */
  public static Instant timeOf(UUID id) {
    return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
  }
}
