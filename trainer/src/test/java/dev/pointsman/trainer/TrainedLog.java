package dev.pointsman.trainer;

import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.control.ControlStore;
import dev.pointsman.control.PriorEvidence;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.testing.DecisionBuilder;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventlog.testing.ManualClock;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.TextPublication;
import dev.pointsman.routing.features.ConversationFeatures;
import dev.pointsman.routing.features.LinearScorer;
import dev.pointsman.routing.features.RisingCurve;
import dev.pointsman.routing.features.TextQuality;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A log of one function, {@code reply}, on a real store, and trainers over it: what a trainer logs
 * comes into the store, as the drain would bring it there.
 */
final class TrainedLog implements AutoCloseable {

  /** How long feedback may take. */
  static final Duration WINDOW = Duration.ofMinutes(10);

  /** What trainers logged. */
  final List<Event> logged = new ArrayList<>();

  /** Text models that were handed to the router. */
  final List<TextPublication> taken = new ArrayList<>();

  private final ManualClock clock = ManualClock.atStart();
  private final SplittableRandom random = new SplittableRandom(12);
  private final EventStore store;
  private ControlStore control;
  private FunctionCatalog catalog;
  private long sequence;

  TrainedLog(Path directory, FunctionCatalog catalog) {
    this.store = EventStore.open(directory, EventStore.Settings.DEFAULT);
    this.control = ControlStore.open(ControlStore.EMBEDDED, directory, clock);
    this.catalog = catalog;
  }

  void configure(FunctionCatalog other) {
    catalog = other;
  }

  /** Forgets what trainers logged and kept; what came into the store stays. */
  void startAnew(Path directory) {
    logged.clear();
    control.close();
    control = ControlStore.open(ControlStore.EMBEDDED, directory, clock);
  }

  PolicyTrainer trainer() {
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

  ControlStore control() {
    return control;
  }

  void tick(PolicyTrainer trainer, long second) {
    int known = logged.size();
    trainer.tick(Events.START.plusSeconds(second));
    List<Event> fresh = logged.subList(known, logged.size());
    if (!fresh.isEmpty()) {
      store(List.copyOf(fresh));
    }
  }

  void store(List<Event> events) {
    sequence += events.size();
    store.append(events, sequence);
  }

  PolicyRevision latest() {
    return revisions().getLast();
  }

  List<PolicyRevision> revisions() {
    return of(RevisionEvent.class).stream().map(RevisionEvent::revision).toList();
  }

  List<ChangeEvent> changes() {
    return of(ChangeEvent.class);
  }

  <T extends Event> List<T> of(Class<T> kind) {
    return logged.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The decision of second {@code n}, about a proof or a greeting. */
  static InferenceEvent asked(int n, Decision shape, boolean proof) {
    return asked(n, shape, proof, false);
  }

  /** The same, or one that nothing could answer. */
  static InferenceEvent asked(int n, Decision shape, boolean proof, boolean failed) {
    return asked(n, shape, proof, failed, Map.of());
  }

  /** The same with features. */
  static InferenceEvent asked(
      int n, Decision shape, boolean proof, boolean failed, Map<String, String> features) {
    Events.InferenceBuilder inference =
        Events.inferenceOf(n)
            .function("reply")
            .decision(with(shape, 128, features))
            .withoutAttempts()
            .payload(
                InferenceEvent.Payload.of(
                    "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"%s %d\"}]}]}"
                        .formatted(
                            proof ? "Prove the lemma about groups" : "Say hello to my friend", n),
                    null,
                    null,
                    null));
    return (failed ? inference.failed("http_5xx") : inference).build();
  }

  static Decision withTokens(Decision d, int tokens) {
    return with(d, tokens, Map.of());
  }

  private static Decision with(Decision d, int tokens, Map<String, String> features) {
    Map<String, String> all = new TreeMap<>(features);
    all.put(Decision.INPUT_TOKENS, Integer.toString(tokens));
    return DecisionBuilder.like(d).features(all).build();
  }

  @Override
  public void close() {
    control.close();
    store.close();
  }

  /** Text taken in from scores, with nothing else learnt there. */
  void takeIn(PolicyTrainer trainer, TextPublication text) {
    PriorEvidence evidence =
        new PriorEvidence(
            "reply",
            "resolved",
            PriorCell.toJson(List.of(new PriorCell("a", "large", 1, 0.5, 0.5, null))),
            "{\"file\":\"scores.csv\",\"text\":{\"model\":\"%s\"}}".formatted(text.model()),
            Events.START);
    int known = logged.size();
    trainer.relearn("reply", text, () -> control().setPriorEvidence(evidence));
    store(List.copyOf(logged.subList(known, logged.size())));
  }

  /** Says that small is best, whatever is asked. */
  static TextPublication alwaysSmall() {
    TextQuality model =
        TextQuality.of(
            LinearScorer.of(
                List.of("small"), new double[1], new double[ConversationFeatures.DIMENSION]),
            List.of(RisingCurve.of(new double[] {0}, new double[] {0.5})),
            1);
    return new TextPublication(
        "reply",
        model.id(),
        Events.START,
        "{}",
        Base64.getEncoder().encodeToString(model.encode()));
  }
}
