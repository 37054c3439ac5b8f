package dev.pointsman.trainer;

import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.LoggedDecision;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.DecisionContext;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.LoggedInputs;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.TextShift;
import dev.pointsman.routing.ThresholdPolicy;
import dev.pointsman.routing.TokenPrice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The latest decisions of a function that a {@link ThresholdPolicy} divides: what its threshold is
 * calibrated on at every revision. Read again when the function's decisions have grown by a quarter,
 * or are a minute old, or go by another text model. Not safe for concurrent use.
 */
final class ThresholdSample {

  /** The decisions looked at: their quantiles have a standard error of a point at most. */
  static final int MOST_DECISIONS = 2_000;

  private static final double GROWTH = 1.25;
  private static final Duration BETWEEN_READINGS = Duration.ofMinutes(1);

  private final EventStore store;
  private final RewardRule rule;
  private List<DecisionContext> decisions = List.of();
  private List<@Nullable TokenPrice> prices = List.of();
  private @Nullable String textModel;
  private @Nullable Instant readAt;
  private long pullsThen;

  ThresholdSample(EventStore store, RewardRule rule) {
    this.store = store;
    this.rule = rule;
  }

  /**
   * Brings it up to date.
   *
   * @param pulls decisions of the function so far
   * @param text says what conversations say
   * @return whether a threshold calibrated on it may be another one than before
   */
  boolean refresh(
      LearnedSettings settings,
      List<@Nullable TokenPrice> pricesNow,
      long pulls,
      TextLadder text,
      Instant now) {
    Instant last = readAt;
    boolean due =
        last == null
            || !prices.equals(pricesNow)
            || !Objects.equals(textModel, text.inUse())
            || (pulls != pullsThen
                && (pulls >= GROWTH * pullsThen || !last.plus(BETWEEN_READINGS).isAfter(now)));
    if (!due) {
      return false;
    }
    List<DecisionContext> read = new ArrayList<>();
    text.withText(
        LatestDecisions.of(store, rule, now, MOST_DECISIONS, row -> true),
        settings,
        (row, said) -> {
          DecisionContext context = context(row, settings.candidates(), pricesNow, said);
          if (context != null) {
            read.add(context);
          }
        });
    decisions = read;
    prices = pricesNow;
    textModel = text.inUse();
    readAt = now;
    pullsThen = pulls;
    return true;
  }

  /** What a policy of those candidates would look at; null where a row does not say it. */
  static @Nullable DecisionContext context(
      LoggedDecision row,
      List<String> candidates,
      List<@Nullable TokenPrice> prices,
      @Nullable TextShift text) {
    try {
      return new LoggedInputs(row.candidates(), row.exclusions(), row.segment(), row.features())
          .context(candidates, prices, text);
    } catch (IllegalArgumentException unreadable) {
      return null;
    }
  }

  /** The evidence with the threshold that gives the strong variant its share of the sample. */
  PolicyStatistics calibrated(LearnedSettings settings, PolicyStatistics evidence) {
    return ThresholdPolicy.calibrated(settings, evidence, prices, decisions);
  }
}
