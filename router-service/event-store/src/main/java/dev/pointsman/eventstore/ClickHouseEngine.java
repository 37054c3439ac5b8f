package dev.pointsman.eventstore;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.query.QueryResponse;
import com.clickhouse.client.api.query.QuerySettings;
import com.clickhouse.data.ClickHouseFormat;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventstore.ClickHouseInserts.Rejection;
import dev.pointsman.eventstore.ClickHouseInserts.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database server, shared by many routers. There are no transactions: a batch is planned on this
 * machine's disk, sent table by table under names that the server knows again, and marked in {@code
 * ingest} last. Whatever happens in between, the same batch is sent again until all of it is there.
 *
 * <p>A table's block that was sent before and never answered for is first asked after by the ids of
 * its rows, since the server remembers names only for a while.
 *
 * <p>Nothing here needs the server to be there: it is connected to when first needed and again
 * whenever it comes back.
 */
final class ClickHouseEngine implements Engine {

  private static final Logger LOG = LoggerFactory.getLogger(ClickHouseEngine.class);
  private static final int READERS = 8;
  private static final int IDS_PER_QUESTION = 1_000;
  private static final Duration SHORTEST_RETRY = Duration.ofSeconds(1);

  private static final TableShape INGEST =
      TableShape.named("ingest")
          .with(Column.Kind.TEXT, "source")
          .with(Column.Kind.WHOLE, "seq")
          .build();

  private final ClickHouseServer server;
  private final ClickHouseInserts inserts;
  private final Client client;
  private final Readers readers;
  private final ClickHouseStatistics statistics;
  private final ClickHouseRollups rollups;
  private final ClickHouseUpkeep upkeep;
  private final DeadLetters deadLetters;
  private final Path plans;
  private final Object writing = new Object();
  private final Map<String, Source> sources = new HashMap<>();
  private boolean closed;

  private final Object connecting = new Object();
  private volatile boolean ready;
  private long triedAt;
  private volatile @Nullable SQLException unreachable;

  /** What is known of a source here. */
  private static final class Source {
    final BatchPlan plan;

    /** Whether the server was asked how far it has the source. */
    boolean compared;

    /** Tables of the batch at work that are done. */
    final Set<String> sent = new HashSet<>();

    Source(BatchPlan plan) {
      this.plan = plan;
    }
  }

  ClickHouseEngine(ClickHouseServer server, Path dataDirectory, DeadLetters deadLetters) {
    this.server = server;
    this.client = server.client();
    this.inserts = new ClickHouseInserts(client);
    this.deadLetters = deadLetters;
    this.plans = dataDirectory.resolve("plans");
    this.readers = new Readers(Dialect.CLICKHOUSE, this::connect, READERS, server.answerWithin());
    this.statistics = new ClickHouseStatistics(readers, server.layout());
    this.rollups = new ClickHouseRollups(readers, server.layout());
    this.upkeep = new ClickHouseUpkeep(readers, server.layout());
  }

  @Override
  public Readers readers() {
    return readers;
  }

  private Connection connect() throws SQLException {
    makeReady();
    return server.connect();
  }

  /** Creates and migrates what is missing, the first time that the server is there. */
  private void makeReady() throws SQLException {
    if (ready) {
      return;
    }
    synchronized (connecting) {
      if (ready) {
        return;
      }
      long now = System.nanoTime();
      if (unreachable != null && now - triedAt < SHORTEST_RETRY.toNanos()) {
        throw new SQLException(unreachable.getMessage(), unreachable);
      }
      try {
        server.migrate();
        ready = true;
        unreachable = null;
        LOG.info("events are kept in {}", server.address());
      } catch (SQLException e) {
        unreachable =
            new SQLException("%s cannot be used: %s".formatted(server.address(), why(e)), e);
        triedAt = System.nanoTime();
        throw unreachable;
      }
    }
  }

  /** Nothing is sent before the batch is committed: the server would show it. */
  @Override
  public PreparedBatch prepare(EventBatch batch) {
    return new PreparedBatch() {
      @Override
      public void commit() {
        send(batch);
      }

      @Override
      public void close() {}
    };
  }

  private void send(EventBatch batch) {
    synchronized (writing) {
      if (closed) {
        throw new StoreException("the event store in %s is closed".formatted(server.address()));
      }
      Source source = source(batch.source());
      try {
        makeReady();
        compare(batch.source(), source);
        EventBatch rest = behind(batch, source.plan.stored());
        if (rest != null) {
          appendPlanned(rest, source);
        }
      } catch (UnavailableException e) {
        if (e.isMissingTable()) {
          ready = false;
        }
        unreachable = new SQLException(server.address() + " takes nothing: " + e.getMessage(), e);
        throw notStored(batch, e);
      } catch (SQLException e) {
        unreachable = new SQLException(server.address() + " takes nothing: " + why(e), e);
        throw notStored(batch, e);
      }
    }
  }

