package dev.pointsman.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pointsman.access.Caller;
import dev.pointsman.catalog.CatalogReader;
import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.VariantDefinition.SamplingParameters;
import dev.pointsman.chat.ChatInput;
import dev.pointsman.chat.ContentBlock;
import dev.pointsman.chat.InputMessage;
import dev.pointsman.chat.ToolOptions;
import dev.pointsman.eventlog.EventCursor;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.InferenceEvent.Ending;
import dev.pointsman.eventlog.SpooledEvent;
import dev.pointsman.gateway.attempt.Attempts;
import dev.pointsman.gateway.attempt.Circuits;
import dev.pointsman.gateway.dialect.ChatDialect;
import dev.pointsman.gateway.dialect.NativeDialect;
import dev.pointsman.gateway.dialect.OpenAiDialect;
import dev.pointsman.gateway.provider.ProviderRegistry;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import dev.pointsman.gateway.snapshot.LatencyWatch;
import dev.pointsman.gateway.testing.FakeProvider;
import dev.pointsman.gateway.testing.RecordingSink;
import dev.pointsman.routing.ActivePolicies;
import dev.pointsman.routing.BudgetPacer;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.DecisionSampler;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PropensityCheck;
import dev.pointsman.routing.TextPublication;
import dev.pointsman.routing.features.ConversationFeatures;
import dev.pointsman.routing.features.LinearScorer;
import dev.pointsman.routing.features.RisingCurve;
import dev.pointsman.routing.features.TextQuality;
import dev.pointsman.routing.features.TextTokens;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pipeline with scripted providers, a recording sink and a real log. */
final class InferencePipelineTest {

  private static final String CONFIG =
      """
      [models.m]
      routing = ["one", "two"]
      [models.m.providers.one]
      type = "fake"
      model_name = "one"
      cost = [
        { pointer = "/usage/prompt_tokens", cost_per_million = 1.0 },
        { pointer = "/usage/completion_tokens", cost_per_million = 10.0 },
      ]
      [models.m.providers.two]
      type = "fake"
      model_name = "two"
      [models.dear]
      routing = ["three"]
      [models.dear.providers.three]
      type = "fake"
      model_name = "three"
      cost = [
        { pointer = "/usage/prompt_tokens", cost_per_million = 2.0 },
        { pointer = "/usage/completion_tokens", cost_per_million = 20.0 },
      ]

      [functions.f]
      type = "chat"
      [functions.f.variants.v]
      type = "chat_completion"
      model = "m"
      [functions.f.variants.v.retries]
      num_retries = 2
      max_delay_s = 0.002

      [functions.learning]
      type = "chat"
      [functions.learning.variants.cheap]
      type = "chat_completion"
      model = "m"
      [functions.learning.variants.dear]
      type = "chat_completion"
      model = "dear"
      [functions.learning.experimentation]
      type = "learned"
      metric = "good"
      candidate_variants = ["cheap", "dear"]
      baseline_variant = "dear"

      [functions.picky]
      type = "chat"
      [functions.picky.variants.cheap]
      type = "chat_completion"
      model = "m"
      [functions.picky.variants.dear]
      type = "chat_completion"
      model = "dear"
      [functions.picky.experimentation]
      type = "learned"
      metric = "good"
      baseline_variant = "dear"
      min_quality = 0.8
      latency_slo = "2s"

      [functions.paced]
      type = "chat"
      [functions.paced.variants.cheap]
      type = "chat_completion"
      model = "m"
      [functions.paced.variants.dear]
      type = "chat_completion"
      model = "dear"
      [functions.paced.experimentation]
      type = "learned"
      metric = "good"
      baseline_variant = "dear"
      target_usd_per_request = 0.004

      [metrics.good]
      type = "boolean"
      level = "inference"
      optimize = "max"
      """;

  @TempDir Path directory;
  private final FakeProvider one = FakeProvider.answering();
  private final FakeProvider two = FakeProvider.answering();
  private final FakeProvider three = FakeProvider.answering();
  private final SplittableRandom random = new SplittableRandom(7);
  private final IdSource ids = new IdSource(Clock.systemUTC(), random::nextLong);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private EventLog log;
  private EventCursor cursor;
  private ActiveSnapshot snapshots;
  private InferencePipeline pipeline;

