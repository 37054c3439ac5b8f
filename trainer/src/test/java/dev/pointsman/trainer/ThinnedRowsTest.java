package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventstore.LoggedDecision;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ThinnedRowsTest {

  @Test
  void accept_fewerThanTheMost_keepsAll() {
    ThinnedRows<LoggedDecision> rows = thinned(100, 0, 100);
    assertThat(rows.rows()).hasSize(100);
    assertThat(rows.thinning()).isEqualTo(1);
  }

  @Test
  void accept_moreThanTheMost_keepsAnEvenPartFromFirstToLast() {
    ThinnedRows<LoggedDecision> rows = thinned(1_000, 0, 10_000);
    assertThat(rows.rows()).hasSizeBetween(400, 1_000);
    assertThat(rows.thinning()).isIn(16, 32);
    assertThat(rows.rows()).isSortedAccordingTo((a, b) -> a.decidedAt().compareTo(b.decidedAt()));
    long early =
        rows.rows().stream().filter(row -> row.decidedAt().isBefore(Rows.time(5_000))).count();
    assertThat((double) early / rows.rows().size()).isBetween(0.4, 0.6);
  }

  @Test
  void accept_moreRowsLater_keepsASubsetOfWhatItKept() {
    List<LoggedDecision> before = thinned(1_000, 0, 10_000).rows();
    List<LoggedDecision> after = thinned(1_000, 0, 30_000).rows();
    assertThat(before)
        .extracting(LoggedDecision::episodeId)
        .containsAll(
            after.stream()
                .filter(row -> row.decidedAt().isBefore(Rows.time(10_000)))
                .map(LoggedDecision::episodeId)
                .toList());
  }

  private static ThinnedRows<LoggedDecision> thinned(int most, int from, int to) {
    ThinnedRows<LoggedDecision> rows = new ThinnedRows<>(most, LoggedDecision::episodeId);
    for (int n = from; n < to; n++) {
      rows.accept(Rows.decision(n, "policy", false, 1_000L, 1_000L));
    }
    return rows;
  }
}
