package dev.pointsman.server;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.GatewaySettings;
import dev.pointsman.catalog.StoreSettings;
import dev.pointsman.control.ControlStore;
import dev.pointsman.dashboard.DashboardSettings;
import dev.pointsman.dashboard.ReportThreads;
import dev.pointsman.dashboard.query.QueryThreads;
import dev.pointsman.eventlog.ConfigEvent;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventstore.Drain;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.Retention;
import dev.pointsman.eventstore.RollupTags;
import dev.pointsman.eventstore.StoreException;
import dev.pointsman.gateway.sink.Answers;
import dev.pointsman.gateway.sink.NettySettings;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import dev.pointsman.routing.ActivePolicies;
import dev.pointsman.routing.BudgetPacer;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.TextPublication;
import dev.pointsman.trainer.GateWatch;
import dev.pointsman.trainer.LogWatch;
import dev.pointsman.trainer.PolicyTrainer;
import dev.pointsman.trainer.RollupCycle;
import dev.pointsman.trainer.ServedGenerations;
import dev.pointsman.worlds.WorldClock;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole service in one process: log, store, control, trainer, configuration watch, and the HTTP
 * server with its surfaces and pages. Parts are opened in the order in which they need each other
 * and closed in the opposite one.
 */
final class PointsmanServer implements AutoCloseable {

  static final String VERSION = "0.1.0";

  private static final Duration LONGEST_DRAIN = Duration.ofSeconds(10);

  /** What cost weighed longer ago says little about today's requests. */
  private static final Duration PACERS_REMEMBER = Duration.ofDays(1);