  @BeforeEach
  void open() {
    log = EventLog.open(directory, new EventLog.Settings(EventLog.Durability.OS, 16L << 20));
    cursor = log.cursor("test", 0);
    ProviderRegistry registry =
        new ProviderRegistry(
            List.of(FakeProvider.type(Map.of("one", one, "two", two, "three", three))));
    FunctionCatalog catalog =
        switch (new CatalogReader(registry.kinds(), Map.of()).readText("t.toml", CONFIG)) {
          case CatalogReading.Loaded loaded -> loaded.catalog();
          case CatalogReading.Rejected rejected ->
              throw new IllegalArgumentException(rejected.diagnostics().toString());
        };
    snapshots = new ActiveSnapshot(catalog, List.of(), registry, Clock.systemUTC());
    Circuits circuits = new Circuits(System::nanoTime, (deployment, before, after, why) -> {});
    pipeline =
        new InferencePipeline(
            snapshots,
            new DecisionSampler(new byte[16]),
            circuits,
            new Attempts(circuits, ids, () -> 0.5),
            log,
            ids,
            new PointsmanMeters(meters),
            "node");
  }

  @AfterEach
  void close() {
    log.close();
  }

  private InferenceCall call(String function, boolean stream, ChatDialect dialect, UUID episode) {
    return call(function, stream, dialect, episode, false);
  }

  private InferenceCall call(
      String function, boolean stream, ChatDialect dialect, UUID episode, boolean dryrun) {
    return new InferenceCall(
        new InferenceCall.Origin(Caller.ANONYMOUS, "r", null, null, false),
        dialect,
        function,
        null,
        function,
        new ChatInput(
            JsonNodeFactory.instance.textNode("be brief"),
            List.of(
                new InputMessage(InputMessage.Role.USER, List.of(new ContentBlock.Text("hello"))))),
        episode,
        null,
        null,
        stream,
        true,
        dryrun,
        Map.of("team", "a"),
        null,
        new SamplingParameters(0.5, null, null, null, null, null, List.of(), null, null, null),
        null,
        ToolOptions.NONE,
        null,
        null,
        null);
  }

  private RecordingSink run(String function) throws Exception {
    RecordingSink sink = RecordingSink.patient();
    pipeline.run(call(function, false, new NativeDialect(), null), sink);
    return sink;
  }

  private InferenceEvent row() throws Exception {
    List<InferenceEvent> rows = rows();
    assertThat(rows).hasSize(1);
    return rows.getFirst();
  }

  private List<InferenceEvent> rows() throws Exception {
    List<InferenceEvent> rows = new ArrayList<>();
    for (SpooledEvent event : cursor.next(1000, 1 << 24, Duration.ZERO)) {
      rows.add((InferenceEvent) event.event());
    }
    return rows;
  }

  @Test
  void run_firstProviderAnswers_requestIsRenderedAndRowIsWhole() throws Exception {
    RecordingSink sink = run("f");

    assertThat(sink.head().status()).isEqualTo(200);
    assertThat(sink.shielded()).isTrue();
    assertThat(one.requests().getFirst().system()).isEqualTo("be brief");
    assertThat(one.requests().getFirst().sampling().temperature()).isEqualTo(0.5);
    InferenceEvent row = row();
    assertThat(row.outcome().ending()).isEqualTo(Ending.ANSWERED);
    assertThat(row.quantities().costNanos()).isEqualTo(200_000L);
    assertThat(row.versions().configHash()).isEqualTo(snapshots.current().catalog().configHash());
    assertThat(row.asker().tags()).containsEntry("team", "a");
    assertThat(sink.head().headers())
        .containsEntry("x-pointsman-attempts", "1")
        .containsEntry("x-pointsman-model", "m/one");
  }

