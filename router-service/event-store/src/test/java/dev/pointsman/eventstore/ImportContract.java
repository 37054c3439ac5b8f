package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.IdSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.assertj.core.util.DoubleComparator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an import must do on every engine. */
abstract class ImportContract {

  private static final Instant LATER = Events.START.plus(Duration.ofDays(400));
  private static final int DECISIONS = 2_500;
  private static final RewardRule RULE =
      RewardRule.ofBoolean(
          "support_reply", "resolved", RewardRule.Level.INFERENCE, Duration.ofHours(1));

  @TempDir Path directory;

  private final TestEngine engine;

  ImportContract(TestEngine engine) {
    this.engine = engine;
  }

  private EventStore open(Path dataDirectory) throws IOException {
    return engine.open(Files.createDirectories(dataDirectory));
  }

  private final List<String> complaints = new ArrayList<>();
  private final TableImport.Listener listener =
      new TableImport.Listener() {
        @Override
        public void read(long bytes) {}

        @Override
        public void unreadable(long line, String reason) {
          complaints.add(line + ": " + reason);
        }
      };

  private Path files;

  @BeforeEach
  void createDirectory() throws IOException {
    files = Files.createDirectories(directory.resolve("files"));
  }

  private static List<Event> events() {
    SplittableRandom random = new SplittableRandom(3);
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < DECISIONS; i++) {
      Events.InferenceBuilder builder = Events.inferenceOf(i).tags(Map.of("n", "ü\"" + i));
      if (i % 50 == 0) {
        builder.failed("timeout").costNanos(null);
      }
      if (i % 70 == 0) {
        builder.decision(Events.noDecision(DecisionKind.STICKY, "small", Events.id(i)));
      }
      if (i % 3 == 0) {
        builder.payload(null);
      }
      InferenceEvent event = builder.build();
      events.add(event);
      if (i % 4 != 0) {
        events.add(Events.feedback(i, event.id(), "resolved", random.nextInt(3) > 0));
      } else {
        events.add(Events.feedback(i, event.id(), "score", i == 8 ? -0.0 : random.nextDouble()));
      }
    }
    events.add(
        new FeedbackEvent(
            Events.id(9_999_999),
            Events.time(7),
            FeedbackEvent.Target.EPISODE,
            Events.id(1_000_001),
            "comment",
            null,
            null,
            "line\nbreak \u2028 \"quotes\"",
            "judge",
            Map.of("a", "b"),
            "key-1",
            "unknown metric"));
    for (int i = 0; i < 5; i++) {
      events.add(Events.revision(i));
      events.add(Events.change(i));
      // The same configuration came back: two rows of one hash.
      events.add(Events.config(i % 4));
      events.add(Events.textModel(i % 3));
    }
    events.add(Events.config(100));
    return events.stream().distinct().toList();
  }

  private static void fill(EventStore store) {
    List<Event> events = events();
    store.append(events, events.size());
  }

  private Path exported(EventStore store, EventTable table) {
    Path file = files.resolve(table.tableName() + ".jsonl");
    store.export().write(table, TableExport.Format.JSONL, file);
    return file;
  }

  private static List<String> lines(EventStore store, EventTable table) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    store.export().write(table, TableExport.Format.JSONL, out);
    return List.of(out.toString(StandardCharsets.UTF_8).split("\n")).stream().sorted().toList();
  }

  private TableImport.Outcome imported(EventStore store, EventTable table, Path file) {
    return store.imports().exported(table, file, false, () -> false, listener);
  }

  /** An engine sums doubles in the order of its threads, so last bits may differ. */
  private static void assertSameStatistics(EventStore store, EventStore expected) {
    assertThat(statistics(store))
        .isNotEmpty()
        .usingRecursiveFieldByFieldElementComparator(
            RecursiveComparisonConfiguration.builder()
                .withComparatorForType(new DoubleComparator(1e-12), Double.class)
                .build())
        .isEqualTo(statistics(expected));
  }

  private static List<StatisticsRow> statistics(EventStore store) {
    store.refreshStatistics(RULE, LATER);
    return store.statistics("support_reply", "resolved", Instant.EPOCH, LATER);
  }

  @Test
  void exported_intoAnEmptyStore_givesTheSameFilesAndFigures() throws Exception {
    try (EventStore from = open(directory.resolve("from"));
        EventStore to = open(directory.resolve("to"))) {
      fill(from);
      for (EventTable table : EventTable.values()) {
        TableImport.Outcome outcome = imported(to, table, exported(from, table));
        assertThat(outcome.complete()).isTrue();
        assertThat(outcome.unreadable()).isZero();
        assertThat(outcome.rows()).isEqualTo(Map.of(table.tableName(), outcome.lines()));
      }
      for (EventTable table : EventTable.values()) {
        assertThat(lines(to, table)).as(table.tableName()).isEqualTo(lines(from, table));
      }
      assertSameStatistics(to, from);
      assertThat(to.functions().counts(Instant.EPOCH, LATER))
          .isEqualTo(from.functions().counts(Instant.EPOCH, LATER));
      assertThat(to.history().latestRevision("support_reply"))
          .isEqualTo(from.history().latestRevision("support_reply"));
      assertThat(to.lastSequence()).isZero();
    }
    assertThat(complaints).isEmpty();
  }

  @Test
  void exported_statisticsKnewTheStoreBefore_seeWhatCameIn() throws Exception {
    try (EventStore from = open(directory.resolve("from"));
        EventStore to = open(directory.resolve("to"))) {
      fill(from);
      assertThat(statistics(to)).isEmpty();
      imported(to, EventTable.FEEDBACK, exported(from, EventTable.FEEDBACK));
      assertThat(statistics(to)).isEmpty();
      imported(to, EventTable.INFERENCE, exported(from, EventTable.INFERENCE));

      assertSameStatistics(to, from);
    }
  }

  @Test
  void exported_twiceOrIntoItsOwnStore_changesNothing() throws Exception {
    try (EventStore from = open(directory.resolve("from"));
        EventStore to = open(directory.resolve("to"))) {
      fill(from);
      for (EventTable table : EventTable.values()) {
        Path file = exported(from, table);
        List<String> before = lines(from, table);

        TableImport.Outcome own = imported(from, table, file);
        assertThat(own.rows()).isEmpty();
        assertThat(own.present()).isEqualTo(own.lines());
        assertThat(lines(from, table)).isEqualTo(before);

        imported(to, table, file);
        TableImport.Outcome again = imported(to, table, file);
        assertThat(again.rows()).isEmpty();
        assertThat(again.resumedAfter()).isEqualTo(again.lines()).isPositive();
        assertThat(lines(to, table)).isEqualTo(before);
      }
    }
  }

  @Test
  void exported_cutOffAnywhere_goesOnWithoutLossOrDouble() throws Exception {
    try (EventStore from = open(directory.resolve("from"));
        EventStore to = open(directory.resolve("to"))) {
      fill(from);
      Path file = exported(from, EventTable.INFERENCE);
      AtomicInteger asked = new AtomicInteger();

      TableImport.Outcome first =
          to.imports()
              .exported(
                  EventTable.INFERENCE, file, false, () -> asked.incrementAndGet() > 1, listener);
      assertThat(first.complete()).isFalse();
      assertThat(first.lines()).isPositive().isLessThan(DECISIONS);

      TableImport.Listener crashing =
          new TableImport.Listener() {
            @Override
            public void read(long bytes) {
              throw new IllegalStateException("as a crash between two batches");
            }

            @Override
            public void unreadable(long line, String reason) {}
          };
      assertThatThrownBy(
              () -> to.imports().exported(EventTable.INFERENCE, file, false, () -> false, crashing))
          .isInstanceOf(IllegalStateException.class);

      TableImport.Outcome rest = imported(to, EventTable.INFERENCE, file);
      assertThat(rest.complete()).isTrue();
      assertThat(rest.resumedAfter()).isGreaterThan(first.lines());
      assertThat(lines(to, EventTable.INFERENCE)).isEqualTo(lines(from, EventTable.INFERENCE));
    }
  }

  @Test
  void exported_linesThatAreNoRows_areNamedAndTheRestIsStored() throws Exception {
    try (EventStore from = open(directory.resolve("from"));
        EventStore to = open(directory.resolve("to"))) {
      fill(from);
      List<String> lines =
          new ArrayList<>(Files.readAllLines(exported(from, EventTable.INFERENCE)));
      lines.set(1, lines.get(1).substring(0, 200));
      lines.set(2, lines.get(2).replace("\"propensity\":0.2", "\"propensity\":1.5"));
      lines.set(
          3, lines.get(3).replaceFirst("\"inference_id\":\"[^\"]*", "\"inference_id\":\"x y"));
      lines.set(4, "");
      lines.set(
          5, lines.get(5).replace("{\"inference_id\"", "{\"hidden text\":1,\"inference_id\""));
      lines.set(6, lines.get(6).replaceFirst("\"started_at\":\"[^\"]*\",", ""));
      lines.set(7, lines.get(7) + "trailing");
      lines.set(8, lines.get(8).replace("\"propensities\":[0.5,", "\"propensities\":["));
      lines.set(9, lines.get(9).replace("\"attempts\":1", "\"attempts\":99999999999"));
      Path broken = files.resolve("broken.jsonl");
      Files.write(broken, lines);

      TableImport.Outcome outcome = imported(to, EventTable.INFERENCE, broken);

      assertThat(outcome.complete()).isTrue();
      assertThat(outcome.lines()).isEqualTo(DECISIONS);
      assertThat(outcome.unreadable()).isEqualTo(8);
      assertThat(outcome.rows()).isEqualTo(Map.of("inference", DECISIONS - 9L));
      assertThat(complaints)
          .containsExactly(
              "2: the JSON object is cut off after 200 bytes",
              "3: propensity is not in (0, 1]",
              "4: inference_id is no UUID",
              "6: inference has no column of that name (column 1 of the line)",
              "7: started_at is missing",
              "8: something follows the JSON object",
              "9: propensities has not one per candidate",
              "10: attempts is beyond 32 bits");
    }
  }

  @Test
  void exported_correctedFile_bringsOnlyWhatWasMissing() throws Exception {
    try (EventStore from = open(directory.resolve("from"));
        EventStore to = open(directory.resolve("to"))) {
      fill(from);
      Path whole = exported(from, EventTable.FEEDBACK);
      List<String> lines = new ArrayList<>(Files.readAllLines(whole));
      lines.set(1_500, "{}");
      // The same row twice in one batch and in another.
      lines.add(1, lines.getFirst());
      lines.add(lines.getFirst());
      Path broken = files.resolve("broken.jsonl");
      Files.write(broken, lines);

      TableImport.Outcome first = imported(to, EventTable.FEEDBACK, broken);
      assertThat(first.present()).isEqualTo(2);
      assertThat(first.unreadable()).isEqualTo(1);
      TableImport.Outcome second = imported(to, EventTable.FEEDBACK, whole);
      assertThat(second.rows()).isEqualTo(Map.of("feedback", 1L));
      assertThat(lines(to, EventTable.FEEDBACK)).isEqualTo(lines(from, EventTable.FEEDBACK));
    }
  }

  @Test
  void exported_dryRun_countsAndStoresNothing() throws Exception {
    try (EventStore from = open(directory.resolve("from"));
        EventStore to = open(directory.resolve("to"))) {
      fill(from);
      Path file = exported(from, EventTable.FEEDBACK);

      TableImport.Outcome dry =
          to.imports().exported(EventTable.FEEDBACK, file, true, () -> false, listener);

      assertThat(dry.rows()).isEqualTo(Map.of("feedback", dry.lines()));
      assertThat(to.lastSequence(dry.source())).isZero();
      TableImport.Outcome real = imported(to, EventTable.FEEDBACK, file);
      assertThat(real.rows()).isEqualTo(dry.rows());
      TableImport.Outcome after =
          to.imports().exported(EventTable.FEEDBACK, file, true, () -> false, listener);
      assertThat(after.rows()).isEmpty();
      assertThat(after.present()).isEqualTo(dry.lines());
    }
  }

  @Test
  void exported_gzipped_isReadAsItIs() throws Exception {
    try (EventStore from = open(directory.resolve("from"));
        EventStore to = open(directory.resolve("to"))) {
      fill(from);
      Path zipped = files.resolve("feedback.jsonl.gz");
      try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
        from.export().write(EventTable.FEEDBACK, TableExport.Format.JSONL, out);
      }

      imported(to, EventTable.FEEDBACK, zipped);

      assertThat(lines(to, EventTable.FEEDBACK)).isEqualTo(lines(from, EventTable.FEEDBACK));
    }
  }

  @Test
  void exported_missingFile_saysWhich() throws Exception {
    try (EventStore to = open(directory.resolve("to"))) {
      assertThatThrownBy(() -> imported(to, EventTable.FEEDBACK, files.resolve("none.jsonl")))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("none.jsonl");
    }
  }

  // TensorZero's tables.

  private static final Instant THEN = Instant.parse("2025-06-01T08:00:00.250Z");

  private static UUID tensorZeroId(long n) {
    return new IdSource(() -> THEN.plusSeconds(n), new SplittableRandom(n)::nextLong).next();
  }

  private Path tensorZeroFile(TensorZeroTable table, String... lines) throws IOException {
    Path file = files.resolve(table.tableName() + ".jsonl");
    Files.write(file, List.of(lines));
    return file;
  }

  private TableImport.Outcome tensorZero(EventStore store, TensorZeroTable table, Path file) {
    return store.imports().tensorZero(table, file, false, () -> false, listener);
  }

  private static String modelInference(
      long n, UUID inference, String model, String cost, String finish) {
    return """
    {"id":"%s","inference_id":"%s","raw_request":"{\\"q\\":1}","raw_response":"{}","model_name":\
    "%s","model_provider_name":"openai","input_tokens":100,"output_tokens":"20",\
    "provider_cache_read_input_tokens":null,"cost":%s,"response_time_ms":400,"ttft_ms":null,\
    "system":null,"input_messages":"[]","output":"[]","finish_reason":"%s","cached":false,\
    "snapshot_hash":null}\
    """
        .formatted(tensorZeroId(n), inference, model, cost, finish);
  }

  @Test
  void tensorZero_itsTables_becomeTrafficWithoutEvidence() throws Exception {
    UUID first = tensorZeroId(1);
    UUID second = tensorZeroId(2);
    UUID episode = tensorZeroId(0);
    UUID unknownCost = tensorZeroId(3);
    try (EventStore store = open(directory.resolve("to"))) {
      tensorZero(
          store,
          TensorZeroTable.MODEL_INFERENCE,
          tensorZeroFile(
              TensorZeroTable.MODEL_INFERENCE,
              modelInference(11, first, "gpt-4o", "0.000123456", "stop"),
              modelInference(12, first, "gpt-4o-mini", "\"0.000000001\"", "length"),
              modelInference(13, second, "gpt-4o", "1e-3", "stop"),
              modelInference(14, unknownCost, "gpt-4o", "null", "stop")));
      TableImport.Outcome chat =
          tensorZero(
              store,
              TensorZeroTable.CHAT_INFERENCE,
              tensorZeroFile(
                  TensorZeroTable.CHAT_INFERENCE,
                  """
                  {"id":"%s","function_name":"draft","variant_name":"v1","episode_id":"%s","input":\
                  "{\\"messages\\":[]}","output":"[]","inference_params":"{}","processing_time_ms":900,\
                  "ttft_ms":50,"tags":{"user_id":"42"},"dynamic_tools":["{\\"name\\":\\"t\\"}"],\
                  "snapshot_hash":"12345678901234567890123"}\
                  """
                      .formatted(first, episode),
                  """
                  {"id":"%s","function_name":"draft","variant_name":"v2","episode_id":"%s","input":\
                  "{}","output":"[]","inference_params":"{}","processing_time_ms":null,"tags":{}}\
                  """
                      .formatted(unknownCost, episode),
                  """
                  {"id":"6f2d2a44-8a8d-4b5e-9a67-1d3a8c1f0b11","function_name":"draft","variant_name":\
                  "v2","episode_id":"%s"}\
                  """
                      .formatted(episode)));
      tensorZero(
          store,
          TensorZeroTable.JSON_INFERENCE,
          tensorZeroFile(
              TensorZeroTable.JSON_INFERENCE,
              """
              {"id":"%s","function_name":"extract","variant_name":"v1","episode_id":"%s","input":"{}",\
              "output":"{\\"raw\\":\\"x\\"}","output_schema":"{}","processing_time_ms":410,"tags":{}}\
              """
                  .formatted(second, tensorZeroId(20))));
      tensorZero(
          store,
          TensorZeroTable.BOOLEAN_FEEDBACK,
          tensorZeroFile(
              TensorZeroTable.BOOLEAN_FEEDBACK,
              """
              {"id":"%s","target_id":"%s","metric_name":"ok","value":true,"tags":{"source":"app"}}\
              """
                  .formatted(tensorZeroId(30), first),
              """
              {"id":"%s","target_id":"%s","metric_name":"ok","value":0,"tags":{}}\
              """
                  .formatted(tensorZeroId(31), episode)));
      tensorZero(
          store,
          TensorZeroTable.FLOAT_FEEDBACK,
          tensorZeroFile(
              TensorZeroTable.FLOAT_FEEDBACK,
              """
              {"id":"%s","target_id":"%s","metric_name":"stars","value":0.1,"tags":{}}\
              """
                  .formatted(tensorZeroId(32), second)));
      tensorZero(
          store,
          TensorZeroTable.COMMENT_FEEDBACK,
          tensorZeroFile(
              TensorZeroTable.COMMENT_FEEDBACK,
              """
              {"id":"%s","target_id":"%s","target_type":"episode","value":"nice","tags":{}}\
              """
                  .formatted(tensorZeroId(33), episode)));
      tensorZero(
          store,
          TensorZeroTable.DEMONSTRATION_FEEDBACK,
          tensorZeroFile(
              TensorZeroTable.DEMONSTRATION_FEEDBACK,
              """
              {"id":"%s","inference_id":"%s","value":"[]","tags":{}}\
              """
                  .formatted(tensorZeroId(34), first)));

      assertThat(complaints).containsExactly("3: id is no UUIDv7, so its time is unknown");
      assertThat(chat.rows()).isEqualTo(Map.of("inference", 2L, "inference_payload", 2L));
      StoredInference stored = store.history().inference(first);
      InferenceEvent event = stored.event();
      assertThat(event.at()).isEqualTo(THEN.plusSeconds(1));
      assertThat(event.decision().kind()).isEqualTo(DecisionKind.IMPORTED);
      assertThat(event.decision().propensity()).isNull();
      assertThat(event.decision().chosenVariant()).isEqualTo("v1");
      assertThat(event.asker().tags()).isEqualTo(Map.of("user_id", "42"));
      assertThat(event.versions().configHash()).isEqualTo("12345678901234567890123");
      assertThat(event.outcome().servedModel()).isEqualTo("gpt-4o-mini");
      assertThat(event.outcome().finishReason()).isEqualTo("length");
      assertThat(event.outcome().attempts()).isEqualTo(2);
      assertThat(event.quantities().costNanos()).isEqualTo(123_457);
      assertThat(event.quantities().tokens().input()).isEqualTo(200);
      assertThat(event.quantities().tokens().output()).isEqualTo(40);
      assertThat(event.quantities().tokens().cachedInput()).isNull();
      assertThat(event.quantities().durationMicros()).isEqualTo(900_000);
      assertThat(event.quantities().overheadMicros()).isEqualTo(100_000);
      assertThat(event.quantities().ttftMicros()).isEqualTo(50_000);
      assertThat(event.payload().tools()).isEqualTo("[\"{\\\"name\\\":\\\"t\\\"}\"]");
      assertThat(event.attempts())
          .extracting(InferenceEvent.Attempt::ordinal)
          .containsExactly(1, 2);
      assertThat(stored.feedback())
          .extracting(FeedbackEvent::metricName)
          .containsExactly("ok", "ok", "comment", "demonstration");
      assertThat(stored.feedback())
          .extracting(FeedbackEvent::target)
          .containsExactly(
              FeedbackEvent.Target.INFERENCE,
              FeedbackEvent.Target.EPISODE,
              FeedbackEvent.Target.EPISODE,
              FeedbackEvent.Target.INFERENCE);
      assertThat(stored.feedback().getFirst().source()).isEqualTo("app");
      assertThat(store.history().inference(second).event().quantities().costNanos())
          .isEqualTo(1_000_000);
      assertThat(store.history().inference(second).feedback().getFirst().floatValue())
          .isEqualTo(0.1);
      assertThat(store.history().inference(unknownCost).event().quantities().costNanos()).isNull();
      assertThat(store.history().inference(unknownCost).event().quantities().durationMicros())
          .isEqualTo(400_000);
      // Traffic, cost and feedback are there; evidence is not.
      assertThat(store.functions().counts(Instant.EPOCH, LATER))
          .extracting(FunctionCounts::functionName, FunctionCounts::inferences)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("draft", 2L),
              org.assertj.core.groups.Tuple.tuple("extract", 1L));
      assertThat(store.functions().counts(Instant.EPOCH, LATER).getFirst().decisions()).isZero();
      RewardRule rule =
          RewardRule.ofBoolean("draft", "ok", RewardRule.Level.INFERENCE, Duration.ofDays(1));
      store.refreshStatistics(rule, LATER);
      assertThat(store.statistics("draft", "ok", Instant.EPOCH, LATER)).isEmpty();
      List<LoggedDecision> decisions = new ArrayList<>();
      store.functions().decisions(rule, Instant.EPOCH, LATER, LATER, decisions::add);
      assertThat(decisions).isEmpty();
    }
  }

  @Test
  void tensorZero_sameFileTwice_changesNothing() throws Exception {
    Path file =
        tensorZeroFile(
            TensorZeroTable.MODEL_INFERENCE,
            modelInference(11, tensorZeroId(1), "gpt-4o", "0.5", "stop"));
    try (EventStore store = open(directory.resolve("to"))) {
      tensorZero(store, TensorZeroTable.MODEL_INFERENCE, file);
      List<String> before = lines(store, EventTable.ATTEMPT);
      assertThat(tensorZero(store, TensorZeroTable.MODEL_INFERENCE, file).rows()).isEmpty();
      assertThat(lines(store, EventTable.ATTEMPT)).isEqualTo(before).hasSize(1);
    }
  }
}
