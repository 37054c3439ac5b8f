package dev.pointsman.trainer;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread of its own for work that comes in rounds, with a rest after each, so that what looks after
 * the log takes a bounded share of the machine from those who serve requests.
 */
final class RestingThread implements AutoCloseable {

  private final String name;
  private final Duration firstRest;
  private final Supplier<Duration> round;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private @Nullable Thread thread;

  /**
   * A thread that does nothing until it is started.
   *
   * @param firstRest how long before the first round
   * @param round does one round and says how long to rest after it; it keeps its errors to itself
   */
  RestingThread(String name, Duration firstRest, Supplier<Duration> round) {
    this.name = name;
    this.firstRest = firstRest;
    this.round = round;
  }

  /**
   * Starts the thread.
   *
   * @throws IllegalStateException if it was started or closed before
   */
  synchronized void start() {
    if (thread != null || stopping.getCount() == 0) {
      throw new IllegalStateException("the thread " + name + " can be started once");
    }
    thread = Thread.ofPlatform().name(name).daemon(true).start(this::run);
  }

  private void run() {
    try {
      Duration rest = firstRest;
      while (!stopping.await(rest.toMillis(), TimeUnit.MILLISECONDS)) {
        rest = round.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** So many times what a round took, but not less than the least nor more than the most. */
  static Duration restAfter(Duration took, int times, Duration least, Duration most) {
    Duration rest = took.multipliedBy(times);
    if (rest.compareTo(most) > 0) {
      rest = most;
    }
    return rest.compareTo(least) < 0 ? least : rest;
  }

  /** Stops the thread after the round it is in. */
  @Override
  public void close() {
    stopping.countDown();
    Thread started;
    synchronized (this) {
      started = thread;
    }
    if (started != null) {
      try {
        started.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
