package dev.pointsman.report;

import dev.pointsman.analysis.AllocationTest;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventstore.DecisionSums;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.InferenceFilter;
import dev.pointsman.eventstore.InferenceKey;
import dev.pointsman.eventstore.InferencePage;
import dev.pointsman.eventstore.LatencyHistogram;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.eventstore.StoredInference;
import dev.pointsman.eventstore.TableExport;
import dev.pointsman.eventstore.TextModelLine;
import dev.pointsman.eventstore.TrafficFilter;
import dev.pointsman.eventstore.TrafficQueries;
import dev.pointsman.eventstore.TrafficQueries.Dimension;
import dev.pointsman.eventstore.TrafficQueries.Grouping;
import dev.pointsman.eventstore.TrafficQueries.Measure;
import dev.pointsman.eventstore.UsageSums;
import dev.pointsman.report.FunctionReport.Headline;
import dev.pointsman.report.FunctionReport.Range;
import dev.pointsman.report.FunctionReport.SegmentLine;
import dev.pointsman.report.FunctionReport.VariantLine;
import dev.pointsman.routing.ActivePolicies;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.PropensityCheck;
import dev.pointsman.routing.TrainedPolicy;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers the questions of people from what the store holds: from its rollups and statistics as they
 * were refreshed last, and single rows. Every method queries the store; none belongs on a request
 * thread.
 */
public final class Reports {

  private static final Predicate<DecisionSums> ALL = row -> true;
  private static final Duration RELEARNING = Duration.ofMinutes(10);
  private static final int OVERALL_DECISIONS = 1_000;
  private static final int SEGMENT_DECISIONS = 200;
  private static final int MOST_CHANGES = 20_000;
  private static final int MOST_MARKS = 200;
  private static final int MOST_EPISODE_ROWS = 1_000;

  private final EventStore store;
  private final Supplier<FunctionCatalog> catalog;
  private final Function<FunctionDefinition, RewardRule> rewardRules;
  private final PolicyBindings bindings;
  private final InstantSource clock;

  /**
   * Reports over a store.
   *
   * @param catalog what is configured now
   * @param rewardRules what counts as quality, per function
   * @param bindings binds stored revisions
   */
  public Reports(
      EventStore store,
      Supplier<FunctionCatalog> catalog,
      Function<FunctionDefinition, RewardRule> rewardRules,
      PolicyBindings bindings,
      InstantSource clock) {
    this.store = store;
    this.catalog = catalog;
    this.rewardRules = rewardRules;
    this.bindings = bindings;
    this.clock = clock;
  }

  /** Names of configured and of logged functions. */
  public List<String> functionNames() {
    TreeSet<String> names = new TreeSet<>(catalog.get().functions().keySet());
    names.addAll(store.traffic().functionNames());
    return List.copyOf(names);
  }

  /** The overview page's figures. */
  public Overview overview(Range range) {
    List<ChangeEvent> changes = changes(null, range);
    List<Mark> marks = marks(changes);
    List<Overview.FunctionLine> lines = new ArrayList<>();
    long inferences = 0;
    long failed = 0;
    double dollars = 0;
    boolean priced = false;
    for (Loaded loaded : load(functionNames(), range, false)) {
      FunctionFigures figures = loaded.figures();
      String name = loaded.rule().functionName();
      List<Mark> own =
          marks(
              changes.stream()
                  .filter(c -> c.functionName() == null || name.equals(c.functionName()))
                  .toList());
      Headline headline = headline(loaded);
      lines.add(line(loaded, headline, verdict(loaded, headline, own, range)));
      inferences += figures.sum(ALL, DecisionSums::inferences);
      failed += figures.sum(ALL, DecisionSums::failed);
      dollars += figures.sum(ALL, DecisionSums::costNanos) / 1e9;
      priced |= figures.sum(ALL, DecisionSums::costCount) > 0;
    }
    lines.sort(Comparator.comparingInt(line -> urgency(line.verdict().state())));
    return new Overview(
        range,
        inferences,
        inferences == 0 ? Double.NaN : (double) failed / inferences,
        priced ? dollars : null,
        lines,
        marks.reversed().subList(0, Math.min(20, marks.size())));
  }

