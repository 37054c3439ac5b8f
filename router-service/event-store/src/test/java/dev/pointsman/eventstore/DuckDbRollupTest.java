package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventstore.TrafficQueries.Grouping;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DuckDbRollupTest extends RollupContract {
  DuckDbRollupTest() {
    super(TestEngine.DUCKDB);
  }

  @Test
  void rebuild_afterRowsExpired_keepsTheSumsOfWhatIsGone(@TempDir Path directory) {
    Units events = new Units(3);
    Instant young = Units.START.plus(Duration.ofDays(40));
    Instant now = young.plus(Duration.ofHours(1));
    try (EventStore store = TestEngine.DUCKDB.open(directory)) {
      store.append(
          List.of(
              events.decision("f", events.id(Units.START), Units.START, "small").event(),
              events.decision("f", events.id(young), young, "small").event()),
          2);
      store.refreshRollups(List.of(RewardRule.unrewarded("f")), RollupTags.NONE, now);
      store.expire(Expiry.at(now, 30, null), () -> false);
      store.forgetRollups();
      store.refreshRollups(List.of(RewardRule.unrewarded("f")), RollupTags.NONE, now);

      assertThat(
              store
                  .traffic()
                  .usage(TrafficFilter.between(Units.START, now), Grouping.TOTAL)
                  .getFirst()
                  .inferences())
          .isEqualTo(2);
    }
  }
}
