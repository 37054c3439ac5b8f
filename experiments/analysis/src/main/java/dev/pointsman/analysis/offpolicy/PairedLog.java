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
 * @param surrogates what stands for the decisions' quality where that is what people say about few;
 *     empty where it stands for itself
 */
public record PairedLog(
    List<String> arms,
    List<PairedDecision> decisions,
    int baseline,
    List<Guarded> guarded,
    List<Surrogate> surrogates) {

  /**
   * A metric that may not get worse, with its values on a log.
   *
   * @param rewards one per decision, 0..1 and the more the better, null where no value came
   */
  public record Guarded(GuardrailRule rule, List<@Nullable Double> rewards) {}

  /**
   * A metric that stands for the quality, such as a judge's score.
   *
   * @param scores one per decision, 0..1 and the more the better, null where it gave none
   */
  public record Surrogate(String metric, List<@Nullable Double> scores) {}

  public PairedLog {
    arms = List.copyOf(arms);
    decisions = List.copyOf(decisions);
    guarded = List.copyOf(guarded);
    surrogates = List.copyOf(surrogates);
  }

  /** A log of quality and cost alone. */
  public static PairedLog of(List<String> arms, List<PairedDecision> decisions, int baseline) {
    return new PairedLog(arms, decisions, baseline, List.of(), List.of());
  }

  /** The same with metrics that may not get worse. */
  public PairedLog withGuarded(List<Guarded> metrics) {
    return new PairedLog(arms, decisions, baseline, metrics, surrogates);
  }

  /** The same with metrics that stand for the quality. */
  public PairedLog withSurrogates(List<Surrogate> metrics) {
    return new PairedLog(arms, decisions, baseline, guarded, metrics);
  }
}
