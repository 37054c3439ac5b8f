package dev.pointsman.analysis.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class RouterArenaTest {

  @Test
  void score_leaderboardEntries_areReached() {
    assertThat(RouterArena.score(0.7554, 1)).isCloseTo(0.7207374018698915, within(1e-6));
    assertThat(RouterArena.score(0.7718, 0.3)).isCloseTo(0.7531119823333097, within(1e-6));
    assertThat(RouterArena.score(0.7396, 10.02)).isCloseTo(0.6431572544044338, within(1e-6));
  }
}
