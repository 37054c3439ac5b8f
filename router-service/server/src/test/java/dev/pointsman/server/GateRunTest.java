package dev.pointsman.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.control.AuditEntry;
import dev.pointsman.control.ControlStore;
import dev.pointsman.control.GateStanding;
import dev.pointsman.control.Generation;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventlog.testing.ManualClock;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.gateway.provider.ProviderRegistry;
import dev.pointsman.gateway.provider.dummy.DummyProvider;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import dev.pointsman.report.PolicyBindings;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionRequest;
import dev.pointsman.routing.DecisionSampler;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PropensityCheck;
import dev.pointsman.trainer.GateWatch;
import dev.pointsman.trainer.PolicyTrainer;
import dev.pointsman.trainer.PromotionGate;
import dev.pointsman.trainer.ServedGenerations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real trainer, router and gate over an embedded store in virtual time: a request every two seconds to a
 * world in which variant {@code b} is better by far.
 */
final class GateRunTest {

  private static final String EXPLORES =
      """
      algorithm = "epsilon_greedy"
      epsilon = 0.6
      """;
  private static final String EXPLOITS =
      """
      algorithm = "squarecb"
      """;
  private static final String AUTO = "promotion = { mode = \"auto\", margin = 0.01, canary = 0.1 }";
  private static final String MANUAL = "promotion = { mode = \"manual\", canary = 0.1 }";
  private static final Duration WINDOW = Duration.ofMinutes(10);
  private static final DecisionSampler SAMPLER = new DecisionSampler(new byte[16]);

  @TempDir private Path directory;

  private final ManualClock clock = ManualClock.atStart();
  private final SplittableRandom random = new SplittableRandom(5);
  private final IdSource ids = new IdSource(clock, random::nextLong);
  private final ProviderRegistry registry = new ProviderRegistry(List.of(DummyProvider.type(ids)));
  private final Map<String, PolicyRevision> revisions = new HashMap<>();
  private final List<ChangeEvent> changes = new ArrayList<>();
  private final Map<String, Long> lanes = new TreeMap<>();
  private EventStore store;
  private ControlStore control;
  private FunctionCatalog catalog;
  private ActiveSnapshot snapshots;
  private PolicyBindings bindings;
  private PolicyTrainer trainer;
  private GateWatch gate;
  private long sequence;
  private long rows;
  private boolean failing;
  private final SplittableRandom refusals = new SplittableRandom(7);
  private boolean refusing;
  private boolean judging;
  private boolean thumbing;
  private boolean thumbsChanged;
  private int blocks;

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
  void auto_betterChallenger_goesThroughAllStagesAndProvesItself() {
    start(EXPLORES, AUTO);
    minutes(30);
    configure(EXPLOITS, AUTO);
    minutes(5);
    assertThat(standing("g-2").stage()).isEqualTo("shadow");
    assertThat(serving()).isEqualTo("g-1");
    assertThat(lanes).doesNotContainKey("canary");
    logChecks("fine", "block");
    minutes(60);
    assertThat(standing("g-2").stage()).isEqualTo("evaluation");
    assertThat(standing("g-2").waitsFor()).startsWith("a log that can be trusted: the checks of");
    logChecks("block", "fine");

    untilPromoted(400);

    assertThat(stages("g-2"))
        .containsExactly("evaluation 0.0", "canary 0.1", "ramp 0.25", "ramp 0.5", "promoted 1.0");
    assertThat(serving()).isEqualTo("g-2");
    assertThat(control.generation("g-1").orElseThrow().status())
        .isEqualTo(Generation.Status.STANDBY);
    assertThat(standing("g-2").forecast()).contains("\"value\":0.");
    assertThat(lanes.get("canary")).isGreaterThan(300);
    FunctionRouting routing = snapshots.current().functions().get("f").routing();
    assertThat(routing.policy().version().kind()).isEqualTo("squarecb");
    assertThat(routing.challenger().version().kind()).isEqualTo("epsilon_greedy");
    assertThat(routing.shares().canary()).isZero();

    minutes(60);

    assertThat(control.generation("g-1").orElseThrow().status())
        .isEqualTo(Generation.Status.RETIRED);
    assertThat(standing("g-2").outcome()).contains("\"value\":0.");
    assertThat(changes.getLast().reason())
        .startsWith("What came of promoting g-2 of f: Δquality +0.")
        .endsWith("g-1 is let go.");
    assertThat(snapshots.current().functions().get("f").routing().challenger()).isNull();
  }

