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
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
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
  static final Comparator<InferenceEvent> FIRST =
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
   * @param asOf decides which decisions are matured, and which buckets are minutes
   */
  public List<StatisticsRow> rows(Instant asOf) {
    Map<Cell, Sums> sums = new TreeMap<>(CELL_ORDER);
    units(asOf, unit -> add(unit, asOf, sums));
    List<StatisticsRow> rows = new ArrayList<>(sums.size());
    sums.forEach((cell, sum) -> rows.add(sum.row(rule, cell)));
    return rows;
  }

  /**
   * A decision and what came of it.
   *
   * @param deciding the unit's earliest decision row
   * @param members its inferences, that one among them
   * @param reward null when unknown
   * @param filled whether the reward is the rule's {@code noFeedback}
   * @param clipped values outside the metric's range
   */
  record Unit(
      InferenceEvent deciding,
      List<InferenceEvent> members,
      @Nullable Double reward,
      boolean filled,
      int clipped) {

    /** Whether the chosen variant served an inference of the unit, and no other did. */
    boolean servedAsChosen() {
      List<String> served =
          members.stream()
              .map(member -> member.outcome().servedVariant())
              .filter(Objects::nonNull)
              .distinct()
              .toList();
      return served.equals(List.of(deciding.decision().chosenVariant()));
    }
  }

  /** Hands over every unit, as it is at a moment. */
  void units(Instant asOf, Consumer<Unit> taker) {
    for (List<InferenceEvent> members : unitsByEpisode.values()) {
      members.stream()
          .filter(e -> e.decision().kind() == DecisionKind.DECISION)
          .min(FIRST)
          .ifPresent(deciding -> taker.accept(unit(deciding, members, asOf)));
    }
  }

  private Unit unit(InferenceEvent deciding, List<InferenceEvent> members, Instant asOf) {
    List<Double> values = values(deciding, members);
    int clipped = (int) values.stream().map(rule::scaled).filter(at -> at < 0 || at > 1).count();
    if (!values.isEmpty()) {
      double total = 0;
      for (double value : values) {
        total += rule.reward(value);
      }
      return new Unit(deciding, members, total / values.size(), false, clipped);
    }
    boolean failed = deciding.outcome().ending() == InferenceEvent.Ending.FAILED;
    boolean matured = !deciding.at().plus(rule.attributionWindow()).isAfter(asOf);
    Double fill = matured && !failed ? rule.noFeedback() : null;
    return new Unit(deciding, members, fill, fill != null, 0);
  }

  private static void add(Unit unit, Instant asOf, Map<Cell, Sums> sums) {
    InferenceEvent deciding = unit.deciding();
    String chosen = deciding.decision().chosenVariant();
    Sums sum = sums.computeIfAbsent(Cell.of(deciding, chosen, asOf), c -> new Sums());
    sum.pulls++;
    for (InferenceEvent member : unit.members()) {
      String served = member.outcome().servedVariant();
      if (served != null) {
        sums.computeIfAbsent(Cell.of(deciding, served, asOf), c -> new Sums()).served++;
      }
      sum.addMember(member, chosen);
    }
    List<String> candidates = deciding.decision().candidates();
    double[] propensities = deciding.decision().propensities();
    for (int i = 0; i < candidates.size(); i++) {
      double p = propensities[i];
      if (p > 0) {
        Sums arm =
            sums.computeIfAbsent(Cell.of(deciding, candidates.get(i), asOf), c -> new Sums());
        arm.expectedPulls += p;
        arm.pullVariance += p * (1 - p);
      }
    }
    sum.clipped += unit.clipped();
    Double reward = unit.reward();
    if (reward != null) {
      sum.filled += unit.filled() ? 1 : 0;
      sum.feedbacks++;
      sum.rewardSum += reward;
      sum.rewardSumSquares += reward * reward;
      if (unit.servedAsChosen()) {
        sum.servedFeedbacks++;
        sum.servedRewardSum += reward;
        sum.servedRewardSumSquares += reward * reward;
      }
    }
  }

  /** The last value of each of the unit's targets that has one. */
  private List<Double> values(InferenceEvent deciding, Collection<InferenceEvent> members) {
    List<UUID> targets =
        rule.level() == RewardRule.Level.EPISODE
            ? List.of(deciding.ids().episodeId())
            : members.stream().map(e -> e.ids().inferenceId()).toList();
    Instant closes = deciding.at().plus(rule.attributionWindow());
    List<Double> values = new ArrayList<>();
    for (UUID target : targets) {
      feedbackByTarget.getOrDefault(target, List.of()).stream()
          .filter(f -> !f.receivedAt().isAfter(closes))
          .max(LAST)
          .ifPresent(last -> values.add(value(last)));
    }
    return values;
  }

  private static double value(FeedbackEvent feedback) {
    Boolean held = feedback.booleanValue();
    if (held != null) {
      return held ? 1 : 0;
    }
    Double value = feedback.floatValue();
    if (value == null) {
      throw new IllegalStateException("feedback without a value was counted: " + feedback.id());
    }
    return value;
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
    static Cell of(InferenceEvent deciding, String variant, Instant asOf) {
      String lane = deciding.decision().lane();
      return new Cell(
          StatisticsRow.bucketOf(deciding.at(), asOf),
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
