package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionContext;
import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedAlgorithm;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.MeanEstimator;
import dev.pointsman.routing.Policy;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PolicyVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the trainer calibrates the threshold of a {@code strong_share}. */
final class ThresholdSampleTest {

  private static final List<String> PAIR = List.of("large", "small");

  @TempDir Path directory;

  private TrainedLog log;

  @BeforeEach
  void open() {
    log = new TrainedLog(directory, catalog("segments", 0.3));
  }

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void tick_beforeAnyDecision_leavesTheShareToChance() {
    log.tick(log.trainer(), 0);
    assertThat(log.latest().statistics().threshold())
        .isEqualTo(new PolicyStatistics.Threshold(null, 0.3, 0, 0.3));
  }

  @Test
  void tick_decisionsCame_dividesThemAsWanted() {
    PolicyTrainer trainer = log.trainer();
    log.tick(trainer, 0);
    ask(0, 800, 0);
    log.tick(trainer, 810);

    PolicyStatistics.Threshold threshold = log.latest().statistics().threshold();
    assertThat(threshold.decisions()).isEqualTo(800);
    assertThat(threshold.share()).isCloseTo(0.3, within(1e-9));
    // Two requests in ten are hard, and the strong one leads by most there.
    Policy policy = policy(log.latest());
    assertThat(strong(policy, "hard")).isEqualTo(1);
    assertThat(strong(policy, "easy")).isBetween(0.05, 0.2).isEqualTo(threshold.atLead());
  }

  @Test
  void tick_nothingNew_publishesNoRevision() {
    PolicyTrainer trainer = log.trainer();
    ask(0, 200, 0);
    log.tick(trainer, 210);
    int published = log.revisions().size();
    for (int second = 215; second < 900; second += 40) {
      log.tick(trainer, second);
    }
    assertThat(log.revisions()).hasSize(published);
  }

  @Test
  void tick_trafficTurns_followsWithinAMinute() {
    PolicyTrainer trainer = log.trainer();
    ask(0, 2_000, 0);
    log.tick(trainer, 2_010);
    double before = log.latest().statistics().threshold().atLead();
    hardShare = 0.6;
    ask(2_020, 4_020, 0);
    log.tick(trainer, 4_090);

    Policy policy = policy(log.latest());
    assertThat(before).isGreaterThan(0);
    // Now hard requests alone are more than the share: the threshold lies on them.
    assertThat(strong(policy, "easy")).isZero();
    assertThat(strong(policy, "hard")).isCloseTo(0.3 / 0.6, within(0.05));
    assertThat(log.latest().statistics().threshold().share()).isCloseTo(0.3, within(1e-9));
  }

  @Test
  void tick_restart_calibratesAgainOnTheSameDecisions() {
    ask(0, 300, 0);
    log.tick(log.trainer(), 310);
    PolicyStatistics.Threshold before = log.latest().statistics().threshold();
    log.tick(log.trainer(), 310);
    assertThat(log.latest().statistics().threshold()).isEqualTo(before);
  }

  @Test
  void tick_textInUse_dividesByTheTextAndKeepsTheShare() {
    log.configure(catalog("text", 0.3));
    PolicyTrainer trainer = log.trainer();
    ask(0, 900, 0.35);
    log.tick(trainer, 960);
    assertThat(log.latest().textModel()).isNotNull();
    PolicyStatistics.Threshold threshold = log.latest().statistics().threshold();
    // Rows from before the model are read again, the latest of them.
    assertThat(threshold.decisions()).isEqualTo(500);
    assertThat(threshold.share()).isCloseTo(0.3, within(1e-9));
  }

  @Test
  void tick_restartWhileTextIsJudged_goesOnAtTheSameThresholds() {
    String without = adoptedBy(false);
    log.close();
    log = new TrainedLog(directory.resolve("again"), catalog("segments", 0.3));
    assertThat(adoptedBy(true)).isEqualTo(without).contains("\"judged\":1040,");
  }

  /** What text was adopted by, when a hundred decisions were judged before a restart, or none was. */
  private String adoptedBy(boolean restarts) {
    log.configure(catalog("auto", 0.3));
    PolicyTrainer trainer = log.trainer();
    ask(0, 900, 0.35);
    log.tick(trainer, 960);
    ask(960, 1_660, 0.35);
    log.tick(trainer, 1_660);
    assertThat(log.latest().provenance()).contains("\"judged\":100,");
    PolicyTrainer next = restarts ? log.trainer() : trainer;
    ask(1_660, 2_000, 0.35);
    log.tick(next, 2_000 + TrainedLog.WINDOW.toSeconds());
    return log.changes().getLast().before();
  }

  @Test
  void tick_textThatTells_isJudgedAtTheSameShareAndAdopted() {
    log.configure(catalog("auto", 0.3));
    PolicyTrainer trainer = log.trainer();
    ask(0, 900, 0.35);
    log.tick(trainer, 960);
    ask(960, 2_000, 0.35);
    log.tick(trainer, 2_000 + TrainedLog.WINDOW.toSeconds());

    ChangeEvent change = log.changes().getLast();
    assertThat(change.object()).isEqualTo("generation g-1 rung");
    assertThat(change.reason()).contains("gains");
    assertThat(log.latest().textModel()).isNotNull();
  }

  private static double strong(Policy policy, String segment) {
    return policy.probabilities(
            new DecisionContext(
                segment,
                new boolean[] {true, true},
                Collections.nCopies(2, null),
                128,
                Map.of(),
                0,
                null))
        .probabilities()[0];
  }

  private static Policy policy(PolicyRevision revision) {
    return LearnedAlgorithm.THRESHOLD.policy(
        new PolicyVersion("threshold", revision.generation(), revision.revision()),
        settings(0.3),
        revision.statistics(),
        Collections.nCopies(2, null),
        MeanEstimator.ADDITIVE_RIDGE);
  }

  /** The share of requests that are hard. */
  private double hardShare = 0.2;

  /**
   * One decision a second, evenly between the two, each with feedback: the strong one leads by 0.5 in
   * hard requests and by 0.05 in easy ones; and by as much more in proofs as is told, less elsewhere.
   */
  private void ask(int from, int to, double told) {
    List<Event> events = new ArrayList<>();
    SplittableRandom outcomes = new SplittableRandom(from + 77);
    double[] even = {0.5, 0.5};
    for (int n = from; n < to; n++) {
      boolean large = outcomes.nextBoolean();
      boolean hard = outcomes.nextDouble() < hardShare;
      boolean proof = outcomes.nextBoolean();
      double quality = hard ? (large ? 0.8 : 0.3) : large ? 0.8 : 0.75;
      quality += large ? 0 : proof ? -told : told;
      Decision shape =
          Events.decision(PAIR, even, large ? "large" : "small", hard ? "hard" : "easy");
      events.add(TrainedLog.asked(n, shape, proof));
      events.add(Events.feedback(n, Events.id(n), "resolved", outcomes.nextDouble() < quality));
    }
    log.store(events);
  }

  private static LearnedSettings settings(double share) {
    return new LearnedSettings(
        "threshold",
        PAIR,
        "large",
        LearnedSettings.Weights.NONE,
        LearnedSettings.Exploration.DEFAULT,
        Duration.ofDays(14),
        LearnedSettings.Options.DEFAULT.withStrongShare(
            LearnedSettings.StrongShare.of("large", share, LaneShares.POLICY_ONLY, true)),
        LearnedSettings.Limits.NONE);
  }

  private static FunctionCatalog catalog(String context, double share) {
    return TrainedFunction.of(settings(share)).within(TrainedLog.WINDOW).context(context).catalog();
  }
}