  @Test
  void run_failuresThatPass_areRepeatedAlongTheProviders() throws Exception {
    one.then(500, 503);
    two.then(0);

    assertThat(run("f").head().headers()).containsEntry("x-pointsman-attempts", "4");
    assertThat(row().attempts())
        .extracting(InferenceEvent.Attempt::errorClass)
        .containsExactly("upstream_fault", "connection_broken", "upstream_fault", null);
  }

  @Test
  void run_refusedCredential_isNotRepeatedButOthersAreTried() throws Exception {
    one.then(401);
    two.then(401);

    RecordingSink sink = run("f");

    assertThat(sink.head().status()).isEqualTo(502);
    assertThat(one.requests()).hasSize(1);
    assertThat(row().outcome().errorClass()).isEqualTo("credential_refused");
  }

  @Test
  void run_contentFiltered_isShownToNobodyElse() throws Exception {
    one.then(451);

    run("f");

    assertThat(two.requests()).isEmpty();
    assertThat(row().outcome().ending()).isEqualTo(Ending.FAILED);
  }

  @Test
  void run_rateLimitedForLongerThanMaxDelay_isNotWaitedFor() throws Exception {
    one.then(429).retryAfter(Duration.ofHours(1));
    two.then(429).retryAfter(Duration.ofHours(1));

    RecordingSink sink = RecordingSink.patient();
    pipeline.run(call("f", false, new OpenAiDialect(), null), sink);

    assertThat(sink.head().status()).isEqualTo(429);
    assertThat(sink.head().headers()).containsEntry("retry-after", "3600");
    assertThat(row().attempts()).hasSize(2);
  }

  @Test
  void run_deploymentThatKeepsFailing_isSpared() throws Exception {
    one.then(500, 500, 500, 500, 500, 500, 500, 500);
    for (int i = 0; i < 6; i++) {
      run("f");
    }

    assertThat(one.requests()).hasSize(5);
    assertThat(rows().getLast().attempts())
        .singleElement()
        .satisfies(attempt -> assertThat(attempt.provider()).isEqualTo("two"));
  }

  @Test
  void run_everyCircuitOpen_isRefusedBeforeADecision() throws Exception {
    three.then(500, 500, 500, 500, 500, 500, 500);
    one.then(401, 401, 401, 401, 401, 401);
    two.then(401, 401, 401, 401, 401, 401);
    for (int i = 0; i < 6; i++) {
      run("learning");
    }
    int rows = rows().size();

    RecordingSink sink = run("learning");

    assertThat(rows).isBetween(5, 6);
    assertThat(sink.head().status()).isEqualTo(503);
    assertThat(sink.head().headers()).containsEntry("retry-after", "30");
    assertThat(rows()).isEmpty();
  }

  @Test
  void run_callerLeavesMidway_rowIsAbandonedAndTokensEstimated() throws Exception {
    RecordingSink sink = RecordingSink.leavingAfter(0);
    pipeline.run(call("f", true, new OpenAiDialect(), null), sink);

    InferenceEvent row = row();
    assertThat(row.outcome().ending()).isEqualTo(Ending.ABANDONED);
    assertThat(row.quantities().tokensEstimated()).isTrue();
    assertThat(row.quantities().costNanos()).isPositive();
    assertThat(row.attempts().getFirst().status()).isEqualTo("abandoned");
    assertThat(sink.ended()).isFalse();
  }

  @Test
  void run_threadInterruptedBeforeTheFirstByte_stillWritesTheRow() throws Exception {
    Thread.currentThread().interrupt();
    RecordingSink sink = RecordingSink.patient();
    one.then(500);
    two.then(500);

    pipeline.run(call("f", false, new NativeDialect(), null), sink);

    assertThat(row().outcome().ending()).isEqualTo(Ending.ABANDONED);
    assertThat(sink.body()).isEmpty();
  }

