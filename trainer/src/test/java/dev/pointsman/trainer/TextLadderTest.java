package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.MetricDefinition;
import dev.pointsman.catalog.VariantDefinition;
import dev.pointsman.control.ControlStore;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.TextModelEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventlog.testing.ManualClock;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.TextPublication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TextLadderTest {

  private static final Duration WINDOW = Duration.ofMinutes(10);

  @TempDir Path directory;

  private final ManualClock clock = ManualClock.atStart();
  private final SplittableRandom random = new SplittableRandom(12);
  private final List<Event> logged = new ArrayList<>();
  private final List<TextPublication> taken = new ArrayList<>();
  private EventStore store;
  private ControlStore control;
  private FunctionCatalog catalog;
  private long sequence;
  private int stored;

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
  void tick_textThatTells_isFittedThenJudgedThenAdopted() {
    catalog = catalog("auto", true);
    PolicyTrainer trainer = trainer();
    ask(0, 900, 0.4);
    tick(trainer, 960);

    TextPublication model = models().getFirst();
    assertThat(taken).containsExactly(model);
    assertThat(model.provenance())
        .contains("\"samples\":900", "\"calibration\":[", "\"brier\":", "\"seed\":1")
        .doesNotContain("lemma");
    assertThat(latest().textModel()).as("judged first").isNull();
    assertThat(latest().provenance()).contains("\"rung\":\"segments\"", "\"judged\":0");

    ask(960, 1_600, 0.4);
    tick(trainer, 1_600 + WINDOW.toSeconds());
    assertThat(latest().textModel()).isEqualTo(models().getLast().model());
    assertThat(latest().provenance()).contains("\"rung\":\"text\"");
    ChangeEvent change = changes().getLast();
    assertThat(change.object()).isEqualTo("generation g-1 rung");
    assertThat(change.before()).contains("\"rung\":\"segments\"", "\"judged\":640");
    assertThat(change.after()).contains("\"rung\":\"text\"");
    assertThat(change.reason()).contains("640 matured decisions", "gains");
    assertThat(trainer.counts().errors()).isZero();
  }

  @Test
  void tick_textThatSaysNothing_isNeverAdopted() {
    catalog = catalog("auto", true);
    PolicyTrainer trainer = trainer();
    ask(0, 900, 0);
    tick(trainer, 960);
    ask(960, 1_600, 0);
    tick(trainer, 1_600 + WINDOW.toSeconds());

    assertThat(models()).isNotEmpty();
    assertThat(latest().textModel()).isNull();
    assertThat(changes()).extracting(ChangeEvent::object).doesNotContain("generation g-1 rung");
  }

  @Test
  void tick_worldTurnsRound_textIsDroppedAgain() {
    catalog = catalog("auto", true);
    PolicyTrainer trainer = trainer();
    ask(0, 900, 0.4);
    tick(trainer, 960);
    ask(960, 1_600, 0.4);
    tick(trainer, 2_200);
    assertThat(latest().textModel()).isNotNull();
    ask(2_200, 3_200, -0.4);
    tick(trainer, 3_800);

    assertThat(latest().textModel()).isNull();
    assertThat(changes().getLast().reason()).contains("loses");
  }

  @Test
  void tick_restart_goesOnWithTheSameModelAndJudgement() {
    catalog = catalog("auto", true);
    ask(0, 900, 0.4);
    tick(trainer(), 960);
    String before = latest().provenance();
    PolicyTrainer again = trainer();
    tick(again, 970);
    assertThat(models()).as("not fitted again").hasSize(1);
    assertThat(TextStanding.ofProvenance(latest().provenance()))
        .isEqualTo(TextStanding.ofProvenance(before));

    ask(960, 1_600, 0.4);
    tick(again, 2_200);
    assertThat(latest().textModel()).isNotNull();
    assertThat(changes().getLast().before()).contains("\"judged\":640");
  }

  @Test
  void tick_contextText_usesTheModelAtOnce() {
    catalog = catalog("text", true);
    ask(0, 900, 0.4);
    tick(trainer(), 960);

    assertThat(latest().textModel()).isEqualTo(models().getFirst().model());
    assertThat(changes().getLast().reason()).contains("The configuration says to read the text.");
    int model = logged.indexOf(modelEvents().getFirst());
    int revision =
        logged.indexOf(logged.stream().filter(RevisionEvent.class::isInstance).toList().getLast());
    assertThat(model).as("in the log before the revision that names it").isLessThan(revision);
  }

  @Test
  void tick_contextSegmentsOrNoLoggedText_neverReads() {
    for (FunctionCatalog other : List.of(catalog("segments", true), catalog("text", false))) {
      catalog = other;
      ask(stored, stored + 900, 0.4);
      tick(trainer(), stored + 60);
      assertThat(models()).isEmpty();
      assertThat(latest().textModel()).isNull();
    }
  }

  @Test
  void tick_sameLogTwice_givesTheSameModelToTheLastBit() {
    catalog = catalog("text", true);
    ask(0, 700, 0.3);
    tick(trainer(), 760);
    TextPublication first = models().getFirst();
    logged.clear();
    control.close();
    control = ControlStore.open(ControlStore.EMBEDDED, directory.resolve("other"), clock);
    tick(trainer(), 760);
    assertThat(models().getFirst().model()).isEqualTo(first.model());
    assertThat(models().getFirst().body()).isEqualTo(first.body());
  }

  private List<TextModelEvent> modelEvents() {
    return logged.stream()
        .filter(TextModelEvent.class::isInstance)
        .map(TextModelEvent.class::cast)
        .toList();
  }

  private List<TextPublication> models() {
    return modelEvents().stream().map(TextModelEvent::publication).toList();
  }

  private PolicyRevision latest() {
    return revisions().getLast();
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

  private void tick(PolicyTrainer trainer, long second) {
    int known = logged.size();
    trainer.tick(Events.START.plusSeconds(second));
    // What the trainer logs comes into the store, as the drain would bring it there.
    List<Event> fresh = logged.subList(known, logged.size());
    if (!fresh.isEmpty()) {
      sequence += fresh.size();
      store.append(List.copyOf(fresh), sequence);
    }
  }

  private PolicyTrainer trainer() {
    return new PolicyTrainer(
        new PolicyTrainer.Surroundings(
            store,
            (function, generation) ->
                revisions().reversed().stream()
                    .filter(revision -> revision.generation().equals(generation))
                    .findFirst(),
            logged::add,
            control,
            () -> catalog,
            active -> {},
            new IdSource(clock, random::nextLong),
            "0.1.0",
            taken::add));
  }

  /**
   * One decision a second, evenly among three variants, each with feedback: proofs go better with
   * {@code large} and worse with {@code small} by what the text tells.
   */
  private void ask(int from, int to, double told) {
    List<Event> events = new ArrayList<>();
    SplittableRandom outcomes = new SplittableRandom(from + 77);
    double[] even = {1 / 3d, 1 / 3d, 1 / 3d};
    for (int n = from; n < to; n++) {
      String variant = Events.CANDIDATES.get(outcomes.nextInt(3));
      boolean proof = outcomes.nextBoolean();
      double quality =
          0.5
              + switch (variant) {
                case "large" -> proof ? told : -told;
                case "small" -> proof ? -told : told;
                default -> 0;
              };
      Decision shape = Events.decision(Events.CANDIDATES, even, variant, "a");
      events.add(
          Events.inferenceOf(n)
              .function("reply")
              .decision(withTokens(shape))
              .withoutAttempts()
              .payload(
                  InferenceEvent.Payload.of(
                      "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"%s %d\"}]}]}"
                          .formatted(
                              proof ? "Prove the lemma about groups" : "Say hello to my friend", n),
                      null,
                      null,
                      null))
              .build());
      events.add(Events.feedback(n, Events.id(n), "resolved", outcomes.nextDouble() < quality));
    }
    stored = to;
    sequence += events.size();
    store.append(events, sequence);
  }

  static Decision withTokens(Decision d) {
    return withTokens(d, 128);
  }

  static Decision withTokens(Decision d, int tokens) {
    return new Decision(
        d.kind(),
        d.decidedBy(),
        d.version(),
        d.segment(),
        d.stratum(),
        d.experiment(),
        d.experimentGroup(),
        d.groupShares(),
        d.groupVariants(),
        d.lane(),
        d.laneShares(),
        d.candidates(),
        d.exclusions(),
        d.predictedQuality(),
        d.predictedCostNanos(),
        d.predictedLatencyUs(),
        d.utility(),
        d.floors(),
        d.policyProbabilities(),
        d.challengerProbabilities(),
        d.propensities(),
        d.utilityWeight(),
        d.gamma(),
        Map.of(Decision.INPUT_TOKENS, Integer.toString(tokens)),
        d.chosenVariant(),
        d.propensity(),
        d.explored(),
        d.fallbackOrder());
  }

  private static FunctionCatalog catalog(String context, boolean logText) {
    Map<String, VariantDefinition> variants = new TreeMap<>();
    for (String candidate : Events.CANDIDATES) {
      variants.put(
          candidate,
          new VariantDefinition(candidate, "model-" + candidate, Map.of(), null, null, null, null));
    }
    Experimentation.Learned learned =
        new Experimentation.Learned(
            "resolved",
            new LearnedSettings(
                "squarecb",
                Events.CANDIDATES,
                "large",
                0,
                0,
                0.005,
                0.02,
                LearnedSettings.Nursery.DEFAULT,
                Duration.ofDays(14)),
            context,
            LaneShares.POLICY_ONLY,
            List.of(),
            Duration.ofSeconds(5),
            Duration.ofHours(24),
            1000,
            WINDOW,
            null,
            0,
            null,
            null);
    FunctionDefinition function =
        new FunctionDefinition(
            "reply",
            FunctionDefinition.Type.CHAT,
            null,
            variants,
            Map.of(),
            List.of(),
            "none",
            null,
            null,
            learned,
            List.of(),
            logText);
    return new FunctionCatalog(
        "h",
        "",
        null,
        null,
        Map.of("reply", function),
        Map.of(),
        Map.of(
            "resolved",
            new MetricDefinition(
                "resolved",
                MetricDefinition.Type.BOOLEAN,
                MetricDefinition.Level.INFERENCE,
                MetricDefinition.Direction.MAX,
                null,
                null)),
        Map.of());
  }
}
