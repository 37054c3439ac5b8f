package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.FeedbackEvent.Target;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.InferenceEvent.Ending;
import dev.pointsman.eventlog.InferenceEvent.Payload;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventstore.InferenceFilter.AllOf;
import dev.pointsman.eventstore.InferenceFilter.AnyOf;
import dev.pointsman.eventstore.InferenceFilter.BooleanMetric;
import dev.pointsman.eventstore.InferenceFilter.Comparison;
import dev.pointsman.eventstore.InferenceFilter.FloatMetric;
import dev.pointsman.eventstore.InferenceFilter.Metric;
import dev.pointsman.eventstore.InferenceFilter.Not;
import dev.pointsman.eventstore.InferenceFilter.Tag;
import dev.pointsman.eventstore.InferencePage.After;
import dev.pointsman.eventstore.InferencePage.Before;
import dev.pointsman.eventstore.InferencePage.ByMetric;
import dev.pointsman.eventstore.InferencePage.ByRelevance;
import dev.pointsman.eventstore.InferencePage.ByTime;
import dev.pointsman.eventstore.InferencePage.Order;
import dev.pointsman.eventstore.InferencePage.Skipping;
import dev.pointsman.routing.DecisionKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What every engine must find, held against the same questions answered in memory. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class InferenceQueriesContract {

  private static final int COUNT = 60;
  private static final Metric SOLVED = new Metric("solved", Target.INFERENCE);
  private static final Metric RATING = new Metric("rating", Target.INFERENCE);
  private static final Metric MOOD = new Metric("mood", Target.EPISODE);
  private static final Metric HAPPY = new Metric("happy", Target.EPISODE);

  private final List<InferenceEvent> inferences = new ArrayList<>();
  private final List<FeedbackEvent> feedback = new ArrayList<>();
  private final TestEngine engine;
  private EventStore store;
  private InferenceQueries queries;

  InferenceQueriesContract(TestEngine engine) {
    this.engine = engine;
  }

  @BeforeAll
  final void fill(@TempDir Path directory) {
    store = engine.open(directory);
    queries = store.inferences();
    for (int n = 0; n < COUNT; n++) {
      Events.InferenceBuilder builder =
          Events.inferenceOf(n)
              // Three at a time share a moment, so that pages must go on by id.
              .startedAt(Events.time(n / 3))
              .episode(Events.id(1_000_000 + n / 4))
              .function(n % 5 == 0 ? "it's a \"rare\" one" : "support_reply")
              .tags(
                  n % 4 == 0
                      ? Map.of()
                      : Map.of("plan", n % 2 == 0 ? "free" : "p'ro", "n", "" + n));
      if (n % 7 == 0) {
        builder.decision(Events.noDecision(DecisionKind.STICKY, "small", Events.id(n)));
      }
      if (n % 6 == 0) {
        builder.failed("timed_out").payload(null);
      } else {
        builder.payload(
            Payload.of(
                "{\"messages\":[{\"role\":\"user\",\"content\":\"Übung 100% \\\"%d\\\"%s\"}]}"
                    .replace("100%", "100%%")
                    .formatted(n, " needle".repeat(n % 4)),
                "[{\"type\":\"text\",\"text\":\"Answer %d_\"}]".formatted(n),
                null,
                null));
      }
      if (n % 9 == 1) {
        builder.served("medium");
      }
      inferences.add(builder.build());
    }
    for (int n = 0; n < COUNT; n++) {
      if (n % 3 == 0) {
        feedback.add(value(n, Target.INFERENCE, Events.id(n), "solved", n % 2 == 0, null, null));
      }
      if (n % 6 == 0) {
        feedback.add(
            value(n + 1000, Target.INFERENCE, Events.id(n), "solved", n % 4 == 0, null, null));
      }
      if (n % 4 == 1) {
        feedback.add(
            value(n + 2000, Target.INFERENCE, Events.id(n), "rating", null, n / 10.0, null));
      }
      if (n % 8 == 1) {
        feedback.add(value(n + 1500, Target.INFERENCE, Events.id(n), "rating", null, 99.5, null));
      }
      if (n % 10 == 3) {
        feedback.add(
            value(
                n + 3000,
                Target.INFERENCE,
                Events.id(n),
                "demonstration",
                null,
                null,
                "\"" + n + "\""));
      }
    }
    feedback.add(
        value(4000, Target.INFERENCE, Events.id(3), "demonstration", null, null, "\"better\""));
    for (int e = 0; e < COUNT / 4; e += 2) {
      UUID episode = Events.id(1_000_000 + e);
      feedback.add(value(e + 5000, Target.EPISODE, episode, "mood", null, (double) e, null));
      feedback.add(value(e + 6000, Target.EPISODE, episode, "happy", e % 4 == 0, null, null));
    }
    List<Event> all = new ArrayList<>(inferences);
    all.addAll(feedback);
    store.append(all, all.size());
  }

  @AfterAll
  final void close() {
    store.close();
  }

  private static FeedbackEvent value(
      int n,
      Target level,
      UUID target,
      String metric,
      @Nullable Boolean truth,
      @Nullable Double number,
      @Nullable String text) {
    return new FeedbackEvent(
        Events.id(n + 9_000_000),
        Events.time(n + 60),
        level,
        target,
        metric,
        truth,
        number,
        text,
        "api",
        Map.of(),
        null,
        null);
  }

  // ---- the same questions in memory ------------------------------------------------------------

  private boolean holds(InferenceFilter filter, InferenceEvent event) {
    return switch (filter) {
      case AllOf all -> all.children().stream().allMatch(child -> holds(child, event));
      case AnyOf any -> any.children().stream().anyMatch(child -> holds(child, event));
      case Not not -> !holds(not.child(), event);
      case InferenceFilter.Ids ids -> ids.inferenceIds().contains(event.id());
      case InferenceFilter.OfFunction of -> event.asker().functionName().equals(of.name());
      case InferenceFilter.OfVariant of ->
          (event.outcome().servedVariant() == null
                  ? event.decision().chosenVariant()
                  : event.outcome().servedVariant())
              .equals(of.name());
      case InferenceFilter.OfEpisode of -> event.ids().episodeId().equals(of.episodeId());
      case InferenceFilter.Served served -> event.outcome().servedVariant() != null;
      case InferenceFilter.InSegment in -> event.decision().segment().equals(in.segment());
      case InferenceFilter.InLane in -> in.lane().equals(event.decision().lane());
      case InferenceFilter.OfKey of -> of.keyId().equals(event.asker().keyId());
      case InferenceFilter.Ended ended -> event.outcome().ending() == ended.ending();
      case InferenceFilter.Explored explored -> event.decision().explored() == explored.explored();
      case Tag tag -> {
        String value = event.asker().tags().get(tag.key());
        yield value != null && value.equals(tag.value()) == tag.equal();
      }
      case InferenceFilter.StartedAt started ->
          compares(started.comparison(), event.at().compareTo(started.time()));
      case BooleanMetric is -> {
        FeedbackEvent last = last(is.metric(), event);
        yield last != null && last.booleanValue() == is.value();
      }
      case FloatMetric is -> {
        FeedbackEvent last = last(is.metric(), event);
        yield last != null
            && compares(is.comparison(), Double.compare(last.floatValue(), is.value()));
      }
      case InferenceFilter.Demonstrated demonstrated ->
          last(new Metric("demonstration", Target.INFERENCE), event) != null;
    };
  }

  private @Nullable FeedbackEvent last(Metric metric, InferenceEvent event) {
    UUID target = metric.level() == Target.INFERENCE ? event.id() : event.ids().episodeId();
    return feedback.stream()
        .filter(f -> f.metricName().equals(metric.name()) && f.targetId().equals(target))
        .max(Comparator.comparing(FeedbackEvent::receivedAt))
        .orElse(null);
  }

  private static boolean compares(Comparison comparison, int order) {
    return switch (comparison) {
      case LESS -> order < 0;
      case LESS_OR_EQUAL -> order <= 0;
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case GREATER_OR_EQUAL -> order >= 0;
      case GREATER -> order > 0;
    };
  }

  private List<UUID> inMemory(InferenceFilter filter) {
    return inferences.reversed().stream()
        .filter(event -> holds(filter, event))
        .map(InferenceEvent::id)
        .toList();
  }

  private List<UUID> found(InferencePage page) {
    return queries.keys(page).stream().map(InferenceKey::inferenceId).toList();
  }

  private static InferencePage page(InferenceFilter filter) {
    return new InferencePage(filter, null, List.of(), Skipping.NONE, 1000);
  }

  // ---- filters ---------------------------------------------------------------------------------

  private static List<InferenceFilter> leaves() {
    List<InferenceFilter> leaves = new ArrayList<>();
    leaves.add(new InferenceFilter.Ids(List.of(Events.id(7), Events.id(8), Events.id(5_000))));
    leaves.add(new InferenceFilter.OfFunction("it's a \"rare\" one"));
    leaves.add(new InferenceFilter.OfVariant("medium"));
    leaves.add(new InferenceFilter.OfVariant("small"));
    leaves.add(new InferenceFilter.OfEpisode(Events.id(1_000_003)));
    leaves.add(new InferenceFilter.Served());
    leaves.add(new InferenceFilter.InSegment("topic=1"));
    leaves.add(new InferenceFilter.InLane("policy"));
    leaves.add(new InferenceFilter.OfKey("key-2"));
    leaves.add(new InferenceFilter.Ended(Ending.FAILED));
    leaves.add(new InferenceFilter.Explored(true));
    leaves.add(new InferenceFilter.Explored(false));
    leaves.add(new Tag("plan", "p'ro", true));
    leaves.add(new Tag("plan", "p'ro", false));
    leaves.add(new Tag("' OR 1=1 --", "x", false));
    for (Comparison comparison : Comparison.values()) {
      leaves.add(new InferenceFilter.StartedAt(comparison, Events.time(9)));
      leaves.add(new FloatMetric(RATING, comparison, 2.5));
      leaves.add(new FloatMetric(MOOD, comparison, 6));
    }
    leaves.add(new BooleanMetric(SOLVED, true));
    leaves.add(new BooleanMetric(SOLVED, false));
    leaves.add(new BooleanMetric(HAPPY, true));
    leaves.add(new InferenceFilter.Demonstrated());
    leaves.add(new AllOf(List.of()));
    leaves.add(new AnyOf(List.of()));
    leaves.add(new InferenceFilter.Ids(List.of()));
    return leaves;
  }

  @Test
  final void keys_everyCondition_andItsOpposite_findWhatTheySay() {
    for (InferenceFilter leaf : leaves()) {
      assertThat(found(page(leaf))).as(leaf.toString()).isEqualTo(inMemory(leaf));
      InferenceFilter not = new Not(leaf);
      assertThat(found(page(not))).as(not.toString()).isEqualTo(inMemory(not));
    }
  }

  @Test
  final void keys_randomTrees_findWhatTheySay() {
    SplittableRandom random = new SplittableRandom(20261125);
    for (int i = 0; i < 60; i++) {
      InferenceFilter tree = tree(random, 3);
      assertThat(found(page(tree))).as(tree.toString()).isEqualTo(inMemory(tree));
    }
  }

  private static InferenceFilter tree(SplittableRandom random, int depth) {
    List<InferenceFilter> leaves = leaves();
    int kind = depth == 0 ? 3 : random.nextInt(4);
    if (kind == 2) {
      return new Not(tree(random, depth - 1));
    }
    if (kind == 3) {
      return leaves.get(random.nextInt(leaves.size()));
    }
    List<InferenceFilter> children = new ArrayList<>();
    for (int n = random.nextInt(1, 4); n > 0; n--) {
      children.add(tree(random, depth - 1));
    }
    return kind == 0 ? new AllOf(children) : new AnyOf(children);
  }

  @Test
  final void keys_largestTree_isAnswered() {
    List<InferenceFilter> many = new ArrayList<>();
    for (int n = 0; n < 100; n++) {
      many.add(new Tag("n", "" + n, true));
    }
    InferenceFilter any = new AnyOf(many);
    assertThat(found(page(any))).isEqualTo(inMemory(any));
    InferenceFilter deep = new BooleanMetric(SOLVED, true);
    for (int n = 0; n < 10; n++) {
      deep = new Not(new AllOf(List.of(deep)));
    }
    assertThat(found(page(deep))).isEqualTo(inMemory(deep));
  }

  // ---- pages -----------------------------------------------------------------------------------

  private List<UUID> all(boolean oldestFirst) {
    List<UUID> newest = inMemory(InferenceFilter.ALL);
    return oldestFirst ? newest.reversed() : newest;
  }

  private List<UUID> walked(boolean before, List<Order> order) {
    List<UUID> seen = new ArrayList<>();
    InferenceKey at =
        before
            ? new InferenceKey(Events.time(COUNT), Events.id(COUNT))
            : new InferenceKey(Events.START, Events.id(0));
    while (true) {
      List<InferenceKey> page =
          queries.keys(
              new InferencePage(
                  InferenceFilter.ALL, null, order, before ? new Before(at) : new After(at), 7));
      if (page.isEmpty()) {
        return seen;
      }
      page.forEach(key -> seen.add(key.inferenceId()));
      boolean ascending = !order.isEmpty() && order.getFirst().ascending();
      at = ascending == before ? page.getFirst() : page.getLast();
    }
  }

  @Test
  final void keys_behindTheLast_showEveryRowOnce() {
    assertThat(walked(true, List.of())).isEqualTo(all(false));
    assertThat(walked(false, List.of(new ByTime(true)))).isEqualTo(all(true));
  }

  @Test
  final void keys_nearestToARow_areInTheOrderAskedFor() {
    InferenceKey middle = queries.key(Events.id(30));
    assertThat(found(nearest(new Before(middle), List.of()))).containsExactly(id(29), id(28));
    assertThat(found(nearest(new Before(middle), List.of(new ByTime(true)))))
        .containsExactly(id(28), id(29));
    assertThat(found(nearest(new After(middle), List.of()))).containsExactly(id(32), id(31));
    assertThat(found(nearest(new After(middle), List.of(new ByTime(true)))))
        .containsExactly(id(31), id(32));
  }

  private static UUID id(int n) {
    return Events.id(n);
  }

  private static InferencePage nearest(InferencePage.Start start, List<Order> order) {
    return new InferencePage(InferenceFilter.ALL, null, order, start, 2);
  }

  @Test
  final void keys_skipping_goOnInTheOrder() {
    List<UUID> seen = new ArrayList<>();
    for (int skip = 0; skip < COUNT; skip += 8) {
      seen.addAll(
          found(new InferencePage(InferenceFilter.ALL, null, List.of(), new Skipping(skip), 8)));
    }
    assertThat(seen).isEqualTo(all(false));
  }

  @Test
  final void keys_byMetric_haveThoseWithoutOneAtTheEnd() {
    for (Metric metric : List.of(RATING, MOOD, SOLVED)) {
      for (boolean ascending : new boolean[] {true, false}) {
        Comparator<InferenceEvent> byValue = Comparator.comparing(event -> value(metric, event));
        List<UUID> expected =
            inferences.reversed().stream()
                .sorted(
                    Comparator.comparing((InferenceEvent event) -> last(metric, event) == null)
                        .thenComparing(ascending ? byValue : byValue.reversed()))
                .map(InferenceEvent::id)
                .toList();
        assertThat(found(ordered(List.of(new ByMetric(metric, ascending)))))
            .as(metric + " " + ascending)
            .isEqualTo(expected);
      }
    }
  }

  private double value(Metric metric, InferenceEvent event) {
    FeedbackEvent last = last(metric, event);
    if (last == null) {
      return 0;
    }
    return last.booleanValue() == null ? last.floatValue() : last.booleanValue() ? 1 : 0;
  }

  @Test
  final void keys_byTwoMetrics_useTheSecondForTies() {
    List<UUID> found =
        found(ordered(List.of(new ByMetric(HAPPY, false), new ByMetric(SOLVED, true))));
    assertThat(found).hasSize(COUNT).doesNotHaveDuplicates();
    InferenceEvent first =
        inferences.stream().filter(e -> e.id().equals(found.getFirst())).findFirst().orElseThrow();
    assertThat(value(HAPPY, first)).isEqualTo(1);
    assertThat(value(SOLVED, first)).isZero();
  }

  private static InferencePage ordered(List<Order> order) {
    return new InferencePage(InferenceFilter.ALL, null, order, Skipping.NONE, 1000);
  }

  // ---- search ----------------------------------------------------------------------------------

  private static InferencePage searched(String text, Order... order) {
    return new InferencePage(InferenceFilter.ALL, text, List.of(order), Skipping.NONE, 1000);
  }

  @Test
  final void keys_searched_lookIntoInputAndOutputWithoutCase() {
    assertThat(found(searched("ANSWER 7_"))).containsExactly(id(7));
    assertThat(found(searched("üBUNG 100% \\\"8\\\""))).containsExactly(id(8));
    assertThat(found(searched("Answer _"))).isEmpty();
    assertThat(found(searched("'; DROP TABLE inference; --"))).isEmpty();
    assertThat(found(searched("needle"))).allMatch(found -> !found.equals(id(4)));
  }

  @Test
  final void keys_byRelevance_haveMostOccurrencesFirst() {
    List<UUID> found = found(searched("needle", new ByRelevance(false)));
    List<UUID> expected =
        inferences.reversed().stream()
            .filter(event -> event.payload() != null && needles(event) > 0)
            .sorted(Comparator.comparing(InferenceQueriesContract::needles).reversed())
            .map(InferenceEvent::id)
            .toList();
    assertThat(found).isEqualTo(expected);
  }

  private static int needles(InferenceEvent event) {
    return event.payload().input().split("needle", -1).length - 1;
  }

  @Test
  final void page_contradictory_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> ordered(List.of(new ByRelevance(true))));
    Before before = new Before(new InferenceKey(Events.START, id(1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> nearest(before, List.of(new ByMetric(RATING, true))));
  }

  // ---- rows ------------------------------------------------------------------------------------

  @Test
  final void rows_ofKeys_areWholeAndInTheirOrder() {
    List<InferenceKey> keys =
        queries.keys(page(new InferenceFilter.Ids(List.of(id(1), id(6), id(20)))));
    List<InferenceKey> turned = List.of(keys.get(1), keys.get(2), keys.get(0));
    assertThat(queries.rowsWithText(turned))
        .usingRecursiveComparison()
        .ignoringFields("attempts", "decision.fallbackOrder")
        .isEqualTo(List.of(inferences.get(6), inferences.get(1), inferences.get(20)));
    assertThat(queries.rows(turned)).allMatch(event -> event.payload() == null);
    assertThat(queries.rows(List.of())).isEmpty();
    assertThat(queries.rows(List.of(new InferenceKey(Events.START, id(9_999))))).isEmpty();
  }

  @Test
  final void textLength_ofKeys_isWhatTheTextsHave() {
    List<InferenceKey> keys = queries.keys(page(new InferenceFilter.Ids(List.of(id(1), id(6)))));
    Payload text = inferences.get(1).payload();
    assertThat(queries.textLength(keys))
        .isBetween(
            (long) text.input().length() + text.output().length(),
            3L * (text.input().length() + text.output().length()));
    assertThat(queries.textLength(List.of())).isZero();
  }

  @Test
  final void demonstrations_ofKeys_areTheLastOnes() {
    List<InferenceKey> keys = queries.keys(page(InferenceFilter.ALL));
    assertThat(queries.demonstrations(keys))
        .hasSize(6)
        .containsEntry(id(3), "\"better\"")
        .containsEntry(id(13), "\"13\"");
    assertThat(queries.demonstrations(List.of())).isEmpty();
  }

  @Test
  final void feedback_aboutATarget_isNewestFirstAndBounded() {
    assertThat(store.history().feedbackAbout(id(33), 10))
        .extracting(FeedbackEvent::metricName)
        .containsExactly("demonstration", "rating", "rating", "solved");
    assertThat(store.history().feedbackAbout(id(33), 1)).hasSize(1);
    assertThat(store.history().feedbackAbout(Events.id(1_000_008), 10))
        .extracting(FeedbackEvent::metricName)
        .containsExactly("happy", "mood");
    assertThat(store.history().feedbackAbout(id(9_999), 10)).isEmpty();
  }

  @Test
  final void feedback_ofAnEpisode_isAboutItAndItsInferences() {
    assertThat(store.history().feedbackOfEpisode(Events.id(1_000_008), 10))
        .isEqualTo(
            feedback.stream()
                .filter(
                    f ->
                        f.targetId().equals(Events.id(1_000_008))
                            || List.of(id(32), id(33), id(34), id(35)).contains(f.targetId()))
                .sorted(Comparator.comparing(FeedbackEvent::receivedAt))
                .toList());
    assertThat(store.history().feedbackOfEpisode(Events.id(1_000_008), 2)).hasSize(2);
    assertThat(store.history().feedbackOfEpisode(id(9_999), 2)).isEmpty();
  }

  @Test
  final void key_unknown_isNull() {
    assertThat(queries.key(id(9_999))).isNull();
    assertThat(queries.key(id(5))).isEqualTo(new InferenceKey(Events.time(1), id(5)));
    assertThat(Duration.between(Events.time(0), queries.key(id(5)).startedAt()).toSeconds())
        .isEqualTo(1);
  }
}
