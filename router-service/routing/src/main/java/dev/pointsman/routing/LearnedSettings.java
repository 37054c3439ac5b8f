package dev.pointsman.routing;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@code learned} function that its policy and its trainer compute with.
 *
 * @param algorithm the policy's kind, {@code squarecb}
 * @param candidates the variants it may choose, in name order
 * @param baselineVariant what savings and the holdout compare with
 * @param costWeight quality points per dollar
 * @param latencyWeight quality points per second
 * @param minProbability floor of an eligible arm in the policy lane
 * @param explorationLimit utility points per request that exploring may cost; infinite = no limit
 * @param nursery when an arm counts as young, and the floor it has then
 * @param halfLife how long until evidence counts half; null = for ever
 */
public record LearnedSettings(
    String algorithm,
    List<String> candidates,
    @Nullable String baselineVariant,
    double costWeight,
    double latencyWeight,
    double minProbability,
    double explorationLimit,
    Nursery nursery,
    @Nullable Duration halfLife) {

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
