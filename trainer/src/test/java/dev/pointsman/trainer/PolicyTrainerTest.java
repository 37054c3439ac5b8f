package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.control.AuditEntry;
import dev.pointsman.control.ControlStore;
import dev.pointsman.control.Generation;
import dev.pointsman.control.PriorEvidence;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventlog.testing.ManualClock;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.EvidenceAges;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.ActivePolicies;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PolicyTrainerTest {

  private static final Duration INTERVAL = Duration.ofSeconds(5);

  @TempDir Path directory;

  private final ManualClock clock = ManualClock.atStart();
  private final SplittableRandom random = new SplittableRandom(11);
  private final List<Event> logged = new ArrayList<>();
  private final List<PolicyRevision> received = new ArrayList<>();
  private final List<ActivePolicies> handedOut = new ArrayList<>();
  private EventStore store;
  private ControlStore control;
  private FunctionCatalog catalog = learned(0).catalog();
  private boolean logBroken;
  private long sequence;

  @BeforeEach
  void open() {
    store = EventStore.open(directory, EventStore.Settings.DEFAULT);
    control = ControlStore.open(ControlStore.EMBEDDED, directory, clock);
  }

  @AfterEach
  void close() {
    control.close();
    store.close();
  }

  @Test
  void tick_firstTime_registersAGenerationAndPublishesAnEmptyRevision() {
    PolicyTrainer trainer = trainer();

    trainer.tick(clock.instant());

    Generation generation = control.currentGeneration("reply").orElseThrow();
    assertThat(generation.id()).isEqualTo("g-1");
    assertThat(generation.kind()).isEqualTo("squarecb");
    assertThat(generation.candidates()).isEqualTo(Events.CANDIDATES);
    assertThat(generation.settings()).contains("\"metric\":\"resolved\"", "\"min_prob\":0.005");
    assertThat(control.auditEntries(5))
        .extracting(AuditEntry::action, AuditEntry::reason)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                "generation.registered", "reply learns for the first time."));
    assertThat(changes()).extracting(ChangeEvent::object).containsExactly("generation g-1");
    assertThat(received).hasSize(1);
    assertThat(received.getFirst().generation()).isEqualTo("g-1");
    assertThat(received.getFirst().revision()).isEqualTo(1);
    assertThat(received.getFirst().statistics()).isEqualTo(PolicyStatistics.EMPTY);
    assertThat(revisions()).isEqualTo(received);
    assertThat(trainer.counts().errors()).isZero();
  }

  @Test
  void tick_feedbackCame_publishesWhatTheRowsGive() {
    PolicyTrainer trainer = trainer();
    trainer.tick(clock.instant());
    decide(0, 40, 0.8);

    trainer.tick(at(200));

    assertThat(received).hasSize(2);
    PolicyRevision revision = received.get(1);
    assertThat(revision.revision()).isEqualTo(2);
    assertThat(revision.statistics().variants())
        .extracting(PolicyStatistics.VariantEvidence::pulls)
        .satisfies(pulls -> assertThat(pulls.stream().mapToLong(p -> p).sum()).isEqualTo(40));
    assertThat(revision.statistics().feedbackCount()).isGreaterThan(39.99).isLessThan(40);
    assertThat(revision.provenance())
        .contains("\"decisions\":40", "\"feedbacks\":40", "\"log_position\":80");
    assertRetrains(revision);
  }

  @Test
  void tick_rowsGrowOld_everyRevisionStillFollowsFromTheStore() {
    PolicyTrainer trainer = trainer();
    decide(0, 400, 0.8);
    trainer.tick(at(500));
    decide(400, 900, 0.1);
    trainer.tick(at(1_000));
    assertThat(trainer.counts().alarms()).as("a change within an hour").isPositive();
    for (Duration age :
        List.of(
            Duration.ofMinutes(100),
            Duration.ofHours(30),
            Duration.ofHours(31),
            Duration.ofDays(6),
            Duration.ofDays(40),
            Duration.ofDays(41))) {
      int seen = received.size();
      int second = Math.toIntExact(age.toSeconds());
      decide(second, second + 10, 0.5);
      trainer.tick(at(second + 30));
      assertThat(received).as("after %s", age).hasSize(seen + 1);
      assertRetrains(received.getLast());
    }
    assertThat(trainer.counts().errors()).isZero();
    assertThat(trainer.counts().refused()).isZero();
  }

  @Test
  void tick_sameRowsAgain_publishesNothing() {
    PolicyTrainer trainer = trainer();
    decide(0, 10, 0.8);
    trainer.tick(at(100));
    trainer.tick(at(200));
    assertThat(received).hasSize(1);
  }

  @Test
  void tick_valueCorrectedHoursLater_isLearnt() {
    PolicyTrainer trainer = trainer();
    decide(0, 30, 1.0);
    trainer.tick(at(100));
    store.append(List.of(Events.feedback(7200, Events.id(3), "resolved", false)), ++sequence);

    trainer.tick(at(7300));

    PolicyStatistics statistics = received.getLast().statistics();
    double missing =
        statistics.cells().stream().mapToDouble(cell -> cell.weight() - cell.sum()).sum();
    assertThat(missing).isBetween(0.99, 1.0);
    assertRetrains(received.getLast());
  }

  @Test
  void tick_withinTheInterval_waits() {
    PolicyTrainer trainer = trainer();
    trainer.tick(at(100));
    decide(0, 10, 0.8);
    trainer.tick(at(100).plus(INTERVAL).minusMillis(1));
    assertThat(received).hasSize(1);
    trainer.tick(at(100).plus(INTERVAL));
    assertThat(received).hasSize(2);
  }

  @Test
  void tick_nurseryEndsByAge_publishesARevision() {
    PolicyTrainer trainer = trainer();
    decide(0, 10, 0.8);
    trainer.tick(at(100));
    assertThat(young()).isTrue();
    trainer.tick(at(0).plus(Duration.ofDays(8)));
    assertThat(received).hasSize(2);
    assertThat(young()).isFalse();
  }

  private boolean young() {
    return received.getLast().statistics().variants().getFirst().inNursery();
  }

  @Test
  void tick_afterARestart_handsOutTheLastRevisionAndCountsOn() {
    PolicyTrainer first = trainer();
    decide(0, 40, 0.8);
    first.tick(at(200));
    decide(40, 80, 0.8);
    first.tick(at(300));
    PolicyRevision last = received.getLast();
    received.clear();
    int before = logged.size();

    PolicyTrainer second = trainer();
    second.tick(at(400));

    assertThat(received).containsExactly(last);
    assertThat(logged).hasSize(before);
    decide(80, 90, 0.8);
    second.tick(at(500));
    assertThat(received.getLast().revision()).isEqualTo(3);
    assertThat(received.getLast().generation()).isEqualTo("g-1");
    assertRetrains(received.getLast());
  }

  @Test
  void tick_settingsChanged_beginsAGenerationWithTheSameEvidence() {
    PolicyTrainer trainer = trainer();
    decide(0, 40, 0.8);
    trainer.tick(at(200));
    catalog = learned(25).catalog();

    trainer.tick(at(300));

    PolicyRevision revision = received.getLast();
    assertThat(revision.generation()).isEqualTo("g-2");
    assertThat(revision.revision()).isEqualTo(1);
    assertThat(revision.statistics().variants())
        .isEqualTo(received.getFirst().statistics().variants());
    assertThat(changes().getLast().reason())
        .isEqualTo("The reward, the candidates or the settings of reply were changed.");
    assertThat(changes().getLast().before()).contains("\"cost_weight\":0.0");
    assertThat(changes().getLast().after()).contains("\"cost_weight\":25.0");
  }

  @Test
  void tick_settingsChangedWithAGate_trainsAChallengerBesideWhatServes() {
    catalog = learned(0).gated().catalog();
    PolicyTrainer trainer = trainer();
    decide(0, 40, 0.8);
    trainer.tick(at(200));
    catalog = learned(25).gated().catalog();

    trainer.tick(at(300));

    assertThat(control.currentGeneration("reply").orElseThrow().id()).isEqualTo("g-1");
    Generation challenger = control.generation("g-2").orElseThrow();
    assertThat(challenger.status()).isEqualTo(Generation.Status.CHALLENGER);
    assertThat(control.standing("g-2").orElseThrow().stage()).isEqualTo("shadow");
    ActivePolicies active = handedOut.getLast();
    assertThat(active.serving().revision().generation()).isEqualTo("g-1");
    assertThat(active.serving().settings().weights().cost()).isZero();
    assertThat(active.challenger().revision().generation()).isEqualTo("g-2");
    assertThat(active.challenger().settings().weights().cost()).isEqualTo(25);
    assertThat(active.share()).isZero();
    assertThat(changes().getLast().reason())
        .isEqualTo(
            "The settings of reply were changed: g-2 is a challenger, and waits at the gate beside"
                + " g-1, which serves.");

    decide(40, 80, 0.8);
    trainer.tick(at(400));
    active = handedOut.getLast();
    assertThat(active.serving().revision().revision()).isEqualTo(2);
    assertThat(active.challenger().revision().revision()).isEqualTo(2);
    assertThat(active.challenger().revision().statistics())
        .isEqualTo(active.serving().revision().statistics());
  }

  @Test
  void tick_challengerWaits_restartHandsOutBoth() {
    catalog = learned(0).gated().catalog();
    PolicyTrainer first = trainer();
    decide(0, 40, 0.8);
    first.tick(at(200));
    catalog = learned(25).gated().catalog();
    first.tick(at(300));
    ActivePolicies last = handedOut.getLast();
    int before = logged.size();
    handedOut.clear();
    control.move(
        Map.of(),
        Standings.with(
            control.standing("g-2").orElseThrow(),
            GateState.shadow(at(0)).to(GateState.Stage.CANARY, 0.05, at(310), "a person said so")));

    trainer().tick(at(400));

    assertThat(handedOut).hasSize(1);
    ActivePolicies active = handedOut.getFirst();
    assertThat(active.serving()).isEqualTo(last.serving());
    assertThat(active.challenger()).isEqualTo(last.challenger());
    assertThat(active.share()).isEqualTo(0.05);
    assertThat(logged).hasSize(before);
  }

  @Test
  void tick_configurationChangedBack_withdrawsTheChallenger() {
    catalog = learned(0).gated().catalog();
    PolicyTrainer trainer = trainer();
    trainer.tick(at(200));
    catalog = learned(25).gated().catalog();
    trainer.tick(at(300));
    catalog = learned(0).gated().catalog();

    trainer.tick(at(400));

    assertThat(handedOut.getLast().challenger()).isNull();
    assertThat(control.generation("reply", Generation.Status.CHALLENGER)).isEmpty();
    assertThat(control.standing("g-2").orElseThrow().stage()).isEqualTo("rolled_back");
    assertThat(changes().getLast().reason())
        .isEqualTo(
            "The configuration of reply is again that of g-1, which serves: g-2 is withdrawn.");
    catalog = learned(25).gated().catalog();
    trainer.tick(at(500));
    assertThat(control.generation("reply", Generation.Status.CHALLENGER).orElseThrow().id())
        .isEqualTo("g-3");
  }

  @Test
  void tick_configurationChangedToAThirdThing_replacesTheChallenger() {
    catalog = learned(0).gated().catalog();
    PolicyTrainer trainer = trainer();
    trainer.tick(at(200));
    catalog = learned(25).gated().catalog();
    trainer.tick(at(300));
    catalog = learned(50).gated().catalog();

    trainer.tick(at(400));

    assertThat(handedOut.getLast().challenger().settings().weights().cost()).isEqualTo(50);
    assertThat(control.generations("reply"))
        .extracting(Generation::id, Generation::status)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("g-1", Generation.Status.SERVING),
            org.assertj.core.groups.Tuple.tuple("g-2", Generation.Status.RETIRED),
            org.assertj.core.groups.Tuple.tuple("g-3", Generation.Status.CHALLENGER));
  }

  @Test
  void tick_candidatesChangedWithAGate_serveAtOnceAndSayWhy() {
    catalog = learned(0).gated().catalog();
    PolicyTrainer trainer = trainer();
    trainer.tick(at(200));
    catalog = learned(25).gated().catalog();
    trainer.tick(at(250));
    catalog =
        TrainedFunction.of(TrainedFunction.settings(0, List.of("large", "small")))
            .gated()
            .catalog();

    trainer.tick(at(300));

    assertThat(control.currentGeneration("reply").orElseThrow().candidates())
        .containsExactly("large", "small");
    assertThat(handedOut.getLast().challenger()).isNull();
    assertThat(control.generation("g-2").orElseThrow().status())
        .isEqualTo(Generation.Status.RETIRED);
    assertThat(changes().getLast().reason())
        .startsWith("The setting candidates of reply was changed:")
        .contains("serves at once");
  }

  @Test
  void tick_gateTakenAway_whatIsConfiguredServes() {
    catalog = learned(0).gated().catalog();
    PolicyTrainer trainer = trainer();
    trainer.tick(at(200));
    catalog = learned(25).gated().catalog();
    trainer.tick(at(300));
    catalog = learned(25).catalog();

    trainer.tick(at(400));

    assertThat(handedOut.getLast().challenger()).isNull();
    assertThat(handedOut.getLast().serving().settings().weights().cost()).isEqualTo(25);
    assertThat(control.generation("reply", Generation.Status.CHALLENGER)).isEmpty();
  }

  @Test
  void tick_rowsWereLost_keepsTheOldRevisionAndSaysSoOnce() throws IOException {
    PolicyTrainer first = trainer();
    decide(0, 60, 0.8);
    first.tick(at(200));
    PolicyRevision kept = received.getLast();
    received.clear();
    store.close();
    store =
        EventStore.open(
            Files.createDirectory(directory.resolve("emptied")), EventStore.Settings.DEFAULT);
    sequence = 0;
    decide(60, 70, 0.8);

    PolicyTrainer second = trainer();
    second.tick(at(300));
    second.tick(at(400));

    assertThat(received).containsExactly(kept);
    assertThat(second.counts().refused()).isEqualTo(2);
    assertThat(changes())
        .filteredOn(change -> change.reason().contains("was refused"))
        .singleElement()
        .satisfies(
            change -> {
              assertThat(change.object()).isEqualTo("generation g-1 revision 2");
              assertThat(change.reason())
                  .startsWith("Revision 2 was refused: its evidence, 10.0 rewards, is less than");
            });
  }

  @Test
  void tick_logRefuses_routerKeepsItsRevisionUntilTheLogWorks() {
    PolicyTrainer trainer = trainer();
    trainer.tick(at(0));
    decide(0, 20, 0.8);
    logBroken = true;

    trainer.tick(at(100));

    assertThat(received).hasSize(1);
    assertThat(trainer.counts().errors()).isEqualTo(1);
    assertThat(trainer.counts().lastError()).contains("reply", "the disk is full");
    logBroken = false;
    trainer.tick(at(200));
    assertThat(received).hasSize(2);
    assertThat(received.getLast().revision()).isEqualTo(2);
  }

  @Test
  void tick_oneFunctionIsBroken_othersAreTrained() {
    catalog = learned(0).named("a").learning("undeclared").besides(catalog);
    PolicyTrainer trainer = trainer();

    trainer.tick(at(0));

    assertThat(received).extracting(PolicyRevision::functionName).containsExactly("reply");
    assertThat(trainer.counts().lastError())
        .contains("functions.a.experimentation names metric undeclared");
  }

  @Test
  void tick_variantGotWorse_raisesAnAlarmThatOutlivesARestart() {
    PolicyTrainer first = trainer();
    decide(0, 600, 0.95);
    first.tick(at(700));
    decide(600, 900, 0.1);
    first.tick(at(1000));

    assertThat(first.counts().alarms()).isPositive();
    ChangeEvent change =
        changes().stream().filter(c -> c.object().startsWith("segment")).findFirst().orElseThrow();
    assertThat(change.kind()).isEqualTo(ChangeEvent.Kind.POLICY);
    assertThat(change.reason())
        .startsWith("The mean resolved of variant ")
        .contains(" in segment \"a\" went from 0.9", "counts as 5 rewards from now on");
    PolicyRevision revision = received.getLast();
    assertThat(revision.statistics().feedbackCount()).isLessThan(500);
    assertThat(RevisionProvenance.alarmsOf(revision.provenance(), "resolved")).isNotEmpty();
    assertRetrains(revision);
    received.clear();

    PolicyTrainer second = trainer();
    second.tick(at(1100));

    assertThat(second.counts().alarms()).isZero();
    assertThat(second.counts().refused()).isZero();
    assertThat(received).containsExactly(revision);
  }

  @Test
  void relearn_beforeAnyTraffic_publishesAFirstRevisionByWhatIsKnown() {
    PolicyTrainer trainer = trainer();

    PolicyRevision revision = relearn(trainer, known(0.2, 0.9)).orElseThrow();

    assertThat(received).containsExactly(revision);
    assertThat(revision.revision()).isEqualTo(1);
    assertThat(revision.statistics().feedbackCount()).isCloseTo(40, within(1e-9));
    assertThat(revision.statistics().cells())
        .extracting(PolicyStatistics.Cell::variant)
        .containsExactly("large", "small");
    assertThat(revision.statistics().cells().getLast().sum()).isCloseTo(18, within(1e-9));
    assertThat(revision.statistics().variants()).as("nothing was decided").isEmpty();
    assertThat(revision.provenance())
        .contains(
            "\"feedbacks\":0",
            "\"prior_evidence\":{\"taken_in_at\":\"" + clock.instant() + "\",\"counts_for\":",
            "\"source\":{\"file\":\"scores.csv\"}");
    assertThat(control.currentGeneration("reply").orElseThrow().provenance())
        .contains("\"prior_evidence\":{\"file\":\"scores.csv\"}");
  }

  @Test
  void relearn_withinTheInterval_isNotPutOffAndRowsAddUp() {
    PolicyTrainer trainer = trainer();
    decide(0, 30, 0.5);
    trainer.tick(at(100));
    double before = received.getLast().statistics().feedbackCount();
    PriorEvidence evidence = known(0.2, 0.9);

    PolicyRevision revision = relearn(trainer, evidence).orElseThrow();

    assertThat(revision.revision()).isEqualTo(2);
    assertThat(revision.statistics().feedbackCount()).isGreaterThan(before + 39.9);
    List<ChangeAlarm> alarms = RevisionProvenance.alarmsOf(revision.provenance(), "resolved");
    assertThat(
            new FunctionTrainer(TrainedFunction.settings(0), RewardRule.Type.BOOLEAN)
                .statistics(
                    store.evidence(
                        "reply",
                        "resolved",
                        Instant.EPOCH,
                        EvidenceAges.at(revision.publishedAt(), List.of())),
                    alarms,
                    revision.statistics().priors(),
                    PriorCell.fromJson(evidence.cells()),
                    evidence.createdAt(),
                    revision.publishedAt()))
        .as("follows from rows and evidence alone")
        .isEqualTo(revision.statistics());
  }

  @Test
  void relearn_takenAway_isNoShrinkingAndARestartKnowsIt() {
    PolicyTrainer first = trainer();
    decide(0, 12, 0.5);
    relearn(first, known(0.2, 0.9));
    received.clear();

    PolicyTrainer second = trainer();
    second.tick(at(200));
    assertThat(received).as("the same again, no news").hasSize(1);
    PolicyRevision without =
        second.relearn("reply", () -> control.removePriorEvidence("reply")).orElseThrow();

    assertThat(without.statistics().feedbackCount()).isBetween(11.9, 12.0);
    assertThat(without.provenance()).doesNotContain("prior_evidence");
    assertThat(second.counts().refused()).isZero();
    assertRetrains(without);
    received.clear();
    trainer().tick(at(300));
    assertThat(received).containsExactly(without);
  }

  @Test
  void relearn_scoresOfAnotherMetric_countForNothing() {
    PriorEvidence resolved = known(0.2, 0.9);

    PolicyRevision revision =
        relearn(
                trainer(),
                new PriorEvidence(
                    "reply",
                    "rating",
                    resolved.cells(),
                    resolved.provenance(),
                    resolved.createdAt()))
            .orElseThrow();

    assertThat(revision.statistics()).isEqualTo(PolicyStatistics.EMPTY);
    assertThat(control.currentGeneration("reply").orElseThrow().provenance())
        .doesNotContain("prior_evidence");
  }

  @Test
  void relearn_theLogIsBroken_isTriedAgainAtTheNextRound() {
    PolicyTrainer trainer = trainer();
    trainer.tick(at(0));
    logBroken = true;
    assertThat(relearn(trainer, known(0.2, 0.9))).isEmpty();
    assertThat(trainer.counts().lastError()).contains("the disk is full");
    logBroken = false;

    trainer.tick(at(60));

    assertThat(received.getLast().statistics().feedbackCount()).isGreaterThan(39);
  }

  @Test
  void relearn_aFunctionThatDoesNotLearn_changesNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> trainer().relearn("other", () -> control.setPriorEvidence(known(0.2, 0.9))))
        .withMessage("functions.other is not configured as a function that learns");
    assertThat(control.priorEvidence("reply")).isEmpty();
  }

  @Test
  void tick_feedbackContradictsWhatIsKnown_overrulesIt() {
    PolicyTrainer trainer = trainer();
    relearn(trainer, known(0.9, 0.2));
    decide(0, 600, 0.5, variant -> variant.equals("small") ? 0.9 : 0.2);

    trainer.tick(at(700));

    Map<String, Double> means = new TreeMap<>();
    for (PolicyStatistics.Cell cell : received.getLast().statistics().cells()) {
      means.put(cell.variant(), cell.sum() / cell.weight());
    }
    assertThat(means.get("small")).isGreaterThan(means.get("large") + 0.4);
  }

  private java.util.Optional<PolicyRevision> relearn(
      PolicyTrainer trainer, PriorEvidence evidence) {
    return trainer.relearn("reply", () -> control.setPriorEvidence(evidence));
  }

  private PriorEvidence known(double large, double small) {
    return new PriorEvidence(
        "reply",
        "resolved",
        PriorCell.toJson(
            List.of(
                new PriorCell("a", "large", 20, large, large, null),
                new PriorCell("a", "small", 20, small, small, null))),
        "{\"file\":\"scores.csv\"}",
        clock.instant());
  }

  @Test
  void tick_siblingKnowsTheModels_givesItsContrastAsPrior() {
    catalog = learned(0).named("second").besides(catalog);
    decide(0, 300, 0.5, variant -> variant.equals("small") ? 0.0 : 1.0);
    PolicyTrainer trainer = trainer();

    trainer.tick(at(400));

    PolicyRevision second = received.getLast();
    assertThat(second.functionName()).isEqualTo("second");
    assertThat(second.statistics().priors())
        .containsExactly(Map.entry("medium", 0.0), Map.entry("small", -1.0));
  }

  @Test
  void start_thenClose_publishesOnItsOwnThread() throws InterruptedException {
    CountDownLatch published = new CountDownLatch(1);
    List<String> threads = new ArrayList<>();
    PolicyTrainer trainer =
        new PolicyTrainer(
            surroundings(
                revision -> {
                  threads.add(Thread.currentThread().getName());
                  published.countDown();
                }));

    trainer.start();

    assertThat(published.await(30, TimeUnit.SECONDS)).isTrue();
    trainer.close();
    assertThat(threads).containsExactly("trainer");
    assertThatIllegalStateException().isThrownBy(trainer::start);
  }

  /** A published revision follows from the store's rows and its own provenance alone. */
  private void assertRetrains(PolicyRevision revision) {
    List<ChangeAlarm> alarms = RevisionProvenance.alarmsOf(revision.provenance(), "resolved");
    EvidenceAges ages =
        EvidenceAges.at(
            revision.publishedAt(), alarms.stream().map(ChangeAlarm::changePoint).toList());
    assertThat(
            new FunctionTrainer(TrainedFunction.settings(0), RewardRule.Type.BOOLEAN)
                .statistics(
                    store.evidence("reply", "resolved", Instant.EPOCH, ages),
                    alarms,
                    revision.statistics().priors(),
                    revision.publishedAt()))
        .isEqualTo(revision.statistics());
  }

  private PolicyTrainer trainer() {
    return new PolicyTrainer(
        surroundings(
            active -> {
              PolicyRevision revision = active.serving().revision();
              assertThat(revisions()).as("in the log before it is used").contains(revision);
              if (received.isEmpty() || !received.getLast().equals(revision)) {
                received.add(revision);
              }
              handedOut.add(active);
            }));
  }

  private PolicyTrainer.Surroundings surroundings(
      java.util.function.Consumer<ActivePolicies> listener) {
    return new PolicyTrainer.Surroundings(
        store,
        (function, generation) ->
            revisions().reversed().stream()
                .filter(r -> r.functionName().equals(function))
                .filter(r -> r.generation().equals(generation))
                .findFirst(),
        event -> {
          if (logBroken) {
            throw new IllegalStateException("the disk is full");
          }
          logged.add(event);
        },
        control,
        () -> catalog,
        listener,
        new IdSource(clock, random::nextLong),
        "0.1.0",
        text -> {});
  }

  private List<PolicyRevision> revisions() {
    return logged.stream()
        .filter(RevisionEvent.class::isInstance)
        .map(event -> ((RevisionEvent) event).revision())
        .toList();
  }

  private List<ChangeEvent> changes() {
    return logged.stream()
        .filter(ChangeEvent.class::isInstance)
        .map(ChangeEvent.class::cast)
        .toList();
  }

  private void decide(int from, int to, double quality) {
    decide(from, to, quality, variant -> quality);
  }

  /** One decision a second, each with feedback a minute later. */
  private void decide(
      int from, int to, double seed, java.util.function.ToDoubleFunction<String> quality) {
    List<Event> events = new ArrayList<>();
    SplittableRandom outcomes = new SplittableRandom(Double.doubleToLongBits(seed) + from);
    for (int n = from; n < to; n++) {
      String variant = Events.CANDIDATES.get(n % 3);
      events.add(
          Events.inferenceOf(n)
              .function("reply")
              .decision(
                  Events.decision(Events.CANDIDATES, new double[] {0.4, 0.3, 0.3}, variant, "a"))
              .withoutAttempts()
              .build());
      events.add(
          Events.feedback(
              n, Events.id(n), "resolved", outcomes.nextDouble() < quality.applyAsDouble(variant)));
    }
    sequence += events.size();
    store.append(events, sequence);
  }

  private static Instant at(long second) {
    return Events.START.plusSeconds(second);
  }

  private static TrainedFunction learned(double costWeight) {
    return TrainedFunction.of(TrainedFunction.settings(costWeight));
  }
}
