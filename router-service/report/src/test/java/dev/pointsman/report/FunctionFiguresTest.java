package dev.pointsman.report;

import static dev.pointsman.report.RowDraft.START;
import static dev.pointsman.report.RowDraft.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.analysis.AllocationTest;
import dev.pointsman.eventstore.DecisionSums;
import dev.pointsman.eventstore.StatisticsRow;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FunctionFiguresTest {

  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final Instant MUCH_LATER = START.plus(Duration.ofDays(1));

  private static FunctionFigures figures(Instant now, RowDraft... rows) {
    List<DecisionSums> all = Arrays.stream(rows).map(RowDraft::build).toList();
    Instant maturedUntil = StatisticsRow.bucketOf(now.minus(WINDOW));
    List<DecisionSums> matured =
        all.stream().filter(row -> row.start().isBefore(maturedUntil)).toList();
    return new FunctionFigures(
        new FunctionFigures.Sources(
            all, matured, all, all, matured, maturedUntil, StatisticsRow.BUCKET),
        List.of("idle"));
  }

  @Test
  void variants_configuredAndLogged_areInNameOrder() {
    assertThat(figures(MUCH_LATER, row("small", 0), row("large", 0)).variants())
        .containsExactly("idle", "large", "small");
  }

  @Test
  void quality_bucketStillInsideTheWindow_isNotCounted() {
    RowDraft old = row("large", 0).pulls(10, 10, 1).rewards(10, 8);
    RowDraft young = row("large", 6).pulls(10, 10, 1).rewards(10, 0);
    // The first bucket ends 10 s after the start, so it is whole and past the window 70 s after it.
    Instant justMatured = START.plusSeconds(70);

    FunctionFigures figures = figures(justMatured, old, young);

    assertThat(figures.quality(any -> true).n()).isEqualTo(10);
    assertThat(figures.quality(any -> true).mean()).isEqualTo(0.8);
    assertThat(figures(justMatured.minusMillis(1), old, young).quality(any -> true))
        .isEqualTo(Estimate.NONE);
  }

  @Test
  void quality_withoutFeedback_isUnknownNotZero() {
    Estimate none = figures(MUCH_LATER, row("large", 0).pulls(5, 5, 1)).quality(any -> true);

    assertThat(none.known()).isFalse();
    assertThat(none.mean()).isNaN();
  }

  @Test
  void quality_band_holdsTheMeanAndStaysInside01() {
    Estimate all = figures(MUCH_LATER, row("a", 0).pulls(3, 3, 1).rewards(3, 3)).quality(r -> true);

    assertThat(all.mean()).isEqualTo(1);
    assertThat(all.low()).isBetween(0.0, 1.0).isLessThan(all.mean());
    assertThat(all.high()).isEqualTo(1);
  }

  @Test
  void standardisedQuality_unevenTraffic_weighsSegmentsByAllDecisions() {
    // Raw, the cheap variant looks better: it gets the easy segment.
    RowDraft[] rows = {
      row("cheap", 0).segment("easy").pulls(90, 100, 0.9).rewards(90, 81),
      row("dear", 0).segment("easy").pulls(10, 100, 0.1).rewards(10, 10),
      row("cheap", 0).segment("hard").pulls(10, 100, 0.1).rewards(10, 2),
      row("dear", 0).segment("hard").pulls(90, 100, 0.9).rewards(90, 63)
    };
    FunctionFigures figures = figures(MUCH_LATER, rows);

    assertThat(figures.quality(r -> r.variant().equals("cheap")).mean())
        .isEqualTo(0.83, within(1e-12));
    assertThat(figures.standardisedQuality("cheap").mean())
        .isEqualTo(0.5 * 0.9 + 0.5 * 0.2, within(1e-12));
    assertThat(figures.standardisedQuality("dear").mean())
        .isEqualTo(0.5 * 1.0 + 0.5 * 0.7, within(1e-12));
  }

  @Test
  void standardisedQuality_noFeedbackInOneSegment_isUnknown() {
    FunctionFigures figures =
        figures(
            MUCH_LATER,
            row("cheap", 0).segment("easy").pulls(90, 100, 0.9).rewards(90, 81),
            row("dear", 0).segment("hard").pulls(90, 100, 0.9).rewards(90, 63));

    assertThat(figures.standardisedQuality("cheap")).isEqualTo(Estimate.NONE);
    assertThat(figures.standardisedQuality("idle")).isEqualTo(Estimate.NONE);
    assertThat(figures(MUCH_LATER).standardisedQuality("idle")).isEqualTo(Estimate.NONE);
  }

  @Test
  void shares_bucketsWithoutTraffic_areAbsentAndUnservedOnesUnknown() {
    ShareSeries series =
        figures(
                MUCH_LATER,
                row("large", 3).pulls(0, 0, 0),
                row("large", 0).pulls(3, 4, 0.5),
                row("small", 0).pulls(1, 4, 0.5))
            .shares(START.plusSeconds(300));

    assertThat(series.variants()).containsExactly("idle", "large", "small");
    assertThat(series.starts()).containsExactly(START, START.plusSeconds(30));
    assertThat(series.served()[0]).containsExactly(0, 0.75, 0.25);
    assertThat(series.intended()[0]).containsExactly(0, 0.5, 0.5);
    assertThat(series.served()[1]).containsOnly(Double.NaN);
    assertThat(series.decisions()).containsExactly(4, 0);
    assertThat(series.lastOpen()).isFalse();
  }

  @Test
  void shares_lastBucketNotOver_isOpen() {
    ShareSeries series =
        figures(MUCH_LATER, row("large", 0).pulls(1, 1, 1)).shares(START.plusSeconds(9));

    assertThat(series.lastOpen()).isTrue();
  }

  @Test
  void weightedQuality_unevenPropensities_isTheMeanOnAllTraffic() {
    FunctionFigures figures =
        figures(MUCH_LATER, row("large", 0).weights(40, 30, 0.2), row("small", 0).pulls(1, 1, 1));

    assertThat(figures.weightedQuality("large").mean()).isEqualTo(0.75, within(1e-12));
    assertThat(figures.weightedQuality("large").n()).isEqualTo(40);
    assertThat(figures.weightedQuality("small")).isEqualTo(Estimate.NONE);
    assertThat(figures.weightedQuality("idle")).isEqualTo(Estimate.NONE);
  }

  @Test
  void laneAllocation_laneNeverDrawn_blocks() {
    FunctionFigures figures =
        figures(
            MUCH_LATER,
            row("", 0).lane("holdout").laneDraws(0, 1_000, 0.1),
            row("", 0).lane("policy").laneDraws(905, 1_000, 0.9));

    assertThat(figures.laneAllocation().get("holdout").outcome())
        .isEqualTo(AllocationTest.Outcome.BLOCK);
    assertThat(figures.laneAllocation().get("policy").outcome())
        .isEqualTo(AllocationTest.Outcome.FINE);
    assertThat(figures.variants()).containsExactly("idle");
  }

  @Test
  void qualityByLane_isCumulativeAndSkipsTimesWithoutFeedback() {
    List<QualitySeries> lanes =
        figures(
                MUCH_LATER,
                row("a", 0).pulls(2, 2, 1).rewards(2, 2),
                row("a", 1).pulls(2, 2, 1),
                row("a", 2).lane("holdout").pulls(1, 1, 1).rewards(1, 0),
                row("a", 3).pulls(2, 2, 1).rewards(2, 0))
            .qualityByLane(List.of("policy", "holdout", "uniform"));

    assertThat(lanes)
        .extracting(QualitySeries::label)
        .containsExactly("policy", "holdout", "uniform");
    assertThat(lanes.get(0).points().getFirst().estimate().mean()).isEqualTo(1);
    assertThat(lanes.get(0).points().getLast().estimate().mean()).isEqualTo(0.5);
    assertThat(lanes.get(0).points().getLast().estimate().n()).isEqualTo(4);
    assertThat(lanes.get(2).points()).isEmpty();
  }

  @Test
  void allocation_choicesFollowPropensities_isFine() {
    FunctionFigures figures =
        figures(
            MUCH_LATER,
            row("large", 0).pulls(501, 1000, 0.5),
            row("small", 0).pulls(499, 1000, 0.5));

    assertThat(figures.allocation("large").outcome()).isEqualTo(AllocationTest.Outcome.FINE);
  }

  @Test
  void allocation_plantedFault_blocksAndStaysBlocked() {
    // The log says a half each, three quarters were drawn; afterwards all is well again.
    FunctionFigures figures =
        figures(
            MUCH_LATER,
            row("large", 0).pulls(750, 1000, 0.5),
            row("small", 0).pulls(250, 1000, 0.5),
            row("large", 1).pulls(50_000, 100_000, 0.5),
            row("small", 1).pulls(50_000, 100_000, 0.5));

    assertThat(figures.allocation("large").outcome()).isEqualTo(AllocationTest.Outcome.BLOCK);
    assertThat(figures.allocation("small").outcome()).isEqualTo(AllocationTest.Outcome.BLOCK);
    assertThat(figures.allocation("idle").outcome()).isEqualTo(AllocationTest.Outcome.FINE);
  }

  @Test
  void feedback_variantServesWherePeopleSayLittle_isNotMissing() {
    FunctionFigures figures =
        figures(
            MUCH_LATER,
            row("small", 0).segment("chat").pulls(9000, 10_000, 0.9).rewards(6300, 5000),
            row("large", 0).segment("chat").pulls(1000, 10_000, 0.1).rewards(700, 600),
            row("small", 0).segment("code").pulls(1000, 10_000, 0.1).rewards(300, 200),
            row("large", 0).segment("code").pulls(9000, 10_000, 0.9).rewards(2700, 2000));

    assertThat(figures.feedback("small").outcome()).isEqualTo(AllocationTest.Outcome.FINE);
    assertThat(figures.feedback("large").outcome()).isEqualTo(AllocationTest.Outcome.FINE);
  }

  @Test
  void feedback_variantFailsMore_isNotMissing() {
    FunctionFigures figures =
        figures(
            MUCH_LATER,
            row("small", 0)
                .segment("all")
                .pulls(5000, 10_000, 0.5)
                .rewards(2800, 2000)
                .failed(1000),
            row("large", 0).segment("all").pulls(5000, 10_000, 0.5).rewards(3500, 3000));

    assertThat(figures.feedback("small").outcome()).isEqualTo(AllocationTest.Outcome.FINE);
  }

  @Test
  void feedback_ofOneVariantLost_isFoundInItsSegments() {
    FunctionFigures figures =
        figures(
            MUCH_LATER,
            row("small", 0).segment("chat").pulls(5000, 10_000, 0.5).rewards(2500, 2000),
            row("large", 0).segment("chat").pulls(5000, 10_000, 0.5).rewards(3500, 3000));

    assertThat(figures.feedback("small").outcome()).isEqualTo(AllocationTest.Outcome.BLOCK);
    assertThat(figures.isBySegment()).isTrue();
  }

  @Test
  void coverage_filledRewards_areNoFeedback() {
    assertThat(
            figures(MUCH_LATER, row("a", 0).pulls(10, 10, 1).rewards(10, 4).filled(7))
                .coverage(any -> true))
        .containsExactly(10, 3);
  }

  @Test
  void dollarsPerThousand_noKnownPrice_isUnknown() {
    FunctionFigures figures =
        figures(
            MUCH_LATER,
            row("priced", 0).pulls(4, 4, 1).cost(8_000_000, 4),
            row("gratis", 0).pulls(4, 4, 1).cost(0, 4),
            row("dark", 0).pulls(4, 4, 1));

    assertThat(figures.dollarsPerThousand(r -> r.variant().equals("priced")))
        .isEqualTo(2.0, within(1e-12));
    assertThat(figures.dollarsPerThousand(r -> r.variant().equals("gratis"))).isZero();
    assertThat(figures.dollarsPerThousand(r -> r.variant().equals("dark"))).isNull();
  }

  @Test
  void segments_areBusiestFirst() {
    assertThat(
            figures(
                    MUCH_LATER,
                    row("a", 0).segment("quiet").pulls(1, 1, 1),
                    row("a", 0).segment("busy").pulls(5, 5, 1),
                    row("a", 1).segment("busy").pulls(5, 5, 1))
                .segments())
        .containsExactly("busy", "quiet");
  }
}
