package dev.pointsman.analysis.offpolicy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What two policies are compared on.
 *
 * @param arms the arms' names
 * @param decisions matured decisions of the main stratum in order of decision
 * @param baseline index of the holdout's arm, −1 when there is none
 * @param guarded metrics that may not get worse; together they are wrongly found broken with a
 *     chance of at most α
 * @param scores a judge's score of each decision, 0..1 or null, where the decisions' quality is what
 *     people say about few; null where there is no judge
 */
public record PairedLog(
    List<String> arms,
    List<PairedDecision> decisions,
    int baseline,
    List<Guarded> guarded,
    @Nullable List<@Nullable Double> scores) {

  /**
   * A metric that may not get worse, with its values on a log.
   *
   * @param rewards one per decision, 0..1 and the more the better, null where no value came
   */
  public record Guarded(GuardrailRule rule, List<@Nullable Double> rewards) {}

  public PairedLog {
    arms = List.copyOf(arms);
    decisions = List.copyOf(decisions);
    guarded = List.copyOf(guarded);
  }

  /** A log of quality and cost alone. */
  public static PairedLog of(List<String> arms, List<PairedDecision> decisions, int baseline) {
    return new PairedLog(arms, decisions, baseline, List.of(), null);
  }

  /** The same with metrics that may not get worse. */
  public PairedLog withGuarded(List<Guarded> metrics) {
    return new PairedLog(arms, decisions, baseline, metrics, scores);
  }

  /** The same with a judge's scores; null for none. */
  public PairedLog withScores(@Nullable List<@Nullable Double> ofJudge) {
    return new PairedLog(arms, decisions, baseline, guarded, ofJudge);
  }
}
