package dev.pointsman.eventstore;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.routing.DecisionKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of one rule, computed from events in memory: what {@link
 * EventStore#refreshStatistics} computes in SQL. Used where there is no store, as in replays, and to
 * hold the SQL to. Events may come in any order.
 *
 * <p>Not safe for concurrent use.
 */
public final class StatisticsFold {

  private static final Comparator<UUID> BY_BYTES =
      Comparator.comparing(UUID::getMostSignificantBits, Long::compareUnsigned)
          .thenComparing(UUID::getLeastSignificantBits, Long::compareUnsigned);
  private static final Comparator<InferenceEvent> FIRST =
      Comparator.comparing(InferenceEvent::at).thenComparing(e -> e.ids().inferenceId(), BY_BYTES);
  private static final Comparator<FeedbackEvent> LAST =
      Comparator.comparing(FeedbackEvent::receivedAt)
          .thenComparing(FeedbackEvent::feedbackId, BY_BYTES);
  private static final Comparator<Cell> CELL_ORDER =
      Comparator.comparing(Cell::bucket)
          .thenComparing(Cell::segment)
          .thenComparing(Cell::variant)
          .thenComparing(Cell::lane);

  private final RewardRule rule;
  private final Map<UUID, List<InferenceEvent>> unitsByEpisode = new LinkedHashMap<>();
  private final Map<UUID, List<FeedbackEvent>> feedbackByTarget = new HashMap<>();

  /** A fold without any events. */
  public StatisticsFold(RewardRule rule) {
    this.rule = rule;
  }

  /** Takes one event; those of other functions and metrics change nothing. */
  public void accept(Event event) {
    if (event instanceof InferenceEvent inference) {
      if (inference.asker().functionName().equals(rule.functionName()) && isMember(inference)) {
        unitsByEpisode
            .computeIfAbsent(inference.ids().episodeId(), e -> new ArrayList<>())
            .add(inference);
      }
    } else if (event instanceof FeedbackEvent feedback && counts(feedback)) {
      feedbackByTarget.computeIfAbsent(feedback.targetId(), t -> new ArrayList<>()).add(feedback);
    }
  }

  /**
   * The rows at a moment, by bucket, segment, variant and lane.
   *
   * @param asOf decides which decisions are matured
   */
  public List<StatisticsRow> rows(Instant asOf) {
    Map<Cell, Sums> sums = new TreeMap<>(CELL_ORDER);
    for (List<InferenceEvent> members : unitsByEpisode.values()) {
      members.stream()
          .filter(e -> e.decision().kind() == DecisionKind.DECISION)
          .min(FIRST)
          .ifPresent(deciding -> add(deciding, members, asOf, sums));
    }
    List<StatisticsRow> rows = new ArrayList<>(sums.size());
    sums.forEach((cell, sum) -> rows.add(sum.row(rule, cell)));
    return rows;
  }

  private void add(
      InferenceEvent deciding, List<InferenceEvent> members, Instant asOf, Map<Cell, Sums> sums) {
    String chosen = deciding.decision().chosenVariant();
    Sums sum = sums.computeIfAbsent(Cell.of(deciding, chosen), c -> new Sums());
    sum.pulls++;
    boolean servedChosen = false;
    boolean servedOther = false;
    for (InferenceEvent member : members) {
      String served = member.outcome().servedVariant();
      if (served != null) {
        sums.computeIfAbsent(Cell.of(deciding, served), c -> new Sums()).served++;
        servedChosen |= served.equals(chosen);
        servedOther |= !served.equals(chosen);
      }
      sum.addMember(member, chosen);
    }
    List<String> candidates = deciding.decision().candidates();
    double[] propensities = deciding.decision().propensities();
    for (int i = 0; i < candidates.size(); i++) {
      double p = propensities[i];
      if (p > 0) {
        Sums arm = sums.computeIfAbsent(Cell.of(deciding, candidates.get(i)), c -> new Sums());
        arm.expectedPulls += p;
        arm.pullVariance += p * (1 - p);
      }
    }
    Double reward = reward(deciding, members, sum);
    boolean failed = deciding.outcome().ending() == InferenceEvent.Ending.FAILED;
    boolean matured = !deciding.at().plus(rule.attributionWindow()).isAfter(asOf);
    if (reward == null && rule.noFeedback() != null && matured && !failed) {
      reward = rule.noFeedback();
      sum.filled++;
    }
    if (reward != null) {
      sum.feedbacks++;
      sum.rewardSum += reward;
      sum.rewardSumSquares += reward * reward;
      if (servedChosen && !servedOther) {
        sum.servedFeedbacks++;
        sum.servedRewardSum += reward;
        sum.servedRewardSumSquares += reward * reward;
      }
    }
  }

  /** The mean over the unit's targets that have a value; null when none has. */
  private @Nullable Double reward(
      InferenceEvent deciding, Collection<InferenceEvent> members, Sums sum) {
    List<UUID> targets =
        rule.level() == RewardRule.Level.EPISODE
            ? List.of(deciding.ids().episodeId())
            : members.stream().map(e -> e.ids().inferenceId()).toList();
    Instant closes = deciding.at().plus(rule.attributionWindow());
    double total = 0;
    int valued = 0;
    for (UUID target : targets) {
      FeedbackEvent last =
          feedbackByTarget.getOrDefault(target, List.of()).stream()
              .filter(f -> !f.receivedAt().isAfter(closes))
              .max(LAST)
              .orElse(null);
      if (last != null) {
        double scaled = scaled(last);
        if (scaled < 0 || scaled > 1) {
          sum.clipped++;
        }
        double within = Math.clamp(scaled, 0, 1);
        total += rule.maximize() ? within : 1 - within;
        valued++;
      }
    }
    return valued == 0 ? null : Double.valueOf(total / valued);
  }

  private double scaled(FeedbackEvent feedback) {
    Boolean held = feedback.booleanValue();
    if (held != null) {
      return held ? 1 : 0;
    }
    Double value = feedback.floatValue();
    if (value == null) {
      throw new IllegalStateException("feedback without a value was counted: " + feedback.id());
    }
    return (value - rule.low()) / (rule.high() - rule.low());
  }

  private static boolean isMember(InferenceEvent inference) {
    DecisionKind kind = inference.decision().kind();
    return kind == DecisionKind.DECISION || kind == DecisionKind.STICKY;
  }

  private boolean counts(FeedbackEvent feedback) {
    Double number = feedback.floatValue();
    boolean hasValue =
        switch (rule.type()) {
          case BOOLEAN -> feedback.booleanValue() != null;
          case FLOAT -> number != null && !number.isNaN();
        };
    boolean atLevel =
        (feedback.target() == FeedbackEvent.Target.EPISODE)
            == (rule.level() == RewardRule.Level.EPISODE);
    return hasValue
        && atLevel
        && feedback.rejected() == null
        && feedback.metricName().equals(rule.metric());
  }

  private record Cell(Instant bucket, String segment, String variant, String lane) {
    static Cell of(InferenceEvent deciding, String variant) {
      String lane = deciding.decision().lane();
      return new Cell(
          StatisticsRow.bucketOf(deciding.at()),
          deciding.decision().segment(),
          variant,
          lane == null ? "" : lane);
    }
  }

  private static final class Sums {
    private long pulls;
    private double expectedPulls;
    private double pullVariance;
    private long resplits;
    private long feedbacks;
    private double rewardSum;
    private double rewardSumSquares;
    private long servedFeedbacks;
    private double servedRewardSum;
    private double servedRewardSumSquares;
    private long filled;
    private long clipped;
    private long inferences;
    private long served;
    private long answered;
    private long failed;
    private long inputTokens;
    private long inputTokensCount;
    private long outputTokens;
    private long outputTokensCount;
    private long costNanos;
    private long costCount;
    private long baselineCostNanos;
    private long comparedCostNanos;
    private long comparedCount;
    private long durationMicros;

    void addMember(InferenceEvent member, String chosen) {
      InferenceEvent.Quantities quantities = member.quantities();
      inferences++;
      if (member.decision().kind() == DecisionKind.DECISION
          && !member.decision().chosenVariant().equals(chosen)) {
        resplits++;
      }
      InferenceEvent.Ending ending = member.outcome().ending();
      if (ending == InferenceEvent.Ending.FAILED) {
        failed++;
      }
      if (ending == InferenceEvent.Ending.ANSWERED
          && chosen.equals(member.outcome().servedVariant())) {
        answered++;
        durationMicros += quantities.durationMicros();
        Long input = quantities.tokens().input();
        if (input != null) {
          inputTokens += input;
          inputTokensCount++;
        }
        Long output = quantities.tokens().output();
        if (output != null) {
          outputTokens += output;
          outputTokensCount++;
        }
      }
      Long cost = quantities.costNanos();
      if (cost != null) {
        costNanos += cost;
        costCount++;
        Long baseline = quantities.baselineCostNanos();
        if (baseline != null) {
          baselineCostNanos += baseline;
          comparedCostNanos += cost;
          comparedCount++;
        }
      }
    }

    StatisticsRow row(RewardRule rule, Cell cell) {
      return new StatisticsRow(
          rule.functionName(),
          rule.metric(),
          cell.segment(),
          cell.variant(),
          cell.lane(),
          cell.bucket(),
          pulls,
          expectedPulls,
          pullVariance,
          resplits,
          feedbacks,
          rewardSum,
          rewardSumSquares,
          servedFeedbacks,
          servedRewardSum,
          servedRewardSumSquares,
          filled,
          clipped,
          inferences,
          served,
          answered,
          failed,
          inputTokens,
          inputTokensCount,
          outputTokens,
          outputTokensCount,
          costNanos,
          costCount,
          baselineCostNanos,
          comparedCostNanos,
          comparedCount,
          durationMicros);
    }
  }
}
