package dev.pointsman.gateway.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class LatencyWatchTest {

  private static final Instant NOON = Instant.parse("2026-03-01T12:10:00Z");
  private static final long FAST = 1_500_000;
  private static final long SLOW = 2_500_000;

  private final LatencyWatch watch = new LatencyWatch(Duration.ofSeconds(2));

  private void calls(int count, long micros, Instant at) {
    for (int i = 0; i < count; i++) {
      watch.record("v", at, micros, true);
    }
  }

  @Test
  void tooSlow_fewCallsOrNone_saysNothing() {
    assertThat(watch.tooSlow("v", NOON)).isNull();
    calls(29, SLOW, NOON);
    assertThat(watch.tooSlow("v", NOON)).isNull();
    calls(1, SLOW, NOON);
    assertThat(watch.tooSlow("v", NOON))
        .isNotNull()
        .satisfies(
            found -> assertThat(found.text()).isEqualTo("soft: latency_slo 2s, often exceeded"));
    assertThat(watch.tooSlow("other", NOON)).isNull();
  }

  @Test
  void tooSlow_shareThatMayBeAboveATenth_isLeftOutUntilMoreCallsSayNo() {
    calls(30, FAST, NOON);
    assertThat(watch.tooSlow("v", NOON)).isNull();
    calls(3, SLOW, NOON);
    assertThat(watch.tooSlow("v", NOON)).isNotNull();
    calls(67, FAST, NOON);
    assertThat(watch.tooSlow("v", NOON)).isNull();
  }

  @Test
  void tooSlow_hourTurns_lastHourCountsAndTheOneBeforeDoesNot() {
    calls(40, SLOW, NOON);
    assertThat(watch.tooSlow("v", NOON.plusSeconds(3_600))).isNotNull();
    calls(1, FAST, NOON.plusSeconds(3_600));
    assertThat(watch.tooSlow("v", NOON.plusSeconds(3_600))).isNotNull();
    assertThat(watch.tooSlow("v", NOON.plusSeconds(7_200))).isNull();
    calls(30, FAST, NOON.plusSeconds(7_200));
    assertThat(watch.tooSlow("v", NOON.plusSeconds(7_200))).isNull();
  }

  @Test
  void record_callsThatFailed_countOnlyWhereTheyTookTooLong() {
    for (int i = 0; i < 40; i++) {
      watch.record("v", NOON, FAST, false);
    }
    assertThat(watch.calls("v", NOON)).isZero();
    calls(29, FAST, NOON);
    assertThat(watch.tooSlow("v", NOON)).isNull();
    for (int i = 0; i < 10; i++) {
      watch.record("v", NOON, SLOW, false);
    }
    assertThat(watch.tooSlow("v", NOON)).isNotNull();
  }

  @Test
  void record_manyThreadsOverAnHoursTurn_losesNoCall() throws Exception {
    int threads = 8;
    int each = 2_000;
    CountDownLatch start = new CountDownLatch(1);
    Thread[] running = new Thread[threads];
    for (int t = 0; t < threads; t++) {
      running[t] =
          Thread.startVirtualThread(
              () -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                for (int i = 0; i < each; i++) {
                  Instant at = i < each / 2 ? NOON : NOON.plusSeconds(3_600);
                  watch.record("v", at, i % 25 < 2 ? SLOW : FAST, true);
                }
              });
    }
    start.countDown();
    for (Thread thread : running) {
      thread.join();
    }
    assertThat(watch.calls("v", NOON.plusSeconds(3_600))).isEqualTo((long) threads * each);
    assertThat(watch.tooSlow("v", NOON.plusSeconds(3_600))).isNull();
  }
}