  private Overview.FunctionLine line(Loaded loaded, Headline headline, Verdict verdict) {
    String name = loaded.rule().functionName();
    Map<String, Double> shares = store.functions().meanPropensities(name, OVERALL_DECISIONS);
    return new Overview.FunctionLine(
        name,
        verdict,
        // All of them, in the function page's order: a variant has one colour everywhere.
        loaded.figures().variants(),
        loaded.figures().variants().stream()
            .mapToDouble(v -> shares.getOrDefault(v, shares.isEmpty() ? Double.NaN : 0))
            .toArray(),
        headline.quality(),
        headline.dollarsPerThousand(),
        headline.p95Millis(),
        headline.feedbackShare());
  }

  private static int urgency(Verdict.State state) {
    return switch (state) {
      case BLOCKED -> 0;
      case LEARNING -> 1;
      case HOLD -> 2;
    };
  }

  /** One function's report; empty when it is neither configured nor logged. */
  public Optional<FunctionReport> function(String name, Range range) {
    if (!functionNames().contains(name)) {
      return Optional.empty();
    }
    return Optional.of(report(load(List.of(name), range, true).getFirst(), range));
  }

  /**
   * What a report is made of.
   *
   * @param served what each variant served, by name
   * @param durations how long that took, by name
   * @param logChecks what the checks of the log found last, null when they never found anything
   */
  private record Loaded(
      @Nullable FunctionDefinition definition,
      Experimentation.@Nullable Learned learned,
      RewardRule rule,
      FunctionFigures figures,
      Map<String, UsageSums> served,
      Map<String, LatencyHistogram> durations,
      @Nullable ChangeEvent logChecks) {}

