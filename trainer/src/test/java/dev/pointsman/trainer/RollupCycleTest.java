package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.catalog.CatalogReader;
import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.eventstore.RollupTags;
import dev.pointsman.eventstore.TrafficFilter;
import dev.pointsman.eventstore.TrafficQueries.DecisionGrouping;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RollupCycleTest {

  private static final Instant NOW = Events.START.plus(Duration.ofMinutes(5));

  @Test
  void pauseAfter_shortAndLongRounds_isLongerForLongerOnes() {
    Instant early = Instant.parse("2026-11-20T10:00:05Z");
    assertThat(RollupCycle.pauseAfter(Duration.ofMillis(10), early))
        .isEqualTo(Duration.ofSeconds(2));
    assertThat(RollupCycle.pauseAfter(Duration.ofMillis(500), early))
        .isEqualTo(Duration.ofMillis(49_500));
    assertThat(
            RollupCycle.pauseAfter(Duration.ofSeconds(30), Instant.parse("2026-11-20T10:00:03Z")))
        .isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void pauseAfter_minuteEndsMeanwhile_endsShortlyAfterIt() {
    assertThat(RollupCycle.pauseAfter(Duration.ofSeconds(2), Instant.parse("2026-11-20T10:00:06Z")))
        .isEqualTo(Duration.ofSeconds(58));
    assertThat(RollupCycle.pauseAfter(Duration.ofSeconds(1), Instant.parse("2026-11-20T10:00:40Z")))
        .isEqualTo(Duration.ofSeconds(24));
    assertThat(
            RollupCycle.pauseAfter(Duration.ofMillis(500), Instant.parse("2026-11-20T10:00:03Z")))
        .isEqualTo(Duration.ofMillis(49_500));
  }

  @Test
  void refresh_functionLoggedOnly_isReadAllTheSame(@TempDir Path directory) {
    FunctionCatalog catalog =
        ((CatalogReading.Loaded) new CatalogReader(List.of(), Map.of()).readText("none.toml", ""))
            .catalog();
    try (EventStore store = EventStore.open(directory, EventStore.Settings.DEFAULT)) {
      RollupCycle cycle = new RollupCycle(store, () -> catalog, RollupTags.NONE, () -> NOW);
      store.append(List.of(Events.inferenceOf(1).function("retired").build()), 1);

      // The first round finds the function, the second one its decisions.
      assertThat(cycle.refresh(NOW)).isEqualTo(1);
      assertThat(cycle.refresh(NOW)).isEqualTo(1);
      assertThat(cycle.refresh(NOW)).isZero();

      List<RewardRule> rules = List.of(RewardRule.unrewarded("retired"));
      TrafficFilter all = TrafficFilter.between(Events.START, NOW);
      assertThat(store.traffic().decisions(all, rules, DecisionGrouping.TOTAL))
          .anyMatch(row -> row.pulls() == 1);
      assertThat(store.traffic().youngDecisions(all, rules, DecisionGrouping.TOTAL))
          .anyMatch(row -> row.pulls() == 1);
    }
  }
}
