package dev.pointsman.routing;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@code learned} function that its policy and its trainer compute with.
 *
 * @param algorithm the policy's kind, a label of {@link LearnedAlgorithm}
 * @param candidates the variants it may choose, in name order
 * @param baselineVariant what savings and the holdout compare with
 * @param weights what dollars and seconds weigh beside quality
 * @param exploration how much it tries what is not known to be best
 * @param halfLife how long until evidence counts half; null = for ever
 * @param options what only some algorithms ask for
 * @param limits what its traffic is kept within
 */
public record LearnedSettings(
    String algorithm,
    List<String> candidates,
    @Nullable String baselineVariant,
    Weights weights,
    Exploration exploration,
    @Nullable Duration halfLife,
    Options options,
    Limits limits) {

  /** The same within other limits. */
  public LearnedSettings withLimits(Limits other) {
    return new LearnedSettings(
        algorithm, candidates, baselineVariant, weights, exploration, halfLife, options, other);
  }

  /**
   * Whether decisions of both can be made side by side and compared: the same candidates, the same
   * baseline behind holdout and savings, and the same dollar target, for a function has one pacer.
   */
  public boolean isComparableWith(LearnedSettings other) {
    return candidates.equals(other.candidates)
        && Objects.equals(baselineVariant, other.baselineVariant)
        && Objects.equals(limits.targetUsd(), other.limits.targetUsd());
  }

  /**
   * W, the quality points that a dollar weighs: {@link Weights#cost} + λ/target, rounded to 1 % while
   * λ is above 0, so that decisions whose λ differs by less are the same decision.
   *
   * @param costPrice λ of the function's {@link BudgetPacer}; 0 without one
   */
  public double utilityWeight(double costPrice) {
    Double target = limits.targetUsd();
    return target == null || costPrice == 0
        ? weights.cost()
        : BudgetPacer.rounded(weights.cost() + costPrice / target);
  }

  /**
   * What weighs beside quality.
   *
   * @param cost quality points per dollar
   * @param latency quality points per second
   */
  public record Weights(double cost, double latency) {

    /** Quality alone counts. */
    public static final Weights NONE = new Weights(0, 0);
  }

  /**
   * How much a policy tries what is not known to be best.
   *
   * @param minProbability floor of an eligible arm in the policy lane
   * @param limit utility points per request that exploring may cost; infinite = no limit
   * @param nursery when an arm counts as young, and the floor it has then
   */
  public record Exploration(double minProbability, double limit, Nursery nursery) {

    /** A floor of 0.5 %, and at most 0.02 points a request. */
    public static final Exploration DEFAULT = new Exploration(0.005, 0.02, Nursery.DEFAULT);

    /** No floors and no limit: as the algorithm says. */
    public static final Exploration FREE =
        new Exploration(0, Double.POSITIVE_INFINITY, Nursery.OFF);
  }

  /**
   * What the function's traffic is kept within.
   *
   * @param targetUsd what a decision is to cost in the mean, USD, above 0; null = no target
   * @param minQuality variants expected to be worse, 0..1, are left out by {@link SoftRules}; null =
   *     none is
   * @param latencySlo variants that often keep the caller waiting longer are left out; null = none is
   */
  public record Limits(
      @Nullable Double targetUsd, @Nullable Double minQuality, @Nullable Duration latencySlo) {

    /** None. */
    public static final Limits NONE = new Limits(null, null, null);

    /** A dollar target alone. */
    public static Limits ofTarget(double targetUsd) {
      return new Limits(targetUsd, null, null);
    }
  }

  /** What the rewards of the metric are like. */
  public enum Rewards {
    /** 0 or 1, and what several of them average to. */
    BOOLEAN,
    /** Anything from 0 to 1. */
    FLOAT
  }

  /**
   * When a winner is found.
   *
   * @param delta the chance of a wrong winner that may be taken, above 0 and below 1
   * @param epsilon how much worse than the best is good enough, in points of quality
   * @param leastSamples rewards of a variant before it is compared, at least 2
   * @param mostSamples more rewards of a variant than these count as these
   */
  public record Stopping(double delta, double epsilon, long leastSamples, long mostSamples) {

    /** An error of 5 %, ten rewards before comparing. */
    public static final Stopping DEFAULT = new Stopping(0.05, 0, 10, Long.MAX_VALUE);
  }

  /**
   * What only some algorithms ask for.
   *
   * @param rewards which beliefs fit; {@code thompson} and {@code top_two}
   * @param epsilon the share explored by {@code epsilon_greedy}
   * @param epsilonDecay c of the share min(1, c·K/t) that takes its place; null = constant
   * @param stopping when {@code track_and_stop} and {@code adaptive} have found a winner
   * @param strongShare how much {@code threshold} gives to the stronger of two; null for the others
   */
  public record Options(
      Rewards rewards,
      double epsilon,
      @Nullable Double epsilonDecay,
      Stopping stopping,
      @Nullable StrongShare strongShare) {

    /** Boolean rewards, 10 % explored, an error of 5 %. */
    public static final Options DEFAULT =
        new Options(Rewards.BOOLEAN, 0.1, null, Stopping.DEFAULT, null);

    /** The same with a share to keep. */
    public Options withStrongShare(StrongShare share) {
      return new Options(rewards, epsilon, epsilonDecay, stopping, share);
    }
  }

  /**
   * How much of its decisions a function gives to the stronger of its two variants.
   *
   * @param variant the stronger one
   * @param wanted its share of all decisions, above 0 and below 1
   * @param ofPolicy its share of those of the policy lane that brings this about, the other lanes
   *     having theirs, above 0 and below 1
   */
  public record StrongShare(String variant, double wanted, double ofPolicy) {

    /**
     * The share of the policy lane.
     *
     * @param shares the uniform slice gives half of itself to either; the holdout goes to the baseline
     * @param baselineIsStrong whether that is the stronger one
     * @return at most 0 or at least 1 where the other lanes alone give more or less than is wanted
     */
    public static StrongShare of(
        String variant, double wanted, LaneShares shares, boolean baselineIsStrong) {
      double elsewhere = shares.uniform() / 2 + (baselineIsStrong ? shares.holdout() : 0);
      return new StrongShare(
          variant, wanted, (wanted - elsewhere) / (1 - shares.uniform() - shares.holdout()));
    }
  }

  /**
   * A young arm has a raised floor until the first of three bounds is reached.
   *
   * @param feedbacks rewarded decisions
   * @param pulls decisions
   * @param age time since its first decision
   * @param floor the raised floor
   */
  public record Nursery(long feedbacks, long pulls, Duration age, double floor) {

    /** 30 feedbacks, 200 pulls or 7 days; floor 5 %. */
    public static final Nursery DEFAULT = new Nursery(30, 200, Duration.ofDays(7), 0.05);

    /** No arm is ever young. */
    public static final Nursery OFF = new Nursery(0, 0, Duration.ZERO, 0);
  }
}