  @Test
  void auto_worseChallenger_isTurnedAwayAndStaysOut() {
    start(EXPLOITS, AUTO);
    minutes(30);
    configure(EXPLORES, AUTO);

    minutes(150);

    assertThat(standing("g-2").stage()).isEqualTo("rolled_back");
    assertThat(standing("g-2").reason())
        .as("one of the two is proved first")
        .containsAnyOf("quality is worse by more than the margin", "utility is worse");
    assertThat(serving()).isEqualTo("g-1");
    assertThat(control.generation("g-2").orElseThrow().status())
        .isEqualTo(Generation.Status.REJECTED);
    assertThat(control.generations("f")).hasSize(2);
    assertThat(snapshots.current().functions().get("f").routing().challenger()).isNull();
    assertThat(snapshots.current().functions().get("f").routing().policy().version().kind())
        .isEqualTo("squarecb");
  }

  @Test
  void manual_person_promotesFreezesRestartsAndGoesBack() {
    start(EXPLORES, MANUAL);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ask(PromotionGate.Wish.PROMOTE))
        .withMessageContaining("no challenger of f waits at the gate");
    minutes(30);
    configure(EXPLOITS, MANUAL);
    minutes(60);
    assertThat(standing("g-2").stage()).isEqualTo("evaluation");
    assertThat(standing("g-2").waitsFor()).isEqualTo("a person: the gate recommends the next step");
    assertThat(changes.getLast().reason())
        .startsWith("The gate recommends the next step for g-2 of f, which is in evaluation: ");

    assertThat(ask(PromotionGate.Wish.PROMOTE).stage()).isEqualTo("canary");
    minutes(20);
    assertThat(lanes.get("canary")).isPositive();
    assertThat(ask(PromotionGate.Wish.FREEZE).frozen()).isTrue();

    restart();
    assertThat(snapshots.current().functions().get("f").routing().shares().canary())
        .as("the share comes back with the start, before the trainer's first round")
        .isPositive();
    String before = snapshots.current().functions().get("f").routing().policy().version().name();
    assertThat(before).startsWith("g-1/");
    minutes(20);
    assertThat(standing("g-2").waitsFor()).isEqualTo("a person: it is frozen");
    ask(PromotionGate.Wish.THAW);
    ask(PromotionGate.Wish.PROMOTE);
    ask(PromotionGate.Wish.PROMOTE);
    assertThat(ask(PromotionGate.Wish.PROMOTE).stage()).isEqualTo("promoted");
    assertThat(serving()).isEqualTo("g-2");
    minutes(5);

    assertThat(ask(PromotionGate.Wish.ROLL_BACK).stage()).isEqualTo("rolled_back");

