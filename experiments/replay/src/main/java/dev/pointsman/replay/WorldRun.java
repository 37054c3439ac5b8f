package dev.pointsman.replay;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.SquareCbPolicy;
import dev.pointsman.routing.TokenPrice;
import dev.pointsman.routing.UniformPolicy;
import dev.pointsman.trainer.ChangeAlarm;
import dev.pointsman.worlds.RequestKind;
import dev.pointsman.worlds.SimulatedModel;
import dev.pointsman.worlds.SimulatedUsers;
import dev.pointsman.worlds.World;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A world in virtual time: its users ask, a policy decides, its models answer, and feedback comes
 * back late, through the router's own sampler and policies and the trainer's own statistics. The
 * kinds of requests are the segments.
 *
 * <p>What happens is a queue of moments in order of time; of moments at the same time the one that
 * was planned first comes first. The same world, settings and seed give the same run.
 */
public final class WorldRun {

  /** When every run starts. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** The only function of a run. */
  public static final String FUNCTION = "support_reply";

  /** Its metric. */
  public static final String METRIC = "resolved";

  /** Who chooses. */
  public enum Chooser {
    /** Inverse-gap weighting, with holdout, uniform slice and nursery, as in service. */
    SQUARECB("SquareCb"),
    /** Every model alike. */
    UNIFORM("Uniform"),
    /** The best model of each kind at every moment. */
    ORACLE("Oracle");

    private final String label;

    Chooser(String label) {
      this.label = label;
    }

    /** The name in reports. */
    public String label() {
      return label;
    }
  }

  /**
   * How the function is configured.
   *
   * @param baselineVariant the holdout's variant
   * @param shares uniform slice and holdout
   * @param revisionInterval time between two revisions
   * @param attributionWindow how old a decision's feedback may be
   * @param halfLife how long until evidence counts half
   */
  public record Configuration(
      String baselineVariant,
      LaneShares shares,
      Duration revisionInterval,
      Duration attributionWindow,
      Duration halfLife) {
    /** The configuration of the demo: 5 % holdout, 1 % uniform, a revision every 2 seconds. */
    public static final Configuration DEMO =
        new Configuration(
            "grand",
            new LaneShares(.01, .05, 0),
            Duration.ofSeconds(2),
            Duration.ofSeconds(30),
            Duration.ofDays(14));
  }

  private final World world;
  private final Chooser chooser;
  private final Configuration configuration;
  private final LearnedSettings settings;
  private final List<@Nullable TokenPrice> prices;
  private final Map<String, SimulatedModel> models = new LinkedHashMap<>();
  private final SimulatedUsers users;
  private final SplittableRandom chance;
  private final LearningLoop loop;
  private final @Nullable WorldLog log;
  private final @Nullable Evidence evidence;
  private final PriorityQueue<Moment> agenda =
      new PriorityQueue<>(Comparator.comparing(Moment::at).thenComparingLong(Moment::planned));
  private final List<WorldReport.Request> requests = new ArrayList<>();
  private final List<ChangeAlarm> alarms = new ArrayList<>();
  private long planned;

  private record Moment(Duration at, long planned, Consumer<Duration> action) {}

  /** A run of a world that keeps no log. */
  public WorldRun(World world, Chooser chooser, Configuration configuration, long seed) {
    this(world, chooser, configuration, seed, null, null);
  }

  /**
   * A run of a world that counts for itself.
   *
   * @param log told every event that a router would write, in the order of writing
   */
  public WorldRun(
      World world, Chooser chooser, Configuration configuration, long seed, Consumer<Event> log) {
    this(world, chooser, configuration, seed, log, null);
  }

  /**
   * A run of a world that learns from its log only, as a router and its trainer do.
   *
   * @param evidence told every event that a router would write, and asked at every revision
   */
  public WorldRun(
      World world, Chooser chooser, Configuration configuration, long seed, Evidence evidence) {
    this(world, chooser, configuration, seed, evidence::accept, evidence);
  }

  private WorldRun(
      World world,
      Chooser chooser,
      Configuration configuration,
      long seed,
      @Nullable Consumer<Event> log,
      @Nullable Evidence evidence) {
    this.world = world;
    this.chooser = chooser;
    this.configuration = configuration;
    List<String> candidates = world.models().stream().map(World.ModelTruth::name).toList();
    this.prices = new ArrayList<>();
    for (World.ModelTruth model : world.models()) {
      models.put(model.name(), new SimulatedModel(world, model.name()));
      prices.add(new TokenPrice(model.usage().inputNanos(), model.usage().outputNanos()));
    }
    this.settings =
        new LearnedSettings(
            SquareCbPolicy.KIND,
            candidates,
            configuration.baselineVariant(),
            new LearnedSettings.Weights(world.costWeight(), 0),
            LearnedSettings.Exploration.DEFAULT,
            configuration.halfLife(),
            LearnedSettings.Options.DEFAULT,
            LearnedSettings.Limits.NONE);
    SplittableRandom random = new SplittableRandom(seed);
    this.users = new SimulatedUsers(world, random.split());
    this.chance = random.split();
    this.loop =
        new LearningLoop(
            new LearningLoop.Setup(
                FUNCTION,
                settings,
                RewardRule.Type.BOOLEAN,
                chooser == Chooser.SQUARECB ? configuration.shares() : LaneShares.POLICY_ONLY,
                prices,
                true),
            maker(),
            START,
            random.nextLong());
    this.log = log == null ? null : new WorldLog(log, world, random.nextLong());
    this.evidence = evidence;
  }

