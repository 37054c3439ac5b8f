package dev.pointsman.control;

import io.micronaut.data.annotation.Id;
import io.micronaut.data.annotation.MappedEntity;
import java.time.Instant;

/**
 * What is the same for every process of one installation.
 *
 * @param id always {@link #ONLY}
 * @param salt 16 random bytes that key the draws; minted once, never changed
 */
@MappedEntity("installation")
record Installation(@Id int id, byte[] salt, Instant createdAt) {

  /** The id of the one row. */
  static final int ONLY = 1;

  /** Bytes of a salt. */
  static final int SALT_BYTES = 16;
}