    assertThat(serving()).isEqualTo("g-1");
    minutes(5);
    assertThat(snapshots.current().functions().get("f").routing().policy().version().name())
        .startsWith("g-1/");
    assertThat(control.generations("f")).hasSize(2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ask(PromotionGate.Wish.ROLL_BACK))
        .withMessageContaining("nothing of f can be rolled back");
    assertThat(control.auditEntries(20))
        .extracting(AuditEntry::action)
        .contains("policy.promote", "policy.freeze", "policy.thaw", "policy.roll_back");
  }

  @Test
  void ask_gateMovesTheChallengerAtTheSameMoment_isNotLost() {
    start(EXPLORES, MANUAL);
    minutes(30);
    configure(EXPLOITS, MANUAL);
    trainer.tick(clock.instant());
    assertThat(standing("g-2").waitsFor()).as("nobody has looked yet").isNull();
    AtomicBoolean looked = new AtomicBoolean();
    GateWatch overtaken =
        new GateWatch(
            new GateWatch.Surroundings(
                store,
                control,
                () -> catalog,
                this::log,
                (function, change) -> {
                  if (!looked.getAndSet(true)) {
                    gate.look(clock.instant());
                  }
                  trainer.move(function, change);
                },
                ids));

    GateStanding after =
        overtaken.ask("f", PromotionGate.Wish.PROMOTE, "ada", "Because I say so.", clock.instant());

    assertThat(looked).isTrue();
    assertThat(after.stage()).isEqualTo("canary");
    assertThat(standing("g-2")).isEqualTo(after);
  }

  @Test
  void manual_worseOnePromotedWithoutEvidence_goesBackByItself() {
    start(EXPLOITS, MANUAL);
    minutes(30);
    configure(EXPLORES, MANUAL);
    minutes(5);
    for (int step = 0; step < 4; step++) {
      ask(PromotionGate.Wish.PROMOTE);
    }
    assertThat(serving()).isEqualTo("g-2");

    minutes(120);

    assertThat(serving()).isEqualTo("g-1");
    assertThat(control.generation("g-2").orElseThrow().status())
        .isEqualTo(Generation.Status.REJECTED);
    assertThat(standing("g-2").reason()).startsWith("what came is worse than what served before: ");
    assertThat(changes.getLast().reason()).startsWith("g-1 of f serves again, g-2 goes: ");
  }

  @Test
  void manual_challengersRequestsFail_isTurnedAwayWithoutAPerson() {
    start(EXPLORES, MANUAL);
    minutes(30);
    configure(EXPLOITS, MANUAL);
    minutes(30);
    ask(PromotionGate.Wish.PROMOTE);
    failing = true;

    minutes(120);

    assertThat(standing("g-2").stage()).isEqualTo("rolled_back");
    assertThat(standing("g-2").reason()).startsWith("guardrail: errors is ");
    assertThat(serving()).isEqualTo("g-1");
  }

  @Test
  void auto_betterChallengerThatRefusesMore_isTurnedAwayByItsGuardrail() {
    refusing = true;
    String guarded = AUTO + "\nguardrails = [{ metric = \"refused\", worse_by = 0.02 }]";
    start(EXPLORES, guarded);
    minutes(30);
    configure(EXPLOITS, guarded);

    minutes(150);

    assertThat(standing("g-2").stage()).isEqualTo("rolled_back");
    assertThat(standing("g-2").reason()).contains("guardrail refused Δ +0.");
    assertThat(serving()).isEqualTo("g-1");
    ChangeEvent turnedAway =
        changes.stream()
            .filter(change -> String.valueOf(change.reason()).contains("was turned away"))
            .findFirst()
            .orElseThrow();
    assertThat(turnedAway.after())
        .contains("\"verdict\":\"ROLL BACK\"")
        .contains("{\"name\":\"refused\",\"outcomes\":")
        .contains("\"state\":\"violated\",\"sentence\":\"refused Δ +0.");
  }

  @Test
  void manual_promotedOneRefusesMore_goesBackByItself() {
    refusing = true;
    String guarded = MANUAL + "\nguardrails = [{ metric = \"refused\", worse_by = 0.02 }]";
    start(EXPLORES, guarded);
    minutes(30);
    configure(EXPLOITS, guarded);
    minutes(5);
    for (int step = 0; step < 4; step++) {
      ask(PromotionGate.Wish.PROMOTE);
    }
    assertThat(serving()).isEqualTo("g-2");

    minutes(180);

    assertThat(serving()).isEqualTo("g-1");
    assertThat(standing("g-2").reason()).contains("refused");
  }

  @Test
  void auto_fewPeopleBesideAJudge_betterChallengerIsJudgedOnAllDecisions() {
    startJudged(AUTO, "judge_score");

    minutes(90);

    assertThat(standing("g-2").stage()).isIn("canary", "ramp");
    String look = gate.lastLook("g-2").orElseThrow();
    assertThat(look).contains("\"verdict\":\"PROMOTE\"");
    assertThat(look.replaceAll(".*\"decisions\":(\\d+),\"outcomes\":(\\d+),.*", "$1 $2"))
        .as("the judge scored all, people two of five")
        .matches("(\\d+) \\1");
  }

  @Test
  void auto_judgeAndThumbsBesidePeople_betterChallengerIsPromoted() {
    startJudged(AUTO, "judge_score", "thumbs");
    minutes(5);

    untilPromoted(400);

    assertThat(serving()).isEqualTo("g-2");
    assertThat(changes)
        .filteredOn(change -> change.object().equals("gate of generation g-2"))
        .last()
        .extracting(change -> String.valueOf(change.after()))
        .asString()
        .contains("\"stage\":\"promoted\"", "\"verdict\":\"PROMOTE\"");
  }

  @Test
  void manual_oneOfTwoSurrogatesChanges_blocksByItsName() {
    startJudged(MANUAL, "judge_score", "thumbs");
    minutes(60);
    assertThat(standing("g-2").waitsFor()).doesNotContain("rewards by");

    thumbsChanged = true;
    minutes(60);

    assertThat(standing("g-2").stage()).isEqualTo("evaluation");
    assertThat(standing("g-2").waitsFor())
        .startsWith("a log that can be trusted: ")
        .contains("rewards by thumbs: ")
        .doesNotContain("rewards by judge_score");
  }

  @Test
  void auto_guardedMetricWithoutValues_growsNoFurtherThanTheCanary() {
    String guarded = AUTO + "\nguardrails = [{ metric = \"refused\", max = 0.5 }]";
    start(EXPLORES, guarded);
    minutes(30);
    configure(EXPLOITS, guarded);

    minutes(200);

    assertThat(standing("g-2").stage()).isEqualTo("canary");
    assertThat(standing("g-2").waitsFor())
        .startsWith("a guardrail to hold: refused: 0 decisions have a value");

    gate.look(clock.instant());
    Optional<String> look = gate.lastLook("g-2");
    clock.advance(Duration.ofSeconds(1));
    gate.look(clock.instant());
    assertThat(gate.lastLook("g-2")).as("next to nothing was added").isEqualTo(look);
    minutes(90);
    assertThat(gate.lastLook("g-2")).isNotEqualTo(look);
  }

  /** What the watch of the log would say. */
  private void logChecks(String before, String after) {
    log(
        new ChangeEvent(
            ids.next(),
            clock.instant(),
            ChangeEvent.Kind.POLICY,
            "trainer",
            "f",
            ChangeEvent.LOG_CHECKS,
            before,
            after,
            "A test says so."));
  }

  private GateStanding ask(PromotionGate.Wish wish) {
    clock.advance(Duration.ofSeconds(1));
    return gate.ask("f", wish, "ada", "Because I say so.", clock.instant());
  }

  private GateStanding standing(String generation) {
    return control.standing(generation).orElseThrow();
  }

  private String serving() {
    return control.currentGeneration("f").orElseThrow().id();
  }

  private List<String> stages(String generation) {
    return changes.stream()
        .filter(change -> change.object().equals("gate of generation " + generation))
        .map(change -> String.valueOf(change.after()))
        .map(
            after -> after.replaceAll("\\{\"stage\":\"([a-z_]+)\",\"share\":([0-9.]+),.*", "$1 $2"))
        .toList();
  }

  private void untilPromoted(int most) {
    for (int i = 0; i < most && !standing("g-2").stage().equals("promoted"); i += 10) {
      minutes(10);
    }
    assertThat(standing("g-2").stage()).as(standing("g-2").toString()).isEqualTo("promoted");
  }

  private void start(String algorithm, String promotion) {
    catalog = catalog(algorithm, promotion);
    restart();
  }

  /** Everything but the stores is new. */
  private void restart() {
    ServedGenerations served =
        new ServedGenerations(
            control, generation -> latest(generation.functionName(), generation.id()).orElse(null));
    snapshots = new ActiveSnapshot(catalog, served.of("f").stream().toList(), registry, clock);
    bindings = new RouterBindings(control, snapshots);
    trainer =
        new PolicyTrainer(
            new PolicyTrainer.Surroundings(
                store,
                this::latest,
                this::log,
                control,
                () -> catalog,
                snapshots::swap,
                ids,
                "test",
                text -> {}));
    gate =
        new GateWatch(
            new GateWatch.Surroundings(
                store, control, () -> catalog, this::log, trainer::move, ids));
  }

  private void configure(String algorithm, String promotion) {
    catalog = catalog(algorithm, promotion);
    snapshots.swap(catalog);
  }

  private Optional<PolicyRevision> latest(String function, String generation) {
    return Optional.ofNullable(store.history().latestRevision(function, generation));
  }

  private void log(Event event) {
    if (event instanceof RevisionEvent published) {
      PolicyRevision revision = published.revision();
      revisions.put(revision.generation() + "/" + revision.revision(), revision);
    }
    if (event instanceof ChangeEvent change) {
      changes.add(change);
    }
    store.append(List.of(event), ++sequence);
  }

  /** A challenger beside metrics that stand for people's, of which few say anything. */
  private void startJudged(String gate, String... surrogates) {
    judging = true;
    thumbing = List.of(surrogates).contains("thumbs");
    String judged = gate + "\nsurrogates = [\"%s\"]".formatted(String.join("\", \"", surrogates));
    start(EXPLORES, judged);
    minutes(20);
    configure(EXPLOITS, judged);
  }

  /** A request every two seconds, a round of the trainer every five minutes, a look of the gate every ten. */
  private void minutes(int count) {
    for (int minute = 0; minute < count; minute += 5) {
      trainer.tick(clock.instant());
      List<Event> events = new ArrayList<>();
      for (int second = 0; second < 300; second += 2) {
        request(events);
        clock.advance(Duration.ofSeconds(2));
      }
      sequence += events.size();
      store.append(events, sequence);
      if ((blocks++ & 1) == 1) {
        gate.look(clock.instant());
      }
    }
    assertThat(trainer.counts().lastError()).isNull();
  }

  private void request(List<Event> events) {
    long n = rows++;
    UUID episode = Events.id(20_000_000 + n);
    FunctionRouting routing = snapshots.current().functions().get("f").routing();
    Decision decision =
        SAMPLER.decide(
            routing,
            new DecisionRequest(
                episode, "", Map.of(), 32, Arrays.asList(null, null), List.of(), true, null, null));
    lanes.merge(decision.lane(), 1L, Long::sum);
    assertThat(PropensityCheck.check(decision, "a")).isEmpty();
    if (n % 31 == 0) {
      rederive(decision);
    }
    boolean fails = failing && decision.lane().equals("canary") && random.nextDouble() < 0.3;
    Events.InferenceBuilder row =
        Events.inferenceOf(n)
            .function("f")
            .episode(episode)
            .startedAt(clock.instant())
            .decision(decision)
            .durationMicros(500_000 + random.nextInt(500_000))
            .withoutAttempts();
    events.add(fails ? row.failed("upstream").build() : row.build());
    if (!fails) {
      double chance = decision.chosenVariant().equals("b") ? 0.9 : 0.4;
      long second = Duration.between(Events.START, clock.instant()).toSeconds();
      boolean good = random.nextDouble() < chance;
      if (judging) {
        // It takes a quarter of the good answers for bad ones; people speak on two of five.
        double score = good && refusals.nextInt(4) > 0 ? 8 : 3;
        events.add(Events.feedback(second, Events.id(n), "judge_score", score));
      }
      if (thumbing && refusals.nextInt(2) == 0) {
        boolean up = !thumbsChanged && good == refusals.nextInt(5) > 0;
        events.add(Events.feedback(second, Events.id(n), "thumbs", up));
      }
      if (!judging || refusals.nextInt(5) < 2) {
        events.add(Events.feedback(second, Events.id(n), "good", good));
      }
      if (refusing) {
        double refuses = decision.chosenVariant().equals("b") ? 0.3 : 0.02;
        events.add(
            Events.feedback(second, Events.id(n), "refused", refusals.nextDouble() < refuses));
      }
    }
  }

  /** Check 2, as the decision page makes it. */
  private void rederive(Decision decision) {
    PolicyRevision serving =
        revisions.get(decision.version().generation() + "/" + decision.version().revision());
    String beside = decision.features().get(Decision.CHALLENGER);
    assertThat(beside == null).isEqualTo(decision.challengerProbabilities().length == 0);
    if (serving == null) {
      return;
    }
    FunctionRouting again =
        bindings
            .bind("f", serving, beside == null ? null : revisions.get(beside), catalog.configHash())
            .orElseThrow();
    assertThat(again.challenger() == null).isEqualTo(beside == null);
    assertThat(PropensityCheck.rederive(again, decision).discrepancies()).isEmpty();
  }

  private FunctionCatalog catalog(String algorithm, String promotion) {
    String text =
        """
        [metrics.good]
        type = "boolean"
        level = "inference"
        optimize = "max"

        [metrics.judge_score]
        type = "float"
        level = "inference"
        optimize = "max"
        range = [0, 10]

        [metrics.thumbs]
        type = "boolean"
        level = "inference"
        optimize = "max"

        [metrics.refused]
        type = "boolean"
        level = "inference"
        optimize = "min"

        [functions.f]
        type = "chat"
        [functions.f.variants.a]
        type = "chat_completion"
        model = "dummy::good"
        [functions.f.variants.b]
        type = "chat_completion"
        model = "dummy::alternate"

        [functions.f.experimentation]
        type = "learned"
        metric = "good"
        baseline_variant = "a"
        exploration_limit = inf
        revision_interval = "30s"
        attribution_window = "%dm"
        %s
        %s
        """
            .formatted(WINDOW.toMinutes(), algorithm, promotion);
    return switch (new dev.pointsman.catalog.CatalogReader(
            Stream.of(DummyProvider.type(ids)).map(type -> type.kind()).toList(), Map.of())
        .readText("gate.toml", text)) {
      case CatalogReading.Loaded loaded -> loaded.catalog();
      case CatalogReading.Rejected rejected ->
          throw new IllegalArgumentException(rejected.diagnostics().toString());
    };
  }
}
