package dev.pointsman.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.catalog.CatalogReader;
import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.ProviderKind;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.testing.DecisionBuilder;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventlog.testing.ManualClock;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.eventstore.RollupTags;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.DecisionRequest;
import dev.pointsman.routing.DecisionSampler;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.StaticPolicy;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportsTest {

  private static final String FUNCTION = "support_reply";
  private static final String CONFIGURATION =
      """
      [models.big]
      routing = ["p"]
      [models.big.providers.p]
      type = "dummy"
      model_name = "good"
      [models.little]
      routing = ["p"]
      [models.little.providers.p]
      type = "dummy"
      model_name = "good"
      [metrics.resolved]
      type = "boolean"
      optimize = "max"
      level = "inference"
      [functions.support_reply]
      type = "chat"
      [functions.support_reply.variants.large]
      type = "chat_completion"
      model = "big"
      [functions.support_reply.variants.small]
      type = "chat_completion"
      model = "little"
      [functions.support_reply.experimentation]
      type = "learned"
      algorithm = "squarecb"
      metric = "resolved"
      candidate_variants = ["large", "small"]
      baseline_variant = "large"
      [functions.fixed]
      type = "chat"
      [functions.fixed.variants.only]
      type = "chat_completion"
      model = "big"
      """;

  private static final List<ProviderKind> KINDS =
      List.of(new ProviderKind("dummy", (table, reading) -> reading.requiredText("model_name")));

  private static final FunctionRouting ROUTING =
      new FunctionRouting(
          FUNCTION,
          new StaticPolicy(Map.of("large", 0.4, "small", 0.6)),
          FunctionRouting.Draw.KEYED,
          new LaneShares(0.1, 0.2, 0),
          "large",
          List.of(),
          Arrays.asList(null, null));
  private static final RewardRule RULE =
      RewardRule.ofBoolean(
          FUNCTION, "resolved", RewardRule.Level.INFERENCE, Duration.ofMinutes(10));
  private static final DecisionSampler SAMPLER = new DecisionSampler(new byte[16]);
  private static final Instant NOW = Events.START.plus(Duration.ofHours(2));
  private static final FunctionReport.Range RANGE =
      new FunctionReport.Range(Events.START, NOW.plusMillis(1));

  private final ManualClock clock = new ManualClock(NOW);
  private FunctionCatalog catalog;
  private EventStore store;
  private Reports reports;
  private long stored;

  @BeforeEach
  void open(@TempDir Path directory) {
    CatalogReading reading =
        new CatalogReader(KINDS, Map.of()).readText("pointsman.toml", CONFIGURATION);
    assertThat(reading)
        .as(reading.diagnostics().toString())
        .isInstanceOf(CatalogReading.Loaded.class);
    catalog = ((CatalogReading.Loaded) reading).catalog();
    store = EventStore.open(directory, EventStore.Settings.DEFAULT);
    reports =
        new Reports(
            store,
            () -> catalog,
            function ->
                function.name().equals(FUNCTION) ? RULE : RewardRule.unrewarded(function.name()),
            (function, revision, challenger, hash) ->
                hash.equals("hash-1") ? Optional.of(ROUTING) : Optional.empty(),
            clock);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void append(List<? extends Event> events) {
    stored += events.size();
    store.append(events, stored);
    refresh();
  }

  /** What the service does in the background. */
  private void refresh() {
    List<RewardRule> rules =
        List.of(RULE, RewardRule.unrewarded("fixed"), RewardRule.unrewarded("retired"));
    rules.forEach(rule -> store.refreshStatistics(rule, clock.instant()));
    store.refreshRollups(rules, RollupTags.NONE, clock.instant());
  }

  private static Decision draw(UUID episode) {
    return SAMPLER.decide(
        ROUTING,
        new DecisionRequest(
            episode, "all", Map.of(), 100, Arrays.asList(null, null), List.of(), true, null, null));
  }

  private static Events.InferenceBuilder drawn(long n) {
    UUID episode = Events.id(n + 1_000_000);
    return Events.inferenceOf(n).episode(episode).decision(draw(episode)).payload(null);
  }

  /** So many decisions, one a second, of which each second one has feedback, true for large. */
  private void traffic(int decisions) {
    List<Event> events = new ArrayList<>();
    for (int n = 1; n <= decisions; n++) {
      InferenceEvent inference = drawn(n).build();
      events.add(inference);
      if (n % 2 == 0) {
        events.add(
            Events.feedback(
                n,
                inference.ids().inferenceId(),
                "resolved",
                inference.decision().chosenVariant().equals("large")));
      }
    }
    append(events);
  }

  private FunctionReport report() {
    return reports.function(FUNCTION, RANGE).orElseThrow();
  }

  private static HealthCheck check(FunctionReport report, String name) {
    return report.health().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void emptyStore_configuredFunction_isLearningWithUnknownFigures() {
    FunctionReport report = report();

    assertThat(report.verdict().state()).isEqualTo(Verdict.State.LEARNING);
    assertThat(report.headline().inferences()).isZero();
    assertThat(report.headline().quality()).isEqualTo(Estimate.NONE);
    assertThat(report.headline().dollarsPerThousand()).isNull();
    assertThat(report.headline().feedbackShare()).isNull();
    assertThat(report.headline().p95Millis()).isNull();
    assertThat(report.variants())
        .extracting(FunctionReport.VariantLine::variant)
        .containsExactly("large", "small");
    assertThat(report.variants().getFirst().served()).isNaN();
    assertThat(report.share().starts()).isEmpty();
    assertThat(reports.live(LiveQuery.of(FUNCTION, 10))).isEmpty();
    assertThat(reports.story(Events.id(1))).isEmpty();
    assertThat(reports.functionNames()).containsExactly("fixed", FUNCTION);
    assertThat(reports.function("nobody", RANGE)).isEmpty();
    assertThat(reports.samplingProbabilities("nobody")).isEmpty();
    assertThat(reports.overview(RANGE).errorShare()).isNaN();
    assertThat(reports.overview(RANGE).dollars()).isNull();
  }

  @Test
  void report_ofTraffic_addsUp() {
    traffic(600);

    FunctionReport report = report();

    assertThat(report.headline().inferences()).isEqualTo(600);
    assertThat(report.headline().decisions()).isEqualTo(600);
    assertThat(report.headline().feedbackShare()).isEqualTo(0.5, within(0.01));
    assertThat(report.headline().holdoutQuality().mean()).isEqualTo(1);
    assertThat(report.headline().quality().mean()).isEqualTo(0.4, within(0.12));
    assertThat(report.headline().unpriced()).isZero();
    assertThat(report.variants().stream().mapToDouble(FunctionReport.VariantLine::served).sum())
        .isEqualTo(1, within(1e-9));
    assertThat(report.variants().stream().mapToDouble(FunctionReport.VariantLine::intended).sum())
        .isEqualTo(1, within(1e-9));
    assertThat(report.variants().getFirst().intended())
        .isEqualTo(0.1 * 0.5 + 0.2 + 0.7 * 0.4, within(1e-9));
    assertThat(Arrays.stream(report.share().decisions()).sum()).isEqualTo(600);
    assertThat(check(report, "allocation").state()).isEqualTo(HealthCheck.State.OK);
    assertThat(check(report, "lanes").state()).isEqualTo(HealthCheck.State.OK);
    assertThat(report.policy()).contains("squarecb", "no revision yet");
    assertThat(report.metric()).isEqualTo("resolved");
  }

  @Test
  void overview_andFunction_showTheSameFigures() {
    traffic(300);

    Overview overview = reports.overview(RANGE);
    FunctionReport report = report();
    Overview.FunctionLine line =
        overview.functions().stream()
            .filter(l -> l.name().equals(FUNCTION))
            .findFirst()
            .orElseThrow();

    assertThat(line.verdict()).isEqualTo(report.verdict());
    assertThat(line.quality()).isEqualTo(report.headline().quality());
    assertThat(line.dollarsPerThousand()).isEqualTo(report.headline().dollarsPerThousand());
    assertThat(line.p95Millis()).isEqualTo(report.headline().p95Millis());
    assertThat(line.feedbackShare()).isEqualTo(report.headline().feedbackShare());
    assertThat(line.variants()).isEqualTo(report.share().variants());
    assertThat(overview.inferences()).isEqualTo(report.headline().inferences());
    assertThat(overview.errorShare()).isZero();
    assertThat(reports.samplingProbabilities(FUNCTION).orElseThrow().probabilities().get("large"))
        .isEqualTo(line.shares()[0]);
  }

  @Test
  void pendingDecisions_areCountedAndInNoMean() {
    traffic(100);
    clock.set(Events.time(100));

    FunctionReport report = report();

    assertThat(report.headline().pending()).isEqualTo(100);
    assertThat(report.headline().quality()).isEqualTo(Estimate.NONE);
    assertThat(report.headline().feedbackShare()).isNull();
    assertThat(report.verdict().sentence()).startsWith("0 of about");
    assertThat(report.maturedUntil()).isBefore(Events.START);
  }

  @Test
  void plantedAllocationBug_turnsTheVerdictToBlocked() {
    List<Event> events = new ArrayList<>();
    for (int n = 1; n <= 800; n++) {
      // The rows claim a half each; large is taken three times of four.
      events.add(
          Events.inferenceOf(n)
              .payload(null)
              .decision(
                  Events.decision(
                      List.of("large", "small"),
                      new double[] {0.5, 0.5},
                      n % 4 == 0 ? "small" : "large",
                      "all"))
              .build());
    }
    append(events);

    FunctionReport report = report();

    assertThat(check(report, "allocation").state()).isEqualTo(HealthCheck.State.BLOCKED);
    assertThat(report.verdict().state()).isEqualTo(Verdict.State.BLOCKED);
    assertThat(report.verdict().sentence()).contains("allocation", "propensity");
    assertThat(reports.overview(RANGE).functions().getFirst().name()).isEqualTo(FUNCTION);
  }

  @Test
  void lanesThatAreNeverDrawn_turnTheVerdictToBlocked() {
    List<Event> events = new ArrayList<>();
    for (int n = 1; n <= 400; n++) {
      UUID episode = Events.id(n + 1_000_000);
      Decision decision = draw(episode);
      events.add(
          Events.inferenceOf(n)
              .payload(null)
              .decision(DecisionBuilder.like(decision).lane("policy").build())
              .build());
    }
    append(events);

    assertThat(check(report(), "lanes").state()).isEqualTo(HealthCheck.State.BLOCKED);
    assertThat(check(report(), "lanes").sentence()).contains("holdout");
  }

  @Test
  void answersWithoutAPrice_areCounted() {
    append(
        List.of(
            drawn(1).build(),
            drawn(2).costNanos(null).build(),
            drawn(3).costNanos(null).build(),
            drawn(4).costNanos(null).failed("timeout").build()));

    FunctionReport report = report();

    assertThat(report.headline().unpriced()).isEqualTo(2);
    assertThat(check(report, "prices").state()).isNotEqualTo(HealthCheck.State.OK);
    assertThat(check(report, "prices").sentence()).contains("2 answers");
    assertThat(check(report, "providers").sentence()).contains("1 of 4");
  }

  @Test
  void answerByFallback_isNoError() {
    append(
        List.of(
            drawn(1).served("other").build(),
            drawn(2).build(),
            drawn(3).failed("timeout").build()));

    assertThat(reports.overview(RANGE).errorShare()).isEqualTo(1.0 / 3, within(1e-9));
  }

  @Test
  void functionLoggedButNoLongerConfigured_isStillReported() {
    append(List.of(Events.inferenceOf(1).function("retired").build()));

    assertThat(reports.functionNames()).contains("retired");
    FunctionReport report = reports.function("retired", RANGE).orElseThrow();
    assertThat(report.policy()).isEqualTo("not configured any more");
    assertThat(report.metric()).isNull();
    assertThat(report.headline().inferences()).isEqualTo(1);
    assertThat(report.headline().pending()).isZero();
    assertThat(report.quality()).isEmpty();
  }

  @Test
  void changes_areMarksAndAFreshAlarmRelearns() {
    append(
        List.of(
            Events.change(7),
            new ChangeEvent(
                Events.id(9_000_000),
                NOW.minusSeconds(30),
                ChangeEvent.Kind.POLICY,
                "trainer",
                FUNCTION,
                "segment \"all\" variant small",
                null,
                null,
                "small fell from 0.8 to 0.4")));

    FunctionReport report = report();

    assertThat(report.marks()).extracting(Mark::kind).containsExactly("circuit", "drift");
    assertThat(check(report, "drift").state()).isEqualTo(HealthCheck.State.WATCH);
    assertThat(check(report, "drift").sentence()).isEqualTo("small fell from 0.8 to 0.4");
    assertThat(reports.overview(RANGE).marks().getFirst().kind()).isEqualTo("drift");
  }

  @Test
  void changes_ofRequests_areShownWithTheAlarmsAndRelearnNothing() {
    append(
        List.of(
            new ChangeEvent(
                Events.id(9_000_001),
                NOW.minusSeconds(30),
                ChangeEvent.Kind.POLICY,
                "trainer",
                FUNCTION,
                ChangeEvent.FEATURES + "segment",
                null,
                null,
                "Requests are others than before.")));

    FunctionReport report = report();

    assertThat(report.marks()).extracting(Mark::kind).containsExactly("requests");
    assertThat(check(report, "drift").state()).isEqualTo(HealthCheck.State.WATCH);
    assertThat(check(report, "drift").sentence()).isEqualTo("Requests are others than before.");
    assertThat(report.verdict().sentence()).doesNotContain("relearning");
  }

  @Test
  void logChecks_thatBlock_withholdTheVerdictUntilTheyAreFine() {
    append(List.of(logChecks(1, "block", "holdout: they disagree")));
    FunctionReport report = report();
    assertThat(check(report, "log").state()).isEqualTo(HealthCheck.State.BLOCKED);
    assertThat(report.verdict().state()).isEqualTo(Verdict.State.BLOCKED);
    assertThat(report.verdict().sentence()).isEqualTo("log: holdout: they disagree");

    append(List.of(logChecks(2, "fine", "consistent again")));
    assertThat(check(report(), "log").state()).isEqualTo(HealthCheck.State.OK);
    assertThat(report().verdict().state()).isNotEqualTo(Verdict.State.BLOCKED);
  }

  private static ChangeEvent logChecks(long n, String state, String reason) {
    return new ChangeEvent(
        Events.id(9_000_000 + n),
        NOW.minusSeconds(100 - n),
        ChangeEvent.Kind.POLICY,
        "trainer",
        FUNCTION,
        ChangeEvent.LOG_CHECKS,
        null,
        state,
        reason);
  }

  @Test
  void story_ofADrawnDecision_passesBothChecks() {
    InferenceEvent inference = drawn(1).build();
    append(List.of(inference, Events.feedback(1, true)));

    DecisionStory story = reports.story(inference.ids().inferenceId()).orElseThrow();

    assertThat(story.discrepancies()).isEmpty();
    assertThat(story.feedback()).hasSize(1);
    assertThat(story.rederived()).isNotNull();
    assertThat(story.rederived().equal()).isTrue();
    assertThat(story.rederived().propensities())
        .containsExactly(inference.decision().propensities());
  }

  @Test
  void story_tamperedPropensities_showsTheDiscrepancyAndTheOtherVector() {
    Decision honest = draw(Events.id(1_000_001));
    double[] shifted = {honest.propensities()[0] - 0.1, honest.propensities()[1] + 0.1};
    Decision tampered = DecisionBuilder.like(honest).propensities(shifted).build();
    append(List.of(Events.inferenceOf(1).decision(tampered).build()));

    DecisionStory story = reports.story(Events.id(1)).orElseThrow();

    assertThat(story.discrepancies()).isNotEmpty().anyMatch(text -> text.contains("propensities"));
    assertThat(story.rederived().equal()).isFalse();
    assertThat(story.rederived().propensities()).containsExactly(honest.propensities());
  }

  @Test
  void story_ofARowThatDrewNothing_hasNoChecks() {
    append(
        List.of(
            Events.inferenceOf(1)
                .decision(Events.noDecision(DecisionKind.PINNED, "small", null))
                .build()));

    DecisionStory story = reports.story(Events.id(1)).orElseThrow();

    assertThat(story.discrepancies()).isEmpty();
    assertThat(story.rederived()).isNull();
  }

  @Test
  void live_isNewestFirstAndNoLongerThanAsked() {
    traffic(30);

    List<LiveDecision> live = reports.live(LiveQuery.of(FUNCTION, 5));

    assertThat(live).hasSize(5);
    assertThat(live)
        .extracting(LiveDecision::startedAt)
        .isSortedAccordingTo((a, b) -> b.compareTo(a));
    assertThat(live.getFirst().inferenceId()).isEqualTo(Events.id(30));
    assertThat(live.getFirst().propensity()).isBetween(0.0, 1.0);
  }

  @Test
  void export_everyTable_canBeWrittenAndOthersAreRefused() {
    traffic(10);
    for (String table : reports.exportTables()) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      long rows = reports.export(table, "jsonl", out);
      assertThat(out.toString(StandardCharsets.UTF_8).lines().count()).as(table).isEqualTo(rows);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> reports.export("users", "jsonl", new ByteArrayOutputStream()))
        .withMessageContaining("inference");
  }
}
