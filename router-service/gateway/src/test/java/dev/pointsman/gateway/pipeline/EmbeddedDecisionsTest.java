package dev.pointsman.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.access.Caller;
import dev.pointsman.catalog.CatalogReader;
import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.VariantDefinition.SamplingParameters;
import dev.pointsman.chat.ChatInput;
import dev.pointsman.chat.ContentBlock;
import dev.pointsman.chat.InputMessage;
import dev.pointsman.chat.ToolOptions;
import dev.pointsman.eventlog.EventCursor;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.SpooledEvent;
import dev.pointsman.gateway.attempt.Attempts;
import dev.pointsman.gateway.attempt.Circuits;
import dev.pointsman.gateway.dialect.NativeDialect;
import dev.pointsman.gateway.provider.ProviderRegistry;
import dev.pointsman.gateway.provider.dummy.DummyProvider;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import dev.pointsman.gateway.testing.RecordingSink;
import dev.pointsman.routing.ActivePolicies;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionSampler;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PropensityCheck;
import dev.pointsman.routing.TextPublication;
import dev.pointsman.routing.TextShift;
import dev.pointsman.routing.features.NeighbourQuality;
import dev.pointsman.routing.features.PromptVector;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decisions of functions with an embedding model, with dummy models and a real log. */
final class EmbeddedDecisionsTest {

  private static final String CONFIG =
      """
      [models.m]
      routing = ["one"]
      [models.m.providers.one]
      type = "dummy"
      model_name = "good"
      cost = [{ pointer = "/usage/prompt_tokens", cost_per_million = 1.0 }]
      [models.dear]
      routing = ["two"]
      [models.dear.providers.two]
      type = "dummy"
      model_name = "good"
      cost = [{ pointer = "/usage/prompt_tokens", cost_per_million = 1.0 }]

      [metrics.good]
      type = "boolean"
      level = "inference"
      optimize = "max"
      """
          + model("words", "first_word")
          + model("slow", "slow")
          + model("broken", "error")
          + model("zeros", "plain")
          + function("words")
          + function("slow")
          + function("broken")
          + function("zeros");

  private static String model(String name, String dummy) {
    return """
    [embedding_models.%1$s]
    routing = ["here"]
    [embedding_models.%1$s.providers.here]
    type = "dummy"
    model_name = "%2$s"
    cost = [{ pointer = "/usage/prompt_tokens", cost_per_million = 100.0 }]
    """
        .formatted(name, dummy);
  }

  private static String function(String model) {
    return """
    [functions.%1$s]
    type = "chat"
    [functions.%1$s.variants.cheap]
    type = "chat_completion"
    model = "m"
    [functions.%1$s.variants.dear]
    type = "chat_completion"
    model = "dear"
    [functions.%1$s.experimentation]
    type = "learned"
    metric = "good"
    baseline_variant = "dear"
    latency_slo = "2s"
    embedding_model = "%1$s"
    embedding_deadline = "25ms"
    """
        .formatted(model);
  }

  @TempDir Path directory;
  private final SplittableRandom random = new SplittableRandom(7);
  private final IdSource ids = new IdSource(Clock.systemUTC(), random::nextLong);
  private EventLog log;
  private EventCursor cursor;
  private ActiveSnapshot snapshots;
  private InferencePipeline pipeline;