  @Test
  void run_logRefusesTheRow_answerIsGivenAndMarked() throws Exception {
    EventLog broken =
        EventLog.open(
            directory.resolve("other"), new EventLog.Settings(EventLog.Durability.OS, 16L << 20));
    Circuits circuits = new Circuits(System::nanoTime, (deployment, before, after, why) -> {});
    InferencePipeline losing =
        new InferencePipeline(
            snapshots,
            new DecisionSampler(new byte[16]),
            circuits,
            new Attempts(circuits, ids, () -> 0.5),
            broken,
            ids,
            new PointsmanMeters(new SimpleMeterRegistry()),
            "node");
    FakeProvider closing = one.whenAsked(broken::close);
    RecordingSink sink = RecordingSink.patient();

    losing.run(call("f", false, new NativeDialect(), null), sink);

    assertThat(closing.requests()).hasSize(1);
    assertThat(sink.head().status()).isEqualTo(200);
    assertThat(sink.head().headers()).containsEntry("x-pointsman-log", "lost");
    assertThat(broken.health().state()).isEqualTo(EventLog.State.CLOSED);
  }

  @Test
  void run_spoolFull_isRefusedBeforeMoneyIsSpent() throws Exception {
    log.close();
    log =
        EventLog.open(
            directory.resolve("small"), new EventLog.Settings(EventLog.Durability.OS, 1000));
    Circuits circuits = new Circuits(System::nanoTime, (deployment, before, after, why) -> {});
    InferencePipeline full =
        new InferencePipeline(
            snapshots,
            new DecisionSampler(new byte[16]),
            circuits,
            new Attempts(circuits, ids, () -> 0.5),
            log,
            ids,
            new PointsmanMeters(new SimpleMeterRegistry()),
            "node");
    RecordingSink sink = RecordingSink.patient();

    full.run(call("f", false, new OpenAiDialect(), null), sink);

    assertThat(sink.head().status()).isEqualTo(503);
    assertThat(one.requests()).isEmpty();
  }

  @Test
  void run_pacedFunction_isChargedAndSettledAndSaysSo() throws Exception {
    BudgetPacer pacer =
        Objects.requireNonNull(snapshots.current().functions().get("paced").pacer());
    pacer.charge(0.04);
    double price = pacer.price();

    run("paced");

    InferenceEvent row = row();
    Decision decision = row.decision();
    assertThat(decision.features()).containsEntry(Decision.COST_PRICE, Double.toString(price));
    assertThat(decision.utilityWeight()).isCloseTo(price / 0.004, within(0.005 * price / 0.004));
    BudgetPacer expected = new BudgetPacer(0.004);
    expected.charge(0.04);
    expected.charge(decision.expectedCostUsd());
    expected.settle(decision.expectedCostUsd(), row.quantities().costNanos() * 1e-9);
    pacer.charge(0.004);
    expected.charge(0.004);
    assertThat(pacer.smoothedUsd()).isCloseTo(expected.smoothedUsd(), within(1e-15));
    assertThat(pacer.price()).isEqualTo(expected.price());
    assertThat(meters.get("pointsman.pacer.price").tag("function_name", "paced").gauge().value())
        .isEqualTo(pacer.price());
    assertThat(meters.get("pointsman.pacer.target").gauge().value()).isEqualTo(0.004);
  }

  @Test
  void run_pacedFunctionWhoseProvidersFail_getsItsChargeBack() throws Exception {
    BudgetPacer pacer =
        Objects.requireNonNull(snapshots.current().functions().get("paced").pacer());
    one.then(400, 400);
    two.then(400, 400);
    three.then(400, 400);

    run("paced");

    InferenceEvent row = row();
    assertThat(row.outcome().ending()).isEqualTo(Ending.FAILED);
    double expected = row.decision().expectedCostUsd();
    assertThat(expected).isPositive();
    BudgetPacer settled = new BudgetPacer(0.004);
    settled.charge(expected);
    settled.settle(expected, 0);
    pacer.charge(0.004);
    settled.charge(0.004);
    assertThat(pacer.smoothedUsd()).isCloseTo(settled.smoothedUsd(), within(1e-15));
  }

  private boolean publish(PolicyRevision revision) {
    return snapshots.swap(active(revision));
  }

