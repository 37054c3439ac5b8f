package dev.pointsman.trainer;

import dev.pointsman.analysis.offpolicy.Difference;
import dev.pointsman.analysis.offpolicy.Overlap;
import dev.pointsman.analysis.offpolicy.PairedEvaluation;
import dev.pointsman.analysis.offpolicy.PromotionRule.Ruling;
import dev.pointsman.analysis.offpolicy.PromotionRule.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * What is known at one look at the gate.
 *
 * @param ruling the rule on all matured decisions since the challenger was registered, those of its
 *     canary among them: one sequence from the first look to the last
 * @param coverage whether the log covers the challenger
 * @param quality Δquality
 * @param laneOutcomes matured outcomes of decisions that the challenger itself made in its present
 *     stage
 * @param guardrails of the challenger's own requests, and the function's metrics by the log
 */
public record GateEvidence(
    Ruling ruling,
    Overlap.Gate coverage,
    Difference quality,
    long laneOutcomes,
    List<Guardrail> guardrails) {

  public GateEvidence {
    guardrails = List.copyOf(guardrails);
  }

  /** The evidence of an evaluation. */
  public static GateEvidence of(
      PairedEvaluation figures, long laneOutcomes, List<Guardrail> guardrails) {
    List<Guardrail> all = new ArrayList<>(guardrails);
    figures.guardrails().forEach(finding -> all.add(new Guardrail.Judged(finding)));
    return new GateEvidence(
        figures.ruling(), figures.overlap().gate(), figures.quality(), laneOutcomes, all);
  }

  /** The same, not to be concluded from for a reason that the evidence itself does not show. */
  GateEvidence blockedBy(String reason) {
    List<String> reasons = new ArrayList<>(List.of(reason));
    if (ruling.verdict() == Verdict.BLOCKED) {
      reasons.addAll(ruling.reasons());
    }
    return new GateEvidence(
        new Ruling(Verdict.BLOCKED, reasons), coverage, quality, laneOutcomes, guardrails);
  }
}