  private List<Loaded> load(List<String> names, Range range, boolean bySegment) {
    List<RewardRule> rules = names.stream().map(this::rule).toList();
    TrafficQueries traffic = store.traffic();
    List<FunctionFigures.Sources> sources =
        new FigureSources(traffic).of(rules, range, clock.instant(), bySegment);
    TrafficFilter all =
        TrafficFilter.between(range.from(), range.to())
            .ofFunction(names.size() == 1 ? names.getFirst() : null);
    Grouping byVariant = Grouping.by(Dimension.FUNCTION, Dimension.VARIANT);
    Map<String, Map<String, UsageSums>> served = new HashMap<>();
    traffic
        .usage(all, byVariant)
        .forEach(
            sums ->
                served
                    .computeIfAbsent(sums.first(), f -> new TreeMap<>())
                    .put(sums.second(), sums));
    Map<String, Map<String, LatencyHistogram>> durations = new HashMap<>();
    traffic
        .latency(all, byVariant, Measure.DURATION)
        .forEach(
            (key, histogram) ->
                durations
                    .computeIfAbsent(key.first(), f -> new TreeMap<>())
                    .put(key.second(), histogram));
    Map<String, ChangeEvent> logChecks = new HashMap<>();
    store
        .history()
        .changesOf(ChangeEvent.LOG_CHECKS, MOST_CHANGES)
        .forEach(
            change -> {
              if (change.functionName() != null) {
                // Newest first.
                logChecks.putIfAbsent(change.functionName(), change);
              }
            });
    List<Loaded> loaded = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      FunctionDefinition definition = catalog.get().functions().get(name);
      loaded.add(
          new Loaded(
              definition,
              definition != null
                      && definition.experimentation() instanceof Experimentation.Learned l
                  ? l
                  : null,
              rules.get(i),
              new FunctionFigures(
                  sources.get(i), definition == null ? List.of() : definition.variants().keySet()),
              withoutUnserved(served.getOrDefault(name, Map.of())),
              withoutUnserved(durations.getOrDefault(name, Map.of())),
              logChecks.get(name)));
    }
    return loaded;
  }

  private RewardRule rule(String name) {
    FunctionDefinition definition = catalog.get().functions().get(name);
    return definition == null ? RewardRule.unrewarded(name) : rewardRules.apply(definition);
  }

  private static <T> Map<String, T> withoutUnserved(Map<String, T> byVariant) {
    Map<String, T> served = new TreeMap<>(byVariant);
    served.remove("");
    return served;
  }

  private FunctionReport report(Loaded loaded, Range range) {
    FunctionFigures figures = loaded.figures();
    String name = loaded.rule().functionName();
    List<Mark> marks = marks(changes(name, range));
    Headline headline = headline(loaded);
    List<VariantLine> variants =
        figures.variants().stream().map(variant -> line(variant, loaded)).toList();
    Instant now = clock.instant();
    return new FunctionReport(
        name,
        policyInWords(name, loaded),
        loaded.rule().metric().isEmpty() ? null : loaded.rule().metric(),
        range,
        verdict(loaded, headline, marks, range),
        health(loaded, headline, marks, range),
        headline,
        variants,
        segments(name, figures),
        figures.shares(now),
        loaded.learned() == null
            ? List.of()
            : figures.qualityByLane(List.of("policy", "holdout", "uniform")),
        now.minus(loaded.rule().attributionWindow()),
        marks,
        strongShare(loaded, variants));
  }

  private @Nullable StrongShareStory strongShare(Loaded loaded, List<VariantLine> variants) {
    LearnedSettings.StrongShare share =
        loaded.learned() == null ? null : loaded.learned().settings().options().strongShare();
    if (share == null) {
      return null;
    }
    long decisions = loaded.figures().sum(ALL, DecisionSums::pulls);
    double intended = Double.NaN;
    double reached = Double.NaN;
    for (VariantLine line : variants) {
      if (line.variant().equals(share.variant())) {
        intended = line.intended();
        reached = decisions == 0 ? Double.NaN : (double) line.decisions() / decisions;
      }
    }
    String name = loaded.rule().functionName();
    PolicyRevision serving =
        bindings
            .active(name)
            .map(active -> active.serving().revision())
            .orElseGet(() -> store.history().latestRevision(name));
    return StrongShareStory.of(
        share.variant(),
        share.wanted(),
        intended,
        reached,
        decisions,
        serving == null ? null : serving.statistics().threshold());
  }

  private static Headline headline(Loaded loaded) {
    FunctionFigures figures = loaded.figures();
    long inferences = figures.sum(ALL, DecisionSums::inferences);
    long compared = figures.sum(ALL, DecisionSums::comparedCount);
    long[] coverage = figures.coverage(ALL);
    Double policyCost = figures.dollarsPerThousand(lane("policy"));
    Double holdoutCost = figures.dollarsPerThousand(lane("holdout"));
    long pending =
        loaded.rule().metric().isEmpty()
            ? 0
            : figures.sum(ALL, DecisionSums::pulls) - figures.maturedSum(ALL, DecisionSums::pulls);
    return new Headline(
        inferences,
        figures.sum(ALL, DecisionSums::pulls),
        figures.quality(lane("policy")),
        figures.quality(lane("holdout")),
        figures.dollarsPerThousand(ALL),
        compared == 0
            ? null
            : figures.sum(ALL, DecisionSums::baselineCostNanos) / 1e9 / compared * 1_000,
        compared == 0
            ? null
            : figures.sum(ALL, row -> row.baselineCostNanos() - row.comparedCostNanos()) / 1e9,
        policyCost == null || holdoutCost == null
            ? null
            : (holdoutCost - policyCost)
                / 1_000
                * figures.sum(lane("policy"), DecisionSums::costCount),
        loaded.served().values().stream().mapToLong(UsageSums::unpriced).sum(),
        slowest(loaded, 0.5),
        slowest(loaded, 0.95),
        loaded.rule().metric().isEmpty() || coverage[0] == 0
            ? null
            : (double) coverage[1] / coverage[0],
        pending,
        figures.sum(ALL, DecisionSums::filled));
  }

  private static VariantLine line(String variant, Loaded loaded) {
    FunctionFigures figures = loaded.figures();
    LatencyHistogram durations = loaded.durations().get(variant);
    Predicate<DecisionSums> own = row -> row.variant().equals(variant);
    long allServed = figures.sum(ALL, DecisionSums::served);
    long allPulls = figures.sum(ALL, DecisionSums::pulls);
    double expected = figures.expectedPulls(variant);
    long inferences = figures.sum(own, DecisionSums::inferences);
    long[] coverage = figures.coverage(own);
    return new VariantLine(
        variant,
        allServed == 0 ? Double.NaN : (double) figures.sum(own, DecisionSums::served) / allServed,
        allPulls == 0 ? Double.NaN : expected / allPulls,
        figures.standardisedQuality(variant),
        figures.weightedQuality(variant),
        figures.quality(own),
        figures.dollarsPerThousand(own),
        durations == null ? null : durations.quantile(0.5) / 1_000,
        durations == null ? null : durations.quantile(0.95) / 1_000,
        inferences == 0
            ? Double.NaN
            : (double) figures.sum(own, row -> row.inferences() - row.answered()) / inferences,
        figures.sum(own, DecisionSums::pulls),
        coverage[0] == 0 ? null : (double) coverage[1] / coverage[0]);
  }

  private List<SegmentLine> segments(String name, FunctionFigures figures) {
    Map<String, Map<String, Double>> lately =
        store.functions().meanPropensitiesBySegment(name, SEGMENT_DECISIONS);
    List<SegmentLine> lines = new ArrayList<>();
    for (String segment : figures.segments()) {
      Map<String, Double> probabilities = lately.getOrDefault(segment, Map.of());
      double[] shares = new double[figures.variants().size()];
      double[] qualities = new double[shares.length];
      String leader = "";
      double most = Double.NaN;
      for (int v = 0; v < shares.length; v++) {
        String variant = figures.variants().get(v);
        shares[v] = probabilities.getOrDefault(variant, Double.NaN);
        qualities[v] =
            figures
                .quality(row -> segment.equals(row.segment()) && row.variant().equals(variant))
                .mean();
        if (!Double.isNaN(shares[v]) && !(shares[v] <= most)) {
          most = shares[v];
          leader = variant;
        }
      }
      lines.add(
          new SegmentLine(
              segment,
              figures.sum(row -> segment.equals(row.segment()), DecisionSums::pulls),
              leader,
              most,
              shares,
              qualities));
    }
    return lines;
  }

  private static List<HealthCheck> health(
      Loaded loaded, Headline headline, List<Mark> marks, Range range) {
    FunctionFigures figures = loaded.figures();
    List<HealthCheck> checks = new ArrayList<>();
    checks.add(allocation(figures));
    if (loaded.learned() != null) {
      checks.add(lanes(figures));
    }
    if (loaded.learned() != null) {
      checks.add(feedback(figures, headline));
    }
    checks.add(prices(loaded, headline));
    checks.add(providers(figures));
    checks.add(drift(marks, range));
    ChangeEvent found = loaded.logChecks();
    if (loaded.learned() != null && found != null) {
      checks.add(new HealthCheck("log", stateOf(found), found.reason()));
    }
    return checks;
  }

  private static HealthCheck allocation(FunctionFigures figures) {
    HealthCheck.State state = HealthCheck.State.OK;
    String worst = "";
    double least = 1;
    for (String variant : figures.variants()) {
      AllocationTest.Result result = figures.allocation(variant).among(figures.variants().size());
      if (result.p() < least) {
        least = result.p();
        worst = variant;
      }
      state = worse(state, stateOf(result.outcome()));
    }
    return new HealthCheck(
        "allocation",
        state,
        state == HealthCheck.State.OK
            ? "variants are chosen as often as their propensities say"
            : String.format(
                Locale.ROOT,
                "%s is not chosen as often as its propensity says (always-valid p = %.2g): do not"
                    + " trust any estimate until the cause is found",
                worst,
                least));
  }

  private static HealthCheck lanes(FunctionFigures figures) {
    HealthCheck.State state = HealthCheck.State.OK;
    List<String> off = new ArrayList<>();
    Map<String, AllocationTest.Result> lanes = figures.laneAllocation();
    for (Map.Entry<String, AllocationTest.Result> lane : lanes.entrySet()) {
      AllocationTest.Result result = lane.getValue().among(lanes.size());
      state = worse(state, stateOf(result.outcome()));
      if (result.outcome() != AllocationTest.Outcome.FINE) {
        off.add(String.format(Locale.ROOT, "%s (p = %.2g)", lane.getKey(), result.p()));
      }
    }
    return new HealthCheck(
        "lanes",
        state,
        off.isEmpty()
            ? "lanes are drawn as often as their shares say"
            : "drawn more or less often than their shares say: " + String.join(", ", off));
  }

  private static HealthCheck feedback(FunctionFigures figures, Headline headline) {
    if (headline.feedbackShare() == null) {
      return new HealthCheck("feedback", HealthCheck.State.OK, "no decision has matured yet");
    }
    double rate = headline.feedbackShare();
    HealthCheck.State state = HealthCheck.State.OK;
    String worst = "";
    for (String variant : figures.variants()) {
      long[] coverage = figures.coverage(row -> row.variant().equals(variant));
      AllocationTest.Result result = figures.feedback(variant).among(figures.variants().size());
      if (result.outcome() != AllocationTest.Outcome.FINE && worst.isEmpty()) {
        worst =
            String.format(
                Locale.ROOT,
                "%s gets feedback on %.0f %%, the function on %.0f %%: what is missing may not be"
                    + " missing at random",
                variant,
                100.0 * coverage[1] / coverage[0],
                100 * rate);
      }
      state = worse(state, stateOf(result.outcome()));
    }
    if (state == HealthCheck.State.BLOCKED && !figures.isBySegment()) {
      // Rates may differ between segments, and variants with them; the function's own page knows.
      state = HealthCheck.State.WATCH;
    }
    return new HealthCheck(
        "feedback",
        state,
        worst.isEmpty()
            ? String.format(
                Locale.ROOT,
                "%.0f %% of matured decisions have feedback, alike over variants",
                100 * rate)
            : worst);
  }

  private static HealthCheck prices(Loaded loaded, Headline headline) {
    if (headline.unpriced() == 0) {
      return new HealthCheck("prices", HealthCheck.State.OK, "every answer has a price");
    }
    boolean matters = loaded.learned() != null && loaded.learned().settings().weights().cost() > 0;
    return new HealthCheck(
        "prices",
        matters ? HealthCheck.State.BLOCKED : HealthCheck.State.WATCH,
        "%,d answers have no known price; give their models a cost".formatted(headline.unpriced()));
  }

  private static HealthCheck providers(FunctionFigures figures) {
    long inferences = figures.sum(ALL, DecisionSums::inferences);
    long failed = figures.sum(ALL, DecisionSums::failed);
    double share = inferences == 0 ? 0 : (double) failed / inferences;
    return new HealthCheck(
        "providers",
        share > 0.5
            ? HealthCheck.State.BLOCKED
            : share > 0.05 ? HealthCheck.State.WATCH : HealthCheck.State.OK,
        failed == 0
            ? "no inference failed"
            : String.format(
                Locale.ROOT,
                "%,d of %,d inferences were not answered by any variant",
                failed,
                inferences));
  }

  private static HealthCheck drift(List<Mark> marks, Range range) {
    List<Mark> alarms =
        marks.stream()
            .filter(mark -> mark.kind().equals(Mark.DRIFT) || mark.kind().equals(Mark.REQUESTS))
            .toList();
    if (alarms.isEmpty()) {
      return new HealthCheck(
          "drift", HealthCheck.State.OK, "no change of quality or of requests was found");
    }
    Mark last = alarms.getLast();
    boolean fresh = last.at().isAfter(range.to().minus(RELEARNING));
    return new HealthCheck(
        "drift", fresh ? HealthCheck.State.WATCH : HealthCheck.State.OK, last.text());
  }

  private static List<Mark> alarms(List<Mark> marks) {
    return marks.stream().filter(mark -> mark.kind().equals(Mark.DRIFT)).toList();
  }

  private static Verdict verdict(Loaded loaded, Headline headline, List<Mark> marks, Range range) {
    List<HealthCheck> health = health(loaded, headline, marks, range);
    if (loaded.learned() == null) {
      return VerdictRule.ofFixed(health);
    }
    List<Mark> alarms = alarms(marks);
    boolean relearning =
        !alarms.isEmpty()
            && alarms.getLast().at().isAfter(range.to().minus(loaded.rule().attributionWindow()));
    String costs =
        headline.dollarsPerThousand() == null || headline.baselineDollarsPerThousand() == null
            ? ""
            : String.format(
                Locale.ROOT,
                "$%.2f per 1,000 against $%.2f with the baseline",
                headline.dollarsPerThousand(),
                headline.baselineDollarsPerThousand());
    return VerdictRule.ofLearned(
        health,
        headline.quality(),
        headline.holdoutQuality(),
        costs,
        relearning ? "relearning: " + alarms.getLast().text() : "");
  }

  /** How far the function's latest text model was off, variant by variant; none where none is read. */
  public List<TextErrors> textErrors(String name) {
    FunctionDefinition function = catalog.get().functions().get(name);
    if (function != null
        && !(function.experimentation() instanceof Experimentation.Learned learned
            && learned.readsText())) {
      return List.of();
    }
    TextModelLine latest = store.history().latestTextModel(name);
    return latest == null ? List.of() : TextErrors.of(TextStory.read(latest.provenance()));
  }

  /** A page of the live table, newest first. */
  public List<LiveDecision> live(LiveQuery query) {
    InferenceKey before =
        query.before() == null ? InferenceKey.until(clock.instant()) : behind(query.before());
    return rows(query.filter(), new InferencePage.Before(before), List.of(), query.size());
  }

  /** An id that is not in the store stands where its own time stamp is. */
  private InferenceKey behind(UUID inferenceId) {
    InferenceKey key = store.inferences().key(inferenceId);
    if (key != null) {
      return key;
    }
    Instant minted = IdSource.timeOf(inferenceId);
    Instant now = clock.instant();
    return new InferenceKey(minted.isAfter(now) ? now : minted, inferenceId);
  }

  private List<LiveDecision> rows(
      InferenceFilter filter,
      InferencePage.Start start,
      List<InferencePage.Order> order,
      int size) {
    List<InferenceKey> keys =
        store.inferences().keys(new InferencePage(filter, null, order, start, size));
    return store.inferences().rows(keys).stream().map(Reports::live).toList();
  }

  private static LiveDecision live(InferenceEvent event) {
    Decision decision = event.decision();
    return new LiveDecision(
        event.ids().startedAt(),
        event.ids().inferenceId(),
        event.ids().episodeId(),
        event.asker().functionName(),
        decision.kind().name().toLowerCase(Locale.ROOT),
        decision.segment(),
        decision.lane(),
        decision.chosenVariant(),
        event.outcome().servedVariant(),
        decision.propensity(),
        decision.explored(),
        DecisionComposition.why(
            decision.kind(),
            decision.lane() == null ? decision.stratum() : decision.lane(),
            decision.explored()),
        event.asker().keyId(),
        event.asker().tags(),
        event.quantities().costNanos(),
        event.quantities().durationMicros() / 1_000.0,
        event.outcome().ending().label());
  }

  /** One episode; empty when none of its inferences is in the store. */
  public Optional<EpisodeStory> episode(UUID episodeId) {
    List<LiveDecision> rows =
        rows(
            new InferenceFilter.OfEpisode(episodeId),
            new InferencePage.After(InferenceKey.FIRST),
            List.of(new InferencePage.ByTime(true)),
            MOST_EPISODE_ROWS + 1);
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    boolean more = rows.size() > MOST_EPISODE_ROWS;
    return Optional.of(
        new EpisodeStory(
            episodeId,
            more ? rows.subList(0, MOST_EPISODE_ROWS) : rows,
            more,
            store.history().feedbackOfEpisode(episodeId, MOST_EPISODE_ROWS)));
  }

  /** What was said of an inference or an episode, newest first. */
  public List<FeedbackEvent> feedback(UUID targetId, int most) {
    return store.history().feedbackAbout(targetId, most);
  }

  /** One inference whole, with both checks of its decision; empty when it is not in the store. */
  public Optional<DecisionStory> story(UUID inferenceId) {
    StoredInference stored = store.history().inference(inferenceId);
    if (stored == null) {
      return Optional.empty();
    }
    Decision decision = stored.event().decision();
    if (decision.kind() != DecisionKind.DECISION) {
      return Optional.of(new DecisionStory(stored.event(), stored.feedback(), List.of(), null));
    }
    return Optional.of(
        new DecisionStory(
            stored.event(),
            stored.feedback(),
            PropensityCheck.check(decision, stored.event().quantities().baselineVariant()),
            rederived(stored.event())));
  }

  private DecisionStory.@Nullable Rederived rederived(InferenceEvent event) {
    Decision decision = event.decision();
    PolicyVersion version = decision.version();
    if (version == null) {
      return null;
    }
    String function = event.asker().functionName();
    PolicyRevision revision =
        version.revision() == 0
            ? null
            : store.history().revision(function, version.generation(), version.revision());
    if (version.revision() != 0 && revision == null) {
      return null;
    }
    return bindings
        .bind(function, revision, challenger(function, decision), event.versions().configHash())
        .map(routing -> PropensityCheck.rederive(routing, decision))
        .map(
            again ->
                new DecisionStory.Rederived(
                    again.propensities(),
                    again.equal() && areAlike(again.propensities(), decision.propensities())))
        .orElse(null);
  }

  /** Null where there was none, or its revision is not stored any more. */
  private @Nullable PolicyRevision challenger(String function, Decision decision) {
    String name = decision.features().get(Decision.CHALLENGER);
    int slash = name == null ? -1 : name.lastIndexOf('/');
    if (name == null || slash < 0) {
      return null;
    }
    try {
      return store
          .history()
          .revision(function, name.substring(0, slash), Long.parseLong(name.substring(slash + 1)));
    } catch (NumberFormatException notOurs) {
      return null;
    }
  }

  /** Alike up to the rounding of a sum over lanes. */
  private static boolean areAlike(double[] a, double[] b) {
    if (a.length != b.length) {
      return false;
    }
    for (int i = 0; i < a.length; i++) {
      if (!(Math.abs(a[i] - b[i]) <= 1e-9)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Mean propensities lately.
   *
   * @param probabilities per variant over the last 1,000 decisions
   * @param bySegment per segment and variant over the segment's last 200
   */
  public record SamplingProbabilities(
      Map<String, Double> probabilities, Map<String, Map<String, Double>> bySegment) {}

  /** A function's mean propensities lately; empty when it is neither configured nor logged. */
  public Optional<SamplingProbabilities> samplingProbabilities(String name) {
    if (!functionNames().contains(name)) {
      return Optional.empty();
    }
    return Optional.of(
        new SamplingProbabilities(
            store.functions().meanPropensities(name, OVERALL_DECISIONS),
            store.functions().meanPropensitiesBySegment(name, SEGMENT_DECISIONS)));
  }

  /** Names of the tables and views that can be exported. */
  public List<String> exportTables() {
    return TableExport.names();
  }

  /**
   * Writes a table out.
   *
   * @param table one of {@link #exportTables()}
   * @param format {@code jsonl}, {@code csv} or {@code parquet}
   * @return the rows written
   * @throws IllegalArgumentException if there is no such table or format
   */
  public long export(String table, String format, OutputStream out) {
    return store.export().write(table, TableExport.Format.ofName(format), out, written -> {});
  }

  /** A quantile of the slowest variant, null when none served. */
  private static @Nullable Double slowest(Loaded loaded, double quantile) {
    return loaded.durations().isEmpty()
        ? null
        : loaded.durations().values().stream()
                .mapToDouble(durations -> durations.quantile(quantile))
                .max()
                .orElseThrow()
            / 1_000;
  }

  private List<ChangeEvent> changes(@Nullable String function, Range range) {
    return store.history().changes(function, range.from(), range.to(), MOST_CHANGES);
  }

  /** The store gives the first changes; a page wants the last. */
  private static List<Mark> marks(List<ChangeEvent> changes) {
    return changes.subList(Math.max(0, changes.size() - MOST_MARKS), changes.size()).stream()
        .map(change -> new Mark(change.at(), kind(change), change.reason()))
        .toList();
  }

  /** A change of a policy that is about a segment is an alarm: quality moved there. */
  private static String kind(ChangeEvent change) {
    if (change.object().startsWith(ChangeEvent.FEATURES)) {
      return Mark.REQUESTS;
    }
    return change.kind() == ChangeEvent.Kind.POLICY && change.object().startsWith("segment ")
        ? Mark.DRIFT
        : change.kind().label();
  }

  private String policyInWords(String name, Loaded loaded) {
    if (loaded.definition() == null) {
      return "not configured any more";
    }
    return switch (loaded.definition().experimentation()) {
      case Experimentation.Uniform _ -> "uniform";
      case Experimentation.Static _ -> "static weights";
      case Experimentation.Learned learned -> {
        Optional<ActivePolicies> active = bindings.active(name);
        if (active.isPresent()) {
          yield inWords(active.get())
              + ", "
              + rungInWords(learned, loaded, active.get().serving().revision());
        }
        PolicyRevision latest = store.history().latestRevision(name);
        yield learned.settings().algorithm()
            + (latest == null
                ? ", no revision yet"
                : ", %s, %s".formatted(inWords(latest), rungInWords(learned, loaded, latest)));
      }
    };
  }

  private static String rungInWords(
      Experimentation.Learned learned, Loaded loaded, PolicyRevision revision) {
    return TextStory.why(
        learned.context(),
        loaded.definition() == null || loaded.definition().logText(),
        TextStory.standing(revision.provenance()));
  }

  private static String inWords(ActivePolicies active) {
    TrainedPolicy serving = active.serving();
    String words = serving.settings().algorithm() + ", " + inWords(serving.revision());
    TrainedPolicy beside = active.challenger();
    if (beside == null) {
      return words;
    }
    return words
        + "; beside it %s, %s, with %s of its traffic"
            .formatted(
                beside.settings().algorithm(),
                inWords(beside.revision()),
                active.share() == 0
                    ? "none"
                    : String.format(Locale.ROOT, "%.3g %%", 100 * active.share()));
  }

  private static String inWords(PolicyRevision revision) {
    return "generation %s, revision %d".formatted(revision.generation(), revision.revision());
  }

  private static Predicate<DecisionSums> lane(String lane) {
    return row -> lane.equals(row.lane());
  }

  private static HealthCheck.State worse(HealthCheck.State a, HealthCheck.State b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  private static HealthCheck.State stateOf(ChangeEvent logChecks) {
    return switch (String.valueOf(logChecks.after())) {
      case "block" -> HealthCheck.State.BLOCKED;
      case "warn" -> HealthCheck.State.WATCH;
      default -> HealthCheck.State.OK;
    };
  }

  private static HealthCheck.State stateOf(AllocationTest.Outcome outcome) {
    return switch (outcome) {
      case FINE -> HealthCheck.State.OK;
      case WARN -> HealthCheck.State.WATCH;
      case BLOCK -> HealthCheck.State.BLOCKED;
    };
  }
}