  private ActivePolicies active(PolicyRevision revision) {
    Experimentation.Learned learned =
        (Experimentation.Learned)
            snapshots
                .current()
                .catalog()
                .functions()
                .get(revision.functionName())
                .experimentation();
    return ActivePolicies.of(learned.settings(), revision);
  }

  private void publishPicky(double cheap, double dear) {
    publish(
        new PolicyRevision(
            "picky",
            "g1",
            1,
            ids.now(),
            new PolicyStatistics(
                200,
                List.of(cell("cheap", cheap), cell("dear", dear)),
                List.of(
                    new PolicyStatistics.VariantEvidence("cheap", 100, 100, false),
                    new PolicyStatistics.VariantEvidence("dear", 100, 100, false)),
                Map.of()),
            "{}"));
  }

  private static PolicyStatistics.Cell cell(String variant, double mean) {
    return new PolicyStatistics.Cell("all", variant, 100, 100 * mean, 100 * mean, null, null, 0);
  }

  @Test
  void run_variantBelowMinQuality_isLeftOutAndTheRowSaysWhy() throws Exception {
    publishPicky(0.5, 0.95);

    run("picky");

    Decision decision = row().decision();
    assertThat(decision.exclusions().getFirst())
        .matches("soft: min_quality 0\\.8, expected 0\\.5\\d\\d");
    assertThat(decision.exclusions().getLast()).isEmpty();
    assertThat(decision.policyProbabilities()).containsExactly(0, 1);
    assertThat(PropensityCheck.check(decision, "dear")).isEmpty();
  }

  @Test
  void run_variantThatIsOftenSlow_isLeftOutUnlessAllAre() throws Exception {
    publishPicky(0.9, 0.95);
    LatencyWatch latencies = latenciesOfPicky();
    for (int call = 0; call < 30; call++) {
      latencies.record("cheap", ids.now(), 3_000_000, true);
      latencies.record("dear", ids.now(), 1_000_000, true);
    }
    run("picky");
    assertThat(row().decision().exclusions())
        .containsExactly("soft: latency_slo 2s, often exceeded", "");

    for (int call = 0; call < 30; call++) {
      latencies.record("dear", ids.now(), 3_000_000, true);
    }
    run("picky");
    Decision dropped = row().decision();
    assertThat(dropped.features()).containsEntry(Decision.SOFT_EXCLUSIONS, "dropped");
    assertThat(dropped.policyProbabilities()[0]).isPositive();
  }

  @Test
  void run_variantsInTheirNursery_areNotLeftOut() throws Exception {
    LatencyWatch latencies = latenciesOfPicky();
    for (int call = 0; call < 100; call++) {
      latencies.record("cheap", ids.now(), 3_000_000, true);
    }

    run("picky");

    assertThat(row().decision().exclusions()).containsExactly("", "");
  }

  @Test
  void run_slowCallOfAFunctionWithAnObjective_isWatched() throws Exception {
    publishPicky(0.5, 0.95);
    LatencyWatch latencies = latenciesOfPicky();
    for (int call = 0; call < 27; call++) {
      latencies.record("dear", ids.now(), 3_000_000, true);
    }
    assertThat(latencies.tooSlow("dear", ids.now())).isNull();
    for (int call = 0; call < 6; call++) {
      run("picky");
    }
    assertThat(latencies.tooSlow("dear", ids.now())).isNotNull();
  }

  private LatencyWatch latenciesOfPicky() {
    return Objects.requireNonNull(snapshots.current().functions().get("picky").latencies());
  }

  @Test
  void run_dryRunOfPacedFunction_isNotCharged() throws Exception {
    BudgetPacer pacer =
        Objects.requireNonNull(snapshots.current().functions().get("paced").pacer());
    RecordingSink sink = RecordingSink.patient();

    pipeline.run(call("paced", false, new NativeDialect(), null, true), sink);

    assertThat(sink.head().status()).isEqualTo(200);
    assertThat(pacer.smoothedUsd()).isEqualTo(new BudgetPacer(0.004).smoothedUsd());
  }

