package dev.pointsman.trainer;

import dev.pointsman.eventstore.EvidenceRow;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.PolicyStatistics;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * How the evidence rows of one function become the evidence that its policy computes from. Pure:
 * the same settings, rows, alarms, priors and time give the same {@link PolicyStatistics}, to the
 * last bit, in whatever order the rows came and whether at once or one after the other.
 *
 * <ul>
 *   <li>Rewards count where the chosen variant served. Rows are discounted by the minute of their
 *       decisions: a reward that is one half-life old counts half.
 *   <li>A variant is in its nursery until its feedbacks, its pulls or its age reach their bounds;
 *       those counts are not discounted.
 *   <li>After a change alarm the evidence before the change point counts as {@value
 *       #PSEUDO_ROWS} rows at the old mean, and all cells of the segment carry {@value
 *       #RAISED_FLOOR_PULLS} pulls of raised floor, used up by the segment's decisions.
 *   <li>What was learnt outside the log counts like rewards of the moment when it was taken in.
 * </ul>
 */
public final class FunctionTrainer {

  /** How many rows the evidence before a change point is worth. */
  public static final int PSEUDO_ROWS = 5;

  /** For how many decisions of a segment its floors stay raised after an alarm. */
  public static final long RAISED_FLOOR_PULLS = 200;

  private final LearnedSettings settings;
  private final RewardRule.Type type;

  /**
   * A trainer.
   *
   * @param settings of the function
   * @param type whether rewards are yes or no (changes are found by a likelihood ratio) or numbers
   *     (by Page–Hinkley)
   */
  public FunctionTrainer(LearnedSettings settings, RewardRule.Type type) {
    this.settings = settings;
    this.type = type;
  }

  /** A state without rows and alarms. */
  public TrainerState begin() {
    return resume(List.of());
  }

  /** A state without rows that knows the alarms raised so far. */
  public TrainerState resume(Collection<ChangeAlarm> alarms) {
    return new TrainerState(settings, type, alarms);
  }

  /**
   * The evidence at a moment, in one go.
   *
   * @param rows the function's, in any order, one per (segment, variant, bucket); of rows that share
   *     these the last counts
   * @param alarms the alarms raised up to that moment
   * @param priors per variant the expected contrast to the baseline
   * @param now the moment
   */
  public PolicyStatistics statistics(
      Collection<EvidenceRow> rows,
      Collection<ChangeAlarm> alarms,
      Map<String, Double> priors,
      Instant now) {
    return statistics(rows, alarms, priors, List.of(), now, now);
  }

  /**
   * The evidence at a moment, in one go, with what was learnt outside the log.
   *
   * @param rows the function's, in any order, one per (segment, variant, bucket); of rows that share
   *     these the last counts
   * @param alarms the alarms raised up to that moment
   * @param priors per variant the expected contrast to the baseline
   * @param known what was learnt outside the log
   * @param knownSince when that was taken in
   * @param now the moment
   */
  public PolicyStatistics statistics(
      Collection<EvidenceRow> rows,
      Collection<ChangeAlarm> alarms,
      Map<String, Double> priors,
      Collection<PriorCell> known,
      Instant knownSince,
      Instant now) {
    TrainerState state = resume(alarms);
    rows.forEach(state::put);
    state.setPriors(priors);
    state.setPriorEvidence(known, knownSince);
    return state.statistics(now);
  }
}
