package dev.pointsman.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.catalog.CatalogReader;
import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.ProviderKind;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventstore.ClickHouseSettings;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.EvidenceAges;
import dev.pointsman.eventstore.EvidenceRow;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.eventstore.RollupTags;
import dev.pointsman.eventstore.StatisticsFold;
import dev.pointsman.eventstore.StatisticsRow;
import dev.pointsman.eventstore.testing.LocalClickHouse;
import dev.pointsman.replay.WorldRun.Chooser;
import dev.pointsman.replay.WorldRun.Configuration;
import dev.pointsman.report.FunctionReport;
import dev.pointsman.report.Reports;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.trainer.ChangeAlarm;
import dev.pointsman.trainer.RewardRules;
import dev.pointsman.worlds.DemoWorld;
import dev.pointsman.worlds.RequestKind;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.util.DoubleComparator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same ten minutes of the demo's world, learnt from the statistics of each store and from those
 * of the fold: whichever it is, the same is decided and the same is reported. Every build revises
 * every 30 seconds; {@code -Devidence=true} every two, as the demo does.
 *
 * <p>What is decided is the same to the last bit, since policies learn from counts and from sums of
 * rewards, which are whole numbers here. Sums of propensities are not: each engine adds them in an
 * order of its own, and the embedded one, with two threads, in another one every time. Only figures
 * made of these may differ, by what rounding gives.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StoreTwinTest {

  private static final Comparator<Double> ROUNDED = new DoubleComparator(1e-12);
  private static final Duration LENGTH = Duration.ofMinutes(10);
  private static final Instant END = WorldRun.START.plus(LENGTH);
  private static final Instant FAR = END.plus(Duration.ofDays(1));

  private static final FunctionCatalog CATALOG = catalog();
  private static final RewardRule RULE = rule(CATALOG.functions().get(WorldRun.FUNCTION));

  private static final Configuration CONFIGURATION =
      Boolean.getBoolean("evidence")
          ? Configuration.DEMO
          : new Configuration(
              Configuration.DEMO.baselineVariant(),
              Configuration.DEMO.shares(),
              Duration.ofSeconds(30),
              Configuration.DEMO.attributionWindow(),
              Configuration.DEMO.halfLife());

  private final List<EventStore> opened = new ArrayList<>();
  private Path directory;
  private Run fold;
  private Run duckDb;
  private Run clickHouse;

  /**
   * What a run was.
   *
   * @param log its events
   * @param rows the statistics in the end
   * @param report judged by the world's truth
   */
  private record Run(List<Event> log, List<StatisticsRow> rows, WorldReport report) {}

  @BeforeAll
  void runBothThatNeedNoServer(@TempDir Path temporary) {
    directory = temporary;
    fold = run(new FoldEvidence());
    duckDb =
        run(
            new StoreEvidence(
                opened(EventStore.open(directory.resolve("duckdb"), EventStore.Settings.DEFAULT))));
  }

  @AfterAll
  void close() {
    opened.forEach(EventStore::close);
  }

  @Test
  void demo_byTheFold_learnsAndMeetsTheDrift() {
    assertThat(inferences(fold.log())).hasSizeBetween(14_000, 16_000);
    assertThat(lastRevision(fold.log()))
        .isEqualTo(LENGTH.dividedBy(CONFIGURATION.revisionInterval()) - 1);
    assertThat(fold.report().alarms())
        .anySatisfy(
            alarm -> {
              assertThat(alarm.segment()).isEqualTo(RequestKind.CODE.label());
              assertThat(alarm.variant()).isEqualTo("scholar");
            });
  }

  @Test
  void demo_onDuckDb_decidesAsByTheFold() {
    assertSame(duckDb, fold);
  }

  @Test
  void demo_onClickHouse_decidesAsByTheFold() {
    assertSame(onClickHouse(), fold);
  }

  @Test
  void report_onClickHouse_isThatOnDuckDb() {
    onClickHouse();
    Reports first = reports(opened.getFirst());
    Reports second = reports(opened.getLast());
    FunctionReport.Range range = new FunctionReport.Range(WorldRun.START, END);

    FunctionReport report = first.function(WorldRun.FUNCTION, range).orElseThrow();
    assertThat(report.headline().inferences()).isEqualTo(inferences(fold.log()).size());
    assertThat(report.policy()).contains(", revision %d, ".formatted(lastRevision(fold.log())));
    assertThat(report.marks()).hasSameSizeAs(fold.report().alarms()).isNotEmpty();
    assertThat(report.share().starts()).hasSize(60);
    assertThat(report.quality()).hasSize(3);
    assertAlike(second.function(WorldRun.FUNCTION, range), Optional.of(report));
    assertAlike(second.overview(range), first.overview(range));
    assertAlike(
        second.samplingProbabilities(WorldRun.FUNCTION),
        first.samplingProbabilities(WorldRun.FUNCTION));
  }

  /** Words and counts are the same; numbers up to their rounding. */
  private static void assertAlike(Object actual, Object expected) {
    assertThat(actual)
        .usingRecursiveComparison()
        .withComparatorForType(ROUNDED, Double.class)
        .isEqualTo(expected);
  }

  private static void assertSame(Run run, Run expected) {
    assertThat(run.log()).hasSameSizeAs(expected.log());
    for (int i = 0; i < run.log().size(); i++) {
      // Every number of an event is written so that it is read back to the last bit.
      assertThat(EventCodec.toJson(run.log().get(i)))
          .as("event %d", i)
          .isEqualTo(EventCodec.toJson(expected.log().get(i)));
    }
    assertThat(run.report()).isEqualTo(expected.report());
    assertThat(run.rows()).hasSameSizeAs(expected.rows());
    for (int i = 0; i < run.rows().size(); i++) {
      assertThat(run.rows().get(i))
          .usingRecursiveComparison()
          .withComparatorForType(Double::compare, Double.class)
          .withComparatorForFields(ROUNDED, "expectedPulls", "pullVariance")
          .isEqualTo(expected.rows().get(i));
    }
  }

  private synchronized Run onClickHouse() {
    if (clickHouse == null) {
      String database = LocalClickHouse.shared().database();
      clickHouse =
          run(
              new StoreEvidence(
                  opened(
                      EventStore.connect(
                          directory.resolve("clickhouse"), ClickHouseSettings.of(database)))));
    }
    return clickHouse;
  }

  private EventStore opened(EventStore store) {
    opened.add(store);
    return store;
  }

  private static Run run(Recorded evidence) {
    WorldRun run = new WorldRun(DemoWorld.world(), Chooser.SQUARECB, CONFIGURATION, 1, evidence);
    WorldReport report = run.run(LENGTH);
    report.alarms().forEach(alarm -> evidence.accept(change(alarm)));
    evidence.accept(
        new RevisionEvent(
            Events.id(1),
            new PolicyRevision(
                WorldRun.FUNCTION,
                "replay",
                lastRevision(evidence.log),
                END,
                run.statistics(),
                "{}")));
    return new Run(evidence.log, evidence.statistics(END), report);
  }

  private static ChangeEvent change(ChangeAlarm alarm) {
    return new ChangeEvent(
        Events.id(alarm.segmentPulls()),
        alarm.raisedAt(),
        ChangeEvent.Kind.POLICY,
        "trainer",
        WorldRun.FUNCTION,
        "segment \"%s\" variant %s".formatted(alarm.segment(), alarm.variant()),
        null,
        null,
        alarm.toString());
  }

  private static List<InferenceEvent> inferences(List<Event> log) {
    return log.stream()
        .filter(InferenceEvent.class::isInstance)
        .map(InferenceEvent.class::cast)
        .toList();
  }

  private static long lastRevision(List<Event> log) {
    return inferences(log).getLast().decision().version().revision();
  }

  private static Reports reports(EventStore store) {
    Instant now = END.plus(Duration.ofMinutes(1));
    store.refreshRollups(List.of(RULE), RollupTags.NONE, now);
    return new Reports(
        store,
        () -> CATALOG,
        StoreTwinTest::rule,
        (function, revision, challenger, hash) -> Optional.empty(),
        () -> now);
  }

  private static FunctionCatalog catalog() {
    CatalogReading reading =
        new CatalogReader(
                List.of(
                    new ProviderKind(
                        "simulated", (table, read) -> read.requiredText("model_name"))),
                Map.of())
            .readText("demo.toml", DemoWorld.configuration());
    assertThat(reading)
        .as(reading.diagnostics().toString())
        .isInstanceOf(CatalogReading.Loaded.class);
    return ((CatalogReading.Loaded) reading).catalog();
  }

  private static RewardRule rule(FunctionDefinition function) {
    return RewardRules.of(
        CATALOG, function.name(), (Experimentation.Learned) function.experimentation());
  }

  /** Evidence that keeps the log for comparing. */
  private abstract static class Recorded implements Evidence {
    final List<Event> log = new ArrayList<>();

    @Override
    public void accept(Event event) {
      log.add(event);
    }

    abstract List<StatisticsRow> statistics(Instant asOf);
  }

  private static final class FoldEvidence extends Recorded {
    private final StatisticsFold fold = new StatisticsFold(RULE);

    @Override
    public void accept(Event event) {
      super.accept(event);
      fold.accept(event);
    }

    @Override
    public List<EvidenceRow> rows(Instant asOf) {
      return EvidenceRow.of(fold.rows(asOf), EvidenceAges.at(asOf, List.of()));
    }

    @Override
    List<StatisticsRow> statistics(Instant asOf) {
      return fold.rows(asOf);
    }
  }

  private static final class StoreEvidence extends Recorded {
    private final EventStore store;
    private int stored;

    StoreEvidence(EventStore store) {
      this.store = store;
    }

    @Override
    public List<EvidenceRow> rows(Instant asOf) {
      store(asOf);
      return store.evidence(
          WorldRun.FUNCTION, WorldRun.METRIC, Instant.EPOCH, EvidenceAges.at(asOf, List.of()));
    }

    @Override
    List<StatisticsRow> statistics(Instant asOf) {
      store(asOf);
      return store.statistics(WorldRun.FUNCTION, WorldRun.METRIC, Instant.EPOCH, FAR);
    }

    private void store(Instant asOf) {
      if (stored < log.size()) {
        store.append(log.subList(stored, log.size()), log.size());
        stored = log.size();
      }
      store.refreshStatistics(RULE, asOf);
    }
  }
}
