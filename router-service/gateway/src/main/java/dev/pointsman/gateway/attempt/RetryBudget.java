package dev.pointsman.gateway.attempt;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps retries a share of the traffic, so that a failing provider is not hit by a storm: every
 * request adds a fifth of a retry, at most 50 are saved up, and there are 10 to begin with.
 */
final class RetryBudget {

  private static final long PER_REQUEST = 200;
  private static final long PER_RETRY = 1_000;
  private static final long MOST = 50 * PER_RETRY;

  private final AtomicLong thousandths = new AtomicLong(10 * PER_RETRY);

  void requestCame() {
    thousandths.accumulateAndGet(PER_REQUEST, (saved, more) -> Math.min(MOST, saved + more));
  }

  boolean takeRetry() {
    long before =
        thousandths.getAndAccumulate(
            PER_RETRY, (saved, price) -> saved >= price ? saved - price : saved);
    return before >= PER_RETRY;
  }
}