  @Test
  void swap_catalogWithTheSameTarget_keepsThePacer() {
    BudgetPacer pacer = snapshots.current().functions().get("paced").pacer();
    snapshots.swap(snapshots.current().catalog());
    assertThat(snapshots.current().functions().get("paced").pacer()).isSameAs(pacer).isNotNull();
    assertThat(snapshots.current().functions().get("learning").pacer()).isNull();
  }

  @Test
  void run_learnedFunction_logsVectorVersionAndBaseline() throws Exception {
    publish(
        new PolicyRevision(
            "learning",
            "g1",
            3,
            ids.now(),
            new PolicyStatistics(0, List.of(), List.of(), Map.of()),
            "{}"));

    RecordingSink sink = run("learning");

    InferenceEvent row = row();
    assertThat(row.decision().version().generation()).isEqualTo("g1");
    assertThat(row.decision().version().revision()).isEqualTo(3);
    assertThat(row.decision().candidates()).containsExactly("cheap", "dear");
    double sum = row.decision().propensities()[0] + row.decision().propensities()[1];
    assertThat(sum).isCloseTo(1.0, Offset.offset(1e-12));
    assertThat(row.quantities().baselineVariant()).isEqualTo("dear");
    assertThat(row.quantities().baselineCostNanos()).isEqualTo(400_000L);
    assertThat(sink.head().headers()).containsEntry("x-pointsman-policy-version", "squarecb/g1/3");
  }

  @Test
  void swap_olderRevision_isIgnored() {
    PolicyRevision third =
        new PolicyRevision("learning", "g1", 3, ids.now(), PolicyStatistics.EMPTY, "{}");
    PolicyRevision second =
        new PolicyRevision("learning", "g1", 2, ids.now(), PolicyStatistics.EMPTY, "{}");

    assertThat(publish(third)).isTrue();
    assertThat(publish(second)).isFalse();
    assertThat(
            snapshots.current().functions().get("learning").routing().policy().version().revision())
        .isEqualTo(3);
  }

  /** A model that moves {@code dear} by the value everywhere and knows nothing of the other one. */
  private static TextQuality constantText(double value) {
    return TextQuality.of(
        LinearScorer.of(List.of("dear"), new double[1], new double[ConversationFeatures.DIMENSION]),
        List.of(RisingCurve.of(new double[] {0}, new double[] {value})),
        1);
  }

  private TextPublication published(TextQuality model, byte[] body) {
    return new TextPublication(
        "learning", model.id(), ids.now(), "{}", Base64.getEncoder().encodeToString(body));
  }

  private PolicyRevision naming(long revision, @Nullable String model) {
    return new PolicyRevision(
        "learning", "g1", revision, ids.now(), PolicyStatistics.EMPTY, "{}", model);
  }

  @Test
  void run_revisionThatNamesATextModel_logsItsShiftsWithTheFirstRowOfAnEpisode() throws Exception {
    TextQuality model = constantText(0.25);
    snapshots.swap(published(model, model.encode()));
    run("learning");
    assertThat(row().decision().features())
        .as("no revision names it yet")
        .doesNotContainKey(Decision.TEXT_MODEL);
    publish(naming(1, model.id()));
    UUID episode = ids.next();
    for (int i = 0; i < 2; i++) {
      pipeline.run(call("learning", false, new NativeDialect(), episode), RecordingSink.patient());
    }

    List<InferenceEvent> rows = rows();
    Decision decided = rows.getFirst().decision();
    assertThat(decided.features())
        .containsEntry(Decision.TEXT_MODEL, model.id())
        .containsEntry(Decision.TEXT_SHIFTS, "0.0,0.25");
    assertThat(PropensityCheck.check(decided, "dear")).isEmpty();
    assertThat(
            PropensityCheck.rederive(
                    Objects.requireNonNull(
                        snapshots.routingUnder(
                            "learning",
                            active(naming(1, model.id())),
                            snapshots.current().catalog().configHash())),
                    decided)
                .discrepancies())
        .isEmpty();
    assertThat(rows.getLast().decision().features())
        .as("a sticky row was not decided")
        .doesNotContainKey(Decision.TEXT_MODEL);

    publish(naming(2, null));
    run("learning");
    assertThat(row().decision().features()).doesNotContainKey(Decision.TEXT_MODEL);
  }

