package dev.pointsman.trainer;

import dev.pointsman.analysis.AllocationTest.Outcome;
import dev.pointsman.analysis.offpolicy.LogCheck;
import dev.pointsman.analysis.offpolicy.RunningLogChecks;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.routing.IdSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps looking whether the log of each function that learns tells the truth: the checks of {@link
 * RunningLogChecks}, the self-test against uniform slice and holdout among them, on every decision
 * as it matures. When what is found changes, a change is logged about the object {@link ChangeEvent#LOG_CHECKS},
 * whose new state is {@code fine}, {@code warn} or {@code block}; reports withhold their verdict
 * while it is {@code block}.
 *
 * <p>A decision is looked at once, and not before its attribution window is over and all that was
 * logged until then is in the store: feedback that came in time and waits in the spool is not missing.
 * What other routers have in their spools cannot be seen here. Of many that matured at once each look
 * takes a slice, in the order of decision, and the next look comes the sooner.
 *
 * <p>All checks are always-valid, so looking for ever raises no more alarms than looking once. A
 * sequence starts anew with another generation or other candidates, and at a start of the process,
 * from where it has a day of decisions to begin with; and every day while something blocks, so that a
 * day without a finding says that it was mended. Beside them, {@link FeatureWatch} looks whether the
 * requests are still those that were learnt from. Works on its own thread, or on the caller's by
 * {@link #look}.
 */
public final class LogWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LogWatch.class);
  private static final String ACTOR = "trainer";
  private static final Duration PAUSE = Duration.ofMinutes(1);

  /** After a round that left something for the next. */
  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  /** Of all functions: about half a second's work, and some ten megabytes. */
  private static final int MOST_AT_ONCE = 50_000;

  /** A round is followed by so many times its own length. */
  private static final int PAUSE_PER_ROUND = 49;

  private static final Duration FIRST = Duration.ofDays(1);

  /** Feedback is in the log so soon after it was received, or was never accepted. */
  private static final Duration UNTIL_LOGGED = Duration.ofSeconds(10);

  /** How far back the last stored finding is sought at a start. */
  private static final Duration REMEMBERED = Duration.ofDays(90);

  private static final int MOST_CHANGES = 20_000;

  /** Some hours of looks at a store that takes nothing; what comes then waits for the first of them. */
  private static final int MOST_MARKS = 1_000;

  private final EventStore store;
  private final Supplier<FunctionCatalog> catalog;
  private final Consumer<Event> log;
  private final IdSource ids;
  private final LongSupplier logged;
  private final Map<String, Watched> watched = new TreeMap<>();

  /** How far the log was at looks whose events are not all in the store yet. */
  private final Deque<Mark> marks = new ArrayDeque<>();

  /** All that was logged before this moment is in the store. */
  private Instant storedUntil = Instant.MIN;

  private final FeatureWatch features;
  private final RestingThread thread = new RestingThread("log-watch", PAUSE, this::round);

  /** The number of the last event that was logged before a moment. */
  private record Mark(Instant at, long sequence) {}

  /** What was seen of one function. */
  private static final class Watched {
    private String said;
    private Instant from;
    private @Nullable String generation;
    private List<String> arms = List.of();
    private @Nullable RunningLogChecks checks;

    /** Where the sequence of the checks begins. */
    private Instant since;

    Watched(String said, Instant from) {
      this.said = said;
      this.from = from;
      this.since = from;
    }
  }

  /**
   * A watch that does nothing until it is started or asked to look.
   *
   * @param log appends an event durably before it returns
   * @param logged the number of the last event in the log that the store is filled from
   */
  public LogWatch(
      EventStore store,
      Supplier<FunctionCatalog> catalog,
      Consumer<Event> log,
      LongSupplier logged,
      IdSource ids) {
    this.store = store;
    this.logged = logged;
    this.catalog = catalog;
    this.log = log;
    this.ids = ids;
    this.features = new FeatureWatch(store, log, ids);
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  private Duration round() {
    long began = System.nanoTime();
    boolean all = look(ids.now());
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    return RestingThread.restAfter(
        took, PAUSE_PER_ROUND, all ? PAUSE : SHORTEST_PAUSE, LONGEST_PAUSE);
  }

  /**
   * One round over the functions that learn, those first whose checks are furthest behind, until
   * as many decisions were looked at as fit into a second; what fails is logged and tried again at the next.
   *
   * @param now the present, never before that of an earlier round
   * @return whether all was looked at that may be
   */
  public boolean look(Instant now) {
    return look(now, MOST_AT_ONCE);
  }

  boolean look(Instant now, int most) {
    FunctionCatalog configured = catalog.get();
    watched.keySet().retainAll(configured.functions().keySet());
    features.retain(configured.functions().keySet());
    seeWhatIsStored(now);
    Slices checked = new Slices(store, most);
    Slices compared = new Slices(store, most);
    for (FunctionDefinition function : furthestBehindFirst(configured)) {
      if (function.experimentation() instanceof Experimentation.Learned learned) {
        try {
          look(configured, function.name(), learned, now, checked);
          features.look(RewardRules.of(configured, function.name(), learned), now, compared);
        } catch (RuntimeException e) {
          LOG.warn("the log of {} could not be checked, trying again", function.name(), e);
        }
      }
    }
    return checked.all() && compared.all();
  }

  private List<FunctionDefinition> furthestBehindFirst(FunctionCatalog configured) {
    List<FunctionDefinition> functions = new ArrayList<>(configured.functions().values());
    functions.sort(
        Comparator.comparing(
            function -> {
              Watched own = watched.get(function.name());
              return own == null ? Instant.MIN : own.from;
            }));
    return functions;
  }

  private void seeWhatIsStored(Instant now) {
    marks.add(new Mark(now, logged.getAsLong()));
    long stored = store.lastSequence();
    for (Mark first = marks.peek();
        first != null && first.sequence() <= stored;
        first = marks.peek()) {
      storedUntil = first.at();
      marks.remove();
    }
    if (marks.size() > MOST_MARKS) {
      marks.removeLast();
    }
  }

  private void look(
      FunctionCatalog configured,
      String function,
      Experimentation.Learned learned,
      Instant now,
      Slices slices) {
    if (storedUntil.equals(Instant.MIN)) {
      return;
    }
    Instant until = storedUntil.minus(UNTIL_LOGGED).minus(learned.attribution().window());
    Watched own =
        watched.computeIfAbsent(
            function, f -> new Watched(lastSaid(store, f, now), until.minus(FIRST)));
    Instant begun = own.from;
    Instant end = begun.isBefore(until) ? slices.end(function, begun, until) : null;
    if (end == null) {
      return;
    }
    DrawnLog rows = DrawnLog.read(store, configured, function, learned, begun, end, now);
    own.from = end;
    slices.read(rows.decisions().size());
    if (rows.decisions().isEmpty()) {
      return;
    }
    RunningLogChecks checks = own.checks;
    boolean again = own.said.equals(word(Outcome.BLOCK)) && isOld(own, begun);
    if (checks == null
        || again
        || !rows.arms().equals(own.arms)
        || !rows.generation().equals(own.generation)) {
      String baseline = learned.settings().baselineVariant();
      checks =
          new RunningLogChecks(rows.arms(), baseline == null ? -1 : rows.arms().indexOf(baseline));
      own.checks = checks;
      own.since = begun;
      own.arms = rows.arms();
      own.generation = rows.generation();
    }
    rows.decisions().forEach(checks::accept);
    say(function, own, checks, now);
  }

  /** Whether a sequence is long enough to speak for a log that was wrong before. */
  private static boolean isOld(Watched own, Instant until) {
    return Duration.between(own.since, until).compareTo(FIRST) >= 0;
  }

  private void say(String function, Watched own, RunningLogChecks checks, Instant now) {
    List<LogCheck> found = new ArrayList<>(checks.result());
    found.removeIf(check -> check.outcome() == Outcome.FINE);
    Outcome worst =
        found.stream().map(LogCheck::outcome).max(Outcome::compareTo).orElse(Outcome.FINE);
    String state = word(worst);
    if (state.equals(own.said) || (own.said.equals(word(Outcome.BLOCK)) && !isOld(own, own.from))) {
      return;
    }
    log.accept(
        new ChangeEvent(
            ids.at(now),
            now,
            ChangeEvent.Kind.POLICY,
            ACTOR,
            function,
            ChangeEvent.LOG_CHECKS,
            own.said,
            state,
            found.isEmpty()
                ? "The log of %s is consistent again.".formatted(function)
                : found.stream()
                    .map(check -> check.name() + ": " + check.sentence())
                    .collect(Collectors.joining("; "))));
    own.said = state;
  }

  /** Whether the last stored finding is that a function's log is not to be trusted. */
  static boolean isBlocked(EventStore store, String function, Instant now) {
    return lastSaid(store, function, now).equals(word(Outcome.BLOCK));
  }

  /** Without a stored finding all was fine. */
  private static String lastSaid(EventStore store, String function, Instant now) {
    return store
        .history()
        .changes(function, now.minus(REMEMBERED), now.plusSeconds(1), MOST_CHANGES)
        .reversed()
        .stream()
        .filter(change -> change.object().equals(ChangeEvent.LOG_CHECKS) && change.after() != null)
        .map(change -> String.valueOf(change.after()))
        .findFirst()
        .orElse(word(Outcome.FINE));
  }

  private static String word(Outcome outcome) {
    return switch (outcome) {
      case FINE -> "fine";
      case WARN -> "warn";
      case BLOCK -> "block";
    };
  }

  /** Stops the thread after the round it is in. */
  @Override
  public void close() {
    thread.close();
  }
}
