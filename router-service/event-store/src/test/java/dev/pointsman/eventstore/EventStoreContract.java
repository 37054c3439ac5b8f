package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.TextPublication;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EventStoreContract {

  private final TestEngine engine;

  EventStoreContract(TestEngine engine) {
    this.engine = engine;
  }

  private EventStore store;

  @BeforeAll
  void open(@TempDir Path directory) {
    store = engine.open(directory);
  }

  @AfterAll
  void close() {
    store.close();
  }

  @Test
  void append_everyColumnSet_readsBackTheSame() {
    InferenceEvent event = full(UUID.randomUUID());
    FeedbackEvent valued =
        new FeedbackEvent(
            Events.id(900),
            Events.time(5),
            FeedbackEvent.Target.EPISODE,
            event.ids().episodeId(),
            "score",
            null,
            0.1 + 0.2,
            null,
            "judge",
            Map.of("who", "ü"),
            "key-1",
            null);
    FeedbackEvent rejected =
        new FeedbackEvent(
            Events.id(901),
            Events.time(6),
            FeedbackEvent.Target.INFERENCE,
            event.ids().inferenceId(),
            "comment",
            null,
            null,
            "nice \"quote\"\n",
            "api",
            Map.of(),
            null,
            "unknown metric");
    append(event, valued, rejected);

    StoredInference stored = store.history().inference(event.ids().inferenceId());

    assertThat(text(stored.event())).isEqualTo(text(event));
    assertThat(stored.event().decision().propensities()).isEqualTo(event.decision().propensities());
    assertThat(stored.event().decision().predictedCostNanos())
        .isEqualTo(event.decision().predictedCostNanos());
    assertThat(stored.feedback()).containsExactly(valued, rejected);
  }

  @Test
  void append_everyNullableColumnNull_readsBackTheSame() {
    InferenceEvent sample = Events.inferenceOf(31).payload(null).withoutAttempts().build();
    InferenceEvent event =
        new InferenceEvent(
            sample.ids(),
            new InferenceEvent.Asker("openai", null, "bare", "json", null, null, null, Map.of()),
            sample.versions(),
            Events.noDecision(DecisionKind.FORCED, "large", null),
            new InferenceEvent.Outcome(
                InferenceEvent.Ending.FAILED, null, null, null, null, 0, false, null, true, "miss"),
            new InferenceEvent.Quantities(
                InferenceEvent.Tokens.UNKNOWN, true, null, null, null, 0, null, 0),
            List.of(),
            null);
    append(event);

    assertThat(text(store.history().inference(event.ids().inferenceId()).event()))
        .isEqualTo(text(event));
  }

  @Test
  void append_megabyteOfText_readsBackTheSame() {
    String input = "\"" + "päylöad 𝄞 ".repeat(80_000) + "\"";
    assertThat(input.getBytes(StandardCharsets.UTF_8)).hasSizeGreaterThan(1_000_000);
    InferenceEvent event =
        Events.inferenceOf(41)
            .payload(new InferenceEvent.Payload(input, null, null, null, false))
            .build();
    append(event);

    assertThat(store.history().inference(event.ids().inferenceId()).event().payload().input())
        .isEqualTo(input);
  }

  @Test
  void append_revisionChangeConfig_readBackTheSame() {
    PolicyStatistics statistics =
        new PolicyStatistics(
            1 / 3d,
            List.of(
                new PolicyStatistics.Cell("a", "large", 0.1, 0.2, 0.3, null, 1e300, 7),
                new PolicyStatistics.Cell("b", "s\"m", Double.MIN_VALUE, 2, 3, 1 / 7d, null, 0)),
            List.of(new PolicyStatistics.VariantEvidence("large", Long.MAX_VALUE, 2, true)),
            new LinkedHashMap<>(Map.of("large", -0.06)));
    PolicyRevision revision =
        new PolicyRevision(
            "written", "g7", 12, Events.time(3), statistics, "{\"by\":\"x\"}", "text-8");
    ChangeEvent change = Events.change(4);
    append(
        new RevisionEvent(Events.id(77), revision),
        change,
        Events.config(9),
        Events.textModel(8),
        Events.textModel(7));

    assertThat(store.history().revision("written", "g7", 12)).isEqualTo(revision);
    assertThat(store.history().latestRevision("written")).isEqualTo(revision);
    assertThat(store.history().revision("written", "g7", 13)).isNull();
    for (PolicyStatistics.Threshold threshold :
        List.of(
            new PolicyStatistics.Threshold(0.1 + 0.2, 1 / 3d, 2_000, 0.25),
            new PolicyStatistics.Threshold(null, 1, 0, 0.25))) {
      PolicyRevision divided =
          new PolicyRevision(
              "written",
              "g8",
              1 + threshold.decisions(),
              Events.time(5),
              statistics.withThreshold(threshold),
              "{}");
      append(new RevisionEvent(Events.id(79 + threshold.decisions()), divided));
      assertThat(store.history().revision("written", "g8", divided.revision())).isEqualTo(divided);
    }
    assertThat(store.history().changes("support_reply", change.at(), change.at().plusMillis(1), 9))
        .containsExactly(change);
    assertThat(store.history().configuration("hash-9")).isEqualTo(Events.config(9).text());
    assertThat(store.history().configuration("hash-none")).isNull();
    assertThat(store.history().textModel("support_reply", "text-7"))
        .isEqualTo(Events.textModel(7).publication());
    TextPublication latest = Events.textModel(8).publication();
    assertThat(store.history().latestTextModel("support_reply"))
        .isEqualTo(new TextModelLine(latest.model(), latest.publishedAt(), latest.provenance()));
    assertThat(store.history().textModel("support_reply", "text-9")).isNull();
    assertThat(store.history().latestTextModel("written")).isNull();
  }

  @Test
  void append_vectorOfWrongLength_isRefusedWhole() {
    Decision good = Events.decision(1);
    InferenceEvent sound = Events.inferenceOf(51).build();
    InferenceEvent broken =
        Events.inferenceOf(52)
            .decision(
                Events.decision(
                    List.of("large", "small"), new double[] {0.5, 0.3, 0.2}, "small", "s"))
            .build();
    long before = store.lastSequence();

    assertThatThrownBy(() -> append(sound, broken))
        .isInstanceOf(EventRefusedException.class)
        .hasMessageContaining("propensities: one per candidate");
    assertThat(store.lastSequence()).isEqualTo(before);
    assertThat(store.history().inference(sound.ids().inferenceId())).isNull();
    append(Events.inferenceOf(53).decision(good).build());
    assertThat(store.history().inference(Events.id(53))).isNotNull();
  }

  @Test
  void append_onAMachineInAnotherZone_keepsTimes() {
    TimeZone here = TimeZone.getDefault();
    InferenceEvent event =
        Events.inferenceOf(71).startedAt(Instant.parse("2026-04-04T13:59:59.999999Z")).build();
    // Its clocks went back at that moment.
    TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Chatham"));
    try {
      append(event);

      assertThat(store.history().inference(Events.id(71)).event().at()).isEqualTo(event.at());
      assertThat(
              store
                  .inferences()
                  .rows(List.of(new InferenceKey(event.at(), event.ids().inferenceId())))
                  .getFirst()
                  .ids())
          .isEqualTo(event.ids());
      assertThat(store.functions().counts(event.at(), event.at().plusNanos(1_000)))
          .singleElement()
          .satisfies(f -> assertThat(f.lastStartedAt()).isEqualTo(event.at()));
    } finally {
      TimeZone.setDefault(here);
    }
  }

  @Test
  void counts_moneyBeyondDoubles_isExact() {
    Instant at = Instant.parse("2031-01-01T00:00:00Z");
    long most = Long.MAX_VALUE / 2;
    append(
        Events.inferenceOf(81).startedAt(at).costNanos(most).build(),
        Events.inferenceOf(82).startedAt(at).costNanos(most - 1).build(),
        Events.inferenceOf(83).startedAt(at).costNanos(1L).build());

    assertThat(store.functions().counts(at, at.plusSeconds(1)))
        .singleElement()
        .satisfies(f -> assertThat(f.costNanos()).isEqualTo(Long.MAX_VALUE - 1));
  }

  @Test
  void append_ofAnotherSource_isNumberedApart() {
    long before = store.lastSequence();
    store.append(
        new EventBatch(
            "import:elsewhere",
            1,
            5,
            List.of(
                new EventBatch.Numbered(2, Events.inference(91)),
                new EventBatch.Numbered(5, Events.inference(92)))));

    assertThat(store.lastSequence("import:elsewhere")).isEqualTo(5);
    assertThat(store.lastSequence()).isEqualTo(before);
    assertThat(store.history().inference(Events.id(92))).isNotNull();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.append(new EventBatch("import:elsewhere", 5, 6, List.of())))
        .withMessageContaining("up to 5 of import:elsewhere are stored");
  }

  @Test
  void statistics_farRange_isEverything() {
    assertThat(
            store.statistics("nobody", "m", Instant.EPOCH, Instant.parse("9999-01-01T00:00:00Z")))
        .isEmpty();
    assertThat(
            store
                .history()
                .changes(null, Instant.EPOCH, Instant.parse("9999-12-31T23:59:59.999999Z"), 10))
        .isNotNull();
  }

  @Test
  void append_sequenceStoredAlready_isRejected() {
    append(Events.inference(61));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.append(List.of(Events.inference(62)), store.lastSequence()))
        .withMessageContaining("are stored");
  }

  @Test
  void open_closedStore_holdsWhatWasStored(@TempDir Path directory) throws Exception {
    Path odd = Files.createDirectories(directory.resolve("it's a directory"));
    try (EventStore first = engine.open(odd)) {
      first.append(List.of(Events.inference(1)), 17);
    }
    try (EventStore second = engine.open(odd)) {
      assertThat(second.lastSequence()).isEqualTo(17);
      assertThat(second.history().inference(Events.id(1))).isNotNull();
    }
  }

  private void append(Event... events) {
    store.append(List.of(events), store.lastSequence() + events.length);
  }

  private static String text(Event event) {
    return new String(EventCodec.encode(event), StandardCharsets.UTF_8);
  }

  private static InferenceEvent full(UUID attemptId) {
    double third = 1 / 3d;
    Map<String, Double> shares = new LinkedHashMap<>();
    shares.put("control", third);
    shares.put("treatment", 1 - third);
    Decision decision =
        new Decision(
            DecisionKind.DECISION,
            Events.id(800),
            new PolicyVersion("squarecb", "g1", Long.MAX_VALUE),
            "topic=ü,\"x\"",
            "cheaper",
            "cheaper",
            "control",
            shares,
            Map.of("control", "large", "treatment", "policy"),
            "policy",
            Map.of("policy", 1.0),
            List.of("large", "small"),
            List.of("", "state: circuit open"),
            new double[] {0.1 + 0.2, Double.MIN_VALUE},
            new long[] {Long.MAX_VALUE, -1},
            new long[] {-1, 0},
            new double[] {-1e300, 3},
            new double[] {0.05, 0.05},
            new double[] {third, 1 - third},
            new double[] {1, 0},
            new double[] {third, 1 - third},
            25.0,
            42.125,
            Map.of("tokens", "128"),
            "large",
            third,
            true,
            List.of());
    InferenceEvent.Tokens tokens = new InferenceEvent.Tokens(1L, 2L, 3L, 4L, 5L);
    return new InferenceEvent(
        new InferenceEvent.Ids(
            Events.id(801),
            Events.id(802),
            "request-𝄞",
            "4bf92f3577b34da6a3ce929d0e0e4736",
            "idem",
            "node",
            Instant.parse("2026-11-20T23:59:59.999999Z")),
        new InferenceEvent.Asker(
            "native", "ns", "full", "chat", "key", "team", "user", Map.of("k=", "v,ü\n")),
        new InferenceEvent.Versions("hash", "prices", 7),
        decision,
        new InferenceEvent.Outcome(
            InferenceEvent.Ending.TRUNCATED,
            "upstream_broke",
            "small",
            "model",
            "provider",
            2,
            true,
            "length",
            true,
            "miss"),
        new InferenceEvent.Quantities(
            tokens, true, Long.MAX_VALUE - 1, "large", 12L, 34L, 56L, 78L),
        List.of(
            new InferenceEvent.Attempt(
                attemptId,
                1,
                Instant.parse("2026-11-20T23:59:59.999999Z"),
                "large",
                "model",
                "provider",
                "answer",
                "failed",
                503,
                "overloaded",
                "half_open",
                tokens,
                9L,
                10L,
                11L,
                "stop",
                true,
                "{\"raw\":\"ü\"}",
                "")),
        new InferenceEvent.Payload("{\"a\":1}", "[]", "{}", "[{}]", true));
  }
}
