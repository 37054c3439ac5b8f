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
    assertThat(RollupCycle.pauseAfter(Duration.ofMillis(10))).isEqualTo(Duration.ofSeconds(2));
    assertThat(RollupCycle.pauseAfter(Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(19));
    assertThat(RollupCycle.pauseAfter(Duration.ofSeconds(30))).isEqualTo(Duration.ofMinutes(1));
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
