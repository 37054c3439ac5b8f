package dev.pointsman.eventstore;

import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.ConfigEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventlog.EventDecodeException;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.TextModelEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where events are kept and asked: embedded in a data directory, or in a database server that many
 * routers share. What it answers does not depend on which.
 *
 * <p>The embedded engine unpacks its native library (60 MB) into {@code java.io.tmpdir} when its
 * first class loads and leaves it there after a crash. Start the JVM with {@code
 * -Djava.io.tmpdir=DATA/tmp}: opening a store sweeps what is left in that directory.
 */
public final class EventStore implements AutoCloseable {

  private static final Instant FAR = Instant.parse("9999-01-01T00:00:00Z");

  private final Path dataDirectory;
  private final Engine engine;
  private final String spool;
  private final DeadLetters deadLetters;

  /** Held while letters are tried again: two at once would count the same one twice. */
  private final Object retrying = new Object();

  /**
   * How much of the machine the embedded store may use.
   *
   * @param memoryLimit the engine's memory, for example {@code 2GB}; beyond it queries spill to disk
   * @param threads threads that one query may use
   * @param queryTimeout how long a reader may run
   */
  public record Settings(String memoryLimit, int threads, Duration queryTimeout) {
    /**
     * 640 MB, 1 thread, 30 seconds. With two threads the drain costs more CPU, a third of it spent
     * waiting, and pages gain a tenth of a second.
     */
    public static final Settings DEFAULT = new Settings("640MB", 1, Duration.ofSeconds(30));
  }

  private EventStore(Path dataDirectory, Engine engine, String spool, DeadLetters deadLetters) {
    this.dataDirectory = dataDirectory;
    this.engine = engine;
    this.spool = spool;
    this.deadLetters = deadLetters;
  }

  /**
   * Opens the embedded store of a data directory, creating it if needed, and migrates its tables.
   *
   * @throws StoreException if another process has it open, or it cannot be read
   */
  public static EventStore open(Path dataDirectory, Settings settings) {
    String spool = SpoolName.of(dataDirectory);
    return new EventStore(
        dataDirectory,
        DuckDbEngine.open(dataDirectory, settings, spool),
        spool,
        deadLetters(dataDirectory, spool));
  }

  /**
   * The store in a database of a ClickHouse server, created if it is missing. The server need not be
   * there: whoever asks is told, what is appended must come again, and both work once it is.
   *
   * @param dataDirectory where this machine keeps what is on its way
   * @throws IllegalArgumentException if the address is none
   */
  public static EventStore connect(Path dataDirectory, ClickHouseSettings settings) {
    String spool = SpoolName.of(dataDirectory);
    DeadLetters deadLetters = deadLetters(dataDirectory, spool);
    ClickHouseServer server =
        new ClickHouseServer(
            ClickHouseAddress.parse(settings.url()), settings.cluster(), settings.queryTimeout());
    return new EventStore(
        dataDirectory,
        new ClickHouseEngine(server, dataDirectory, deadLetters),
        spool,
        deadLetters);
  }

  private static DeadLetters deadLetters(Path dataDirectory, String spool) {
    return new DeadLetters(dataDirectory.resolve("dead-letter"), spool);
  }

  /**
   * Stores a batch exactly once, together with the mark that its source is stored up to its last
   * number.
   *
   * @throws IllegalArgumentException if it does not begin behind what is stored of its source
   * @throws EventRefusedException if one of the events contradicts itself; then none is stored
   * @throws StoreException if the engine refused; then the same batch must come again
   */
  public void append(EventBatch batch) {
    try (PreparedBatch prepared = prepare(batch)) {
      prepared.commit();
    }
  }

  /**
   * Writes a batch that nobody sees before it is committed. Up to three batches that follow each other
   * may be at work at the same time, each on its own thread, and are committed in their order; what
   * one costs then lies beside the others.
   *
   * @throws IllegalArgumentException if the batch begins within what is stored of its source
   * @throws EventRefusedException if one of the events contradicts itself
   * @throws StoreException if the engine refused
   */
  PreparedBatch prepare(EventBatch batch) {
    long stored = engine.lastSequence(batch.source());
    if (batch.first() <= stored) {
      throw new IllegalArgumentException(
          "events up to %d of %s are stored, these begin at %d"
              .formatted(stored, batch.source(), batch.first()));
    }
    return engine.prepare(batch);
  }

