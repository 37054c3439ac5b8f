package dev.pointsman.gateway.attempt;

import dev.pointsman.catalog.VariantDefinition.RetrySettings;
import dev.pointsman.gateway.provider.ProviderFailure;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When a variant is tried again: after 100 ms · 2ⁿ, at most {@code max_delay}, times a random factor
 * of 0.5 to 1; not before the time a rate-limited provider asked for.
 */
final class RetrySchedule {

  private static final long FIRST_MILLIS = 100;

  private final RetrySettings settings;
  private final DoubleSupplier random;

  RetrySchedule(RetrySettings settings, DoubleSupplier random) {
    this.settings = settings;
    this.random = random;
  }

  /**
   * How long to wait before the next try.
   *
   * @param triesSoFar 1 after the first try
   * @return null when there must be none
   */
  @Nullable Duration delay(int triesSoFar, ProviderFailure last) {
    if (triesSoFar > settings.numRetries() || !last.worthRepeating()) {
      return null;
    }
    long most = settings.maxDelay().toMillis();
    long step = Math.min(most, FIRST_MILLIS << Math.min(20, triesSoFar - 1));
    Duration delay = Duration.ofMillis((long) (step * (0.5 + 0.5 * random.getAsDouble())));
    if (last instanceof ProviderFailure.RateLimited limited && limited.retryAfter() != null) {
      Duration asked = limited.retryAfter();
      if (asked.toMillis() > most) {
        return null;
      }
      return asked.compareTo(delay) > 0 ? asked : delay;
    }
    return delay;
  }
}
