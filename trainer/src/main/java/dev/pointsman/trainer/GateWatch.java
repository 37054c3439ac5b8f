package dev.pointsman.trainer;

import dev.pointsman.analysis.offpolicy.Difference;
import dev.pointsman.analysis.offpolicy.PromotionRule.Verdict;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.control.AuditEntry;
import dev.pointsman.control.ControlStore;
import dev.pointsman.control.GateStanding;
import dev.pointsman.control.Generation;
import dev.pointsman.control.Generation.Status;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventstore.DecisionKindCount;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.Lane;
import dev.pointsman.trainer.GateState.Stage;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands at the promotion gate: looks at every challenger's evidence in the log, takes the steps that
 * {@link PromotionGate} allows, or recommends them to a person, and goes back by itself. After a
 * promotion it compares what came with what was forecast, by the generation that served before, which
 * is still computed beside, and goes back when that was certainly better.
 *
 * <p>The evidence is every matured decision of the main stratum since the challenger was registered,
 * with both vectors as the router logged them: one sequence from the first look to the last, so one
 * may look as often as one likes; a look reads all of it, and comes when a twentieth was added. Every
 * step is logged as a change with its inputs before it is stored, and stored before the router follows
 * it. Works on its own thread, or on the caller's by {@link #look}.
 */
