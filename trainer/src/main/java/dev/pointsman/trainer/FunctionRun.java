package dev.pointsman.trainer;

import dev.pointsman.control.PriorEvidence;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventstore.EvidenceAges;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** What the trainer has in hand for one function under one generation. */
final class FunctionRun {

  /** Below this evidence a few reattributed rewards are half of it. */
  private static final double LEAST_TO_SHRINK = 10;

  final RewardRule rule;
  final LearnedSettings settings;
  final GenerationSettings generationSettings;
  final String generation;
  final TrainerState state;
  final TextLadder text;

  /** Events that must be in the log before the next revision; they stay here until they are. */
  final Deque<Event> owed = new ArrayDeque<>();

  /** Whether the state differs from what was published last. */
  boolean unpublished = true;

  /** Whether a revision is being refused for its shrunk evidence. */
  boolean refusing;

  /** Whether an alarm was raised since the last publication. */
  boolean alarmed;

  /** How long the buckets of the state are, null before the first reading. */
  @Nullable EvidenceAges ages;

  /** Rows that the last reading of the whole attribution window gave. */
  long rowsOfWindow;

  /** Readings of recent rows only since then. */
  int partialReads;

  /** The text model that is being fitted, null while none is. */
  @Nullable FutureTask<Optional<TextLadder.Fitted>> fitting;

  /** What was learnt outside the log, as it is in the state; null for nothing. */
  @Nullable PriorEvidence prior;

  /** Whether the control store may hold another one. */
  boolean priorUnread = true;

  /** Whether a text model was among what was taken from there, had there been one. */
  boolean tookText;

  @Nullable PolicyRevision latest;

  /** What a threshold is calibrated on; null where the policy has none. */
  final @Nullable ThresholdSample threshold;

  FunctionRun(
      RewardRule rule,
      LearnedSettings settings,
      GenerationSettings generationSettings,
      String generation,
      TrainerState state,
      TextLadder text,
      @Nullable PolicyRevision latest,
      @Nullable ThresholdSample threshold) {
    this.rule = rule;
    this.settings = settings;
    this.generationSettings = generationSettings;
    this.generation = generation;
    this.state = state;
    this.text = text;
    this.latest = latest;
    this.threshold = threshold;
  }

  /**
   * Whether the evidence of the log is less than half of what the last revision's would be by now.
   * What was learnt outside the log may be taken away at any time.
   *
   * @param statistics the last ones of the state
   */
  boolean hasShrunk(PolicyStatistics statistics, Instant now) {
    PolicyRevision last = latest;
    if (last == null || alarmed) {
      return false;
    }
    Duration halfLife = settings.halfLife();
    double age = Math.max(0, Duration.between(last.publishedAt(), now).toMillis());
    double kept = halfLife == null ? 1 : StrictMath.pow(2, -age / halfLife.toMillis());
    double expected =
        kept
            * (last.statistics().feedbackCount()
                - RevisionProvenance.priorRewardsOf(last.provenance()));
    return expected >= LEAST_TO_SHRINK
        && statistics.feedbackCount() - state.priorRewards() < 0.5 * expected;
  }
}
