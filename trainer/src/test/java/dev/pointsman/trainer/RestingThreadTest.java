package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class RestingThreadTest {

  @Test
  void start_roundsThatNeedNoRest_areDoneUntilItIsClosed() throws InterruptedException {
    CountDownLatch three = new CountDownLatch(3);
    AtomicInteger rounds = new AtomicInteger();
    RestingThread thread =
        new RestingThread(
            "test",
            Duration.ZERO,
            () -> {
              rounds.incrementAndGet();
              three.countDown();
              return Duration.ZERO;
            });
    thread.start();
    assertThat(three.await(20, TimeUnit.SECONDS)).isTrue();
    thread.close();
    int done = rounds.get();
    // Its thread has ended, so nothing can count on.
    assertThat(rounds).hasValue(done);
    assertThatIllegalStateException().isThrownBy(thread::start);
  }

  @Test
  void close_inALongRest_endsItAtOnce() throws InterruptedException {
    CountDownLatch first = new CountDownLatch(1);
    RestingThread thread =
        new RestingThread(
            "test",
            Duration.ZERO,
            () -> {
              first.countDown();
              return Duration.ofDays(1);
            });
    thread.start();
    assertThat(first.await(20, TimeUnit.SECONDS)).isTrue();
    thread.close();
    assertThat(first.getCount()).isZero();
  }

  @Test
  void start_twice_isRefused() {
    try (RestingThread thread =
        new RestingThread("test", Duration.ofDays(1), () -> Duration.ofDays(1))) {
      thread.start();
      assertThatIllegalStateException()
          .isThrownBy(thread::start)
          .withMessage("the thread test can be started once");
    }
  }

  @Test
  void restAfter_anyRound_staysWithinTheBounds() {
    Duration least = Duration.ofSeconds(2);
    Duration most = Duration.ofMinutes(1);
    assertThat(RestingThread.restAfter(Duration.ofMillis(1), 9, least, most)).isEqualTo(least);
    assertThat(RestingThread.restAfter(Duration.ofSeconds(1), 9, least, most))
        .isEqualTo(Duration.ofSeconds(9));
    assertThat(RestingThread.restAfter(Duration.ofHours(1), 9, least, most)).isEqualTo(most);
    // Where the least is more than the most, it holds: a function may ask for a long interval.
    assertThat(RestingThread.restAfter(Duration.ofMillis(1), 9, most, least)).isEqualTo(most);
  }
}
