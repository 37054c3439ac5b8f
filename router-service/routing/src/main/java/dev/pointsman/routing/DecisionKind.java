package dev.pointsman.routing;

import java.util.Locale;

/** Why an inference went to its variant; only {@link #DECISION} rows carry a propensity vector. */
public enum DecisionKind {
  /** The first inference of an episode: drawn from the logged probabilities. */
  DECISION,
  /** A later inference of the episode: follows the decision of the first one. */
  STICKY,
  /** The caller named the variant or the model. */
  PINNED,
  /** No candidate was eligible: a listed fallback answered. */
  FORCED,
  /** A workflow evaluation named the variant. */
  WORKFLOW,
  /** Answered from the cache before anything was decided. */
  CACHE_HIT,
  /**
   * Came from another system's log: who chose it, and with which chances, is not known. It counts as
   * traffic and cost and never as evidence.
   */
  IMPORTED;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The value stored in the log, for example {@code cache_hit}. */
  public String label() {
    return label;
  }
}