  /**
   * Rows that the server has are left out already, so a batch that was cut off anywhere is sent again
   * without a plan.
   */
  @Override
  public void append(RowBatch batch) {
    synchronized (writing) {
      Source source = source(batch.source());
      try {
        makeReady();
        compare(batch.source(), source);
        String name = "%s-%d-%d-".formatted(batch.source(), batch.first(), batch.last());
        for (RowBinaryBlock block : ClickHouseBatch.of(batch).blocks()) {
          sendOwn(block, name + block.table().name());
        }
        mark(batch.source(), batch.last(), source);
      } catch (UnavailableException | SQLException e) {
        throw notStored(batch.source(), batch.rows().size(), batch.last(), e);
      }
    }
  }

  private void sendOwn(RowBinaryBlock block, String name) throws UnavailableException {
    List<Rejection> rejections = new ArrayList<>();
    inserts.send(block, name, rejections);
    refuseRejected(block, rejections);
  }

  @Override
  public void appendRow(EventBatch batch, EventTable table, int row) {
    synchronized (writing) {
      Source source = source(batch.source());
      try {
        makeReady();
        compare(batch.source(), source);
        List<RowBinaryBlock> arrivals = new ArrayList<>();
        for (RowBinaryBlock block : ClickHouseBatch.of(batch).blocks()) {
          if (block.table() == TableShape.ARRIVAL) {
            arrivals.add(block);
          } else if (block.table() == table.shape()) {
            sendAlone(missing(block.only(r -> r == row)));
          }
        }
        for (RowBinaryBlock block : arrivals) {
          sendAlone(block);
        }
        mark(batch.source(), batch.last(), source);
      } catch (UnavailableException | SQLException e) {
        throw notStored(batch, e);
      }
    }
  }

  private void sendAlone(RowBinaryBlock block) throws UnavailableException {
    if (block.rows() > 0) {
      List<Rejection> rejections = new ArrayList<>();
      inserts.send(block, ClickHouseInserts.partName(block, 0, block.rows()), rejections);
      if (!rejections.isEmpty()) {
        throw new EventRefusedException(
            "table %s: %s".formatted(block.table().name(), rejections.getFirst().reason()));
      }
    }
  }

  @Override
  public boolean holds(EventTable table, UUID id) {
    List<Long> found = new ArrayList<>();
    readers.each(
        NamedSql.of(
            Dialect.CLICKHOUSE,
            "holds_id",
            Map.of("table", table.tableName(), "id", table.shape().columnNames().getFirst())),
        "looking for an event",
        Map.of("id", id.toString()),
        row -> found.add(row.getLong(1)));
    return found.getFirst() > 0;
  }

  @Override
  public @Nullable String unreachable() {
    SQLException why = unreachable;
    return why == null ? null : why.getMessage();
  }

  private static String why(SQLException e) {
    return e.getCause() == null ? String.valueOf(e.getMessage()) : ClickHouseServer.reason(e);
  }

  private StoreException notStored(EventBatch batch, Exception e) {
    return notStored(batch.source(), batch.events().size(), batch.last(), e);
  }

  private StoreException notStored(String source, int rows, long last, Exception e) {
    return new StoreException(
        "%d events up to %d of %s could not be stored in %s: %s"
            .formatted(rows, last, source, server.address(), e.getMessage()),
        e);
  }

  /** A batch that was begun before a crash is finished as it was. */
  private void appendPlanned(EventBatch batch, Source source)
      throws SQLException, UnavailableException {
    long planned = source.plan.last();
    if (source.plan.isPending() && batch.first() <= planned && planned < batch.last()) {
      send(upTo(batch, planned), source);
      EventBatch rest = behind(batch, planned);
      if (rest != null) {
        send(rest, source);
      }
    } else {
      send(batch, source);
    }
  }

  private static EventBatch upTo(EventBatch batch, long last) {
    return new EventBatch(
        batch.source(),
        batch.first(),
        last,
        batch.events().stream().filter(e -> e.sequence() <= last).toList());
  }

  private static @Nullable EventBatch behind(EventBatch batch, long stored) {
    if (batch.first() > stored) {
      return batch;
    }
    if (batch.last() <= stored) {
      return null;
    }
    return new EventBatch(
        batch.source(),
        stored + 1,
        batch.last(),
        batch.events().stream().filter(e -> e.sequence() > stored).toList());
  }

