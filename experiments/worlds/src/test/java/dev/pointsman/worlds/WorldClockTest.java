package dev.pointsman.worlds;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class WorldClockTest {
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final WorldClock clock = new WorldClock(now::get);

  @Test
  void elapsed_beforeTheFirstRequest_standsStill() {
    now.set(Instant.ofEpochSecond(50));
    assertThat(clock.elapsed()).isZero();
    assertThat(clock.startedAt()).isEmpty();
  }

  @Test
  void onRequest_firstOne_startsTheTime() {
    now.set(Instant.ofEpochSecond(50));
    assertThat(clock.onRequest()).isZero();
    now.set(Instant.ofEpochSecond(57));
    assertThat(clock.onRequest()).isEqualTo(Duration.ofSeconds(7));
    assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(7));
    assertThat(clock.startedAt()).contains(Instant.ofEpochSecond(50));
  }
}
