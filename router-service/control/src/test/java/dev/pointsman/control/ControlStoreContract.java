package dev.pointsman.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micronaut.data.exceptions.DataAccessException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database behind a control store must do. */
abstract class ControlStoreContract {

  static final Instant START = Instant.parse("2026-03-01T10:00:00.123456Z");
  static final InstantSource CLOCK = InstantSource.fixed(START);

  private ControlStore store;

  /** Opens the database of the current test; called again, the same one. */
  abstract ControlStore open();

  @BeforeEach
  final void openStore() {
    store = open();
  }

  @AfterEach
  final void closeStore() {
    store.close();
  }

  @Test
  final void salt_asked_again_isTheSame() {
    byte[] first = store.salt();
    assertThat(first).hasSize(16);
    assertThat(first).isNotEqualTo(new byte[16]);
    assertThat(store.salt()).isEqualTo(first);
    store.close();
    store = open();
    assertThat(store.salt()).isEqualTo(first);
  }

  @Test
  final void salt_givenOut_cannotBeChanged() {
    byte[] first = store.salt();
    byte[] copy = first.clone();
    first[0]++;
    assertThat(store.salt()).isEqualTo(copy);
  }

  @Test
  final void salt_mintedByManyAtOnce_isOne() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Callable<byte[]> ask = () -> store.salt();
      List<Future<byte[]>> answers = threads.invokeAll(List.of(ask, ask, ask, ask));
      byte[] settled = store.salt();
      store.close();
      store = open();
      assertThat(store.salt()).isEqualTo(settled);
      for (Future<byte[]> answer : answers) {
        assertThat(answer.get()).isEqualTo(settled);
      }
    }
  }

  @Test
  final void setPriorEvidence_again_takesThePlaceOfTheOneBefore() {
    PriorEvidence first = new PriorEvidence("reply", "resolved", "[1]", "{\"file\":\"ä\"}", START);
    PriorEvidence second = new PriorEvidence("reply", "rating", "[2]", "{}", START.plusSeconds(1));
    PriorEvidence other = new PriorEvidence("other", "resolved", "[3]", "{}", START);
    assertThat(store.priorEvidence("reply")).isEmpty();

    store.setPriorEvidence(first);
    store.setPriorEvidence(other);
    assertThat(store.priorEvidence("reply")).contains(first);
    store.setPriorEvidence(second);
    store.close();
    store = open();

    assertThat(store.priorEvidence("reply")).contains(second);
    assertThat(store.priorEvidence("other")).contains(other);
  }

  @Test
  final void removePriorEvidence_ofOneFunction_leavesTheOthers() {
    PriorEvidence other = new PriorEvidence("other", "resolved", "[3]", "{}", START);
    store.setPriorEvidence(new PriorEvidence("reply", "resolved", "[1]", "{}", START));
    store.setPriorEvidence(other);

    store.removePriorEvidence("reply");
    store.removePriorEvidence("reply");

    assertThat(store.priorEvidence("reply")).isEmpty();
    assertThat(store.priorEvidence("other")).contains(other);
  }

  @Test
  final void register_serving_retiresTheOneBefore() {
    assertThat(store.currentGeneration("reply")).isEmpty();
    Generation first = generation(store.nextGenerationId(), "reply", List.of("large", "small"));
    store.register(first);
    Generation other = generation(store.nextGenerationId(), "other", List.of("a\"b", "c,d"));
    store.register(other);
    Generation second = generation(store.nextGenerationId(), "reply", List.of("large"));
    store.register(second);

    assertThat(List.of(first.id(), other.id(), second.id())).containsExactly("g-1", "g-2", "g-3");
    assertThat(store.currentGeneration("reply")).contains(second);
    assertThat(store.currentGeneration("other")).contains(other);
    assertThat(store.generations("reply"))
        .extracting(Generation::id, Generation::status)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("g-3", Generation.Status.SERVING),
            org.assertj.core.groups.Tuple.tuple("g-1", Generation.Status.RETIRED));
  }

  @Test
  final void register_idTaken_changesNothing() {
    Generation first = generation("g-1", "reply", List.of("large"));
    store.register(first);
    assertThatExceptionOfType(DataAccessException.class)
        .isThrownBy(() -> store.register(generation("g-1", "reply", List.of("small"))));
    assertThat(store.currentGeneration("reply")).contains(first);
  }

  @Test
  final void registerChallenger_besideTheServing_takesThePlaceOfTheOneBefore() {
    store.register(generation("g-1", "reply", List.of("large")));
    store.register(generation("g-2", "other", List.of("large")));
    store.registerChallenger(challenger("g-3", "reply"), standing("g-3", "shadow", 0));
    store.registerChallenger(challenger("g-4", "reply"), standing("g-4", "shadow", 0));

    assertThat(store.currentGeneration("reply")).map(Generation::id).contains("g-1");
    assertThat(store.generation("reply", Generation.Status.CHALLENGER))
        .map(Generation::id)
        .contains("g-4");
    assertThat(store.generation("g-3")).map(Generation::status).contains(Generation.Status.RETIRED);
    assertThat(store.currentGeneration("other")).map(Generation::id).contains("g-2");
    assertThat(store.standing("g-1")).isEmpty();
    store.close();
    store = open();
    assertThat(store.standing("g-4")).contains(standing("g-4", "shadow", 0));
    assertThat(store.standing("g-3")).as("what was, is kept").isPresent();
  }

  @Test
  final void registerChallenger_withAnothersStanding_isRefused() {
    store.register(generation("g-1", "reply", List.of("large")));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(
            () -> store.registerChallenger(challenger("g-2", "reply"), standing("g-3", "ramp", 1)))
        .withMessageContaining("g-2 is CHALLENGER and the standing is that of g-3");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> store.register(challenger("g-2", "reply")));
    assertThat(store.generation("g-2")).isEmpty();
  }

  @Test
  final void move_promotion_isOneStep() {
    store.register(generation("g-1", "reply", List.of("large")));
    store.registerChallenger(challenger("g-2", "reply"), standing("g-2", "ramp", 0.5));

    store.move(
        Map.of("g-1", Generation.Status.STANDBY, "g-2", Generation.Status.SERVING),
        standing("g-2", "promoted", 1));

    assertThat(store.currentGeneration("reply")).map(Generation::id).contains("g-2");
    assertThat(store.generation("reply", Generation.Status.STANDBY))
        .map(Generation::id)
        .contains("g-1");
    assertThat(store.standing("g-2")).contains(standing("g-2", "promoted", 1));
    store.register(generation("g-3", "reply", List.of("small")));
    assertThat(store.generation("reply", Generation.Status.STANDBY)).isEmpty();
    store.move(Map.of("g-3", Generation.Status.REJECTED));
    assertThat(store.currentGeneration("reply")).isEmpty();
  }

  private static Generation challenger(String id, String function) {
    return new Generation(
        id,
        function,
        "squarecb",
        List.of("large"),
        "{}",
        "{}",
        START,
        Generation.Status.CHALLENGER);
  }

  private static GateStanding standing(String id, String stage, double share) {
    return new GateStanding(
        id,
        "reply",
        "g-1",
        stage,
        share,
        START,
        false,
        share == 0 ? null : "{\"value\":0.02}",
        null,
        share == 0 ? null : "more outcomes",
        "a reason");
  }

  @Test
  final void generations_reopened_areStillThere() {
    Generation first = generation("g-1", "reply", List.of("large"));
    store.register(first);
    store.close();
    store = open();
    assertThat(store.currentGeneration("reply")).contains(first);
    assertThat(store.nextGenerationId()).isEqualTo("g-2");
  }

  @Test
  final void auditEntries_limited_areTheLatestFirst() {
    for (int i = 0; i < 5; i++) {
      store.audit(entry(i, i % 2 == 0 ? null : "{\"revision\": 7}"));
    }
    assertThat(store.auditEntries(3))
        .containsExactly(entry(4, null), entry(3, "{\"revision\": 7}"), entry(2, null));
  }

  private static AuditEntry entry(int i, String before) {
    return new AuditEntry(
        new UUID(0x0195_0000_0000_7000L + i, 5),
        START.plusSeconds(i),
        "ada",
        "generation.registered",
        "reply",
        before,
        "{\"ünïcode\": \"✓\"}",
        "The candidates changed.");
  }

  private static Generation generation(String id, String function, List<String> candidates) {
    return new Generation(
        id,
        function,
        "squarecb",
        candidates,
        "{\"cost_weight\":25.0}",
        "{\"code\":\"0.1.0\"}",
        START,
        Generation.Status.SERVING);
  }
}