  /**
   * Stores what comes next of this directory's spool.
   *
   * @param events in the order of the spool
   * @param lastSequence the number of the last of them
   */
  public void append(List<? extends Event> events, long lastSequence) {
    long first = lastSequence() + 1;
    if (lastSequence < first) {
      throw new IllegalArgumentException(
          "events up to %d are stored, these end at %d".formatted(first - 1, lastSequence));
    }
    List<EventBatch.Numbered> numbered = new ArrayList<>(events.size());
    for (Event event : events) {
      numbered.add(new EventBatch.Numbered(Math.min(lastSequence, first + numbered.size()), event));
    }
    append(new EventBatch(spool, first, lastSequence, numbered));
  }

  /** The number of the last stored event of this directory's spool, 0 before the first. */
  public long lastSequence() {
    return engine.lastSequence(spool);
  }

  /** The number of the last stored event of any source, 0 before the first. */
  public long lastSequence(String source) {
    return engine.lastSequence(source);
  }

  /**
   * Asks the store for nothing, to know that it answers.
   *
   * @throws StoreException if it does not
   */
  public void ask() {
    engine.readers().query("nothing", Map.of(), row -> row.getInt(1));
  }

  /** Why the store cannot be reached now, null when it can be as far as is known. */
  public @Nullable String unreachable() {
    return engine.unreachable();
  }

  /** The name of this directory's spool, by which its events are numbered. */
  public String spool() {
    return spool;
  }

  /** The directory that the store works in. */
  public Path dataDirectory() {
    return dataDirectory;
  }

  /**
   * Brings one rule's statistics up to date: recomputes the buckets that something came in for since
   * the last time, or that matured; all of them when the rule is new or was changed.
   *
   * @param asOf the present; decides which decisions are matured
   * @return how many buckets were computed
   */
  public int refreshStatistics(RewardRule rule, Instant asOf) {
    return engine.refreshStatistics(rule, asOf);
  }

  /**
   * Brings the rollups up to date, which pages read: recomputes the buckets that something came in
   * for since the last time, or that matured; those of a rule that is new or was changed, and all
   * when the tags were changed, from the first event on.
   *
   * @param rules of which decisions are rolled up; at most one per function and metric
   * @param tags kept apart
   * @param asOf the present
   * @return how many minutes were computed
   */
  public int refreshRollups(Collection<RewardRule> rules, RollupTags tags, Instant asOf) {
    return engine.refreshRollups(rules, tags, asOf);
  }

  /** Removes what is kept of rollups and does not count any more. */
  void trimRollups(Collection<RewardRule> rules) {
    engine.trimRollups(rules);
  }

  /** Makes the next refresh compute every rollup again from the events. */
  public void forgetRollups() {
    engine.forgetRollups();
  }

  /**
   * The statistics as last refreshed, by bucket, segment, variant and lane.
   *
   * @param from first bucket
   * @param to end of the range, exclusive
   */
  public List<StatisticsRow> statistics(
      String functionName, String metric, Instant from, Instant to) {
    return engine
        .readers()
        .query(
            "statistics",
            Map.of("function", functionName, "metric", metric, "from", from, "to", to),
            Rows::statistics);
  }

  /**
   * What a trainer learns from: the statistics as last refreshed, by bucket, segment and variant.
   *
   * @param from first bucket; no bucket of these ages may reach over it
   * @param ages how long the buckets are
   */
  public List<EvidenceRow> evidence(
      String functionName, String metric, Instant from, EvidenceAges ages) {
    Map<String, Object> values = ages.sqlValues();
    values.putAll(Map.of("function", functionName, "metric", metric, "from", from, "to", FAR));
    List<EvidenceRow> rows = new ArrayList<>();
    // However long it takes: without it nothing is learnt.
    engine.readers().each("evidence", values, row -> rows.add(Rows.evidence(row)));
    return rows;
  }

  /** Removes what is kept of a rule's statistics and does not count any more. */
  void trimStatistics(RewardRule rule) {
    engine.trimStatistics(rule);
  }

  /** Figures about functions and their variants. */
  public FunctionQueries functions() {
    return new FunctionQueries(engine.readers());
  }