public final class GateWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(GateWatch.class);

  /** Who acts when nobody asked. */
  public static final String ACTOR = "gate";

  private static final Duration PAUSE = Duration.ofMinutes(1);
  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  /** A round is followed by so many times its own length. */
  private static final int PAUSE_PER_ROUND = 49;

  /** What came of a promotion may be settled after so many attribution windows, */
  private static final int LEAST_WINDOWS = 2;

  /** and is settled after so many with whatever is known then. */
  private static final int MOST_WINDOWS = 14;

  /** A look is worth its price when there is more than one in so many decisions to see. */
  private static final int LEAST_GROWTH = 20;

  /** The gate's own look may come between a person's look and the step. */
  private static final int MOST_ATTEMPTS = 5;

  private static final String RECOMMENDED = "a person: the gate recommends the next step";

  /**
   * What it works with.
   *
   * @param log appends an event durably before it returns
   * @param mover runs a change to the generations of a function while nobody else makes one, and then
   *     has the router follow it
   */
  public record Surroundings(
      EventStore store,
      ControlStore control,
      Supplier<FunctionCatalog> catalog,
      Consumer<Event> log,
      BiConsumer<String, Runnable> mover,
      IdSource ids) {}

  /** The last look at each generation since this process started. */
  private final Map<String, Looked> looks = new ConcurrentHashMap<>();

  private final Surroundings around;
  private final RestingThread thread = new RestingThread("gate", SHORTEST_PAUSE, this::round);

  private record Looked(Instant at, long looks, GateLook seen, Basis basis) {}

  /**
   * What a look at the log depends on. Rows mature without anything being logged, and predictions are
   * fitted again over all of them, so a look reads everything since the challenger was registered; it
   * is spared while next to nothing of this has changed.
   *
   * @param decisions how many there are since the stage began, how many of these have matured, and
   *     how many of all
   */
  private record Basis(
      FunctionCatalog catalog, GateState state, boolean blocked, List<Long> decisions) {

    /** Whether what was seen by another is what would be seen now, but for a few rows. */
    boolean isNearly(Basis earlier) {
      if (catalog != earlier.catalog
          || !state.equals(earlier.state)
          || blocked != earlier.blocked) {
        return false;
      }
      for (int at = 0; at < decisions.size(); at++) {
        long before = earlier.decisions.get(at);
        if (decisions.get(at) - before > before / LEAST_GROWTH) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * What was seen when the gate looked at a generation last, since this process started: the JSON
   * object of the changes it logs, with {@code at} and {@code looks}, how many there were; empty
   * before the first.
   */
  public Optional<String> lastLook(String generationId) {
    return Optional.ofNullable(looks.get(generationId))
        .map(looked -> looked.seen().json(looked.basis().state(), looked.at(), looked.looks()));
  }

  /**
   * What is to be seen of a generation: what was seen at the last look where that would be nearly the
   * same, else what a new one sees.
   *
   * @param registered when the challenger was
   * @param look reads the log; is told whether it is not to be trusted
   */
  private GateLook seen(
      FunctionGate gate,
      GateStanding standing,
      Instant registered,
      Instant now,
      Function<Boolean, GateLook> look) {
    GateState state = Standings.stateOf(standing);
    Instant matured = now.minus(gate.learned().attribution().window());
    boolean blocked = LogWatch.isBlocked(around.store(), gate.function(), now);
    Basis basis =
        new Basis(
            gate.catalog(),
            state,
            blocked,
            List.of(
                decisions(gate, state.since(), now),
                decisions(gate, state.since(), matured),
                decisions(gate, registered, matured)));
    Looked last = looks.get(standing.generationId());
    if (last != null && basis.isNearly(last.basis())) {
      return last.seen();
    }
    GateLook seen = look.apply(blocked);
    looks.put(
        standing.generationId(), new Looked(now, last == null ? 1 : last.looks() + 1, seen, basis));
    return seen;
  }

  private long decisions(FunctionGate gate, Instant from, Instant to) {
    return around.store().functions().kinds(gate.function(), from, to).stream()
        .filter(count -> count.kind().equals("decision") && count.stratum().equals(Decision.MAIN))
        .mapToLong(DecisionKindCount::inferences)
        .sum();
  }

  /** A gate that does nothing until it is started or asked. */
  public GateWatch(Surroundings around) {
    this.around = around;
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  private Duration round() {
    long began = System.nanoTime();
    look(around.ids().now());
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    return RestingThread.restAfter(took, PAUSE_PER_ROUND, pause(), LONGEST_PAUSE);
  }

  /** Nothing matures faster than the shortest attribution window. */
  private Duration pause() {
    Duration pause = PAUSE;
    for (FunctionDefinition function : around.catalog().get().functions().values()) {
      if (function.experimentation() instanceof Experimentation.Learned learned
          && learned.rules().promotion() != null
          && learned.attribution().window().compareTo(pause) < 0) {
        pause = learned.attribution().window();
      }
    }
    return pause.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : pause;
  }

  /**
   * One round over all functions with a gate; what fails is logged and tried again at the next.
   *
   * @param now the present, never before that of an earlier round
   */
  public void look(Instant now) {
    Instant at = now.truncatedTo(ChronoUnit.MICROS);
    FunctionCatalog catalog = around.catalog().get();
    for (FunctionDefinition function : catalog.functions().values()) {
      if (function.experimentation() instanceof Experimentation.Learned learned
          && learned.rules().promotion() != null) {
        try {
          look(
              new FunctionGate(catalog, function.name(), learned, learned.rules().promotion()), at);
        } catch (RuntimeException e) {
          LOG.warn("the gate of {} could not be looked at, trying again", function.name(), e);
        }
      }
    }
  }

  private void look(FunctionGate gate, Instant now) {
    Optional<Generation> challenger =
        around.control().generation(gate.function(), Status.CHALLENGER);
    if (challenger.isPresent()) {
      Optional<GateStanding> standing = around.control().standing(challenger.get().id());
      if (standing.isPresent()) {
        atGate(gate, challenger.get(), standing.get(), now);
      }
      return;
    }
    Optional<Generation> serving = around.control().currentGeneration(gate.function());
    Optional<Generation> standby = around.control().generation(gate.function(), Status.STANDBY);
    Optional<GateStanding> standing =
        serving.flatMap(generation -> around.control().standing(generation.id()));
    if (standing.isPresent() && standby.isPresent()) {
      afterwards(gate, standing.get(), standby.get(), now);
    }
  }

  private void atGate(
      FunctionGate gate, Generation challenger, GateStanding standing, Instant now) {
    PromotionGate steps = new PromotionGate(gate.settings());
    GateState state = Standings.stateOf(standing);
    GateLook seen =
        seen(
            gate,
            standing,
            challenger.createdAt(),
            now,
            blocked -> looked(gate, challenger, standing, state, blocked, now));
    GateState next = steps.look(state, seen.evidence(), now);
    if (next != state) {
      step(gate, standing, next, seen, ACTOR, now);
      return;
    }
    boolean recommended =
        gate.settings().mode() == GateSettings.Mode.MANUAL
            && !state.frozen()
            && steps.recommends(state, seen.evidence(), now);
    String waitsFor = recommended ? RECOMMENDED : seen.waitsFor(state, gate.settings(), now);
    if (waitsFor.equals(standing.waitsFor())) {
      return;
    }
    move(
        gate.function(),
        standing,
        () -> {
          if (recommended) {
            String reason =
                "The gate recommends the next step for %s of %s, which is in %s: %s"
                    .formatted(
                        challenger.id(),
                        gate.function(),
                        Standings.word(state.stage()),
                        String.join("; ", seen.evidence().ruling().reasons()));
            log(gate.function(), challenger.id(), ACTOR, null, seen.json(state), reason, now);
          }
          around.control().move(Map.of(), Standings.waiting(standing, waitsFor));
        });
  }

  private boolean step(
      FunctionGate gate,
      GateStanding standing,
      GateState next,
      GateLook seen,
      String actor,
      Instant now) {
    GateState before = Standings.stateOf(standing);
    String id = standing.generationId();
    return move(
        gate.function(),
        standing,
        () -> {
          String reason =
              "%s of %s %s: %s".formatted(id, gate.function(), words(before, next), next.reason());
          log(gate.function(), id, actor, seen.json(before), seen.json(next), reason, now);
          Map<String, Status> statuses =
              switch (next.stage()) {
                case PROMOTED -> Map.of(standing.incumbent(), Status.STANDBY, id, Status.SERVING);
                case ROLLED_BACK -> Map.of(id, Status.REJECTED);
                case SHADOW, EVALUATION, CANARY, RAMP -> Map.of();
              };
          around.control().move(statuses, Standings.waiting(Standings.with(standing, next), null));
        });
  }

  private static String words(GateState before, GateState next) {
    String stage = Standings.word(next.stage()).replace('_', ' ');
    return switch (next.stage()) {
      case SHADOW, EVALUATION ->
          before.frozen() == next.frozen()
              ? "went on to " + stage
              : next.frozen() ? "is frozen in " + stage : "may go on from " + stage;
      case CANARY, RAMP ->
          before.frozen() != next.frozen()
              ? next.frozen() ? "is frozen in " + stage : "may go on from " + stage
              : String.format(
                  Locale.ROOT,
                  "went on to %s with %.3g %% of the policy's traffic",
                  stage,
                  100 * next.share());
      case PROMOTED -> "was promoted and serves";
      case ROLLED_BACK -> "was turned away";
    };
  }

  /** Runs a change unless somebody moved the challenger while it was looked at; whether it ran. */
  private boolean move(String function, GateStanding looked, Runnable change) {
    AtomicBoolean moved = new AtomicBoolean();
    around
        .mover()
        .accept(
            function,
            () -> {
              if (around.control().standing(looked.generationId()).equals(Optional.of(looked))) {
                change.run();
                moved.set(true);
              }
            });
    return moved.get();
  }

  private void log(
      String function,
      String generation,
      String actor,
      @Nullable String before,
      @Nullable String after,
      String reason,
      Instant now) {
    around
        .log()
        .accept(
            new ChangeEvent(
                around.ids().at(now),
                now,
                ChangeEvent.Kind.POLICY,
                actor,
                function,
                "gate of generation " + generation,
                before,
                after,
                reason));
  }

  // ---- what a person asks

  /**
   * A person's wish about a function's challenger; a roll-back is also one of the last promotion.
   *
   * @param actor who asks
   * @param reason why, in a sentence
   * @return the standing afterwards
   * @throws IllegalArgumentException if that cannot be, saying why
   */
  public GateStanding ask(
      String functionName, PromotionGate.Wish wish, String actor, String reason, Instant now) {
    Instant at = now.truncatedTo(ChronoUnit.MICROS);
    FunctionGate gate = gate(functionName);
    if (reason.isBlank()) {
      throw new IllegalArgumentException("say in a sentence why");
    }
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      Optional<GateStanding> after = askOnce(gate, wish, actor, reason, at);
      if (after.isPresent()) {
        return after.get();
      }
    }
    throw new IllegalArgumentException(
        "the gate of %s moves all the time: look where it stands and ask again"
            .formatted(functionName));
  }

  /** Empty, and nothing was done, if somebody moved the challenger while it was looked at. */
  private Optional<GateStanding> askOnce(
      FunctionGate gate, PromotionGate.Wish wish, String actor, String reason, Instant at) {
    String functionName = gate.function();
    Optional<Generation> challenger = around.control().generation(functionName, Status.CHALLENGER);
    GateStanding standing;
    boolean moved;
    if (challenger.isPresent()) {
      standing = standingOf(challenger.get().id());
      GateState state = Standings.stateOf(standing);
      boolean blocked = LogWatch.isBlocked(around.store(), functionName, at);
      GateLook seen = looked(gate, challenger.get(), standing, state, blocked, at);
      GateState next =
          new PromotionGate(gate.settings()).ask(state, wish, seen.evidence(), at, reason);
      if (next.equals(state)) {
        return Optional.of(standing);
      }
      moved = step(gate, standing, next, seen, actor, at);
    } else if (wish == PromotionGate.Wish.ROLL_BACK) {
      standing = promotedStanding(functionName);
      moved = goBack(gate, standing, GateLook.NOTHING, actor, reason, at);
    } else {
      throw new IllegalArgumentException(
          ("no challenger of %s waits at the gate: change the settings of"
                  + " functions.%s.experimentation, and what is configured becomes one")
              .formatted(functionName, functionName));
    }
    if (!moved) {
      return Optional.empty();
    }
    audit(wish, functionName, standing.generationId(), actor, reason, at);
    return Optional.of(standingOf(standing.generationId()));
  }

  private void audit(
      PromotionGate.Wish wish,
      String function,
      String generation,
      String actor,
      String reason,
      Instant now) {
    around
        .control()
        .audit(
            new AuditEntry(
                around.ids().at(now),
                now,
                actor,
                "policy." + wish.name().toLowerCase(Locale.ROOT),
                function + " " + generation,
                null,
                null,
                reason));
  }

  private FunctionGate gate(String functionName) {
    FunctionCatalog catalog = around.catalog().get();
    FunctionDefinition function = catalog.functions().get(functionName);
    if (function == null
        || !(function.experimentation() instanceof Experimentation.Learned learned)) {
      throw new IllegalArgumentException(
          "functions.%s is not configured as a function that learns".formatted(functionName));
    }
    Experimentation.Promotion promotion = learned.rules().promotion();
    if (promotion == null) {
      throw new IllegalArgumentException(
          ("functions.%s.experimentation has no promotion: what is configured serves at once."
                  + " Change the configuration, or set promotion = { mode = \"manual\" }")
              .formatted(functionName));
    }
    return new FunctionGate(catalog, functionName, learned, promotion);
  }

  private GateStanding standingOf(String generation) {
    return around
        .control()
        .standing(generation)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "challenger %s has no standing in the control store".formatted(generation)));
  }

  private GateStanding promotedStanding(String functionName) {
    return around
        .control()
        .currentGeneration(functionName)
        .flatMap(serving -> around.control().standing(serving.id()))
        .filter(standing -> Standings.stateOf(standing).stage() == Stage.PROMOTED)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    ("nothing of %s can be rolled back: no challenger waits at the gate, and what"
                            + " serves did not come through it")
                        .formatted(functionName)));
  }

  private boolean goBack(
      FunctionGate gate,
      GateStanding standing,
      GateLook seen,
      String actor,
      String why,
      Instant now) {
    GateState before = Standings.stateOf(standing);
    GateState next = before.to(Stage.ROLLED_BACK, 0, now, why);
    return move(
        gate.function(),
        standing,
        () -> {
          String reason =
              "%s of %s serves again, %s goes: %s"
                  .formatted(standing.incumbent(), gate.function(), standing.generationId(), why);
          log(
              gate.function(),
              standing.generationId(),
              actor,
              seen.json(before),
              seen.json(next),
              reason,
              now);
          around
              .control()
              .move(
                  Map.of(
                      standing.generationId(),
                      Status.REJECTED,
                      standing.incumbent(),
                      Status.SERVING),
                  Standings.waiting(Standings.with(standing, next), null));
        });
  }

  // ---- after a promotion

  private void afterwards(
      FunctionGate gate, GateStanding standing, Generation standby, Instant now) {
    GateState state = Standings.stateOf(standing);
    if (state.stage() != Stage.PROMOTED || standing.outcome() != null) {
      return;
    }
    Instant registered =
        around
            .control()
            .generation(standing.generationId())
            .map(Generation::createdAt)
            .orElse(state.since());
    GateLook seen =
        seen(
            gate,
            standing,
            registered,
            now,
            blocked -> lookedBack(gate, standing, standby, registered, blocked, now));
    GateEvidence evidence = seen.evidence();
    Optional<Guardrail> violated =
        evidence.guardrails().stream().filter(Guardrail::isViolated).findFirst();
    if (violated.isPresent()) {
      goBack(gate, standing, seen, ACTOR, "guardrail: " + violated.get().sentence(), now);
    } else if (evidence.ruling().verdict() == Verdict.ROLL_BACK) {
      goBack(
          gate,
          standing,
          seen,
          ACTOR,
          "what came is worse than what served before: "
              + String.join("; ", evidence.ruling().reasons()),
          now);
    } else {
      settle(gate, standing, standby, seen, now);
    }
  }

  /** What the two did beside each other before the promotion, the other way round, and after it. */
  private GateLook lookedBack(
      FunctionGate gate,
      GateStanding standing,
      Generation standby,
      Instant registered,
      boolean blocked,
      Instant now) {
    String promoted = standing.generationId();
    LaneWatch lanes =
        new LaneWatch(
            row -> promoted.equals(row.generation()) && row.lane().equals(Lane.POLICY.label()),
            row -> standby.id().equals(row.generation()) && row.lane().equals(Lane.POLICY.label()));
    ChallengerEvaluator evaluator =
        ChallengerEvaluator.of(around.store(), gate.catalog(), around.control());
    evaluator.sideBySide(
        gate.function(),
        standby.id(),
        promoted,
        promoted,
        registered,
        now,
        lanes::accept,
        lanes::accept);
    ChallengerEvaluator.SideBySide log =
        evaluator.sideBySide(
            gate.function(),
            promoted,
            standby.id(),
            promoted,
            Standings.stateOf(standing).since(),
            now,
            lanes::accept,
            lanes::accept);
    return GateLook.of(gate, log, 0, lanes.guardrails(), blocked);
  }

  private void settle(
      FunctionGate gate, GateStanding standing, Generation standby, GateLook seen, Instant now) {
    GateState state = Standings.stateOf(standing);
    Duration window = gate.learned().attribution().window();
    Difference came = seen.evidence().quality();
    boolean known = came.lower() > -gate.promotion().margin();
    Duration passed = Duration.between(state.since(), now);
    boolean over = passed.compareTo(window.multipliedBy(MOST_WINDOWS)) >= 0;
    if (!over && !(known && passed.compareTo(window.multipliedBy(LEAST_WINDOWS)) >= 0)) {
      return;
    }
    Difference forecast = state.forecast();
    String verdict =
        forecast == null || Double.isInfinite(forecast.lower())
            ? "nothing was forecast, since a person promoted it before there was evidence"
            : Double.isInfinite(came.lower())
                ? "too little feedback came to compare"
                : came.lower() <= forecast.upper() && forecast.lower() <= came.upper()
                    ? "as forecast"
                    : "not as forecast";
    String reason =
        "What came of promoting %s of %s: Δquality %s, forecast %s: %s. %s is let go."
            .formatted(
                standing.generationId(),
                gate.function(),
                text(came),
                forecast == null ? "none" : text(forecast),
                verdict,
                standby.id());
    move(
        gate.function(),
        standing,
        () -> {
          log(
              gate.function(),
              standing.generationId(),
              ACTOR,
              standing.forecast(),
              Standings.json(came),
              reason,
              now);
          around
              .control()
              .move(
                  Map.of(standby.id(), Status.RETIRED),
                  Standings.settled(standing, came, standing.reason()));
        });
  }

  private static String text(Difference d) {
    return Double.isInfinite(d.lower())
        ? "unknown"
        : String.format(Locale.ROOT, "%+.3f (%+.3f, %+.3f)", d.value(), d.lower(), d.upper());
  }

  // ---- evidence

  private GateLook looked(
      FunctionGate gate,
      Generation challenger,
      GateStanding standing,
      GateState state,
      boolean blocked,
      Instant now) {
    LaneWatch lanes =
        new LaneWatch(
            row -> row.lane().equals(Lane.CANARY.label()),
            row -> row.lane().equals(Lane.POLICY.label()));
    long[] own = new long[1];
    ChallengerEvaluator.SideBySide log =
        ChallengerEvaluator.of(around.store(), gate.catalog(), around.control())
            .sideBySide(
                gate.function(),
                standing.incumbent(),
                challenger.id(),
                challenger.id(),
                challenger.createdAt(),
                now,
                row -> {
                  lanes.accept(row);
                  own[0] +=
                      row.lane().equals(Lane.CANARY.label())
                              && !row.decidedAt().isBefore(state.since())
                              && row.matured()
                              && row.reward() != null
                          ? 1
                          : 0;
                },
                lanes::accept);
    return GateLook.of(gate, log, own[0], lanes.guardrails(), blocked);
  }

  /** Stops the thread after the round it is in. */
  @Override
  public void close() {
    thread.close();
  }
}
