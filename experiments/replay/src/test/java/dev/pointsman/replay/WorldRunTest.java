package dev.pointsman.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventstore.EvidenceAges;
import dev.pointsman.eventstore.EvidenceRow;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.eventstore.StatisticsFold;
import dev.pointsman.replay.WorldRun.Chooser;
import dev.pointsman.replay.WorldRun.Configuration;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.trainer.ChangeAlarm;
import dev.pointsman.trainer.FunctionTrainer;
import dev.pointsman.worlds.DemoWorld;
import dev.pointsman.worlds.RequestKind;
import dev.pointsman.worlds.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.util.DoubleComparator;
import org.junit.jupiter.api.Test;

final class WorldRunTest {

  private static final Duration THREE_MINUTES = Duration.ofSeconds(180);

  @Test
  void demo_twentySeeds_learnsTheBestOfEachKindAndRecoversFromTheDrift() {
    double total = 0;
    for (long seed = 1; seed <= 20; seed++) {
      WorldReport report = demo(Chooser.SQUARECB, seed);
      for (RequestKind kind : RequestKind.values()) {
        double learnt = report.shareOfBest(kind, seconds(40), seconds(60));
        assertThat(learnt)
            .as("share of the best at %s, seed %d", kind, seed)
            .isGreaterThan(.75)
            .isGreaterThan(report.shareOfBest(kind, seconds(0), seconds(20)));
        total += learnt / 40;
      }
      for (long after = 30; after < 60; after += 10) {
        Duration from = DemoWorld.DRIFT.plusSeconds(after);
        assertThat(report.leader(RequestKind.CODE, from, from.plusSeconds(10)))
            .as("leader at code %d s after the drift, seed %d", after, seed)
            .isEqualTo("grand");
        assertThat(report.leader(RequestKind.CHAT, from, from.plusSeconds(10))).isEqualTo("swift");
      }
    }
    assertThat(total).isGreaterThan(.88);
  }

  @Test
  void demo_allChoosers_liesBetweenItsBounds() {
    double oracle = demo(Chooser.ORACLE, 1).regret();
    double learner = demo(Chooser.SQUARECB, 1).regret();
    double uniform = demo(Chooser.UNIFORM, 1).regret();
    assertThat(oracle).isZero();
    assertThat(learner).isPositive().isLessThan(uniform / 3);
  }

  @Test
  void demo_sameSeed_isTheSameRun() {
    assertThat(demo(Chooser.SQUARECB, 4)).isEqualTo(demo(Chooser.SQUARECB, 4));
    assertThat(demo(Chooser.SQUARECB, 5)).isNotEqualTo(demo(Chooser.SQUARECB, 4));
  }

  /** The log of a run, folded as the store folds it, gives the evidence that the run learnt from. */
  @Test
  void demo_itsLogFoldedAgain_givesTheSameEvidence() {
    List<Event> log = new ArrayList<>();
    World world = DemoWorld.world();
    WorldRun run = new WorldRun(world, Chooser.SQUARECB, Configuration.DEMO, 3, log::add);
    WorldReport report = run.run(THREE_MINUTES);
    StatisticsFold fold =
        new StatisticsFold(
            RewardRule.ofBoolean(
                WorldRun.FUNCTION,
                WorldRun.METRIC,
                RewardRule.Level.INFERENCE,
                Configuration.DEMO.attributionWindow()));
    log.forEach(fold::accept);
    LearnedSettings settings = run.settings();
    List<ChangeAlarm> alarms = report.alarms();
    assertThat(alarms).isNotEmpty();
    var again =
        new FunctionTrainer(settings, RewardRule.Type.BOOLEAN)
            .statistics(
                EvidenceRow.of(
                    fold.rows(WorldRun.START.plus(THREE_MINUTES)),
                    EvidenceAges.at(WorldRun.START.plus(THREE_MINUTES), List.of())),
                alarms,
                Map.of(),
                WorldRun.START.plus(THREE_MINUTES));
    assertThat(again)
        .usingRecursiveComparison()
        .withComparatorForType(new DoubleComparator(1e-6), Double.class)
        .withComparatorForType(new DoubleComparator(1e-6), double.class)
        .isEqualTo(run.statistics());
  }

  @Test
  void demo_everyLoggedPropensity_isThatOfTheVariantChosen() {
    List<Event> log = new ArrayList<>();
    new WorldRun(DemoWorld.world(), Chooser.SQUARECB, Configuration.DEMO, 3, log::add)
        .run(seconds(30));
    List<Decision> decisions =
        log.stream()
            .filter(InferenceEvent.class::isInstance)
            .map(event -> ((InferenceEvent) event).decision())
            .toList();
    assertThat(decisions).hasSizeGreaterThan(500);
    for (Decision decision : decisions) {
      int arm = decision.candidates().indexOf(decision.chosenVariant());
      assertThat(decision.propensity()).isEqualTo(decision.propensities()[arm]);
      assertThat(decision.propensities()[arm]).isGreaterThanOrEqualTo(.01 / 3);
    }
  }

  private static WorldReport demo(Chooser chooser, long seed) {
    return new WorldRun(DemoWorld.world(), chooser, Configuration.DEMO, seed).run(THREE_MINUTES);
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }
}