  private void send(EventBatch batch, Source source) throws SQLException, UnavailableException {
    ClickHouseBatch encoded = ClickHouseBatch.of(batch);
    boolean doubtful = source.plan.isDoubtful(batch);
    if (!source.plan.isPending(batch)) {
      source.sent.clear();
      source.plan.begin(batch);
    }
    String name = "%s-%d-%d-".formatted(batch.source(), batch.first(), batch.last());
    for (RowBinaryBlock block : encoded.blocks()) {
      if (!source.sent.contains(block.table().name())) {
        send(batch, block, name + block.table().name(), doubtful);
        source.sent.add(block.table().name());
      }
    }
    mark(batch.source(), batch.last(), source);
    unreachable = null;
    source.sent.clear();
  }

  private void mark(String name, long last, Source source)
      throws SQLException, UnavailableException {
    RowBinaryBlock mark = new RowBinaryBlock(INGEST);
    mark.begin(last).text(name).whole(last).end();
    sendOwn(mark, ClickHouseInserts.partName(mark, 0, 1));
    source.plan.storedUpTo(last);
  }

  private void send(EventBatch batch, RowBinaryBlock block, String name, boolean doubtful)
      throws SQLException, UnavailableException {
    RowBinaryBlock missing = doubtful ? missing(block) : block;
    if (missing.rows() == 0) {
      return;
    }
    List<Rejection> rejections = new ArrayList<>();
    inserts.send(
        missing,
        missing == block ? name : ClickHouseInserts.partName(missing, 0, missing.rows()),
        rejections);
    if (doubtful && rejections.isEmpty()) {
      sendForgotten(missing);
    }
    if (block.table() == TableShape.ARRIVAL) {
      refuseRejected(block, rejections);
    }
    for (Rejection rejection : rejections) {
      long sequence = missing.sequenceOf(rejection.row());
      Event event = eventOf(batch, sequence);
      LOG.error(
          "table {} refuses a row of event {}, which goes to {}: {}",
          block.table().name(),
          sequence,
          deadLetters.directory(),
          rejection.reason());
      deadLetters.lay(
          batch.source(),
          sequence,
          block.table(),
          rowWithin(block, missing, rejection.row()),
          EventCodec.encode(event),
          rejection.reason());
    }
  }

  /**
   * Sends under another name what the server took and still does not have. A server notes a block's
   * name before it puts the block into its table (MergeTreeSink); killed between the two it remembers
   * the name alone, and drops the block as a repetition. When it has answered, nothing of the first
   * name is under way any more. What was touched may be said twice, and has no ids to ask for.
   * Replicated tables note both at once, and a replica that is behind would make this a doubling.
   */
  private void sendForgotten(RowBinaryBlock sent) throws SQLException, UnavailableException {
    if (server.isClustered() || !sent.hasIds() && sent.table() != TableShape.ARRIVAL) {
      return;
    }
    RowBinaryBlock forgotten = missing(sent);
    if (forgotten.rows() > 0) {
      String name = ClickHouseInserts.partName(forgotten, 0, forgotten.rows());
      sendOwn(forgotten, name + "-again");
    }
  }

  /** Rows of our own making are right, so whoever refuses them must be put right. */
  private static void refuseRejected(RowBinaryBlock block, List<Rejection> rejections)
      throws UnavailableException {
    if (!rejections.isEmpty()) {
      String reason = rejections.getFirst().reason();
      throw new UnavailableException(
          "table %s refuses a row of the store's own: %s".formatted(block.table().name(), reason),
          0,
          new IllegalStateException(reason));
    }
  }

  private static Event eventOf(EventBatch batch, long sequence) {
    for (EventBatch.Numbered event : batch.events()) {
      if (event.sequence() == sequence) {
        return event.event();
      }
    }
    throw new IllegalStateException("no event " + sequence + " in its batch");
  }

  /** Which of its event's rows in the table it is. */
  private static int rowWithin(RowBinaryBlock whole, RowBinaryBlock part, int row) {
    int within = 0;
    if (!whole.hasIds()) {
      return within;
    }
    for (int i = 0; i < whole.rows(); i++) {
      if (whole.sequenceOf(i) == part.sequenceOf(row)) {
        if (whole.idOf(i).equals(part.idOf(row))) {
          return within;
        }
        within++;
      }
    }
    return within;
  }

