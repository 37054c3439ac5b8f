package dev.pointsman.trainer;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.VariantDefinition;
import dev.pointsman.control.ControlStore;
import dev.pointsman.control.Generation;
import dev.pointsman.control.PriorEvidence;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.TextModelEvent;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.EvidenceAges;
import dev.pointsman.eventstore.EvidenceRow;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.ActivePolicies;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.TextPublication;
import dev.pointsman.routing.features.RequestComplexity;
import dev.pointsman.routing.features.TextQuality;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
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
import java.util.function.BiFunction;
import java.util.function.Consumer;
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
 * its serving generation, and serves at once or waits at the promotion gate, as {@link
 * GenerationRegister} says; then both are trained on the same statistics. Revisions of a generation
 * count from 1. After a restart the last stored revisions are handed out at once, their alarms are
 * taken over, and counting goes on behind them, so the store must have drained the log before the
 * first tick. One trainer at a time may run per data directory.
 *
 * <p>Works on its own thread, or on the caller's by {@link #tick}. What fails is logged and counted
 * and tried again at the next tick, function by function; the router goes on with the last revision.
 */
public final class PolicyTrainer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PolicyTrainer.class);
  private static final String ACTOR = "trainer";
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /**
   * A round is followed by so many times its own length: learning may be late, requests may not. Not
   * the first one, whose length is that of classes that load and statements that are prepared.
   */
  private static final int PAUSE_PER_ROUND = 39;

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
   * @param latestRevision the last stored revision of a function's generation
   * @param log appends an event durably before it returns
   * @param control generations and audit
   * @param catalog the configuration now
   * @param listener takes what decides for a function, once its revisions are in the log; quick,
   *     never throws
   * @param ids clock and ids
   * @param codeVersion for provenance
   * @param texts takes each text model once it is in the log, before a revision names it; quick
   */
  public record Surroundings(
      EventStore store,
      BiFunction<String, String, Optional<PolicyRevision>> latestRevision,
      Consumer<Event> log,
      ControlStore control,
      Supplier<FunctionCatalog> catalog,
      Consumer<ActivePolicies> listener,
      IdSource ids,
      String codeVersion,
      Consumer<TextPublication> texts) {}

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
  private final GenerationRegister register;
  private final Map<String, FunctionRuns> runs = new TreeMap<>();

  /** Text models learnt outside the log; the store may not have drained them yet. */
  private final Map<String, TextPublication> priorTexts = new HashMap<>();

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
    this.register = new GenerationRegister(around.control(), around.ids(), around.codeVersion());
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
      return ticks.get() == 1
          ? pause()
          : RestingThread.restAfter(took, PAUSE_PER_ROUND, pause(), LONGEST_REST);
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

  /**
   * Changes the generations of a function while no round looks at them, and takes into use what they
   * are then: who serves, who is computed beside, and the share of that one.
   *
   * @param change writes to the control store; what it throws is thrown
   */
  public void move(String functionName, Runnable change) {
    ticking.lock();
    try {
      change.run();
      follow(functionName, around.ids().now().truncatedTo(ChronoUnit.MICROS));
    } finally {
      ticking.unlock();
    }
  }

  /**
   * Changes what was learnt about a function outside its log while no round looks at it, and
   * publishes a revision by it at once, whatever the function's interval.
   *
   * @param change writes to the control store; what it throws is thrown
   * @return the latest revision of what serves; empty if none could be made, which is counted and
   *     tried again at the next round
   * @throws IllegalArgumentException if the function does not learn; then nothing is changed
   */
  public Optional<PolicyRevision> relearn(String functionName, Runnable change) {
    return relearn(functionName, null, change);
  }

  /**
   * The same with a text model that was learnt there, which is in the log before anything names it.
   *
   * @param text null for none
   */
  public Optional<PolicyRevision> relearn(
      String functionName, @Nullable TextPublication text, Runnable change) {
    ticking.lock();
    try {
      FunctionCatalog catalog = around.catalog().get();
      FunctionDefinition function = catalog.functions().get(functionName);
      if (function == null
          || !(function.experimentation() instanceof Experimentation.Learned learned)) {
        throw new IllegalArgumentException(
            "functions.%s is not configured as a function that learns".formatted(functionName));
      }
      if (text != null) {
        around.log().accept(new TextModelEvent(around.ids().at(text.publishedAt()), text));
        around.texts().accept(text);
        priorTexts.put(functionName, text);
      }
      change.run();
      FunctionRuns known = runs.get(functionName);
      if (known != null) {
        known.lastTick = null;
        known.priorOutdated();
      }
      long failures = errors.get();
      train(catalog, function, learned, around.ids().now().truncatedTo(ChronoUnit.MICROS));
      FunctionRuns present = runs.get(functionName);
      return present == null || errors.get() > failures
          ? Optional.empty()
          : Optional.ofNullable(present.serving.latest);
    } finally {
      ticking.unlock();
    }
  }

  private void follow(String functionName, Instant now) {
    FunctionRuns known = runs.get(functionName);
    FunctionCatalog catalog = around.catalog().get();
    FunctionDefinition function = catalog.functions().get(functionName);
    if (known != null
        && function != null
        && function.experimentation() instanceof Experimentation.Learned learned) {
      known.outdated = true;
      try {
        runs(catalog, function, learned, now);
      } catch (RuntimeException e) {
        // It is still outdated, so the next round tries again.
        failed(functionName, e);
      }
    }
  }

  private void train(
      FunctionCatalog catalog,
      FunctionDefinition function,
      Experimentation.Learned learned,
      Instant now) {
    FunctionRuns known = runs.get(function.name());
    if (known != null
        && known.lastTick != null
        && Duration.between(known.lastTick, now).compareTo(learned.revisionInterval()) < 0) {
      return;
    }
    try {
      FunctionRuns present = runs(catalog, function, learned, now);
      present.lastTick = now;
      int refreshed = around.store().refreshStatistics(present.serving.rule, now);
      Map<String, Double> priors = priors(catalog, function, present.serving);
      boolean readsText = present.serving.text.takesPrior(learned);
      Reading reading = train(present.serving, priors, refreshed, null, readsText, now);
      look(present.serving, now);
      read(catalog, function, learned, present, now);
      divide(catalog, function, present.serving, now);
      publish(present, present.serving, now);
      FunctionRun beside = present.beside;
      if (beside != null) {
        train(beside, priors, refreshed, reading, readsText, now);
        // The same rows raise the same alarms, which are told once.
        beside.alarmed |= !beside.state.detect(now).isEmpty();
        beside.unpublished |= beside.state.takeChanged();
        divide(catalog, function, beside, now);
        publish(present, beside, now);
      }
    } catch (RuntimeException e) {
      failed(function.name(), e);
    }
  }

  private void failed(String function, RuntimeException e) {
    errors.incrementAndGet();
    lastError = "%s: %s".formatted(function, e);
    LOG.warn("training function {} failed; its last revision goes on serving", function, e);
  }

  private @Nullable Reading train(
      FunctionRun run,
      Map<String, Double> priors,
      int refreshed,
      @Nullable Reading other,
      boolean readsText,
      Instant now) {
    boolean firstLook = run.ages == null;
    Reading reading = refresh(run, refreshed, other, now);
    run.state.setPriors(priors);
    if (run.priorUnread || (readsText && !run.tookText)) {
      readPriorEvidence(run, readsText);
    }
    if (firstLook) {
      forgetWhatWasPublished(run);
    }
    return reading;
  }

  /** Scores of another metric say nothing about this one. */
  private void readPriorEvidence(FunctionRun run, boolean readsText) {
    PriorEvidence stored =
        around
            .control()
            .priorEvidence(run.rule.functionName())
            .filter(evidence -> evidence.metric().equals(run.rule.metric()))
            .orElse(null);
    if (!Objects.equals(stored, run.prior)) {
      run.state.setPriorEvidence(
          stored == null ? List.of() : PriorCell.fromJson(stored.cells()),
          stored == null ? Instant.EPOCH : stored.createdAt());
      run.prior = stored;
      run.unpublished = true;
    }
    run.priorUnread = false;
    run.tookText = readsText;
    String model = stored == null || !readsText ? null : PriorProvenance.textModelOf(stored);
    TextPublication text = model == null ? null : priorText(run.rule.functionName(), model);
    if (model != null && text == null) {
      run.priorUnread = true; // it is on its way into the store
      return;
    }
    String before = run.text.inUse();
    run.text.setPrior(
        text == null ? null : TextQuality.decode(Base64.getDecoder().decode(text.body())));
    run.unpublished |= !Objects.equals(before, run.text.inUse());
  }

  private @Nullable TextPublication priorText(String function, String model) {
    TextPublication known = priorTexts.get(function);
    return known != null && known.model().equals(model)
        ? known
        : around.store().history().textModel(function, model);
  }

  private FunctionRuns runs(
      FunctionCatalog catalog,
      FunctionDefinition function,
      Experimentation.Learned learned,
      Instant now) {
    RewardRule rule = RewardRules.of(catalog, function.name(), learned);
    GenerationSettings settings = GenerationSettings.of(rule, learned);
    boolean gated = learned.rules().promotion() != null;
    FunctionRuns known = runs.get(function.name());
    if (known != null
        && !known.outdated
        && known.gated == gated
        && known.configured.equals(settings)) {
      return known;
    }
    GenerationRegister.Lineup lineup =
        register.lineup(
            new GenerationRegister.Configured(
                function.name(), learned, settings, catalog.configHash()),
            now);
    FunctionRun serving = run(lineup.serving(), rule, learned, settings, known, null);
    serving.owed.addAll(lineup.news());
    Generation other = lineup.beside();
    FunctionRuns present =
        new FunctionRuns(
            settings,
            gated,
            serving,
            other == null ? null : run(other, rule, learned, settings, known, serving),
            lineup.share());
    present.lastTick = known == null ? null : known.lastTick;
    runs.put(function.name(), present);
    handOut(present);
    return present;
  }

  /** The run of a generation: the one at hand, else one that goes on where its revisions ended. */
  private FunctionRun run(
      Generation generation,
      RewardRule rule,
      Experimentation.Learned learned,
      GenerationSettings configured,
      @Nullable FunctionRuns known,
      @Nullable FunctionRun serving) {
    FunctionRun same = known == null ? null : known.of(generation.id());
    if (same != null && same.rule.equals(rule)) {
      return same;
    }
    PolicyRevision latest =
        around.latestRevision().apply(generation.functionName(), generation.id()).orElse(null);
    FunctionRun teacher = serving != null ? serving : known == null ? null : known.serving;
    List<ChangeAlarm> alarms =
        teacher != null && teacher.rule.metric().equals(rule.metric())
            ? teacher.state.alarms()
            : latest != null
                ? RevisionProvenance.alarmsOf(latest.provenance(), rule.metric())
                : List.of();
    boolean asConfigured = generation.settings().equals(configured.text());
    GenerationSettings settings =
        asConfigured ? configured : new GenerationSettings(generation.settings());
    LearnedSettings computed =
        asConfigured ? learned.settings() : GenerationSettings.settingsOf(settings.text());
    // Both are computed from the same shifts, and so is what is promoted.
    TextLadder text = serving != null ? serving.text : new TextLadder(around.store(), rule);
    if (serving == null && latest != null) {
      text.resume(latest);
    }
    return new FunctionRun(
        rule,
        computed,
        settings,
        generation.id(),
        new FunctionTrainer(computed, rule.type()).resume(alarms),
        text,
        latest,
        computed.options().strongShare() == null
            ? null
            : new ThresholdSample(around.store(), rule));
  }

  private void handOut(FunctionRuns present) {
    ActivePolicies active = present.active();
    if (active != null) {
      around.listener().accept(active);
    }
  }

  /** Evidence as it was read for one generation; another one may need the same. */
  private record Reading(Instant from, EvidenceAges ages, List<EvidenceRow> rows) {}

  private @Nullable Reading refresh(
      FunctionRun run, int refreshed, @Nullable Reading other, Instant now) {
    EvidenceAges known = run.ages;
    EvidenceAges ages = EvidenceAges.at(now, run.state.changePoints());
    Instant otherBuckets = known == null ? Instant.EPOCH : ages.changedSince(known);
    if (refreshed == 0 && otherBuckets == null) {
      return null;
    }
    boolean whole = run.rowsOfWindow <= ROWS_READ_EVERY_TIME || ++run.partialReads > PARTIAL_READS;
    Instant window = now.minus(run.rule.attributionWindow()).minus(LATE_SPOOL);
    Instant from = ages.floor(whole ? window : now.minus(RECENT));
    if (otherBuckets != null && otherBuckets.isBefore(from)) {
      from = otherBuckets;
    }
    List<EvidenceRow> rows =
        other != null && other.from().equals(from) && other.ages().equals(ages)
            ? other.rows()
            : around.store().evidence(run.rule.functionName(), run.rule.metric(), from, ages);
    run.state.replaceFrom(from, rows);
    if (!from.isAfter(window)) {
      run.rowsOfWindow = rows.stream().filter(row -> !row.start().isBefore(window)).count();
      run.partialReads = 0;
    }
    run.ages = ages;
    return new Reading(from, ages, rows);
  }

  /** After a restart: rows that give the last revision again to the last bit are not news. */
  private static void forgetWhatWasPublished(FunctionRun run) {
    PolicyRevision latest = run.latest;
    if (latest != null
        && run.state
            .statistics(latest.publishedAt())
            .equals(latest.statistics().withThreshold(null))) {
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
      FunctionRuns present,
      Instant now) {
    FunctionRun run = present.serving;
    try {
      TextLadder.Moment moment =
          new TextLadder.Moment(
              catalog,
              function,
              learned,
              run.settings,
              run.generation,
              run.state.statistics(now),
              run.alarmed,
              around.store().lastSequence(),
              around.codeVersion(),
              now);
      String before = run.text.inUse();
      takeFitted(present, now);
      if (run.fitting == null) {
        run.text
            .due(moment)
            .ifPresent(
                fit -> {
                  FutureTask<Optional<TextLadder.Fitted>> task = new FutureTask<>(fit);
                  run.fitting = task;
                  fits.execute(task);
                });
        takeFitted(present, now);
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
      if (!Objects.equals(before, run.text.inUse())) {
        present.textMoved();
      }
    } catch (RuntimeException e) {
      errors.incrementAndGet();
      lastError = "%s: text: %s".formatted(run.rule.functionName(), e);
      LOG.warn(
          "the text of {} was not learnt from; its decisions go on as they did",
          run.rule.functionName(),
          e);
    }
  }

  private void takeFitted(FunctionRuns present, Instant now) {
    FunctionRun run = present.serving;
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
      present.textMoved();
    }
  }

  /** Looks at the latest of what a threshold divides. */
  private void divide(
      FunctionCatalog catalog, FunctionDefinition function, FunctionRun run, Instant now) {
    ThresholdSample sample = run.threshold;
    if (sample == null) {
      return;
    }
    long pulls = 0;
    for (PolicyStatistics.VariantEvidence variant : run.state.statistics(now).variants()) {
      pulls += variant.pulls();
    }
    run.unpublished |=
        sample.refresh(
            run.settings,
            catalog.prices(function, run.settings.candidates()),
            pulls,
            run.text,
            now);
  }

  private void publish(FunctionRuns present, FunctionRun run, Instant now) {
    while (!run.owed.isEmpty()) {
      around.log().accept(run.owed.peek());
      run.owed.remove();
    }
    PolicyRevision before = run.latest;
    PolicyStatistics evidence = run.state.statistics(now);
    boolean sameNurseries =
        before != null && before.statistics().variants().equals(evidence.variants());
    if (before != null && !run.unpublished && sameNurseries) {
      return;
    }
    if (run.hasShrunk(evidence, now)) {
      refuse(run, evidence, now);
      return;
    }
    ThresholdSample sample = run.threshold;
    PolicyStatistics statistics =
        sample == null ? evidence : sample.calibrated(run.settings, evidence);
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
    handOut(present);
  }

  private RevisionProvenance provenance(FunctionRun run, PolicyStatistics statistics) {
    long decisions = 0;
    long feedbacks = 0;
    for (PolicyStatistics.VariantEvidence variant : statistics.variants()) {
      decisions += variant.pulls();
      feedbacks += variant.feedbacks();
    }
    PriorEvidence prior = run.prior;
    return new RevisionProvenance(
        around.store().lastSequence(),
        run.generationSettings.hash(),
        run.rule.metric(),
        around.codeVersion(),
        decisions,
        feedbacks,
        run.state.alarms(),
        isColdStart(run.settings, statistics),
        run.text.standing(),
        prior == null
            ? null
            : new RevisionProvenance.Prior(
                prior.createdAt(), run.state.priorRewards(), prior.provenance()));
  }

  private static boolean isColdStart(LearnedSettings settings, PolicyStatistics statistics) {
    return settings.candidates().stream()
        .anyMatch(
            variant ->
                RequestComplexity.weightBeside(
                        statistics.cells().stream()
                            .filter(cell -> cell.variant().equals(variant))
                            .mapToDouble(PolicyStatistics.Cell::weight)
                            .sum())
                    > 0);
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
        (name, present) -> {
          FunctionRun other = present.serving;
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