  private LearningLoop.PolicyMaker maker() {
    return switch (chooser) {
      case SQUARECB ->
          (version, statistics, at) -> SquareCbPolicy.of(version, settings, statistics, prices);
      case UNIFORM -> {
        UniformPolicy uniform = new UniformPolicy(settings.candidates());
        yield (version, statistics, at) -> uniform;
      }
      case ORACLE ->
          (version, statistics, at) -> {
            Map<String, String> best = new LinkedHashMap<>();
            for (RequestKind kind : world.kinds()) {
              best.put(kind.label(), world.best(kind, Duration.between(START, at)).name());
            }
            return new OraclePolicy(settings.candidates(), best);
          };
    };
  }

  /** Runs for that long and reports on the requests that came in that time. */
  public WorldReport run(Duration length) {
    SimulatedUsers.Visit first = users.next();
    plan(first.at(), now -> ask(first, now, length));
    for (Duration at = configuration.revisionInterval();
        at.compareTo(length) <= 0;
        at = at.plus(configuration.revisionInterval())) {
      plan(at, now -> revise(START.plus(now)));
    }
    if (chooser == Chooser.ORACLE) {
      world.drifts().forEach(drift -> plan(drift.after(), now -> loop.rebind(START.plus(now))));
    }
    for (Moment next; (next = agenda.poll()) != null && next.at.compareTo(length) <= 0; ) {
      next.action.accept(next.at);
    }
    return new WorldReport(
        world, chooser.label(), configuration.baselineVariant(), length, requests, alarms);
  }

  /** What policy and trainer compute with. */
  public LearnedSettings settings() {
    return settings;
  }

  /** The evidence of the last revision. */
  public PolicyStatistics statistics() {
    return loop.statistics();
  }

  private void revise(Instant now) {
    if (evidence != null) {
      loop.evidence(evidence.rows(now));
    }
    alarms.addAll(loop.revise(now));
  }

  private void plan(Duration at, Consumer<Duration> action) {
    agenda.add(new Moment(at, planned++, action));
  }

  private void ask(SimulatedUsers.Visit visit, Duration now, Duration length) {
    String kind = visit.question().kind().label();
    Instant decidedAt = START.plus(now);
    UUID episode = loop.nextEpisode(decidedAt);
    World.Usage usage = world.models().getFirst().usage();
    Decision decision = loop.decide(episode, kind, usage.inputTokens());
    SimulatedModel model = models.get(decision.chosenVariant());
    if (model == null) {
      throw new IllegalStateException("no model serves variant " + decision.chosenVariant());
    }
    SimulatedModel.Answer answer = model.answer(visit.question().prompt(), now, chance);
    requests.add(
        new WorldReport.Request(
            now, visit.question().kind(), decision.chosenVariant(), answer.latency()));
    plan(
        now.plus(answer.latency()),
        later -> read(visit, episode, decision, answer, decidedAt, later));
    SimulatedUsers.Visit next = users.next();
    if (next.at().compareTo(length) <= 0) {
      plan(next.at(), later -> ask(next, later, length));
    }
  }

  private void read(
      SimulatedUsers.Visit visit,
      UUID episode,
      Decision decision,
      SimulatedModel.Answer answer,
      Instant decidedAt,
      Duration now) {
    String kind = visit.question().kind().label();
    if (evidence == null) {
      loop.decided(decidedAt, kind, decision.chosenVariant());
      loop.answered(
          decidedAt,
          kind,
          decision.chosenVariant(),
          answer.outputTokens(),
          answer.latency().toNanos() / 1_000);
    }
    UUID inference = log == null ? episode : log.answered(visit, episode, decision, answer);
    Optional<SimulatedUsers.Review> review = users.review(visit, answer.text());
    review.ifPresent(
        given -> {
          Duration at = now.plus(given.delay());
          boolean inTime =
              !START.plus(at).isAfter(decidedAt.plus(configuration.attributionWindow()));
          plan(
              at,
              later -> {
                if (inTime && evidence == null) {
                  loop.rewarded(
                      decidedAt, kind, decision.chosenVariant(), given.resolved() ? 1 : 0);
                }
                if (log != null) {
                  log.rated(inference, given.resolved(), START.plus(later));
                }
              });
        });
  }
}
