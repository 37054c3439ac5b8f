package dev.pointsman.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.control.DatapointFilter.AllOf;
import dev.pointsman.control.DatapointFilter.AnyOf;
import dev.pointsman.control.DatapointFilter.Comparison;
import dev.pointsman.control.DatapointFilter.Not;
import dev.pointsman.control.DatapointFilter.Tag;
import dev.pointsman.control.DatapointFilter.UpdatedAt;
import dev.pointsman.control.DatapointQuery.By;
import dev.pointsman.control.DatapointQuery.Order;
import io.micronaut.data.exceptions.DataAccessException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database must do with datasets. */
abstract class DatasetsContract {

  private static final Instant START = ControlStoreContract.START;

  private ControlStore store;
  private Datasets datasets;

  /** Opens the database of the current test; called again, the same one. */
  abstract ControlStore open();

  @BeforeEach
  final void openStore() {
    store = open();
    datasets = store.datasets();
  }

  @AfterEach
  final void closeStore() {
    store.close();
  }

  private static UUID id(int n) {
    return new UUID(0x0195_0000_0000_7000L + ((long) n << 16), 0x8000_0000_0000_0000L | n);
  }

  private static Instant at(int n) {
    return START.plusSeconds(n);
  }

  /** The n-th sample, updated n seconds after the start. */
  private static Datapoint sample(int n) {
    return sample(n, Map.of("split", n % 2 == 0 ? "train" : "test", "n", String.valueOf(n)));
  }

  private static Datapoint sample(int n, Map<String, String> tags) {
    return new Datapoint(
        id(n),
        "golden",
        n % 3 == 0 ? "extract" : "reply",
        n % 3 == 0 ? "json" : "chat",
        n == 1 ? "the first" : null,
        n == 1 ? null : id(n + 1000),
        n == 2 ? id(n + 2000) : null,
        "{\"messages\":[{\"role\":\"user\",\"content\":\"Wörd " + n + " 100% \\\"quoted\\\"\"}]}",
        n == 4 ? null : "[{\"type\":\"text\",\"text\":\"answer " + n + "\"}]",
        n % 3 == 0 ? "{\"type\":\"object\"}" : null,
        n % 3 == 0 ? null : "{\"allowed_tools\":[\"a\"]}",
        tags,
        n % 2 == 0,
        "hash-1",
        at(n),
        null);
  }

  private static Datapoint changed(
      Datapoint of, String dataset, @Nullable String input, Instant updatedAt) {
    return new Datapoint(
        of.id(),
        dataset,
        of.functionName(),
        of.functionType(),
        of.name(),
        of.episodeId(),
        of.sourceInferenceId(),
        input == null ? of.input() : input,
        of.output(),
        of.outputSchema(),
        of.toolParams(),
        of.tags(),
        of.custom(),
        of.configHash(),
        updatedAt,
        of.staledAt());
  }

  private List<Datapoint> addSamples(int count) {
    List<Datapoint> samples = new ArrayList<>();
    for (int n = 1; n <= count; n++) {
      samples.add(sample(n));
    }
    datasets.add(samples);
    return samples;
  }

  private List<Integer> numbers(DatapointQuery query) {
    return datasets.find(query).stream()
        .map(found -> (int) (found.id().getLeastSignificantBits() & 0xFFFF))
        .toList();
  }

  private static DatapointQuery all() {
    return filtered(null);
  }

  private static DatapointQuery filtered(@Nullable DatapointFilter filter) {
    return new DatapointQuery("golden", null, filter, null, List.of(), 100, 0);
  }

  private static DatapointQuery searched(String text, Order... order) {
    return new DatapointQuery("golden", null, null, text, List.of(order), 100, 0);
  }

  @Test
  final void add_readBack_isTheSame() {
    List<Datapoint> samples = addSamples(4);
    assertThat(datasets.find(all())).isEqualTo(samples.reversed());
    store.close();
    store = open();
    datasets = store.datasets();
    assertThat(datasets.byIds("golden", List.of(id(2), id(3)), false))
        .containsExactly(samples.get(2), samples.get(1));
  }