  /** Figures over ranges of time, from the rollups. */
  public TrafficQueries traffic() {
    return new TrafficQueries(engine.readers());
  }

  /** Single inferences, revisions, and what changed. */
  public HistoryQueries history() {
    return new HistoryQueries(engine.readers());
  }

  /** Inferences by what they are. */
  public InferenceQueries inferences() {
    return new InferenceQueries(engine.readers());
  }

  /** What the store says about itself. */
  public StoreInspection inspection() {
    return new StoreInspection(engine.readers());
  }

  /** Tables as files. */
  public TableExport export() {
    return new TableExport(engine);
  }

  /** Files brought in. */
  public TableImport imports() {
    return new TableImport(engine);
  }

  /** Where every question goes. */
  Readers readers() {
    return engine.readers();
  }

  /** See {@link Retention#apply}. */
  Map<String, Long> expire(Expiry expiry, BooleanSupplier stop) {
    return engine.expire(expiry, stop);
  }

  /** How many rows carry a tag or are about such that do, by table; tables without are left out. */
  Map<String, Long> tagged(Map<String, String> tag) {
    Map<String, Long> found = new LinkedHashMap<>();
    engine
        .readers()
        .each(
            "erase_count",
            tag,
            row -> {
              if (row.getLong("affected") > 0) {
                found.put(row.getString("table_name"), row.getLong("affected"));
              }
            });
    return found;
  }

  /** Takes tags and texts from those rows. */
  void erase(Map<String, String> tag) {
    engine.erase(tag);
    TrafficQueries.State rollups = traffic().state();
    if (rollups != null && rollups.tags().names().contains(tag.get("key"))) {
      // They hold the value too; the next refresh computes them from what is left.
      forgetRollups();
    }
  }

  DeadLetters deadLetters() {
    return deadLetters;
  }

  /** What was laid aside, by number. */
  public List<DeadLetter> refused() {
    return deadLetters.all().stream()
        .map(letter -> new DeadLetter(letter.sequence(), letter.table(), letter.reason()))
        .toList();
  }

  /**
   * Stores what was laid aside, each exactly once, and removes what is stored. What is refused again
   * stays.
   *
   * @throws StoreException if the store takes nothing
   */
  public LetterRetry retryRefused() {
    synchronized (retrying) {
      return retryAll();
    }
  }

  private LetterRetry retryAll() {
    int stored = 0;
    List<DeadLetter> refused = new ArrayList<>();
    for (DeadLetters.Letter letter : deadLetters.all()) {
      try {
        restore(letter);
        deadLetters.remove(letter);
        stored++;
      } catch (EventDecodeException | EventRefusedException | ArithmeticException e) {
        refused.add(
            new DeadLetter(letter.sequence(), letter.table(), String.valueOf(e.getMessage())));
      }
    }
    return new LetterRetry(stored, List.copyOf(refused));
  }

  private void restore(DeadLetters.Letter letter) {
    Event event = EventCodec.decode(letter.encoded());
    String source = "dead-letter:" + letter.source();
    long next = engine.lastSequence(source) + 1;
    EventBatch batch =
        new EventBatch(source, next, next, List.of(new EventBatch.Numbered(next, event)));
    EventTable table = letter.table();
    if (table != null) {
      engine.appendRow(batch, table, letter.row());
    } else if (!isStored(event)) {
      engine.append(batch);
    }
  }

  private boolean isStored(Event event) {
    return switch (event) {
      case RevisionEvent e ->
          history()
                  .revision(
                      e.revision().functionName(),
                      e.revision().generation(),
                      e.revision().revision())
              != null;
      case TextModelEvent e ->
          history().textModel(e.publication().functionName(), e.publication().model()) != null;
      case ConfigEvent e -> history().configuration(e.configHash()) != null;
      case InferenceEvent e -> engine.holds(EventTable.INFERENCE, e.id());
      case FeedbackEvent e -> engine.holds(EventTable.FEEDBACK, e.id());
      case ChangeEvent e -> engine.holds(EventTable.CHANGE_EVENT, e.id());
    };
  }

  /** Whether the engine takes anything at all; tells a bad row from a bad day. */
  boolean isWritable() {
    return engine.isWritable();
  }

  @Override
  public void close() {
    engine.close();
  }
}