  /** The rows of a block that the server does not have. */
  private RowBinaryBlock missing(RowBinaryBlock block) throws SQLException {
    if (!block.hasIds()) {
      return block;
    }
    Map<String, String> identifiers =
        Map.of("table", block.table().name(), "id", block.table().columns().getFirst().name());
    Set<UUID> stored = new HashSet<>();
    try (Connection connection = server.connect()) {
      for (int from = 0; from < block.rows(); from += IDS_PER_QUESTION) {
        List<String> ids = new ArrayList<>();
        for (int i = from; i < Math.min(block.rows(), from + IDS_PER_QUESTION); i++) {
          ids.add(block.idOf(i).toString());
        }
        try (PreparedStatement statement =
                NamedSql.of(Dialect.CLICKHOUSE, "stored_ids", identifiers)
                    .prepare(connection, Map.of("ids", String.join(",", ids)));
            ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            stored.add((UUID) rows.getObject(1));
          }
        }
      }
    }
    return stored.isEmpty() ? block : block.only(row -> !stored.contains(block.idOf(row)));
  }

  private Source source(String name) {
    return sources.computeIfAbsent(name, n -> new Source(BatchPlan.open(plans, n)));
  }

  /** The server may know more than this machine's file, as after a copy of the directory. */
  private void compare(String name, Source source) throws SQLException {
    if (source.compared) {
      return;
    }
    long stored = 0;
    try (Connection connection = server.connect();
        PreparedStatement statement =
            NamedSql.of(Dialect.CLICKHOUSE, "ingest_of")
                .prepare(connection, Map.of("source", name));
        ResultSet row = statement.executeQuery()) {
      if (row.next()) {
        stored = row.getLong(1);
      }
    }
    if (stored > source.plan.stored()) {
      source.plan.storedUpTo(stored);
    } else if (stored < source.plan.stored()) {
      LOG.warn(
          "{} has {} up to event {}, and was sent {}: is it the same database as before?",
          server.address(),
          name,
          stored,
          source.plan.stored());
    }
    source.compared = true;
  }

  @Override
  public long lastSequence(String name) {
    synchronized (writing) {
      Source source = source(name);
      try {
        makeReady();
        compare(name, source);
      } catch (SQLException e) {
        // What this machine's file says is enough to go on with, and right unless it was lost.
        LOG.debug("how far {} is stored is not known to the server now", name, e);
      }
      return source.plan.stored();
    }
  }

  /** Rows that are refused are dealt with here: what else fails is the server's. */
  @Override
  public boolean isWritable() {
    return false;
  }

  @Override
  public int refreshStatistics(RewardRule rule, Instant asOf) {
    return statistics.refresh(rule, asOf);
  }

  @Override
  public int refreshRollups(Collection<RewardRule> rules, RollupTags tags, Instant asOf) {
    return rollups.refresh(rules, tags, asOf);
  }

  @Override
  public void forgetRollups() {
    rollups.forget();
  }

  @Override
  public void trimRollups(Collection<RewardRule> rules) {
    rollups.trim(rules);
  }

  @Override
  public void trimStatistics(RewardRule rule) {
    statistics.trim(rule);
  }

  /** On a connection of its own, however long that takes; the server keeps the rest. */
  @Override
  public void scan(EventTable table, RowTaker taker) {
    List<Column> columns = table.shape().columns();
    try (Connection connection = connect();
        PreparedStatement statement =
            NamedSql.of(Dialect.CLICKHOUSE, "scan", identifiers(table.shape()))
                .prepare(connection, Map.of());
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        taker.take(Rows.values(rows, columns));
      }
    } catch (SQLException e) {
      throw new StoreException(
          "reading %s failed: %s".formatted(table.tableName(), e.getMessage()), e);
    }
  }

  private static Map<String, String> identifiers(TableShape table) {
    return Map.of(
        "table",
        table.name(),
        "columns",
        table.columnNames().stream()
            .map(name -> '"' + name + '"')
            .collect(Collectors.joining(", ")));
  }

  @Override
  public long writeParquet(TableShape table, OutputStream out) throws IOException {
    Map<String, String> identifiers = new HashMap<>(identifiers(table));
    List<Long> count = new ArrayList<>();
    readers.each(
        NamedSql.of(Dialect.CLICKHOUSE, "scan_count", identifiers),
        "reading " + table.name(),
        Map.of(),
        row -> count.add(row.getLong(1)));
    // Rows only come, so that many are there still.
    identifiers.put("rows", Long.toString(count.getFirst()));
    String sql = NamedSql.of(Dialect.CLICKHOUSE, "copy_parquet", identifiers).text();
    try (QueryResponse response =
            client.query(sql, new QuerySettings().setFormat(ClickHouseFormat.Parquet)).get();
        InputStream in = response.getInputStream()) {
      in.transferTo(out);
      return count.getFirst();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new StoreException("reading %s failed: %s".formatted(table.name(), e.getMessage()), e);
    }
  }

  @Override
  public Map<String, Long> expire(Expiry expiry, BooleanSupplier stop) {
    return upkeep.expire(expiry);
  }

  @Override
  public void erase(Map<String, String> tag) {
    upkeep.erase(tag);
  }

  @Override
  public void close() {
    synchronized (writing) {
      if (closed) {
        return;
      }
      closed = true;
      try {
        sources.values().forEach(source -> source.plan.close());
        readers.close();
        inserts.close();
      } catch (SQLException e) {
        throw new StoreException(server.address() + " could not be closed", e);
      }
    }
  }
}