  @Test
  final void add_oneIdTaken_addsNone() {
    addSamples(1);
    assertThatExceptionOfType(DataAccessException.class)
        .isThrownBy(() -> datasets.add(List.of(sample(2), sample(1))));
    assertThat(numbers(all())).containsExactly(1);
  }

  @Test
  final void find_paged_skipsAndStops() {
    addSamples(5);
    assertThat(numbers(new DatapointQuery("golden", null, null, null, List.of(), 2, 0)))
        .containsExactly(5, 4);
    assertThat(numbers(new DatapointQuery("golden", null, null, null, List.of(), 2, 4)))
        .containsExactly(1);
    assertThat(
            numbers(
                new DatapointQuery(
                    "golden",
                    "extract",
                    null,
                    null,
                    List.of(new Order(By.UPDATED_AT, true)),
                    9,
                    0)))
        .containsExactly(3);
    assertThat(numbers(new DatapointQuery("other", null, null, null, List.of(), 9, 0))).isEmpty();
  }

  @Test
  final void find_sameMoment_isInTheOrderOfIds() {
    datasets.add(
        List.of(
            changed(sample(1), "golden", null, at(9)),
            changed(sample(3), "golden", null, at(9)),
            changed(sample(2), "golden", null, at(9))));
    assertThat(numbers(all())).containsExactly(3, 2, 1);
  }

  @Test
  final void find_filtered_findsWhatTheTreeSays() {
    addSamples(6);
    datasets.add(List.of(sample(7, Map.of())));
    Tag train = new Tag("split", "train", true);
    assertThat(numbers(filtered(train))).containsExactly(6, 4, 2);
    assertThat(numbers(filtered(new Tag("split", "train", false)))).containsExactly(5, 3, 1);
    assertThat(numbers(filtered(new Not(train)))).containsExactly(7, 5, 3, 1);
    assertThat(
            numbers(
                filtered(
                    new AllOf(List.of(train, new UpdatedAt(Comparison.LESS_OR_EQUAL, at(4)))))))
        .containsExactly(4, 2);
    assertThat(
            numbers(
                filtered(
                    new AnyOf(
                        List.of(
                            new Tag("n", "1", true), new UpdatedAt(Comparison.GREATER, at(6)))))))
        .containsExactly(7, 1);
    assertThat(numbers(filtered(new UpdatedAt(Comparison.EQUAL, at(2))))).containsExactly(2);
    assertThat(numbers(filtered(new UpdatedAt(Comparison.NOT_EQUAL, at(2))))).hasSize(6);
    assertThat(numbers(filtered(new UpdatedAt(Comparison.LESS, at(2))))).containsExactly(1);
    assertThat(numbers(filtered(new UpdatedAt(Comparison.GREATER_OR_EQUAL, at(7)))))
        .containsExactly(7);
    assertThat(numbers(filtered(new AllOf(List.of())))).hasSize(7);
    assertThat(numbers(filtered(new AnyOf(List.of())))).isEmpty();
  }

  @Test
  final void find_valuesThatLookLikeSql_areValues() {
    datasets.add(List.of(sample(1, Map.of("a'b", "x' OR '1'='1"))));
    assertThat(numbers(filtered(new Tag("a'b", "x' OR '1'='1", true)))).containsExactly(1);
    assertThat(numbers(filtered(new Tag("a'b", "' OR 1=1 --", true)))).isEmpty();
    assertThat(numbers(searched("'; DROP TABLE datapoint; --"))).isEmpty();
  }

  @Test
  final void find_searched_looksIntoInputAndOutputWithoutCase() {
    addSamples(4);
    assertThat(numbers(searched("ANSWER 2"))).containsExactly(2);
    assertThat(numbers(searched("rd 4"))).containsExactly(4);
    assertThat(numbers(searched("100% \\\"quoted"))).hasSize(4);
    assertThat(numbers(searched("1_0%"))).isEmpty();
  }

  @Test
  final void find_byRelevance_hasMostOccurrencesFirst() {
    datasets.add(List.of(text(1, "cat cat CAT"), text(2, "cat"), text(3, "cat cat")));
    Order relevance = new Order(By.SEARCH_RELEVANCE, false);
    assertThat(numbers(searched("cat", relevance))).containsExactly(1, 3, 2);
    assertThat(numbers(searched("cat", new Order(By.SEARCH_RELEVANCE, true))))
        .containsExactly(2, 3, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DatapointQuery("golden", null, null, null, List.of(relevance), 1, 0));
  }

