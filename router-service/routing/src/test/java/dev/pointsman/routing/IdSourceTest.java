package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class IdSourceTest {

  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00.123Z");

  @Test
  void next_anyRandomBits_isVersion7OfTheClocksMillisecond() {
    SplittableRandom random = new SplittableRandom(1);
    IdSource ids = new IdSource(() -> NOW, random::nextLong);
    for (int at = 0; at < 1_000; at++) {
      UUID id = ids.next();
      assertThat(id.version()).isEqualTo(7);
      assertThat(id.variant()).isEqualTo(2);
      assertThat(IdSource.timeOf(id)).isEqualTo(NOW);
    }
  }

  @Test
  void at_allBitsSet_staysWithinTheLayout() {
    assertThat(new IdSource(() -> NOW, () -> -1L).at(Instant.EPOCH))
        .hasToString("00000000-0000-7fff-bfff-ffffffffffff");
  }
}
