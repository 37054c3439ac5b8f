package dev.pointsman.trainer;

import dev.pointsman.eventstore.EvidenceRow;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.eventstore.StatisticsRow;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.PolicyStatistics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The evidence of one function while it grows: rows are put in as they change, or single decisions
 * and rewards are added, and {@link #statistics} gives what {@link FunctionTrainer#statistics} would
 * give for all of them. A change costs one pass over the buckets of its own (segment, variant); the
 * cells that did not change are reused.
 *
 * <p>Rewards are summed bucket by bucket in time order whenever a cell changed, never by adding to
 * and subtracting from a running total, so that the order of arrival leaves no trace in the last
 * bits. Rewards that are added singly are an exception within one bucket and variant: their sum is
 * exact, and so free of their order, when they are whole numbers or binary fractions.
 *
 * <p>Not safe for concurrent use.
 */
public final class TrainerState {

  private static final long MINUTE_MILLIS = Duration.ofMinutes(1).toMillis();

  private record CellKey(String segment, String variant) implements Comparable<CellKey> {
    private static final Comparator<CellKey> ORDER =
        Comparator.comparing(CellKey::segment).thenComparing(CellKey::variant);

    @Override
    public int compareTo(CellKey other) {
      return ORDER.compare(this, other);
    }
  }

  private final LearnedSettings settings;
  private final Set<String> candidates;
  private final RewardRule.Type type;
  private final @Nullable Long halfLifeMillis;
  private final TreeMap<CellKey, CellEvidence> cells = new TreeMap<>();
  private final TreeMap<CellKey, ChangeAlarm> alarms = new TreeMap<>();

  /** Alarms whose raised floors are used up; pulls only grow, so they stay so. */
  private final Set<ChangeAlarm> spent = new HashSet<>();

  private final Map<String, Long> segmentPullsLeft = new HashMap<>();
  private Map<String, Double> priors = Map.of();
  private boolean changed;

  TrainerState(
      LearnedSettings settings, RewardRule.Type type, Collection<ChangeAlarm> knownAlarms) {
    this.settings = settings;
    this.candidates = Set.copyOf(settings.candidates());
    this.type = type;
    Duration halfLife = settings.halfLife();
    this.halfLifeMillis = halfLife == null ? null : halfLife.toMillis();
    for (ChangeAlarm alarm : knownAlarms) {
      if (candidates.contains(alarm.variant())) {
        setAlarm(alarm);
      }
    }
  }

  /**
   * Takes a row in the place of the one with the same segment, variant and bucket. Rows of
   * variants that are no candidates change nothing.
   *
   * @return whether anything changed
   */
  public boolean put(EvidenceRow row) {
    if (!candidates.contains(row.variant())) {
      return false;
    }
    boolean differs = cell(row.segment(), row.variant()).put(row);
    changed |= differs;
    return differs;
  }

  /**
   * Takes all rows from some time on in the place of what was known of that time.
   *
   * @param from start of the first bucket that the rows are of
   * @param rows all there is from then on; what is not among them is forgotten
   * @return whether anything changed
   */
  public boolean replaceFrom(Instant from, Collection<EvidenceRow> rows) {
    Map<CellKey, Set<Long>> kept = new HashMap<>();
    boolean differs = false;
    for (EvidenceRow row : rows) {
      differs |= put(row);
      kept.computeIfAbsent(new CellKey(row.segment(), row.variant()), k -> new HashSet<>())
          .add(row.start().toEpochMilli());
    }
    long fromMillis = from.toEpochMilli();
    for (Map.Entry<CellKey, CellEvidence> cell : cells.entrySet()) {
      differs |= cell.getValue().keepOnly(fromMillis, kept.getOrDefault(cell.getKey(), Set.of()));
    }
    changed |= differs;
    return differs;
  }

  /** Adds one decision that chose a variant. */
  public void decided(Instant at, String segment, String variant) {
    add(at, segment, variant, bucket -> bucket.pulls++);
  }

  /**
   * Adds one inference that the chosen variant answered.
   *
   * @param decidedAt when its episode's decision was made
   * @param outputTokens null when unknown
   * @param durationMicros how long it took
   */
  public void answered(
      Instant decidedAt,
      String segment,
      String variant,
      @Nullable Long outputTokens,
      long durationMicros) {
    add(
        decidedAt,
        segment,
        variant,
        bucket -> {
          bucket.answered++;
          bucket.durationMicros += durationMicros;
          if (outputTokens != null) {
            bucket.outputTokens += outputTokens;
            bucket.outputTokensCount++;
          }
        });
  }

  /**
   * Adds the reward of one decision whose chosen variant served.
   *
   * @param decidedAt when the decision was made
   * @param reward 0..1
   */
  public void rewarded(Instant decidedAt, String segment, String variant, double reward) {
    if (!(reward >= 0 && reward <= 1)) {
      throw new IllegalArgumentException(
          "a reward must lie in 0..1: %s of %s in segment \"%s\""
              .formatted(reward, variant, segment));
    }
    add(
        decidedAt,
        segment,
        variant,
        bucket -> {
          bucket.feedbacks++;
          bucket.rewards++;
          bucket.rewardSum += reward;
          bucket.rewardSumSquares += reward * reward;
        });
  }

  private void add(
      Instant at,
      String segment,
      String variant,
      java.util.function.Consumer<EvidenceBucket> change) {
    if (candidates.contains(variant)) {
      cell(segment, variant).add(StatisticsRow.bucketOf(at).getEpochSecond() * 1000, change);
      changed = true;
    }
  }

  /** Sets what is expected of variants before any evidence. */
  public void setPriors(Map<String, Double> contrasts) {
    TreeMap<String, Double> kept = new TreeMap<>(contrasts);
    kept.keySet().retainAll(candidates);
    if (!kept.equals(priors)) {
      priors = Collections.unmodifiableMap(kept);
      changed = true;
    }
  }

  /**
   * Takes what was learnt outside the log, in place of what was known of that. It counts like rewards
   * of its time: it ages with the half-life, and not at all behind a later change alarm of its cell.
   * No decision is among it, so it ends no nursery and raises no alarm.
   *
   * @param known one per segment and variant; those of variants that are no candidates are left out
   * @param at when it was taken in
   */
  public void setPriorEvidence(Collection<PriorCell> known, Instant at) {
    for (CellEvidence cell : cells.values()) {
      cell.expect(null, 0);
    }
    for (PriorCell prior : known) {
      if (candidates.contains(prior.variant())) {
        cell(prior.segment(), prior.variant()).expect(prior, at.toEpochMilli());
      }
    }
    changed = true;
  }

  /** How many of the rewards of the last {@link #statistics} were learnt outside the log. */
  double priorRewards() {
    double rewards = 0;
    for (CellEvidence cell : cells.values()) {
      rewards += cell.priorWeight();
    }
    return rewards;
  }

  /** Whether anything was put or added since the last call of this method. */
  public boolean takeChanged() {
    boolean result = changed;
    changed = false;
    return result;
  }

  /**
   * Looks for changes in the cells whose rewards changed since the last look, and acts on them.
   *
   * @param now the revision's time
   * @return the alarms raised, by segment and variant
   */
  public List<ChangeAlarm> detect(Instant now) {
    List<ChangeAlarm> raised = new ArrayList<>();
    cells.forEach(
        (key, cell) -> {
          Optional<CellEvidence.Shift> shift = cell.findShift(type);
          shift.ifPresent(
              s -> {
                Instant changePoint = Instant.ofEpochMilli(s.changePointMillis());
                raised.add(
                    new ChangeAlarm(
                        key.segment(),
                        key.variant(),
                        changePoint,
                        now,
                        s.meanBefore(),
                        s.meanSquareBefore(),
                        s.meanAfter(),
                        s.countBefore(),
                        s.countAfter(),
                        segmentPullsSince(key.segment(), s.changePointMillis())));
              });
        });
    for (ChangeAlarm alarm : raised) {
      setAlarm(alarm);
      changed = true;
    }
    return raised;
  }

  /** The latest alarm of each cell, by segment and variant. */
  public List<ChangeAlarm> alarms() {
    return List.copyOf(alarms.values());
  }

  /** From when on the evidence of a cell counts anew. */
  public List<Instant> changePoints() {
    return alarms.values().stream().map(ChangeAlarm::changePoint).toList();
  }

  /** The evidence at a moment. */
  public PolicyStatistics statistics(Instant now) {
    countRaisedFloors();
    long nowMillis = now.toEpochMilli();
    long reference =
        halfLifeMillis == null ? 0 : nowMillis - Math.floorMod(nowMillis, halfLifeMillis);
    double sinceReference =
        halfLifeMillis == null
            ? 1
            : StrictMath.pow(2, -(double) (nowMillis - reference) / halfLifeMillis);
    double feedbackCount = 0;
    List<PolicyStatistics.Cell> evidence = new ArrayList<>(cells.size());
    Map<String, VariantCount> variants = new TreeMap<>();
    for (Map.Entry<CellKey, CellEvidence> entry : cells.entrySet()) {
      CellKey key = entry.getKey();
      CellEvidence cell = entry.getValue();
      PolicyStatistics.Cell result =
          cell.statistics(
              reference,
              halfLifeMillis,
              sinceReference,
              segmentPullsLeft.getOrDefault(key.segment(), 0L));
      if (result != null) {
        evidence.add(result);
        feedbackCount += result.weight();
      }
      variants.computeIfAbsent(key.variant(), v -> new VariantCount()).add(cell);
    }
    List<PolicyStatistics.VariantEvidence> counts = new ArrayList<>(variants.size());
    variants.forEach(
        (variant, count) -> {
          if (count.pulls > 0) {
            counts.add(
                new PolicyStatistics.VariantEvidence(
                    variant, count.pulls, count.feedbacks, inNursery(count, nowMillis)));
          }
        });
    return new PolicyStatistics(
        feedbackCount, Collections.unmodifiableList(evidence), counts, priors);
  }

  private boolean inNursery(VariantCount count, long nowMillis) {
    LearnedSettings.Nursery nursery = settings.exploration().nursery();
    return count.feedbacks < nursery.feedbacks()
        && count.pulls < nursery.pulls()
        && nowMillis - count.firstMillis < nursery.age().toMillis();
  }

  private CellEvidence cell(String segment, String variant) {
    return cells.computeIfAbsent(
        new CellKey(segment, variant),
        key -> {
          CellEvidence cell = new CellEvidence(segment, variant);
          ChangeAlarm alarm = alarms.get(key);
          if (alarm != null) {
            cell.resetBefore(alarm);
          }
          return cell;
        });
  }

  private void setAlarm(ChangeAlarm alarm) {
    CellKey key = new CellKey(alarm.segment(), alarm.variant());
    alarms.put(key, alarm);
    cell(alarm.segment(), alarm.variant()).resetBefore(alarm);
  }

  private void countRaisedFloors() {
    segmentPullsLeft.clear();
    for (ChangeAlarm alarm : alarms.values()) {
      if (spent.contains(alarm)) {
        continue;
      }
      long since = segmentPullsSince(alarm.segment(), alarm.changePoint().toEpochMilli());
      long left = FunctionTrainer.RAISED_FLOOR_PULLS - (since - alarm.segmentPulls());
      if (left > 0) {
        segmentPullsLeft.merge(
            alarm.segment(), Math.min(left, FunctionTrainer.RAISED_FLOOR_PULLS), Math::max);
      } else {
        spent.add(alarm);
      }
    }
  }

  private long segmentPullsSince(String segment, long millis) {
    long pulls = 0;
    for (CellEvidence cell :
        cells
            .subMap(new CellKey(segment, ""), true, new CellKey(segment + "\0", ""), false)
            .values()) {
      pulls += cell.pullsSince(millis);
    }
    return pulls;
  }

  /** The minute that a bucket is discounted by; that of its start where it is longer. */
  static long minuteOf(long bucketMillis) {
    return bucketMillis - Math.floorMod(bucketMillis, MINUTE_MILLIS);
  }

  private static final class VariantCount {
    private long pulls;
    private long feedbacks;
    private long firstMillis = Long.MAX_VALUE;

    void add(CellEvidence cell) {
      pulls += cell.pulls();
      feedbacks += cell.feedbacks();
      firstMillis = Math.min(firstMillis, cell.firstPullMillis());
    }
  }
}