  private static Datapoint text(int n, String text) {
    return changed(sample(n), "golden", "{\"messages\":[],\"system\":\"" + text + "\"}", at(n));
  }

  @Test
  final void replace_known_stalesTheOldOne() {
    addSamples(2);
    datasets.replace(Map.of(id(1), sample(11)));
    assertThat(numbers(all())).containsExactly(11, 2);
    Datapoint old = datasets.byIds("golden", List.of(id(1)), true).getFirst();
    assertThat(old.staledAt()).isEqualTo(at(11));
    assertThat(datasets.byIds("golden", List.of(id(1)), false)).isEmpty();
  }

  @Test
  final void replace_oneIsStale_changesNothing() {
    addSamples(2);
    datasets.delete("golden", List.of(id(2)), at(20));
    Map<UUID, Datapoint> both = new HashMap<>();
    both.put(id(1), sample(11));
    both.put(id(2), sample(12));
    assertThatExceptionOfType(DatapointGoneException.class)
        .isThrownBy(() -> datasets.replace(both))
        .satisfies(e -> assertThat(e.id()).isEqualTo(id(2)));
    assertThat(numbers(all())).containsExactly(1);
  }

  @Test
  final void replace_byManyAtOnce_succeedsOnce() throws Exception {
    addSamples(1);
    List<Callable<Boolean>> tries = new ArrayList<>();
    for (int n = 11; n < 15; n++) {
      int number = n;
      tries.add(
          () -> {
            try {
              datasets.replace(Map.of(id(1), sample(number)));
              return true;
            } catch (DatapointGoneException e) {
              return false;
            }
          });
    }
    int won = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<Boolean> done : threads.invokeAll(tries)) {
        won += done.get() ? 1 : 0;
      }
    }
    assertThat(won).isEqualTo(1);
    assertThat(datasets.find(all())).hasSize(1);
  }

  @Test
  final void rename_known_keepsTheId() {
    addSamples(2);
    Map<UUID, @Nullable String> names = new HashMap<>();
    names.put(id(1), null);
    names.put(id(2), "zwei");
    datasets.rename("golden", names, at(30));
    assertThat(datasets.find(all()))
        .extracting(Datapoint::id, Datapoint::name, Datapoint::updatedAt)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(id(2), "zwei", at(30)),
            org.assertj.core.groups.Tuple.tuple(id(1), null, at(30)));
    assertThatExceptionOfType(DatapointGoneException.class)
        .isThrownBy(() -> datasets.rename("other", Map.of(id(1), "x"), at(31)));
  }

  @Test
  final void delete_some_countsThoseThatWereThere() {
    addSamples(3);
    assertThat(datasets.delete("golden", List.of(id(1), id(9)), at(40))).isEqualTo(1);
    assertThat(datasets.delete("golden", List.of(id(1)), at(41))).isZero();
    assertThat(datasets.delete("other", List.of(id(2)), at(42))).isZero();
    assertThat(datasets.delete("golden", at(43))).isEqualTo(2);
    assertThat(numbers(all())).isEmpty();
    assertThat(datasets.byIds(null, List.of(id(1), id(2), id(3)), true)).hasSize(3);
  }

  @Test
  final void list_some_countsWhatCounts() {
    addSamples(3);
    datasets.add(
        List.of(
            changed(sample(8), "another", null, at(8)),
            changed(sample(9), "another", null, at(9))));
    datasets.delete("golden", List.of(id(1)), at(2));
    assertThat(datasets.list(null, 10, 0))
        .containsExactly(
            new DatasetSummary("another", 2, at(9)), new DatasetSummary("golden", 2, at(3)));
    assertThat(datasets.list("extract", 10, 0))
        .extracting(DatasetSummary::name, DatasetSummary::datapoints)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("another", 1L),
            org.assertj.core.groups.Tuple.tuple("golden", 1L));
    assertThat(datasets.list(null, 1, 1))
        .extracting(DatasetSummary::name)
        .containsExactly("golden");
    assertThat(datasets.list("nothing", 10, 0)).isEmpty();
  }
}