  @Test
  void run_textModelThatForetellsTokens_logsItsFactorsAndTheCostThatFollows() throws Exception {
    LinearScorer flat =
        LinearScorer.of(List.of("dear"), new double[1], new double[ConversationFeatures.DIMENSION]);
    RisingCurve tripled = RisingCurve.of(new double[] {0}, new double[] {2});
    TextQuality model =
        TextQuality.of(
            flat,
            List.of(RisingCurve.ZERO),
            0.5,
            TextTokens.of(flat, List.of(tripled), new double[] {1}));
    run("learning");
    long[] plain = row().decision().predictedCostNanos();
    snapshots.swap(published(model, model.encode()));
    publish(naming(1, model.id()));
    run("learning");

    Decision decided = row().decision();
    assertThat(decided.features()).containsEntry(Decision.TEXT_TOKENS, "1.0,3.0");
    assertThat(decided.predictedCostNanos()[0]).isEqualTo(plain[0]);
    assertThat(decided.predictedCostNanos()[1]).isGreaterThan(plain[1]);
    assertThat(PropensityCheck.check(decided, "dear")).isEmpty();
    assertThat(
            PropensityCheck.rederive(
                    Objects.requireNonNull(
                        snapshots.routingUnder(
                            "learning",
                            active(naming(1, model.id())),
                            snapshots.current().catalog().configHash())),
                    decided)
                .discrepancies())
        .isEmpty();
  }

  @Test
  void swap_brokenTextModel_isRefusedAndTheOneBeforeStays() throws Exception {
    TextQuality good = constantText(0.25);
    TextQuality next = constantText(0.5);
    byte[] broken = next.encode();
    broken[20] ^= 1;
    snapshots.swap(published(good, good.encode()));
    publish(naming(1, good.id()));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> snapshots.swap(published(next, broken)))
        .withMessageContaining("functions.learning: text model " + next.id() + " is refused")
        .withMessageContaining("checksum");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> snapshots.swap(published(next, good.encode())))
        .withMessageContaining("its body is that of " + good.id());
    publish(naming(2, next.id()));
    run("learning");
    assertThat(row().decision().features()).containsEntry(Decision.TEXT_MODEL, good.id());

    snapshots.swap(published(next, next.encode()));
    run("learning");
    assertThat(row().decision().features())
        .as("came after the revision that names it")
        .containsEntry(Decision.TEXT_MODEL, next.id());
  }

  @Test
  void run_littleFeedback_logsTheTierOfTheRequestUntilRewardsTakeItsPlace() throws Exception {
    run("learning");
    Decision cold = row().decision();
    assertThat(cold.features()).containsEntry(Decision.COMPLEXITY, "simple");
    // Half the price: 0.01 less is expected of a simple request.
    assertThat(cold.predictedQuality()[1] - cold.predictedQuality()[0])
        .isCloseTo(0.01, within(1e-12));
    assertThat(PropensityCheck.check(cold, "dear")).isEmpty();

    publish(
        new PolicyRevision(
            "learning",
            "g1",
            1,
            ids.now(),
            new PolicyStatistics(
                200, List.of(cell("cheap", 0.5), cell("dear", 0.6)), List.of(), Map.of()),
            "{}"));
    run("learning");
    assertThat(row().decision().features()).doesNotContainKey(Decision.COMPLEXITY);
    run("f");
    assertThat(row().decision().features()).doesNotContainKey(Decision.COMPLEXITY);
  }

  @Test
  void run_sameEpisodeAtOnce_hasOneDecision() throws Exception {
    UUID episode = ids.next();
    for (int i = 0; i < 3; i++) {
      pipeline.run(call("learning", false, new NativeDialect(), episode), RecordingSink.patient());
    }

    assertThat(rows())
        .extracting(row -> row.decision().kind())
        .containsExactly(DecisionKind.DECISION, DecisionKind.STICKY, DecisionKind.STICKY);
  }
}
