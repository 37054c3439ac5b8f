package dev.pointsman.trainer;

import dev.pointsman.routing.ActivePolicies;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.TrainedPolicy;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the trainer has in hand for one function: what serves and what is computed beside it. */
final class FunctionRuns {

  /** What was configured when they began. */
  final GenerationSettings configured;

  /** Whether there was a promotion gate then. */
  final boolean gated;

  final FunctionRun serving;
  final @Nullable FunctionRun beside;

  /** The part of the policy's traffic that goes to the one beside. */
  final double share;

  /** Whether somebody else moved a generation since. */
  boolean outdated;

  @Nullable Instant lastTick;

  FunctionRuns(
      GenerationSettings configured,
      boolean gated,
      FunctionRun serving,
      @Nullable FunctionRun beside,
      double share) {
    this.configured = configured;
    this.gated = gated;
    this.serving = serving;
    this.beside = beside;
    this.share = share;
  }

  /** What conversations say counts otherwise from now on, for both. */
  void textMoved() {
    serving.unpublished = true;
    if (beside != null) {
      beside.unpublished = true;
    }
  }

  /** What was learnt outside the log may be another by now, for both. */
  void priorOutdated() {
    serving.priorUnread = true;
    if (beside != null) {
      beside.priorUnread = true;
    }
  }

  /** The run of a generation; null when it is not among them. */
  @Nullable FunctionRun of(String generation) {
    if (serving.generation.equals(generation)) {
      return serving;
    }
    return beside != null && beside.generation.equals(generation) ? beside : null;
  }

  /** For the router; null before the first revision. */
  @Nullable ActivePolicies active() {
    PolicyRevision revision = serving.latest;
    if (revision == null) {
      return null;
    }
    PolicyRevision other = beside == null ? null : beside.latest;
    return other == null || beside == null
        ? ActivePolicies.of(serving.settings, revision)
        : new ActivePolicies(
            new TrainedPolicy(serving.settings, revision),
            new TrainedPolicy(beside.settings, other),
            share);
  }
}
