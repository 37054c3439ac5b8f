package dev.pointsman.analysis.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ProgressiveRowsTest {

  @Test
  void of_threeBlocks_fitsEachOnTheBlocksBeforeIt() {
    List<LoggedChoice> log = IntStream.range(0, 9).mapToObj(i -> choice("s", 0, i)).toList();
    List<Integer> seen = new ArrayList<>();
    List<EvaluationRow> rows =
        ProgressiveRows.of(
            log,
            3,
            earlier -> {
              seen.add(earlier.size());
              return choice -> new double[] {earlier.size(), 0};
            },
            0.01);
    assertThat(seen).containsExactly(0, 3, 6);
    assertThat(rows)
        .extracting(EvaluationRow::predicted)
        .containsExactly(0.0, 0.0, 0.0, 3.0, 3.0, 3.0, 6.0, 6.0, 6.0);
    assertThat(rows).extracting(EvaluationRow::reward).startsWith(0.0, 1.0, 2.0);
  }

  @Test
  void of_moreBlocksThanRows_scoresEveryRowOnce() {
    List<LoggedChoice> log = List.of(choice("s", 0, 1), choice("s", 1, 0));
    assertThat(ProgressiveRows.of(log, 10, SegmentArmMeans::fit, 0.01)).hasSize(2);
  }

  @Test
  void of_noBlocks_isRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProgressiveRows.of(List.of(), 0, SegmentArmMeans::fit, 0.01))
        .withMessage("blocks must be at least 1: 0");
  }

  @Test
  void expected_nothingSeen_isAHalf() {
    assertThat(SegmentArmMeans.fit(List.of()).expected(choice("s", 0, 1)))
        .containsExactly(0.5, 0.5);
  }

  @Test
  void expected_oneSegmentSeen_isShrunkToTheArm() {
    List<LoggedChoice> log = IntStream.range(0, 5).mapToObj(i -> choice("s", 0, 1)).toList();
    SegmentArmMeans means = SegmentArmMeans.fit(log);
    assertThat(means.expected(choice("s", 0, 1))[0]).isCloseTo(0.875, within(1e-12));
    assertThat(means.expected(choice("other", 0, 1))[0]).isCloseTo(0.75, within(1e-12));
    assertThat(means.expected(choice("s", 0, 1))[1]).isCloseTo(0.5, within(1e-12));
  }

  private static LoggedChoice choice(String segment, int arm, double reward) {
    return new LoggedChoice(
        "e" + reward, segment, arm, List.of(0.5, 0.5), List.of(0.5, 0.5), reward);
  }
}
