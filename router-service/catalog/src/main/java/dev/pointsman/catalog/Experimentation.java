package dev.pointsman.catalog;

import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a function's variants are chosen. */
public sealed interface Experimentation {

  /** No section: TensorZero's even draw over all variants. */
  record Uniform() implements Experimentation {}

  /**
   * TensorZero's {@code static}: fixed weights.
   *
   * @param weights weight per candidate, in name order; zeros allowed, not all zero
   * @param fallbackVariants tried in order when no candidate is left
   */
  record Static(Map<String, Double> weights, List<String> fallbackVariants)
      implements Experimentation {}

  /**
   * A policy that learns from feedback.
   *
   * @param metric the quality
   * @param settings what policy and trainer compute with
   * @param context {@code none}, {@code segments}, {@code text} or {@code auto}
   * @param shares uniform slice and holdout
   * @param revisionInterval least time between two revisions
   * @param stickiness how long an episode keeps its variant
   * @param attribution how feedback becomes the reward of a decision
   * @param exploreIf condition under which exploring is allowed; null = always
   * @param rules what is asked of changed settings, and of verdicts
   * @param embedding the embedding of prompts that neighbours are found by; null without one
   */
  record Learned(
      String metric,
      LearnedSettings settings,
      String context,
      LaneShares shares,
      List<String> fallbackVariants,
      Duration revisionInterval,
      Stickiness stickiness,
      Attribution attribution,
      @Nullable ExploreCondition exploreIf,
      Rules rules,
      @Nullable Embedding embedding)
      implements Experimentation {

    /** Whether its decisions may go by what a conversation says. */
    public boolean readsText() {
      return context.equals("text") || context.equals("auto");
    }

    /** Whether a model of its words says so, and not neighbours by embedding. */
    public boolean readsWords() {
      return readsText() && embedding == null;
    }
  }

  /**
   * How long an episode keeps its variant.
   *
   * @param max episodes kept in memory
   */
  record Stickiness(Duration ttl, int max) {

    /** A day, a million episodes. */
    public static final Stickiness DEFAULT = new Stickiness(Duration.ofHours(24), 1_000_000);
  }

  /**
   * How feedback becomes the reward of a decision.
   *
   * @param window how old a decision's feedback may be
   * @param noFeedback the reward of a matured decision without feedback; null = unknown
   * @param onError the reward, in policy values, of a decision that no variant answered
   */
  record Attribution(Duration window, @Nullable Double noFeedback, double onError) {

    /** Where no feedback says nothing, and an error counts as a failure. */
    public static Attribution within(Duration window) {
      return new Attribution(window, null, 0);
    }
  }

  /**
   * What is asked of changed settings, and of verdicts.
   *
   * @param promotion how changed settings come to serve; null = at once
   * @param guardrails metrics that changed settings may not make worse
   * @param surrogates metrics that stand for the metric where it has no value: judges that score every
   *     decision; verdicts combine all
   */
  record Rules(@Nullable Promotion promotion, List<Guarded> guardrails, List<String> surrogates) {

    /** Whatever is configured serves at once. */
    public static final Rules NONE = new Rules(null, List.of(), List.of());

    public Rules {
      guardrails = List.copyOf(guardrails);
      surrogates = List.copyOf(surrogates);
    }
  }

  /**
   * Where the embedding of a prompt comes from.
   *
   * @param model a declared embedding model
   * @param deadline how long a decision waits for it; what is later is left out
   */
  record Embedding(String model, Duration deadline) {}

  /**
   * A gate: changed settings wait beside those that serve until they have proved themselves.
   *
   * @param mode who takes the steps
   * @param margin how much quality may be lost, in points of 0..1
   * @param canary the share of the policy's traffic on which changed settings are tried, above 0 and
   *     below ¼
   */
  record Promotion(Mode mode, double margin, double canary) {

    /** Who takes the steps. */
    public enum Mode {
      /** A person; the gate says when, and goes back by itself. */
      MANUAL,
      /** The gate. */
      AUTO
    }
  }

  /**
   * A metric that changed settings may not make worse, whatever they gain.
   *
   * @param metric a declared metric, of the function or of its episodes
   * @param limit what the bound limits
   * @param bound in the metric's own units; of true and false the share of true, 0..1
   */
  record Guarded(String metric, Limit limit, double bound) {

    /** What a bound limits. */
    public enum Limit {
      /** The metric's mean, of which less is better: at most this. */
      MAX,
      /** The metric's mean, of which more is better: at least this. */
      MIN,
      /** How much worse than that of what serves it may be. */
      WORSE_BY
    }
  }

  /**
   * {@code tag:NAME = VALUE} or {@code tag:NAME != VALUE}.
   *
   * @param equal whether the tag must equal the value, or must not
   */
  record ExploreCondition(String tag, boolean equal, String value) {
    /** Whether a request with these tags may explore. */
    public boolean allows(Map<String, String> tags) {
      return value.equals(tags.get(tag)) == equal;
    }
  }
}
