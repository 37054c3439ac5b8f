package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.testing.DecisionBuilder;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What retention and erasure must do on every engine. */
abstract class UpkeepContract {

  private static final String SECRET = "Zyx-4711";
  // A server expires rows by its own clock.
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.MILLIS);
  private static final Instant FIRST = NOW.minus(Duration.ofDays(100)).plus(Duration.ofMinutes(30));
  private static final RewardRule RULE =
      RewardRule.ofBoolean(
          "support_reply", "resolved", RewardRule.Level.INFERENCE, Duration.ofHours(1));

  @TempDir Path directory;
  EventStore store;

  private final TestEngine engine;

  UpkeepContract(TestEngine engine) {
    this.engine = engine;
  }

  private EventStore open(Path dataDirectory) throws IOException {
    return engine.open(Files.createDirectories(dataDirectory));
  }

  /** Waits until the engine did what it does in its own time. */
  abstract void settle(EventStore store);

  @BeforeEach
  void openStore() throws IOException {
    store = open(directory.resolve("data"));
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  private void append(List<? extends Event> events) {
    store.append(events, store.lastSequence() + events.size());
  }

  private static InferenceEvent inference(long n, Instant at, String revisionOf, long revision) {
    return inference(n, at, revisionOf, revision, Map.of());
  }

  private static InferenceEvent inference(
      long n, Instant at, String revisionOf, long revision, Map<String, String> moreFeatures) {
    Decision sample = Events.decision(n);
    Map<String, String> features = new TreeMap<>(sample.features());
    features.putAll(moreFeatures);
    return Events.inferenceOf(n)
        .startedAt(at)
        .decision(
            DecisionBuilder.like(sample)
                .version(new PolicyVersion("squarecb", revisionOf, revision))
                .features(features)
                .build())
        .build();
  }

  private static RevisionEvent revision(String generation, long number, Instant at) {
    PolicyRevision sample = Events.revision(1).revision();
    return new RevisionEvent(
        Events.id(6_500_000 + number),
        new PolicyRevision(
            "support_reply", generation, number, at, sample.statistics(), sample.provenance()));
  }

  private List<String> lines(EventTable table) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    store.export().write(table, TableExport.Format.JSONL, out);
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private String everything() {
    StringBuilder all = new StringBuilder();
    for (EventTable table : EventTable.values()) {
      lines(table).stream().sorted().forEach(line -> all.append(line).append('\n'));
    }
    return all.toString();
  }

  private void retain(Integer rowDays, Integer textDays) {
    try (Retention retention = new Retention(store, rowDays, textDays, () -> NOW)) {
      retention.apply();
    }
    settle(store);
  }

  private List<Event> history() {
    List<Event> events = new ArrayList<>();
    for (int day = 0; day < 100; day++) {
      Instant at = FIRST.plus(Duration.ofDays(day));
      InferenceEvent event = inference(day, at, "g1", day);
      events.add(revision("g1", day, at.minusSeconds(5)));
      events.add(event);
      events.add(
          new FeedbackEvent(
              Events.id(day + 5_000_000L),
              at.plusSeconds(60),
              FeedbackEvent.Target.INFERENCE,
              event.id(),
              "resolved",
              day % 3 > 0,
              null,
              null,
              "api",
              Map.of(),
              null,
              null));
      events.add(
          new FeedbackEvent(
              Events.id(day + 5_500_000L),
              at.plusSeconds(61),
              FeedbackEvent.Target.INFERENCE,
              event.id(),
              "comment",
              null,
              null,
              "words of day " + day,
              "api",
              Map.of(),
              null,
              null));
      events.add(
          new ChangeEvent(
              Events.id(day + 7_000_000L),
              at,
              day % 2 == 0 ? ChangeEvent.Kind.AUDIT : ChangeEvent.Kind.CIRCUIT,
              "someone",
              null,
              "something",
              null,
              null,
              "a reason"));
    }
    return events;
  }

  @Test
  void apply_textDays_takesTextsAloneAndLeavesRows() {
    append(history());

    retain(null, 30);

    assertThat(lines(EventTable.INFERENCE)).hasSize(100);
    assertThat(lines(EventTable.ATTEMPT)).hasSize(100);
    assertThat(lines(EventTable.INFERENCE_PAYLOAD)).hasSize(30);
    assertThat(lines(EventTable.ATTEMPT_PAYLOAD)).hasSize(30);
    assertThat(lines(EventTable.FEEDBACK)).hasSize(200);
    assertThat(lines(EventTable.FEEDBACK).stream().filter(line -> line.contains("words of day")))
        .hasSize(30);
    assertThat(lines(EventTable.CHANGE_EVENT)).hasSize(100);
    assertThat(lines(EventTable.INFERENCE_PAYLOAD))
        .allMatch(line -> line.compareTo("{\"inference_id\":\"" + Events.id(70)) >= 0);
  }

  @Test
  void apply_rowDays_takesRowsAndTheirTextsAndLeavesSumsAndAudits() {
    append(history());
    store.refreshStatistics(RULE, NOW);
    List<StatisticsRow> before = statistics();

    retain(40, 30);

    assertThat(lines(EventTable.INFERENCE)).hasSize(40);
    assertThat(lines(EventTable.ATTEMPT)).hasSize(40);
    assertThat(lines(EventTable.INFERENCE_PAYLOAD)).hasSize(30);
    assertThat(lines(EventTable.FEEDBACK)).hasSize(80);
    assertThat(lines(EventTable.CHANGE_EVENT)).hasSize(50 + 20);
    assertThat(store.history().inference(Events.id(59))).isNull();
    assertThat(store.history().inference(Events.id(60))).isNotNull();
    store.refreshStatistics(RULE, NOW);
    assertThat(statistics()).isEqualTo(before).isNotEmpty();
  }

  private List<StatisticsRow> statistics() {
    return store.statistics("support_reply", "resolved", Instant.EPOCH, NOW);
  }

  @Test
  void apply_nothingConfigured_keepsAllButRevisionsThatDecidedNothing() {
    append(history());
    Instant late = FIRST.plus(Duration.ofDays(99)).plusSeconds(30);
    append(
        List.of(
            revision("g0", 899, FIRST.minusSeconds(20)),
            // The last one of its generation.
            revision("g0", 900, FIRST.minusSeconds(10)),
            // One beside a decision, and its last.
            revision("g2", 5, FIRST.plusSeconds(1)),
            inference(500, FIRST.plusSeconds(2), "g1", 0, Map.of(Decision.CHALLENGER, "g2/5")),
            revision("g2", 6, FIRST.plusSeconds(3)),
            revision("g2", 7, FIRST.plusSeconds(4)),
            // Young: what it decided may still be on its way.
            revision("g1", 901, late),
            // The last one, which a start goes on from.
            revision("g1", 902, late.plusSeconds(1))));

    retain(null, null);

    assertThat(lines(EventTable.INFERENCE)).hasSize(101);
    assertThat(lines(EventTable.INFERENCE_PAYLOAD)).hasSize(101);
    assertThat(store.history().revision("support_reply", "g0", 899)).isNull();
    assertThat(store.history().revision("support_reply", "g0", 900)).isNotNull();
    assertThat(store.history().revision("support_reply", "g2", 5)).isNotNull();
    assertThat(store.history().revision("support_reply", "g2", 6)).isNull();
    assertThat(store.history().latestRevision("support_reply", "g2").revision()).isEqualTo(7);
    assertThat(store.history().revision("support_reply", "g1", 0)).isNotNull();
    assertThat(lines(EventTable.POLICY_REVISION)).hasSize(105);

    retain(40, null);

    assertThat(store.history().revision("support_reply", "g1", 59)).isNull();
    assertThat(store.history().revision("support_reply", "g1", 60)).isNotNull();
    assertThat(store.history().latestRevision("support_reply").revision()).isEqualTo(902);
  }

  @Test
  void apply_loneOldRevision_isKeptAsTheLast() {
    append(List.of(revision("g1", 1, FIRST), Events.inferenceOf(1).startedAt(NOW).build()));

    retain(1, 1);

    assertThat(store.history().latestRevision("support_reply").revision()).isEqualTo(1);
  }

  @Test
  void apply_twice_changesNothingMore() {
    append(history());
    retain(40, 30);
    String once = everything();
    retain(40, 30);
    assertThat(everything()).isEqualTo(once);
  }

  // Erasure.

  private EventLog log() {
    return EventLog.open(
        directory.resolve("data/spool"), new EventLog.Settings(EventLog.Durability.OS, 1L << 30));
  }

  private Erasure erasure(EventLog log, Drain drain) {
    return new Erasure(
        store,
        log,
        drain,
        new byte[] {1, 2, 3},
        new IdSource(() -> NOW, new SplittableRandom(1)::nextLong));
  }

  private static InferenceEvent tagged(long n, String user) {
    return Events.inferenceOf(n)
        .asker(
            new InferenceEvent.Asker(
                "native",
                null,
                "support_reply",
                "chat",
                "key",
                "team",
                user,
                Map.of("user_id", user, "plan", "free")))
        .decision(
            DecisionBuilder.like(Events.decision(n))
                .features(Map.of("tokens", "12", "tag:user_id", user, "embedding", "space:AQ=="))
                .build())
        .payload(InferenceEvent.Payload.of("{\"from\":\"" + user + "\"}", "[]", "{}", null))
        .build();
  }

  private static FeedbackEvent said(
      long n, FeedbackEvent.Target target, UUID id, Map<String, String> tags, String text) {
    return new FeedbackEvent(
        Events.id(n + 5_000_000),
        Events.time(n),
        target,
        id,
        text == null ? "resolved" : "comment",
        text == null ? Boolean.TRUE : null,
        null,
        text,
        "api",
        tags,
        null,
        null);
  }

  private List<Event> said() {
    InferenceEvent theirs = tagged(1, SECRET);
    InferenceEvent other = tagged(2, "other");
    return List.of(
        theirs,
        other,
        said(1, FeedbackEvent.Target.INFERENCE, theirs.id(), Map.of(), SECRET + " said so"),
        said(2, FeedbackEvent.Target.EPISODE, theirs.ids().episodeId(), Map.of("a", SECRET), null),
        said(
            3,
            FeedbackEvent.Target.INFERENCE,
            Events.id(77),
            Map.of("user_id", SECRET),
            "about " + SECRET),
        said(4, FeedbackEvent.Target.INFERENCE, other.id(), Map.of("b", "c"), "others said"));
  }

  @Test
  void erase_taggedRows_loseTextsAndPersonsEverywhereAndKeepFigures() {
    try (EventLog log = log();
        Drain drain = new Drain(store, log)) {
      // Half of it only waits in the spool when the erasure comes.
      said().forEach(log::append);
      Erasure erasure = erasure(log, drain);
      Erasure.Tag tag = Erasure.Tag.parse("user_id=" + SECRET);

      Erasure.Outcome preview = erasure.preview(tag);
      assertThat(preview.rows())
          .isEqualTo(
              Map.of(
                  "inference", 1L, "inference_payload", 1L, "attempt_payload", 1L, "feedback", 3L));
      assertThat(everything()).contains(SECRET);
      List<String> others =
          lines(EventTable.FEEDBACK).stream().filter(line -> line.contains("others said")).toList();

      Erasure.Outcome outcome = erasure.erase(tag, "ana", "asked for on paper");
      drain.drainNow();

      assertThat(outcome.rows()).isEqualTo(preview.rows());
      assertThat(outcome.spoolBytes()).isPositive();
      String left = everything();
      assertThat(left).doesNotContain(SECRET).contains("others said").contains("other");
      InferenceEvent erased = store.history().inference(Events.id(1)).event();
      assertThat(erased.payload()).isNull();
      assertThat(erased.asker().endUser()).isNull();
      assertThat(erased.asker().tags()).isEmpty();
      assertThat(erased.decision().features()).isEqualTo(Map.of("tokens", "12"));
      assertThat(erased.quantities()).isEqualTo(tagged(1, SECRET).quantities());
      assertThat(erased.attempts().getFirst().rawRequest()).isNull();
      assertThat(
              lines(EventTable.FEEDBACK).stream()
                  .filter(line -> line.contains("others said"))
                  .toList())
          .isEqualTo(others);
      assertThat(
              store
                  .functions()
                  .counts(Instant.EPOCH, Instant.parse("2200-01-01T00:00:00Z"))
                  .getFirst()
                  .inferences())
          .isEqualTo(2);

      List<ChangeEvent> audits = store.history().changes(null, NOW, NOW.plusSeconds(1), 10);
      assertThat(audits).hasSize(1);
      assertThat(audits.getFirst().kind()).isEqualTo(ChangeEvent.Kind.AUDIT);
      assertThat(audits.getFirst().actor()).isEqualTo("ana");
      assertThat(audits.getFirst().object()).isEqualTo("erasure of tag user_id");
      assertThat(audits.getFirst().after()).contains(outcome.valueHash()).doesNotContain(SECRET);

      assertThat(erasure.erase(tag, "ana", "again").rows()).isEmpty();
    }
  }

  @Test
  void erase_deadLettersWithTheTag_areDeletedAndUnreadableOnesCounted() throws Exception {
    Path letters = Files.createDirectories(directory.resolve("data/dead-letter"));
    Files.write(letters.resolve("7.event"), EventCodec.encode(tagged(1, SECRET)));
    Files.writeString(letters.resolve("7.reason.txt"), "why");
    Files.write(letters.resolve("8.event"), EventCodec.encode(tagged(2, "other")));
    Files.writeString(letters.resolve("7.json"), SECRET);
    Path others = Files.createDirectories(letters.resolve("other-source"));
    Files.write(others.resolve("3.inference.0.event"), EventCodec.encode(tagged(3, SECRET)));
    Files.writeString(letters.resolve("9.event"), "no event");
    try (EventLog log = log();
        Drain drain = new Drain(store, log)) {
      Erasure.Tag tag = new Erasure.Tag("user_id", SECRET);
      assertThat(erasure(log, drain).preview(tag).deadLetters()).isEqualTo(2);
      assertThat(letters.resolve("7.event")).exists();

      Erasure.Outcome outcome = erasure(log, drain).erase(tag, "ana", "asked");

      assertThat(outcome.deadLetters()).isEqualTo(2);
      assertThat(outcome.unreadDeadLetters()).isEqualTo(1);
      assertThat(letters.resolve("7.event")).doesNotExist();
      assertThat(letters.resolve("7.json")).doesNotExist();
      assertThat(letters.resolve("7.reason.txt")).doesNotExist();
      assertThat(others.resolve("3.inference.0.event")).doesNotExist();
      assertThat(letters.resolve("8.event")).exists();
    }
  }

  @Test
  void erase_storeFails_saysSoWithoutTheValue() {
    try (EventLog log = log();
        Drain drain = new Drain(store, log)) {
      Erasure erasure = erasure(log, drain);
      breakTable();

      assertThatThrownBy(() -> erasure.erase(new Erasure.Tag("user_id", SECRET), "ana", "asked"))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("tag user_id")
          .hasStackTraceContaining("could not be counted")
          .satisfies(
              e -> {
                java.io.StringWriter trace = new java.io.StringWriter();
                e.printStackTrace(new java.io.PrintWriter(trace));
                assertThat(trace.toString()).doesNotContain(SECRET);
              });
    }
  }

  private void breakTable() {
    store
        .readers()
        .use(
            "breaking",
            connection -> {
              try (java.sql.Statement statement = connection.createStatement()) {
                statement.execute("ALTER TABLE attempt_payload RENAME COLUMN inference_id TO gone");
              } catch (java.sql.SQLException e) {
                try (java.sql.Statement statement = connection.createStatement()) {
                  // A column that the server sorts by cannot be renamed.
                  statement.execute("DROP TABLE attempt_payload");
                }
              }
              return connection;
            });
  }

  @Test
  void erase_valueInTheReason_isRefusedBeforeAnythingHappens() {
    append(said());
    try (EventLog log = log();
        Drain drain = new Drain(store, log)) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  erasure(log, drain)
                      .erase(new Erasure.Tag("user_id", SECRET), "ana", "for " + SECRET))
          .satisfies(e -> assertThat(e.getMessage()).doesNotContain(SECRET));
      assertThat(everything()).contains(SECRET);
    }
  }

  @Test
  void tag_malformed_saysHowItIsWritten() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Erasure.Tag.parse("user_id"))
        .withMessageContaining("key=value");
    assertThatIllegalArgumentException().isThrownBy(() -> Erasure.Tag.parse("user_id="));
    assertThat(Erasure.Tag.parse("a=b=c")).isEqualTo(new Erasure.Tag("a", "b=c"));
    assertThat(new Erasure.Tag("a", SECRET).toString()).doesNotContain(SECRET);
  }

  @Test
  void logText_false_leavesNoTextInTheStore() {
    append(
        List.of(
            Events.inferenceOf(1).payload(null).build(),
            Events.inferenceOf(2)
                .decision(Events.noDecision(DecisionKind.PINNED, "a", null))
                .payload(null)
                .build()));

    assertThat(lines(EventTable.INFERENCE)).hasSize(2);
    assertThat(lines(EventTable.INFERENCE_PAYLOAD)).isEmpty();
    assertThat(lines(EventTable.ATTEMPT_PAYLOAD)).isEmpty();
    assertThat(everything()).doesNotContain("return order");
  }
}
