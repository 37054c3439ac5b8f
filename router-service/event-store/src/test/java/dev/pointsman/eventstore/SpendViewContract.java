package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.testing.Events;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The views that people ask by hand, by the very queries that {@code docs/spend.md} shows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SpendViewContract {

  private static final Path DOCUMENT = Path.of("../../docs/spend.md");
  private static final Pattern QUERY = Pattern.compile("(?s)```sql\n(.*?)```");
  private static final Pattern DOCUMENTED = Pattern.compile("(?m)^\\| (`.*?`) \\|");

  private EventStore store;

  private final TestEngine engine;

  SpendViewContract(TestEngine engine) {
    this.engine = engine;
  }

  private EventStore open(Path dataDirectory) throws IOException {
    return engine.open(Files.createDirectories(dataDirectory));
  }

  @BeforeAll
  void fill(@TempDir Path directory) throws IOException {
    store = open(directory);
    List<Event> events = new ArrayList<>();
    InferenceEvent first = inference(1, "red", 1_000_000_001L, Events.time(1));
    InferenceEvent second = inference(2, "red", null, Events.time(2));
    InferenceEvent third = inference(3, "blue", 2_500_000_000L, Events.time(3));
    InferenceEvent sameEpisode =
        Events.inferenceOf(4).episode(third.ids().episodeId()).costNanos(7L).build();
    events.addAll(List.of(first, second, third, sameEpisode));
    events.add(inference(5, "green", 250_000_000L, Instant.now()));
    events.add(Events.inferenceOf(6).failed("timeout").costNanos(null).tags(Map.of()).build());
    events.add(resolved(1, FeedbackEvent.Target.INFERENCE, first.id(), false, 10));
    // The last one counts, whoever gave it.
    events.add(resolved(2, FeedbackEvent.Target.INFERENCE, first.id(), true, 20));
    events.add(resolved(3, FeedbackEvent.Target.EPISODE, third.ids().episodeId(), true, 30));
    events.add(resolved(4, FeedbackEvent.Target.INFERENCE, second.id(), true, 10));
    events.add(resolved(5, FeedbackEvent.Target.INFERENCE, second.id(), false, 11));
    store.append(events, events.size());
  }

  @AfterAll
  void close() {
    store.close();
  }

  private static InferenceEvent inference(long n, String team, Long costNanos, Instant at) {
    return Events.inferenceOf(n)
        .asker(
            new InferenceEvent.Asker(
                "openai",
                null,
                "support_reply",
                "chat",
                "key-1",
                team,
                "user-" + n,
                Map.of("plan", "free")))
        .costNanos(costNanos)
        .startedAt(at)
        .build();
  }

  private static FeedbackEvent resolved(
      long n, FeedbackEvent.Target target, UUID id, boolean value, long second) {
    return new FeedbackEvent(
        Events.id(5_000_000 + n),
        Events.time(second),
        target,
        id,
        "resolved",
        value,
        null,
        null,
        "source-" + n,
        Map.of(),
        null,
        null);
  }

  private List<List<String>> ask(String sql) {
    return store
        .readers()
        .use(
            "a question",
            connection -> {
              try (Statement statement = connection.createStatement();
                  ResultSet rows = statement.executeQuery(sql)) {
                List<List<String>> found = new ArrayList<>();
                while (rows.next()) {
                  List<String> row = new ArrayList<>();
                  for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    Object value = rows.getObject(i);
                    row.add(
                        value instanceof Number number
                            ? "%.9f".formatted(number.doubleValue())
                            : String.valueOf(value));
                  }
                  found.add(row);
                }
                return found;
              }
            });
  }

  private static List<String> documented() throws IOException {
    List<String> queries = new ArrayList<>();
    Matcher query = QUERY.matcher(Files.readString(DOCUMENT));
    while (query.find()) {
      queries.add(query.group(1));
    }
    return queries;
  }

  private List<List<String>> answer(int query) throws IOException {
    return ask(documented().get(query));
  }

  private static String n(double number) {
    return "%.9f".formatted(number);
  }

  @Test
  void document_spendPerTeamThisMonth_answersFromOneQuery() throws Exception {
    List<List<String>> rows = answer(0);
    // The others are of November 2026; whether that is this month depends on when this runs.
    assertThat(rows).contains(List.of("green", n(0.25), n(1), n(0)));
  }

  @Test
  void document_dearestModels_answersFromOneQuery() throws Exception {
    assertThat(answer(1))
        .containsExactly(
            List.of("model-of-large", "acme", n(2.5), n(1), n(2500)),
            List.of("model-of-medium", "acme", n(1.000000008), n(2), n(500.000004)),
            List.of("model-of-small", "acme", n(0.25), n(2), n(250)));
  }

  @Test
  void document_costPerResolvedCase_answersFromOneQuery() throws Exception {
    assertThat(answer(2))
        .containsExactly(List.of("support_reply", n(3.750000008), n(2), n(1.875000004)));
  }

  @Test
  void document_dearestUsersOfADay_answersFromOneQuery() throws Exception {
    List<List<String>> rows = answer(3);
    assertThat(rows.subList(0, 2))
        .containsExactly(
            List.of("user-3", n(2.5), n(192)), List.of("user-1", n(1.000000001), n(192)));
    assertThat(rows.stream().map(List::getFirst))
        .containsExactlyInAnyOrder("user-3", "user-1", "user-2", "null");
  }

  @Test
  void document_saved_answersFromOneQuery() throws Exception {
    assertThat(answer(4))
        .containsExactly(List.of("support_reply", n(4 * 0.001 - 3.750000008), n(4)));
  }

  @Test
  void document_everyQuery_isTested() throws Exception {
    assertThat(documented()).hasSize(5);
  }

  @Test
  void document_columns_areThoseOfTheView() throws Exception {
    String text = Files.readString(DOCUMENT);
    TreeSet<String> written = new TreeSet<>();
    Matcher row = DOCUMENTED.matcher(text);
    while (row.find()) {
      for (String name : row.group(1).split(", ")) {
        written.add(name.replaceAll("[`\"]", ""));
      }
    }
    assertThat(written)
        .containsExactlyInAnyOrderElementsOf(EventView.SPEND_LOGS.shape().columnNames());
    EventView.FEEDBACK_LATEST
        .shape()
        .columnNames()
        .forEach(name -> assertThat(text).contains("`" + name + "`"));
  }

  @Test
  void export_view_hasItsColumnsAndExactDollars() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<Long> told = new ArrayList<>();
    long rows = store.export().write("spend_logs", TableExport.Format.JSONL, out, told::add);

    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(rows).isEqualTo(6).isEqualTo(store.export().count("spend_logs"));
    assertThat(lines.getFirst())
        .isEqualTo(
            ("{'request_id':'%s','call_type':'openai','api_key':'key-1','spend':1.000000001,"
                    + "'total_tokens':192,'prompt_tokens':128,'completion_tokens':64,"
                    + "'startTime':'2026-11-20T00:00:01.000123Z',"
                    + "'endTime':'2026-11-20T00:00:01.750124Z','completionStartTime':null,"
                    + "'model':'model-of-medium','model_id':'medium',"
                    + "'model_group':'support_reply','custom_llm_provider':'acme',"
                    + "'api_base':null,'user':null,'team_id':'red','end_user':'user-1',"
                    + "'request_tags':['plan=free'],'cache_hit':'False','status':'success',"
                    + "'session_id':'%s','decision_kind':'decision','baseline_spend':0.001000000,"
                    + "'tags':{'plan':'free'}}")
                .formatted(Events.id(1), Events.id(1_000_001))
                .replace('\'', '"'));
    assertThat(lines.get(1)).contains("\"spend\":null");
    assertThat(lines.get(3)).contains("\"spend\":0.000000007");

    ByteArrayOutputStream csv = new ByteArrayOutputStream();
    store.export().write("feedback_latest", TableExport.Format.CSV, csv, told::add);
    assertThat(csv.toString(StandardCharsets.UTF_8).lines().toList())
        .hasSize(4)
        .contains(Events.id(1) + ",inference,resolved,true,,source-2,2026-11-20T00:00:20.000123Z");
    ByteArrayOutputStream parquet = new ByteArrayOutputStream();
    assertThat(store.export().write("spend_logs", TableExport.Format.PARQUET, parquet, told::add))
        .isEqualTo(6);
    assertThat(parquet.toString(StandardCharsets.ISO_8859_1)).startsWith("PAR1");
  }

  @Test
  void export_unknownName_listsWhatThereIs() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                store
                    .export()
                    .write(
                        "spend",
                        TableExport.Format.JSONL,
                        java.io.OutputStream.nullOutputStream(),
                        written -> {}))
        .withMessageContaining("config_snapshot, text_model, spend_logs, feedback_latest");
  }
}
