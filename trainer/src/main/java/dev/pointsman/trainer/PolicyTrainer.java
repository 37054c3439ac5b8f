package dev.pointsman.trainer;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.VariantDefinition;
import dev.pointsman.control.AuditEntry;
import dev.pointsman.control.ControlStore;
import dev.pointsman.control.Generation;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.TextModelEvent;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.EvidenceAges;
import dev.pointsman.eventstore.EvidenceRow;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.TextPublication;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop that turns feedback into revisions. For each function that learns, and at most once per
 * its {@code revision_interval}: bring the store's statistics up to date, fold what changed into the
 * evidence, look for changes in quality, and publish a revision if the evidence differs from the
 * last one. A revision is appended to the log <em>before</em> it is handed to the router.
 *
 * <p>A generation is registered when a function's reward, candidates or settings are not those of
 * its serving generation; its revisions count from 1. After a restart the last stored revision is
 * handed out at once, its alarms are taken over, and counting goes on behind it, so the store must
 * have drained the log before the first tick. One trainer at a time may run per data directory.
 *
 * <p>Works on its own thread, or on the caller's by {@link #tick}. What fails is logged and counted
 * and tried again at the next tick, function by function; the router goes on with the last revision.
 */
public final class PolicyTrainer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PolicyTrainer.class);
  private static final String ACTOR = "trainer";
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** A round is followed by so many times its own length: learning may be late, requests may not. */
  private static final int PAUSE_PER_ROUND = 9;

  private static final Duration LONGEST_REST = Duration.ofSeconds(30);

  /** Rows of decisions older than the attribution window may still come from a spool that waited. */
  private static final Duration LATE_SPOOL = Duration.ofDays(1);

  /**
   * A busy function has too many rows to read all of its attribution window at every revision. Up to
   * this many are read; with more, most rounds read the last minutes and every twelfth the whole
   * window, so that feedback later than {@link #RECENT} is learnt twelve rounds later at the most.
   */
  private static final int ROWS_READ_EVERY_TIME = 20_000;

  private static final int PARTIAL_READS = 11;
  private static final Duration RECENT = Duration.ofMinutes(10);

  /**
   * What a trainer works with.
   *
   * @param store statistics come from it
   * @param latestRevision the last stored revision of a function
   * @param log appends an event durably before it returns
   * @param control generations and audit
   * @param catalog the configuration now
   * @param listener takes each revision once it is in the log; quick, never throws
   * @param ids clock and ids
   * @param codeVersion for provenance
   * @param texts takes each text model once it is in the log, before a revision names it; quick
   */
  public record Surroundings(
      EventStore store,
      Function<String, Optional<PolicyRevision>> latestRevision,
      Consumer<Event> log,
      ControlStore control,
      Supplier<FunctionCatalog> catalog,
      Consumer<PolicyRevision> listener,
      IdSource ids,
      String codeVersion,
      Consumer<TextPublication> texts) {

    /** Of nobody who reads text. */
    public Surroundings(
        EventStore store,
        Function<String, Optional<PolicyRevision>> latestRevision,
        Consumer<Event> log,
        ControlStore control,
        Supplier<FunctionCatalog> catalog,
        Consumer<PolicyRevision> listener,
        IdSource ids,
        String codeVersion) {
      this(
          store,
          latestRevision,
          log,
          control,
          catalog,
          listener,
          ids,
          codeVersion,
          publication -> {});
    }
  }

  /**
   * What a trainer has done since it was made.
   *
   * @param ticks rounds over all functions
   * @param revisions revisions published
   * @param alarms changes of quality found
   * @param refused revisions refused because their evidence had shrunk
   * @param errors rounds over one function that failed
   * @param lastError what failed last, null when nothing did
   */
  public record Counts(
      long ticks,
      long revisions,
      long alarms,
      long refused,
      long errors,
      @Nullable String lastError) {}

  private final Surroundings around;
  private final Map<String, FunctionRun> runs = new TreeMap<>();

  /** Held while a tick runs; a tick by hand and one by the thread exclude each other. */
  private final ReentrantLock ticking = new ReentrantLock();

  private final RestingThread thread = new RestingThread("trainer", Duration.ZERO, this::round);

  /** Where text models are fitted: within the tick, until there is a thread for them. */
  private volatile Executor fits = Runnable::run;

  private @Nullable ExecutorService fitThread;

  private final AtomicLong ticks = new AtomicLong();
  private final AtomicLong revisions = new AtomicLong();
  private final AtomicLong alarmCount = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong errors = new AtomicLong();
  private volatile @Nullable String lastError;

  /** A trainer that does nothing until it is started or ticked. */
  public PolicyTrainer(Surroundings around) {
    this.around = around;
  }

  /**
   * Starts the thread.
   *
   * @throws IllegalStateException if it was started or closed before
   */
  public void start() {
    ExecutorService own =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("text-fit").daemon().priority(Thread.MIN_PRIORITY).factory());
    fitThread = own;
    fits = own;
    thread.start();
  }

  private Duration round() {
    long began = System.nanoTime();
    try {
      tick(around.ids().now());
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      return RestingThread.restAfter(took, PAUSE_PER_ROUND, pause(), LONGEST_REST);
    } catch (RuntimeException e) {
      // What concerns one function is caught there; this must not end the thread either.
      errors.incrementAndGet();
      lastError = e.toString();
      LOG.warn("a round of training failed; revisions go on serving", e);
      return LONGEST_PAUSE;
    }
  }

  private Duration pause() {
    Duration shortest = LONGEST_PAUSE;
    for (FunctionDefinition function : around.catalog().get().functions().values()) {
      if (function.experimentation() instanceof Experimentation.Learned learned
          && learned.revisionInterval().compareTo(shortest) < 0) {
        shortest = learned.revisionInterval();
      }
    }
    return shortest.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : shortest;
  }

  /**
   * One round over all functions that learn and whose interval has passed.
   *
   * @param now the present, never before that of an earlier round
   */
  public void tick(Instant now) {
    ticking.lock();
    try {
      ticks.incrementAndGet();
      FunctionCatalog catalog = around.catalog().get();
      runs.keySet().retainAll(catalog.functions().keySet());
      for (FunctionDefinition function : catalog.functions().values()) {
        if (function.experimentation() instanceof Experimentation.Learned learned) {
          train(catalog, function, learned, now.truncatedTo(ChronoUnit.MICROS));
        } else {
          runs.remove(function.name());
        }
      }
    } finally {
      ticking.unlock();
    }
  }

  /** What was done so far. */
  public Counts counts() {
    return new Counts(
        ticks.get(), revisions.get(), alarmCount.get(), refused.get(), errors.get(), lastError);
  }

  /** Stops the thread after the round it is in. */
  @Override
  public void close() {
    thread.close();
    ExecutorService own = fitThread;
    if (own != null) {
      own.shutdownNow();
    }
  }

  private void train(
      FunctionCatalog catalog,
      FunctionDefinition function,
      Experimentation.Learned learned,
      Instant now) {
    FunctionRun known = runs.get(function.name());
    if (known != null
        && known.lastTick != null
        && Duration.between(known.lastTick, now).compareTo(learned.revisionInterval()) < 0) {
      return;
    }
    try {
      FunctionRun run = run(catalog, function, learned, now);
      run.lastTick = now;
      boolean firstLook = run.ages == null;
      refresh(run, now);
      run.state.setPriors(priors(catalog, function, run));
      if (firstLook) {
        forgetWhatWasPublished(run);
      }
      look(run, now);
      read(catalog, function, learned, run, now);
      publish(run, now);
    } catch (RuntimeException e) {
      errors.incrementAndGet();
      lastError = "%s: %s".formatted(function.name(), e);
      LOG.warn(
          "training function {} failed; its last revision goes on serving", function.name(), e);
    }
  }

  private FunctionRun run(
      FunctionCatalog catalog,
      FunctionDefinition function,
      Experimentation.Learned learned,
      Instant now) {
    RewardRule rule = RewardRules.of(catalog, function.name(), learned);
    GenerationSettings settings = GenerationSettings.of(rule, learned);
    FunctionRun known = runs.get(function.name());
    if (known != null && known.generationSettings.equals(settings)) {
      return known;
    }
    FunctionRun run = begin(catalog, learned, rule, settings, now);
    runs.put(function.name(), run);
    return run;
  }

  private FunctionRun begin(
      FunctionCatalog catalog,
      Experimentation.Learned learned,
      RewardRule rule,
      GenerationSettings settings,
      Instant now) {
    String function = rule.functionName();
    FunctionRun before = runs.get(function);
    Optional<PolicyRevision> stored =
        before == null
            ? around.latestRevision().apply(function)
            : Optional.ofNullable(before.latest);
    List<ChangeAlarm> alarms =
        before != null && before.rule.metric().equals(rule.metric())
            ? before.state.alarms()
            : stored
                .map(r -> RevisionProvenance.alarmsOf(r.provenance(), rule.metric()))
                .orElse(List.of());
    TrainerState state = new FunctionTrainer(learned.settings(), rule.type()).resume(alarms);
    Optional<Generation> current = around.control().currentGeneration(function);
    if (current.isPresent() && current.get().settings().equals(settings.text())) {
      String id = current.get().id();
      PolicyRevision latest = stored.filter(r -> r.generation().equals(id)).orElse(null);
      TextLadder text = new TextLadder(around.store(), rule, id);
      FunctionRun run =
          new FunctionRun(rule, learned.settings(), settings, id, state, text, latest);
      if (latest != null) {
        text.resume(latest, learned.settings());
        around.listener().accept(latest);
      }
      return run;
    }
    String id = around.control().nextGenerationId();
    around
        .control()
        .register(
            new Generation(
                id,
                function,
                learned.settings().algorithm(),
                learned.settings().candidates(),
                settings.text(),
                "{\"config_hash\":\"%s\",\"code_version\":\"%s\",\"settings_hash\":\"%s\"}"
                    .formatted(catalog.configHash(), around.codeVersion(), settings.hash()),
                now,
                Generation.Status.SERVING));
    String reason =
        current.isPresent()
            ? "The reward, the candidates or the settings of %s were changed.".formatted(function)
            : "%s learns for the first time.".formatted(function);
    String old = current.map(Generation::settings).orElse(null);
    around
        .control()
        .audit(
            new AuditEntry(
                around.ids().at(now),
                now,
                ACTOR,
                "generation.registered",
                function + " " + id,
                old,
                settings.text(),
                reason));
    TextLadder text = new TextLadder(around.store(), rule, id);
    FunctionRun run = new FunctionRun(rule, learned.settings(), settings, id, state, text, null);
    run.owed.add(change(function, "generation " + id, old, settings.text(), reason, now));
    return run;
  }

  private void refresh(FunctionRun run, Instant now) {
    int refreshed = around.store().refreshStatistics(run.rule, now);
    EvidenceAges known = run.ages;
    EvidenceAges ages = EvidenceAges.at(now, run.state.changePoints());
    Instant otherBuckets = known == null ? Instant.EPOCH : ages.changedSince(known);
    if (refreshed == 0 && otherBuckets == null) {
      return;
    }
    boolean whole = run.rowsOfWindow <= ROWS_READ_EVERY_TIME || ++run.partialReads > PARTIAL_READS;
    Instant window = now.minus(run.rule.attributionWindow()).minus(LATE_SPOOL);
    Instant from = ages.floor(whole ? window : now.minus(RECENT));
    if (otherBuckets != null && otherBuckets.isBefore(from)) {
      from = otherBuckets;
    }
    List<EvidenceRow> rows =
        around.store().evidence(run.rule.functionName(), run.rule.metric(), from, ages);
    run.state.replaceFrom(from, rows);
    if (!from.isAfter(window)) {
      run.rowsOfWindow = rows.stream().filter(row -> !row.start().isBefore(window)).count();
      run.partialReads = 0;
    }
    run.ages = ages;
  }

  /** After a restart: rows that give the last revision again to the last bit are not news. */
  private static void forgetWhatWasPublished(FunctionRun run) {
    PolicyRevision latest = run.latest;
    if (latest != null && run.state.statistics(latest.publishedAt()).equals(latest.statistics())) {
      run.state.takeChanged();
      run.unpublished = false;
    }
  }

  private void look(FunctionRun run, Instant now) {
    for (ChangeAlarm alarm : run.state.detect(now)) {
      alarmCount.incrementAndGet();
      run.alarmed = true;
      run.owed.add(alarmChange(run, alarm, now));
    }
    run.unpublished |= run.state.takeChanged();
  }

  /** What conversations say; where that fails, decisions go on as they did. */
  private void read(
      FunctionCatalog catalog,
      FunctionDefinition function,
      Experimentation.Learned learned,
      FunctionRun run,
      Instant now) {
    try {
      TextLadder.Moment moment =
          new TextLadder.Moment(
              catalog,
              function,
              learned,
              run.state.statistics(now),
              run.alarmed,
              around.store().lastSequence(),
              around.codeVersion(),
              now);
      String before = run.text.inUse();
      takeFitted(run, now);
      if (run.fitting == null) {
        run.text
            .due(moment)
            .ifPresent(
                fit -> {
                  FutureTask<Optional<TextLadder.Fitted>> task = new FutureTask<>(fit);
                  run.fitting = task;
                  fits.execute(task);
                });
        takeFitted(run, now);
      }
      run.text
          .judge(moment)
          .ifPresent(
              step ->
                  run.owed.add(
                      change(
                          run.rule.functionName(),
                          "generation %s rung".formatted(run.generation),
                          step.before(),
                          step.after(),
                          step.reason(),
                          now)));
      run.unpublished |= !Objects.equals(before, run.text.inUse());
    } catch (RuntimeException e) {
      errors.incrementAndGet();
      lastError = "%s: text: %s".formatted(run.rule.functionName(), e);
      LOG.warn(
          "the text of {} was not learnt from; its decisions go on as they did",
          run.rule.functionName(),
          e);
    }
  }

  private void takeFitted(FunctionRun run, Instant now) {
    FutureTask<Optional<TextLadder.Fitted>> fitting = run.fitting;
    if (fitting == null || !fitting.isDone()) {
      return;
    }
    run.fitting = null;
    Optional<TextLadder.Fitted> fitted;
    try {
      fitted = fitting.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the fit failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    if (fitted.isPresent()) {
      TextPublication publication = fitted.get().publication();
      around.log().accept(new TextModelEvent(around.ids().at(now), publication));
      around.texts().accept(publication);
      run.text.fitted(fitted.get());
      run.unpublished = true;
    }
  }

  private void publish(FunctionRun run, Instant now) {
    while (!run.owed.isEmpty()) {
      around.log().accept(run.owed.peek());
      run.owed.remove();
    }
    PolicyRevision before = run.latest;
    PolicyStatistics statistics = run.state.statistics(now);
    boolean sameNurseries =
        before != null && before.statistics().variants().equals(statistics.variants());
    if (before != null && !run.unpublished && sameNurseries) {
      return;
    }
    if (run.hasShrunk(statistics, now)) {
      refuse(run, statistics, now);
      return;
    }
    PolicyRevision revision =
        new PolicyRevision(
            run.rule.functionName(),
            run.generation,
            before == null ? 1 : before.revision() + 1,
            now,
            statistics,
            provenance(run, statistics).toJson(),
            run.text.inUse());
    around.log().accept(new RevisionEvent(around.ids().at(now), revision));
    run.latest = revision;
    run.unpublished = false;
    run.alarmed = false;
    run.refusing = false;
    revisions.incrementAndGet();
    around.listener().accept(revision);
  }

  private RevisionProvenance provenance(FunctionRun run, PolicyStatistics statistics) {
    long decisions = 0;
    long feedbacks = 0;
    for (PolicyStatistics.VariantEvidence variant : statistics.variants()) {
      decisions += variant.pulls();
      feedbacks += variant.feedbacks();
    }
    return new RevisionProvenance(
        around.store().lastSequence(),
        run.generationSettings.hash(),
        run.rule.metric(),
        around.codeVersion(),
        decisions,
        feedbacks,
        run.state.alarms(),
        run.text.standing());
  }

  private void refuse(FunctionRun run, PolicyStatistics statistics, Instant now) {
    refused.incrementAndGet();
    PolicyRevision kept = Objects.requireNonNull(run.latest);
    if (run.refusing) {
      return;
    }
    String reason =
        String.format(
            Locale.ROOT,
            "Revision %d was refused: its evidence, %.1f rewards, is less than half of the %.1f of"
                + " revision %d, and no change alarm explains it. Revision %d goes on serving; look"
                + " whether the event store lost rows.",
            kept.revision() + 1,
            statistics.feedbackCount(),
            kept.statistics().feedbackCount(),
            kept.revision(),
            kept.revision());
    LOG.warn("{}: {}", run.rule.functionName(), reason);
    around
        .log()
        .accept(
            change(
                run.rule.functionName(),
                "generation %s revision %d".formatted(run.generation, kept.revision() + 1),
                "{\"rewards\":%s}".formatted(kept.statistics().feedbackCount()),
                "{\"rewards\":%s}".formatted(statistics.feedbackCount()),
                reason,
                now));
    run.refusing = true;
  }

  private ChangeEvent alarmChange(FunctionRun run, ChangeAlarm alarm, Instant now) {
    String reason =
        String.format(
            Locale.ROOT,
            "The mean %s of variant %s in segment \"%s\" went from %.3f (%.0f rewards) to %.3f"
                + " (%.0f rewards) at %s. What came before counts as %d rewards from now on, and"
                + " the floors of the segment are raised for %d decisions.",
            run.rule.metric(),
            alarm.variant(),
            alarm.segment(),
            alarm.meanBefore(),
            alarm.countBefore(),
            alarm.meanAfter(),
            alarm.countAfter(),
            alarm.changePoint(),
            FunctionTrainer.PSEUDO_ROWS,
            FunctionTrainer.RAISED_FLOOR_PULLS);
    return change(
        run.rule.functionName(),
        "segment \"%s\" variant %s".formatted(alarm.segment(), alarm.variant()),
        "{\"mean\":%s,\"rewards\":%s}".formatted(alarm.meanBefore(), alarm.countBefore()),
        "{\"mean\":%s,\"rewards\":%s}".formatted(alarm.meanAfter(), alarm.countAfter()),
        reason,
        now);
  }

  private ChangeEvent change(
      String function,
      String object,
      @Nullable String before,
      @Nullable String after,
      String reason,
      Instant now) {
    return new ChangeEvent(
        around.ids().at(now),
        now,
        ChangeEvent.Kind.POLICY,
        ACTOR,
        function,
        object,
        before,
        after,
        reason);
  }

  private Map<String, Double> priors(
      FunctionCatalog catalog, FunctionDefinition function, FunctionRun run) {
    String baseline = run.settings.baselineVariant();
    if (baseline == null) {
      return Map.of();
    }
    List<SiblingPriors.Sibling> siblings = new ArrayList<>();
    runs.forEach(
        (name, other) -> {
          FunctionDefinition definition = catalog.functions().get(name);
          PolicyRevision latest = other.latest;
          if (other != run
              && definition != null
              && latest != null
              && other.rule.metric().equals(run.rule.metric())) {
            siblings.add(
                new SiblingPriors.Sibling(models(definition, other.settings), latest.statistics()));
          }
        });
    return siblings.isEmpty()
        ? Map.of()
        : SiblingPriors.of(models(function, run.settings), baseline, siblings);
  }

  private static Map<String, String> models(FunctionDefinition function, LearnedSettings settings) {
    Map<String, String> models = new TreeMap<>();
    for (String candidate : settings.candidates()) {
      VariantDefinition variant = function.variants().get(candidate);
      if (variant != null) {
        models.put(candidate, variant.model());
      }
    }
    return models;
  }
}
