package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.testing.Events;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HistoryQueriesContract {

  private final TestEngine engine;

  HistoryQueriesContract(TestEngine engine) {
    this.engine = engine;
  }

  private EventStore store;

  @BeforeAll
  void open(@TempDir Path directory) {
    store = engine.open(directory);
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      // Five at a time share a moment, so that pages must go on by id.
      events.add(
          Events.inferenceOf(i)
              .startedAt(Events.time(i / 5))
              .function(i % 5 == 0 ? "rare" : "support_reply")
              .build());
    }
    for (int i = 0; i < 4; i++) {
      events.add(Events.revision(i));
      events.add(Events.change(i));
    }
    store.append(events, events.size());
  }

  @AfterAll
  void close() {
    store.close();
  }

  @Test
  void episode_ofAnInference_isFound() {
    assertThat(store.history().episode(Events.id(1_000_003)))
        .singleElement()
        .satisfies(e -> assertThat(e.ids().inferenceId()).isEqualTo(Events.id(3)));
  }

  @Test
  void inference_unknown_isNull() {
    assertThat(store.history().inference(Events.id(999))).isNull();
  }

  @Test
  void revisions_inRange_areNewestFirst() {
    assertThat(store.history().revisions("support_reply", Events.time(0), Events.time(3), 10))
        .extracting(RevisionLine::revision)
        .containsExactly(2L, 1L, 0L);
    assertThat(store.history().revisions("support_reply", Events.time(0), Events.time(9), 2))
        .hasSize(2);
    assertThat(store.history().latestRevision("support_reply"))
        .isEqualTo(Events.revision(3).revision());
    assertThat(store.history().latestRevision("nobody")).isNull();
    String generation = Events.revision(3).revision().generation();
    assertThat(store.history().latestRevision("support_reply", generation))
        .isEqualTo(Events.revision(3).revision());
    assertThat(store.history().latestRevision("support_reply", "another")).isNull();
  }

  @Test
  void changes_ofAnotherFunction_areLeftOut() {
    Instant end = Events.time(1_000);
    assertThat(store.history().changes("nobody", Events.START, end, 10)).isEmpty();
    assertThat(store.history().changes(null, Events.START, end, 10))
        .containsExactly(Events.change(0), Events.change(1), Events.change(2), Events.change(3));
    assertThat(store.history().changes("support_reply", Events.START, end, 2)).hasSize(2);
  }
}
