package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of the bandit formats, read back by readers that know the formats and not the writers: they
 * must give the decisions, and the estimate, that the store gives.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DecisionExportContract {

  private static final Instant LATER = Events.START.plus(Duration.ofDays(400));
  private static final RewardRule RULE =
      RewardRule.ofBoolean(
          "support_reply", "resolved", RewardRule.Level.INFERENCE, Duration.ofHours(1));
  private static final int DECISIONS = 700;

  private final TestEngine engine;
  private EventStore store;
  private Path directory;
  private final List<LoggedDecision> expected = new ArrayList<>();

  DecisionExportContract(TestEngine engine) {
    this.engine = engine;
  }

  @BeforeAll
  void open(@TempDir Path temporary) {
    directory = temporary;
    store = engine.open(temporary);
    SplittableRandom random = new SplittableRandom(11);
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < DECISIONS; i++) {
      List<String> candidates =
          i % 5 == 0 ? List.of("large", "small") : List.of("large", "medium", "odd: na|me");
      double[] p = i % 5 == 0 ? new double[] {1 / 3d, 1 - 1 / 3d} : new double[] {0.6, 0.3, 0.1};
      double draw = random.nextDouble();
      int arm = 0;
      for (double sum = p[0]; draw >= sum && arm < p.length - 1; sum += p[arm]) {
        arm++;
      }
      Decision decision =
          Events.decision(candidates, p, candidates.get(arm), i % 2 == 0 ? "code" : "chat, \"x\"");
      // Spread over a year, so that the ranges in which decisions are read must grow.
      Instant at = Events.START.plus(Duration.ofHours(i % 100 == 0 ? i * 12 : i / 100));
      InferenceEvent event =
          Events.inferenceOf(i).startedAt(at.plusMillis(i)).decision(decision).build();
      events.add(event);
      if (i % 7 != 0) {
        events.add(feedback(i, event, random.nextDouble() < (arm == 0 ? 0.9 : 0.4)));
      }
    }
    events.add(
        Events.inferenceOf(5_000)
            .decision(Events.noDecision(DecisionKind.PINNED, "large", null))
            .build());
    events.add(
        Events.inferenceOf(5_001)
            .decision(Events.noDecision(DecisionKind.IMPORTED, "large", null))
            .build());
    store.append(events, events.size());
    store
        .functions()
        .decisions(
            RULE,
            Instant.EPOCH,
            LATER,
            LATER,
            decision -> {
              if (decision.reward() != null) {
                expected.add(decision);
              }
            });
  }

  private static Event feedback(long n, InferenceEvent target, boolean value) {
    return new dev.pointsman.eventlog.FeedbackEvent(
        Events.id(n + 5_000_000),
        target.at().plusSeconds(5),
        dev.pointsman.eventlog.FeedbackEvent.Target.INFERENCE,
        target.id(),
        "resolved",
        value,
        null,
        null,
        "api",
        Map.of(),
        null,
        null);
  }

  @AfterAll
  void close() {
    store.close();
  }

  private record Export(List<String> lines, DecisionExport.Summary summary) {}

  private Export export(BanditFormat format, String stratum, Instant asOf) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DecisionExport.Summary summary =
        new DecisionExport(store.functions(), directory.resolve("tmp"))
            .write(
                new DecisionExport.Selection(RULE, stratum, Instant.EPOCH, LATER, asOf),
                format,
                out,
                read -> {});
    return new Export(out.toString(StandardCharsets.UTF_8).lines().toList(), summary);
  }

  /** One round as some reader found it: what was done, at which chance, and what came of it. */
  private record Found(String action, double propensity, double reward, List<String> among) {}

  private List<Found> expectedRounds() {
    return expected.stream()
        .map(d -> new Found(d.chosenVariant(), d.propensity(), d.reward(), d.candidates()))
        .toList();
  }

  private static double valueOfLarge(List<Found> rounds) {
    return rounds.stream()
        .mapToDouble(r -> r.action().equals("large") ? r.reward() / r.propensity() : 0)
        .average()
        .orElseThrow();
  }

  @Test
  void write_vwAdf_readsBackTheSame() {
    Export export = export(BanditFormat.VW_ADF, "main", LATER);
    List<Found> found = new ArrayList<>();
    List<String> block = new ArrayList<>();
    for (String line : export.lines()) {
      if (!line.isEmpty()) {
        block.add(line);
        continue;
      }
      assertThat(block.getFirst()).startsWith("shared |c ").contains(" tokens:128");
      List<String> among = new ArrayList<>();
      String label = "";
      for (String action : block.subList(1, block.size())) {
        String[] parts = action.split("\\|", -1);
        assertThat(parts).hasSize(2);
        among.add(decoded(parts[1].substring("a variant=".length())));
        if (!parts[0].isEmpty()) {
          label = parts[0].strip() + ":" + among.getLast();
        }
      }
      String[] parts = label.split(":", 4);
      assertThat(export.summary().actions().get(Integer.parseInt(parts[0]) - 1))
          .isEqualTo(parts[3]);
      found.add(
          new Found(
              parts[3], Double.parseDouble(parts[2]), 0 - Double.parseDouble(parts[1]), among));
      block.clear();
    }
    assertThat(block).isEmpty();
    assertThat(found).isEqualTo(expectedRounds());
    assertThat(valueOfLarge(found)).isEqualTo(valueOfLarge(expectedRounds())).isBetween(0.7, 1.1);
  }

  @Test
  void write_vwCb_labelsOneLinePerDecision() {
    Export export = export(BanditFormat.VW_CB, "main", LATER);
    List<Found> found = new ArrayList<>();
    for (String line : export.lines()) {
      assertThat(line).doesNotContain("  ").contains(" segment=");
      String[] label = line.substring(0, line.indexOf(' ')).split(":");
      found.add(
          new Found(
              export.summary().actions().get(Integer.parseInt(label[0]) - 1),
              Double.parseDouble(label[2]),
              0 - Double.parseDouble(label[1]),
              List.of()));
    }
    assertThat(found)
        .isEqualTo(
            expectedRounds().stream()
                .map(f -> new Found(f.action(), f.propensity(), f.reward(), List.of()))
                .toList());
  }

  @Test
  void write_vwDsjson_readsBackTheSame() {
    Export export = export(BanditFormat.VW_DSJSON, "main", LATER);
    List<Found> found = new ArrayList<>();
    for (String line : export.lines()) {
      Map<String, Object> json = json(line);
      List<?> multi = (List<?>) ((Map<?, ?>) json.get("c")).get("_multi");
      List<String> among =
          multi.stream()
              .map(a -> (String) ((Map<?, ?>) ((Map<?, ?>) a).get("Action")).get("variant"))
              .toList();
      List<?> actions = (List<?>) json.get("a");
      List<?> chances = (List<?>) json.get("p");
      int label = ((Number) json.get("_label_Action")).intValue();
      assertThat(((Number) json.get("_labelIndex")).intValue()).isEqualTo(label - 1);
      assertThat(((Number) actions.getFirst()).intValue()).isEqualTo(label);
      assertThat(chances.getFirst()).isEqualTo(json.get("_label_probability"));
      assertThat(actions.stream().map(a -> ((Number) a).intValue()).sorted().toList())
          .isEqualTo(Stream.iterate(1, n -> n + 1).limit(among.size()).toList());
      assertThat(chances.stream().mapToDouble(p -> (Double) p).sum()).isCloseTo(1, within(1e-9));
      Map<?, ?> outcome = (Map<?, ?>) ((List<?>) json.get("o")).getFirst();
      assertThat(outcome.get("EventId")).isEqualTo(json.get("EventId"));
      assertThat((Double) outcome.get("v")).isEqualTo(0 - (Double) json.get("_label_cost"));
      found.add(
          new Found(
              among.get(label - 1),
              (Double) json.get("_label_probability"),
              (Double) outcome.get("v"),
              among));
    }
    assertThat(found).isEqualTo(expectedRounds());
  }

  @Test
  void write_obpJsonl_hasThePipelinesFieldsAndTheWholeVector() {
    Export export = export(BanditFormat.OBP_JSONL, "main", LATER);
    Map<String, Object> head = json(export.lines().getFirst());
    List<?> actions = (List<?>) head.get("actions");
    List<?> names = (List<?>) head.get("context_names");

    assertThat(head.get("n_rounds")).isEqualTo((long) expected.size());
    assertThat(head.get("n_actions")).isEqualTo(4L);
    assertThat(actions).isEqualTo(List.of("large", "medium", "odd: na|me", "small"));
    assertThat(names).isEqualTo(List.of("segment=chat, \"x\"", "segment=code", "tokens"));
    assertThat(((List<?>) head.get("action_context"))).hasSize(4);
    assertThat(export.lines()).hasSize(expected.size() + 1);
    for (int i = 0; i < expected.size(); i++) {
      Map<String, Object> round = json(export.lines().get(i + 1));
      LoggedDecision decision = expected.get(i);
      int action = ((Number) round.get("action")).intValue();
      List<?> chances = (List<?>) round.get("pi_b");
      assertThat(actions.get(action)).isEqualTo(decision.chosenVariant());
      assertThat(round.get("pscore"))
          .isEqualTo(decision.propensity())
          .isEqualTo(chances.get(action));
      assertThat(round.get("reward")).isEqualTo(decision.reward());
      assertThat(round.get("position")).isEqualTo(0L);
      boolean code = decision.segment().equals("code");
      assertThat(round.get("context"))
          .isEqualTo(List.of(code ? 0.0 : 1.0, code ? 1.0 : 0.0, 128.0));
      for (int a = 0; a < actions.size(); a++) {
        int arm = decision.candidates().indexOf(actions.get(a));
        assertThat(chances.get(a)).isEqualTo(arm < 0 ? 0.0 : decision.propensities()[arm]);
      }
    }
  }

  @Test
  void write_obpCsv_hasTheDatasetsColumns() throws Exception {
    Export export = export(BanditFormat.OBP_CSV, "main", LATER);
    Path file = directory.resolve("obp.csv");
    Files.write(file, export.lines());
    List<Found> found = new ArrayList<>();
    try (var other = java.sql.DriverManager.getConnection("jdbc:duckdb:");
        var statement = other.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT * FROM read_csv('" + file + "', header=true) ORDER BY column0")) {
      while (rows.next()) {
        found.add(
            new Found(
                export.summary().actions().get(rows.getInt("item_id")),
                rows.getDouble("propensity_score"),
                rows.getDouble("click"),
                List.of(rows.getString("user_feature_0"), rows.getString("position"))));
      }
    }
    assertThat(export.lines().getFirst())
        .isEqualTo(
            ",timestamp,item_id,position,click,propensity_score,user_feature_0,user_feature_1");
    assertThat(export.summary().contextNames()).containsExactly("segment", "tokens");
    assertThat(found)
        .isEqualTo(
            expected.stream()
                .map(
                    d ->
                        new Found(
                            d.chosenVariant(),
                            d.propensity(),
                            d.reward(),
                            List.of(d.segment(), "1")))
                .toList());
  }

  @Test
  void write_rowsLeftOut_areCountedByReason() {
    DecisionExport.Summary summary = export(BanditFormat.VW_CB, "main", LATER).summary();

    assertThat(summary.rounds()).isEqualTo(DECISIONS - 100);
    assertThat(summary.leftOut())
        .isEqualTo(Map.of("kind pinned", 1L, "kind imported", 1L, "no reward", 100L));

    DecisionExport.Summary early =
        export(BanditFormat.VW_CB, "main", Events.START.plus(Duration.ofMinutes(30))).summary();
    assertThat(early.rounds()).isZero();
    assertThat(early.leftOut()).containsEntry("not matured", (long) DECISIONS);

    DecisionExport.Summary other = export(BanditFormat.OBP_JSONL, "cheaper", LATER).summary();
    assertThat(other.rounds()).isZero();
    assertThat(other.leftOut()).containsEntry("stratum main", (long) DECISIONS);
  }

  @Test
  void write_unknownFunction_writesNothing() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DecisionExport.Summary summary =
        new DecisionExport(store.functions(), directory.resolve("tmp"))
            .write(
                new DecisionExport.Selection(
                    RewardRule.unrewarded("nobody"), "main", Instant.EPOCH, LATER, LATER),
                BanditFormat.VW_ADF,
                out,
                read -> {});
    assertThat(summary.rounds()).isZero();
    assertThat(out.size()).isZero();
    assertThat(directory.resolve("tmp").toFile().list((d, name) -> name.startsWith("export-")))
        .isEmpty();
  }

  @Test
  void ofName_unknown_listsWhatThereIs() {
    assertThat(BanditFormat.ofName("vw-dsjson")).isEqualTo(BanditFormat.VW_DSJSON);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BanditFormat.ofName("vw"))
        .withMessageContaining("vw-adf, vw-cb, vw-dsjson, obp-jsonl, obp-csv");
  }

  private static String decoded(String text) {
    return java.net.URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> json(String line) {
    try (JsonParser json = new JsonFactory().createParser(line)) {
      json.nextToken();
      return (Map<String, Object>) value(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Object value(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> object = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String name = json.currentName();
          json.nextToken();
          object.put(name, value(json));
        }
        yield object;
      }
      case START_ARRAY -> {
        List<Object> array = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(json));
        }
        yield array;
      }
      case VALUE_NUMBER_INT -> json.getLongValue();
      case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
      case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
      case VALUE_STRING -> json.getText();
      default -> throw new IOException("unexpected " + json.currentToken());
    };
  }
}