  @BeforeEach
  void open() {
    log = EventLog.open(directory, new EventLog.Settings(EventLog.Durability.OS, 16L << 20));
    cursor = log.cursor("test", 0);
    ProviderRegistry registry = new ProviderRegistry(List.of(DummyProvider.type(ids)));
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
            new PointsmanMeters(new SimpleMeterRegistry()),
            "node");
  }

  @AfterEach
  void close() {
    log.close();
  }

  private InferenceEvent run(
      String function, @Nullable String variant, String prompt, @Nullable UUID episode)
      throws Exception {
    RecordingSink sink = RecordingSink.patient();
    pipeline.run(
        new InferenceCall(
            new InferenceCall.Origin(Caller.ANONYMOUS, "r", null, null, false),
            new NativeDialect(),
            function,
            null,
            function,
            new ChatInput(
                null,
                List.of(
                    new InputMessage(
                        InputMessage.Role.USER, List.of(new ContentBlock.Text(prompt))))),
            episode,
            null,
            variant,
            false,
            true,
            false,
            Map.of(),
            null,
            new SamplingParameters(null, null, null, null, null, null, List.of(), null, null, null),
            null,
            ToolOptions.NONE,
            null,
            null,
            null),
        sink);
    assertThat(sink.head().status()).isEqualTo(200);
    List<SpooledEvent> rows = cursor.next(1000, 1 << 24, Duration.ZERO);
    assertThat(rows).hasSize(1);
    return (InferenceEvent) rows.getFirst().event();
  }

  private InferenceEvent run(String function) throws Exception {
    return run(function, null, "Prove it", null);
  }

  private static PromptVector vector(InferenceEvent row) {
    return PromptVector.parse(row.decision().features().get(Decision.EMBEDDING));
  }

  @Test
  void run_embeddingComes_isKeptWithTheDecisionAndItsCostWithTheInference() throws Exception {
    InferenceEvent row = run("words");
    InferenceEvent same = run("words", null, "Prove that", null);
    InferenceEvent other = run("words", null, "Say it", null);

    assertThat(vector(row).dimension()).isEqualTo(128);
    assertThat(vector(same).toText()).isEqualTo(vector(row).toText());
    assertThat(vector(other).toText()).isNotEqualTo(vector(row).toText());
    assertThat(row.decision().features()).doesNotContainKey(Decision.EMBEDDING_LEFT_OUT);
    assertThat(PropensityCheck.check(row.decision(), "dear")).isEmpty();
    assertThat(row.attempts()).hasSize(2);
    InferenceEvent.Attempt embedding = row.attempts().getFirst();
    assertThat(embedding.purpose()).isEqualTo("embedding");
    assertThat(embedding.status()).isEqualTo("ok");
    assertThat(embedding.model()).isEqualTo("words");
    assertThat(embedding.provider()).isEqualTo("here");
    assertThat(embedding.ordinal()).isZero();
    assertThat(embedding.tokens().input()).isEqualTo(10);
    assertThat(embedding.costNanos()).isEqualTo(1_000_000L);
    assertThat(embedding.rawRequest()).isNull();
    assertThat(row.attempts().getLast().ordinal()).isEqualTo(1);
    assertThat(row.quantities().costNanos()).isEqualTo(1_010_000L);
    assertThat(row.outcome().attempts()).isEqualTo(1);
  }

  @Test
  void run_pinnedOrStickyOrNamedModel_makesNoCall() throws Exception {
    UUID episode = ids.next();
    InferenceEvent first = run("words", null, "Prove it", episode);
    InferenceEvent sticky = run("words", null, "Prove it", episode);
    InferenceEvent pinned = run("words", "cheap", "Prove it", null);

    assertThat(first.attempts()).hasSize(2);
    assertThat(sticky.attempts()).hasSize(1);
    assertThat(pinned.attempts()).hasSize(1);
    assertThat(pinned.decision().features())
        .doesNotContainKeys(Decision.EMBEDDING, Decision.EMBEDDING_LEFT_OUT);
  }

  @Test
  void run_embeddingIsLate_decidesWithoutItAndSparesTheModelAfterAWhile() throws Exception {
    publish("slow", neighbours("slow"));
    for (int i = 0; i < 5; i++) {
      InferenceEvent row = run("slow");
      assertThat(row.decision().features())
          .containsEntry(Decision.EMBEDDING_LEFT_OUT, "late")
          .doesNotContainKeys(Decision.EMBEDDING, Decision.TEXT_MODEL, Decision.TEXT_SHIFTS);
      assertThat(row.attempts().getFirst().errorClass()).isEqualTo("timed_out");
      assertThat(row.attempts().getFirst().durationMicros()).isGreaterThanOrEqualTo(25_000L);
      assertThat(row.quantities().costNanos()).isEqualTo(10_000L);
    }
    InferenceEvent spared = run("slow");
    assertThat(spared.decision().features()).containsEntry(Decision.EMBEDDING_LEFT_OUT, "spared");
    assertThat(spared.attempts()).hasSize(1);
  }

  @Test
  void run_embeddingFailsOrHasNoDirectionOrNoText_decidesWithoutIt() throws Exception {
    InferenceEvent broken = run("broken");
    assertThat(broken.decision().features()).containsEntry(Decision.EMBEDDING_LEFT_OUT, "failed");
    assertThat(broken.attempts().getFirst().status()).isEqualTo("failed");
    assertThat(broken.outcome().ending()).isEqualTo(InferenceEvent.Ending.ANSWERED);
    assertThat(run("zeros").decision().features())
        .containsEntry(Decision.EMBEDDING_LEFT_OUT, "no_direction");
    InferenceEvent silent = run("words", null, "  ", null);
    assertThat(silent.decision().features()).containsEntry(Decision.EMBEDDING_LEFT_OUT, "no_text");
    assertThat(silent.attempts()).hasSize(1);
  }

  @Test
  void run_neighboursInUse_movePredictionsAndTheRowIsDerivedFromItsShifts() throws Exception {
    PromptVector prove = vector(run("words"));
    NeighbourQuality model =
        NeighbourQuality.of(
            new NeighbourQuality.Settings(prove.space(), prove.dimension(), 5, 1, 1),
            List.of("cheap", "dear"),
            List.of(
                new NeighbourQuality.Row(prove, 0, 0.5), new NeighbourQuality.Row(prove, 1, -0.5)));
    ActivePolicies active = publish("words", model);

    Decision decided = run("words").decision();
    TextShift shift = Objects.requireNonNull(TextShift.ofFeatures(decided.features(), 2));
    assertThat(shift.model()).isEqualTo(model.id());
    assertThat(shift.shifts()[0]).isBetween(0.249, 0.251);
    assertThat(shift.shifts()[1]).isBetween(-0.251, -0.249);
    assertThat(decided.predictedQuality()[0] - decided.predictedQuality()[1]).isGreaterThan(0.4);
    assertThat(PropensityCheck.check(decided, "dear")).isEmpty();
    assertThat(
            PropensityCheck.rederive(
                    Objects.requireNonNull(
                        snapshots.routingUnder(
                            "words", active, snapshots.current().catalog().configHash())),
                    decided)
                .discrepancies())
        .isEmpty();
    Decision far = run("words", null, "Say it", null).decision();
    assertThat(Objects.requireNonNull(TextShift.ofFeatures(far.features(), 2)).shifts()[0])
        .as("two words are hardly neighbours")
        .isLessThan(0.15);
  }

  @Test
  void run_neighboursOfAnotherModel_areNotCompared() throws Exception {
    publish("words", neighbours("another"));
    Decision decided = run("words").decision();
    assertThat(decided.features())
        .containsKey(Decision.EMBEDDING)
        .doesNotContainKey(Decision.TEXT_MODEL);
  }

  private static NeighbourQuality neighbours(String space) {
    PromptVector vector = Objects.requireNonNull(PromptVector.of(space, new float[] {1, 2}));
    return NeighbourQuality.of(
        new NeighbourQuality.Settings(space, 2, 5, 1, 1),
        List.of("cheap", "dear"),
        List.of(new NeighbourQuality.Row(vector, 0, 0.5)));
  }

  private ActivePolicies publish(String function, NeighbourQuality model) {
    snapshots.swap(
        new TextPublication(
            function,
            model.id(),
            ids.now(),
            "{}",
            Base64.getEncoder().encodeToString(model.encode())));
    PolicyRevision revision =
        new PolicyRevision(function, "g1", 1, ids.now(), PolicyStatistics.EMPTY, "{}", model.id());
    ActivePolicies active =
        ActivePolicies.of(
            Objects.requireNonNull(snapshots.current().functions().get(function).learned())
                .settings(),
            revision);
    snapshots.swap(active);
    return active;
  }
}
