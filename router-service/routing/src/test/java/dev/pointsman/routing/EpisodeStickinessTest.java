package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class EpisodeStickinessTest {

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-20T10:00:00Z"));

  @Test
  void putIfAbsent_secondInference_getsTheFirstChoice() {
    EpisodeStickiness episodes = new EpisodeStickiness(10, Duration.ofHours(24), now::get);
    UUID episode = new UUID(1, 1);
    assertThat(episodes.find("f", episode)).isNull();
    assertThat(episodes.putIfAbsent("f", episode, choice(1, "small")))
        .isEqualTo(choice(1, "small"));
    assertThat(episodes.putIfAbsent("f", episode, choice(2, "large")))
        .isEqualTo(choice(1, "small"));
    assertThat(episodes.find("f", episode)).isEqualTo(choice(1, "small"));
  }

  @Test
  void find_anotherFunctionOfTheEpisode_hasItsOwnChoice() {
    EpisodeStickiness episodes = new EpisodeStickiness(10, Duration.ofHours(24), now::get);
    episodes.putIfAbsent("f", new UUID(1, 1), choice(1, "small"));
    assertThat(episodes.find("g", new UUID(1, 1))).isNull();
  }

  @Test
  void find_afterTimeToLive_isForgotten() {
    EpisodeStickiness episodes = new EpisodeStickiness(10, Duration.ofHours(24), now::get);
    episodes.putIfAbsent("f", new UUID(1, 1), choice(1, "small"));
    now.updateAndGet(t -> t.plus(Duration.ofHours(24)).minusMillis(1));
    assertThat(episodes.find("f", new UUID(1, 1))).isNotNull();
    now.updateAndGet(t -> t.plusMillis(1));
    assertThat(episodes.find("f", new UUID(1, 1))).isNull();
    assertThat(episodes.putIfAbsent("f", new UUID(1, 1), choice(2, "large")).variant())
        .isEqualTo("large");
  }

  @Test
  void size_manyEpisodes_staysWithinTheBound() {
    EpisodeStickiness episodes = new EpisodeStickiness(100, Duration.ofHours(24), now::get);
    for (int unit = 0; unit < 5_000; unit++) {
      episodes.putIfAbsent("f", new UUID(1, unit), choice(unit, "small"));
    }
    assertThat(episodes.size()).isBetween(1L, 100L);
  }

  @Test
  void putIfAbsent_concurrentFirsts_agreeOnOne() throws InterruptedException {
    EpisodeStickiness episodes = new EpisodeStickiness(10_000, Duration.ofHours(24), now::get);
    int threads = 8;
    int units = 500;
    Set<String> seen = ConcurrentHashMap.newKeySet();
    CountDownLatch start = new CountDownLatch(1);
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int thread = 0; thread < threads; thread++) {
        int self = thread;
        pool.submit(
            () -> {
              start.await();
              for (int unit = 0; unit < units; unit++) {
                EpisodeStickiness.Choice held =
                    episodes.putIfAbsent("f", new UUID(1, unit), choice(self, "v" + self));
                seen.add(unit + " " + held.variant());
              }
              return null;
            });
      }
      start.countDown();
    }
    assertThat(seen).hasSize(units);
    Set<String> units1 = new HashSet<>();
    seen.forEach(text -> units1.add(text.substring(0, text.indexOf(' '))));
    assertThat(units1).hasSize(units);
  }

  private static EpisodeStickiness.Choice choice(long inference, String variant) {
    return new EpisodeStickiness.Choice(
        new UUID(7, inference), variant, List.of(variant, "medium"), "code");
  }
}