  private static final Logger log = LoggerFactory.getLogger(PointsmanServer.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final URI url;

  private PointsmanServer(
      FunctionCatalog catalog, List<String> configFiles, ServerOptions options, boolean simulated) {
    StoreSettings settings = catalog.store();
    Path path = options.data() == null ? Path.of(settings.dataDirectory()) : options.data();
    DataDirectory directory = new DataDirectory(path);
    directory.create();
    // Native libraries are unpacked there and swept with the directory, not left in a shared one.
    System.setProperty("java.io.tmpdir", directory.temporary().toString());

    InstantSource clock = InstantSource.system();
    IdSource ids = new IdSource(clock, () -> ThreadLocalRandom.current().nextLong());
    EventLog eventLog = opened(spool(directory, settings));
    ControlStore control = opened(ControlStore.open(settings.control(), path, clock));
    EventStore store = opened(OpenedStore.of(settings, path));
    Drain drain = opened(new Drain(store, eventLog));
    KeptRevisions kept = new KeptRevisions(path, ids);
    long loggedBefore = eventLog.health().lastSeq();
    boolean storeIsThere = drainedBefore(drain, store, settings);
    if (!storeIsThere || store.history().configuration(catalog.configHash()) == null) {
      // Twice is harmless.
      eventLog.append(new ConfigEvent(ids.next(), ids.now(), catalog.configHash(), catalog.text()));
    }
    List<ActivePolicies> policies =
        catalog.functions().values().stream()
            .flatMap(
                function ->
                    lastPolicies(function, control, storeIsThere ? store : null, kept).stream())
            .toList();

    ApplicationContext context = opened(context(catalog, options));
    context.registerSingleton(
        ServerParts.class,
        new ServerParts(
            catalog,
            policies,
            eventLog,
            store,
            drain,
            control,
            ids,
            clock,
            new WorldClock(clock),
            new DashboardSettings(catalog.gateway().basePath(), simulated),
            node()));
    context.start();
    ActiveSnapshot snapshots = context.getBean(ActiveSnapshot.class);
    for (ActivePolicies active : policies) {
      PolicyRevision revision = active.serving().revision();
      String model = revision.textModel();
      if (model != null) {
        TextPublication text =
            storeIsThere
                ? store.history().textModel(revision.functionName(), model)
                : kept.text(revision.functionName(), model);
        take(snapshots, revision.functionName(), model, text);
      }
    }
    if (storeIsThere) {
      resumePacers(snapshots, store, clock.instant());
    }
    PolicyTrainer trainer =
        opened(
            new PolicyTrainer(
                new PolicyTrainer.Surroundings(
                    store,
                    (function, generation) ->
                        latestRevision(store, loggedBefore, function, generation),
                    eventLog::append,
                    control,
                    () -> snapshots.current().catalog(),
                    active -> {
                      if (snapshots.swap(active)) {
                        kept.keep(active.serving().revision());
                      }
                    },
                    ids,
                    VERSION,
                    text -> {
                      if (take(snapshots, text.functionName(), text.model(), text)) {
                        kept.keep(text);
                      }
                    })));
    RollupCycle rollups =
        opened(
            new RollupCycle(
                store,
                () -> snapshots.current().catalog(),
                RollupTags.of(settings.rollupTags()),
                clock));
    LogWatch watch =
        opened(
            new LogWatch(
                store,
                () -> snapshots.current().catalog(),
                eventLog::append,
                () -> eventLog.health().lastSeq(),
                ids));
    GateWatch gate =
        opened(
            new GateWatch(
                new GateWatch.Surroundings(
                    store,
                    control,
                    () -> snapshots.current().catalog(),
                    eventLog::append,
                    trainer::move,
                    ids)));
    context.registerSingleton(GateWatch.class, gate);
    context.registerSingleton(PolicyTrainer.class, trainer);
    drain.start();
    trainer.start();
    gate.start();
    watch.start();
    rollups.start();
    opened(
            new Retention(
                store, settings.retention().days(), settings.retention().payloadDays(), clock))
        .start();
    if (!configFiles.isEmpty()) {
      opened(ConfigurationWatch.start(configFiles, snapshots, eventLog, ids));
    }
    EmbeddedServer server = context.getBean(EmbeddedServer.class);
    server.start();
    url = URI.create("http://%s:%d".formatted(server.getHost(), server.getPort()));
    directory.announce(url);
    parts.push(() -> finishRequests(context));
    parts.push(directory::withdraw);
  }

  private static EventLog spool(DataDirectory directory, StoreSettings settings) {
    try {
      return EventLog.open(
          directory.spool(),
          new EventLog.Settings(durability(settings), settings.spoolMaxBytes())
              .withWhenFull(whenFull(settings)));
    } catch (UncheckedIOException e) {
      throw new CommandFailure(Pointsman.FOUND_A_PROBLEM, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Stores everything acknowledged before the last stop, revisions among it, before anything is
   * decided. Without its server the service starts all the same, and logs until that is back.
   */
  private static boolean drainedBefore(Drain drain, EventStore store, StoreSettings settings) {
    try {
      drain.drainNow();
      store.ask();
      return true;
    } catch (StoreException e) {
      if (settings.isEmbedded()) {
        throw e;
      }
      log.warn(
          "starting without the event store, with the revisions kept here; what is logged waits:"
              + " {}",
          e.getMessage());
      return false;
    }
  }

  /**
   * What decided for a function before the stop.
   *
   * @param store null while it is away; then what was kept decides, alone
   */
  private static Optional<ActivePolicies> lastPolicies(
      FunctionDefinition function,
      ControlStore control,
      @Nullable EventStore store,
      KeptRevisions kept) {
    if (!(function.experimentation() instanceof Experimentation.Learned learned)) {
      return Optional.empty();
    }
    String name = function.name();
    PolicyRevision keptLast = store == null ? kept.last(name) : null;
    return new ServedGenerations(
            control,
            generation ->
                store != null
                    ? store.history().latestRevision(name, generation.id())
                    : keptLast != null && keptLast.generation().equals(generation.id())
                        ? keptLast
                        : null)
        .of(name)
        .or(
            () ->
                Optional.ofNullable(store == null ? keptLast : store.history().latestRevision(name))
                    .map(revision -> ActivePolicies.of(learned.settings(), revision)));
  }

  /** A dollar weighs what it weighed in a function's last decision before the stop. */
  private static void resumePacers(ActiveSnapshot snapshots, EventStore store, Instant now) {
    snapshots
        .current()
        .functions()
        .forEach(
            (name, function) -> {
              BudgetPacer pacer = function.pacer();
              String price =
                  pacer == null
                      ? null
                      : store
                          .history()
                          .lastFeature(name, Decision.COST_PRICE, now.minus(PACERS_REMEMBER));
              if (pacer != null && price != null) {
                pacer.resume(Double.parseDouble(price));
              }
            });
  }

  /** Without its model a function decides by segments alone, which is told and not fatal. */
  private static boolean take(
      ActiveSnapshot snapshots, String function, String model, @Nullable TextPublication text) {
    if (text == null) {
      log.warn("text model {} of {} was not found: decisions go by segments", model, function);
      return false;
    }
    try {
      snapshots.swap(text);
      return true;
    } catch (IllegalArgumentException broken) {
      log.warn("{}", broken.getMessage());
      return false;
    }
  }

  /** Counting revisions goes on behind the last one, which may still be on its way to the store. */
  private static Optional<PolicyRevision> latestRevision(
      EventStore store, long loggedBefore, String function, String generation) {
    if (store.lastSequence() < loggedBefore) {
      throw new StoreException(
          "revisions of %s wait until the store has what was logged before the start"
              .formatted(function));
    }
    return Optional.ofNullable(store.history().latestRevision(function, generation));
  }

  /**
   * Starts everything; when it returns, the service answers.
   *
   * @param configFiles files to watch for changes; none when the configuration is built in
   * @param simulated whether pages must say that the models are simulated
   */
  static PointsmanServer start(
      FunctionCatalog catalog, List<String> configFiles, ServerOptions options, boolean simulated) {
    refuseOpenBind(catalog.gateway());
    PointsmanServer server = new PointsmanServer(catalog, configFiles, options, simulated);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(server::close));
    return server;
  }

  /** Without keys anybody who reaches the port may spend money. */
  private static void refuseOpenBind(GatewaySettings gateway) {
    boolean loopback;
    try {
      loopback = InetAddress.getByName(gateway.host()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM,
          "gateway.bind_address names %s, which is no address of this machine"
              .formatted(gateway.host()));
    }
    if (!loopback && !gateway.allowOpenBind()) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM,
          "gateway.bind_address %s is reachable from outside and no keys are configured: bind"
                  .formatted(gateway.host())
              + " 127.0.0.1, or set gateway.allow_open_bind = true if the network is trusted");
    }
  }

  /** Takes nothing new and lets what is under way come to its end, within bounds. */
  private static void finishRequests(ApplicationContext context) throws InterruptedException {
    context.getBean(dev.pointsman.gateway.operations.Drain.class).begin();
    Answers answers = context.getBean(Answers.class);
    long end = System.nanoTime() + LONGEST_DRAIN.toNanos();
    while (answers.runningRequests() > 0 && System.nanoTime() < end) {
      Thread.sleep(20);
    }
  }

  private <T extends AutoCloseable> T opened(T part) {
    parts.push(part);
    return part;
  }

  private static ApplicationContext context(FunctionCatalog catalog, ServerOptions options) {
    Map<String, Object> properties = new HashMap<>(NettySettings.properties(options.carrier()));
    properties.putAll(ReportThreads.settings());
    properties.putAll(QueryThreads.settings());
    properties.put("micronaut.application.name", "pointsman");
    properties.put("micronaut.server.host", catalog.gateway().host());
    Integer port = options.port();
    properties.put("micronaut.server.port", port == null ? catalog.gateway().port() : port);
    if (!catalog.gateway().basePath().isEmpty()) {
      properties.put("micronaut.server.context-path", catalog.gateway().basePath());
    }
    return ApplicationContext.builder()
        .banner(false)
        .deduceEnvironment(false)
        .properties(properties)
        .build();
  }

  private static EventLog.Durability durability(StoreSettings settings) {
    return switch (settings.durability()) {
      case FSYNC -> EventLog.Durability.FSYNC;
      case OS -> EventLog.Durability.OS;
      case NONE -> EventLog.Durability.NONE;
    };
  }

  private static EventLog.WhenFull whenFull(StoreSettings settings) {
    return switch (settings.whenSpoolFull()) {
      case REJECT -> EventLog.WhenFull.REJECT;
      case SHED -> EventLog.WhenFull.SHED;
    };
  }

  private static String node() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "router";
    }
  }

  URI url() {
    return url;
  }

  /** Runs something first when the service stops. */
  void onStop(Runnable work) {
    parts.push(work::run);
  }

  /** Waits until the service has stopped. */
  void awaitStop() throws InterruptedException {
    stopped.await();
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        log.warn("a part did not close cleanly; the log is safe all the same", e);
      }
    }
    stopped.countDown();
  }
}
