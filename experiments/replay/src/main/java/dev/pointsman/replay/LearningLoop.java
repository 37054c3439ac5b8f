package dev.pointsman.replay;

import dev.pointsman.eventstore.EvidenceRow;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionRequest;
import dev.pointsman.routing.DecisionSampler;
import dev.pointsman.routing.Exclusion;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.Policy;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.TokenPrice;
import dev.pointsman.trainer.ChangeAlarm;
import dev.pointsman.trainer.FunctionTrainer;
import dev.pointsman.trainer.PriorCell;
import dev.pointsman.trainer.TrainerState;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One function that decides and learns in virtual time, with the router's own sampler and policies
 * and the trainer's own statistics; only the log between them is left out, since nothing is lost or
 * late in it here. Times are handed in and never go back. Not safe for concurrent use.
 */
final class LearningLoop {

  /**
   * What does not change while the loop runs.
   *
   * @param functionName keys the draws
   * @param settings what policy and trainer compute with; its candidates are the arms
   * @param rewardType how changes in the rewards are looked for
   * @param shares the lanes of the main stratum
   * @param prices per candidate, null where unknown
   * @param detectChanges whether change alarms are raised and acted on
   */
  record Setup(
      String functionName,
      LearnedSettings settings,
      RewardRule.Type rewardType,
      LaneShares shares,
      List<@Nullable TokenPrice> prices,
      boolean detectChanges) {}

  /** Makes the policy of a revision. */
  interface PolicyMaker {
    Policy policy(PolicyVersion version, PolicyStatistics statistics, Instant at);
  }

  private final Setup setup;
  private final PolicyMaker maker;
  private final DecisionSampler sampler;
  private final TrainerState state;
  private final SplittableRandom idBits;
  private final IdSource ids;
  private final List<@Nullable Exclusion> noExclusions;
  private FunctionRouting routing;
  private PolicyStatistics statistics = PolicyStatistics.EMPTY;
  private long revision;

  /** A loop without evidence. The seed keys the draws and the episodes' ids. */
  LearningLoop(Setup setup, PolicyMaker maker, Instant start, long seed) {
    this.setup = setup;
    this.maker = maker;
    this.idBits = new SplittableRandom(seed);
    byte[] salt = ByteBuffer.allocate(16).putLong(idBits.nextLong()).putLong(seed).array();
    this.sampler = new DecisionSampler(salt);
    this.ids = new IdSource(() -> start, idBits::nextLong);
    this.state = new FunctionTrainer(setup.settings(), setup.rewardType()).begin();
    this.noExclusions = Collections.nCopies(setup.settings().candidates().size(), null);
    this.routing = bind(start);
  }

  private FunctionRouting bind(Instant at) {
    LearnedSettings settings = setup.settings();
    PolicyVersion version = new PolicyVersion(settings.algorithm(), "replay", revision);
    return new FunctionRouting(
        setup.functionName(),
        maker.policy(version, statistics, at),
        FunctionRouting.Draw.KEYED,
        setup.shares(),
        settings.baselineVariant(),
        List.of(),
        setup.prices());
  }

  /** Takes in what was learnt elsewhere, and decides by it from now on. */
  void know(Collection<PriorCell> known, Instant at) {
    state.setPriorEvidence(known, at);
    revise(at);
  }

  /** A new episode's id. */
  UUID nextEpisode(Instant at) {
    return ids.at(at);
  }

  /** Decides for an episode's first inference; counts nothing. */
  Decision decide(UUID episode, String segment, int inputTokens) {
    return sampler.decide(routing, request(episode, segment, inputTokens, true));
  }

  /** A decision was logged, which is when its answer has ended. */
  void decided(Instant decidedAt, String segment, String variant) {
    state.decided(decidedAt, segment, variant);
  }

  /** What the policy would choose if it did not explore; counts nothing. */
  Decision greedy(Instant at, String segment, int inputTokens) {
    return sampler.decide(routing, request(nextEpisode(at), segment, inputTokens, false));
  }

  private DecisionRequest request(UUID episode, String segment, int inputTokens, boolean explore) {
    return new DecisionRequest(
        episode, segment, Map.of(), inputTokens, noExclusions, List.of(), explore, null, null);
  }

  /** The chosen variant of a decision answered. */
  void answered(
      Instant decidedAt, String segment, String variant, long outputTokens, long durationMicros) {
    state.answered(decidedAt, segment, variant, outputTokens, durationMicros);
  }

  /** A decision got its reward, 0..1. */
  void rewarded(Instant decidedAt, String segment, String variant, double reward) {
    state.rewarded(decidedAt, segment, variant, reward);
  }

  /** Takes the rows of a log in the place of everything counted so far. */
  void evidence(Collection<EvidenceRow> rows) {
    state.replaceFrom(Instant.EPOCH, rows);
  }

  /**
   * Publishes a revision if anything changed since the last one.
   *
   * @return the change alarms raised
   */
  List<ChangeAlarm> revise(Instant now) {
    if (!state.takeChanged()) {
      return List.of();
    }
    List<ChangeAlarm> alarms = setup.detectChanges() ? state.detect(now) : List.of();
    statistics = state.statistics(now);
    revision++;
    routing = bind(now);
    return alarms;
  }

  /** Makes the policy again from the same evidence, for policies that know the time. */
  void rebind(Instant now) {
    routing = bind(now);
  }

  /** The evidence of the last revision. */
  PolicyStatistics statistics() {
    return statistics;
  }

  /** How many revisions were published. */
  long revision() {
    return revision;
  }
}
