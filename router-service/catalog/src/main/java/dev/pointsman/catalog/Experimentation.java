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
   * @param stickyTtl how long an episode keeps its variant
   * @param stickyMax episodes kept in memory
   * @param attributionWindow how old a decision's feedback may be
   * @param noFeedback the reward of a matured decision without feedback; null = unknown
   * @param rewardOnError the reward, in policy values, of a decision that no variant answered
   * @param exploreIf condition under which exploring is allowed; null = always
   */
  record Learned(
      String metric,
      LearnedSettings settings,
      String context,
      LaneShares shares,
      List<String> fallbackVariants,
      Duration revisionInterval,
      Duration stickyTtl,
      int stickyMax,
      Duration attributionWindow,
      @Nullable Double noFeedback,
      double rewardOnError,
      @Nullable ExploreCondition exploreIf)
      implements Experimentation {

    /** Whether its decisions may go by what a conversation says. */
    public boolean readsText() {
      return context.equals("text") || context.equals("auto");
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
