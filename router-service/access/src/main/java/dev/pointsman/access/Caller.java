package dev.pointsman.access;

import org.jspecify.annotations.Nullable;

/**
 * Who is calling. Until keys are configured everybody is {@link #ANONYMOUS}.
 *
 * @param keyId public id of the API key, null for anonymous callers
 * @param teamId the key's team, null when it has none
 */
public record Caller(@Nullable String keyId, @Nullable String teamId) {

  /** A caller without a key. */
  public static final Caller ANONYMOUS = new Caller(null, null);
}
