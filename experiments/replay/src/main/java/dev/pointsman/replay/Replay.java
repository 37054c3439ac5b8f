package dev.pointsman.replay;

import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedAlgorithm;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.TokenPrice;
import dev.pointsman.routing.UniformPolicy;
import dev.pointsman.trainer.PriorCell;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Recorded outcomes as a stream of requests: in each round a model is chosen, and only its outcome
 * is revealed. The tasks are the segments. All else that a router does beside learning is off:
 * holdout, uniform slice, nursery, half-life, exploration limit and cost weight (the cost is in the
 * reward, see {@link RewardScale}). One revision per feedback.
 *
 * <p>Regret is the sum of raw rewards of the best single model per task, known in hindsight, minus
 * the sum of what was obtained. The final reward is the mean raw reward, on rows that were not in
 * the stream, of the policy learnt without exploring.
 */
public final class Replay {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final String FUNCTION = "replay";

  private final ReplayData data;
  private final @Nullable ReplayData test;
  private final RewardScale scale;
  private final ReplaySettings settings;
  private final double[][] raw;
  private final int[] bestOfTask;
  private final double hindsight;

  /** What is known before the first round. */
  private final List<PriorCell> known;

  /**
   * A replay.
   *
   * @param data the stream's rows
   * @param test rows to judge the final policy on, null for none
   * @throws IllegalArgumentException if the test rows are of other models
   */
  public Replay(ReplayData data, @Nullable ReplayData test, ReplaySettings settings) {
    this(data, test, null, 0, settings);
  }

  /**
   * A replay that knows some scores before its first round, as a function does that was trained from
   * a file of them.
   *
   * @param data the stream's rows
   * @param test rows to judge the final policy on, null for none
   * @param scored rows of which every model's outcome is known beforehand, null for none; they should
   *     not be in the stream
   * @param mostWeight how many rewards a task and model of them count for at most, above 0
   * @throws IllegalArgumentException if the test rows or the scored ones are of other models
   */
  public Replay(
      ReplayData data,
      @Nullable ReplayData test,
      @Nullable ReplayData scored,
      double mostWeight,
      ReplaySettings settings) {
    checkModels("test file", data, test);
    checkModels("file of scores", data, scored);
    this.data = data;
    this.test = test;
    this.settings = settings;
    this.scale = RewardScale.fit(data);
    int models = data.models().size();
    this.raw = new double[data.rows()][models];
    double[][] totals = new double[data.tasks().size()][models];
    for (int row = 0; row < data.rows(); row++) {
      for (int model = 0; model < models; model++) {
        raw[row][model] = scale.raw(data, row, model);
        totals[data.task(row)][model] += raw[row][model];
      }
    }
    this.bestOfTask = new int[totals.length];
    double best = 0;
    for (int task = 0; task < totals.length; task++) {
      for (int model = 1; model < models; model++) {
        if (totals[task][model] > totals[task][bestOfTask[task]]) {
          bestOfTask[task] = model;
        }
      }
      best += totals[task][bestOfTask[task]];
    }
    this.hindsight = best;
    this.known = scored == null ? List.of() : known(scored, mostWeight);
  }

  private static void checkModels(String what, ReplayData data, @Nullable ReplayData other) {
    if (other != null && !other.models().equals(data.models())) {
      throw new IllegalArgumentException(
          "the %s must have the models of the data file %s, not %s"
              .formatted(what, data.models(), other.models()));
    }
  }

  private List<PriorCell> known(ReplayData scored, double mostWeight) {
    int models = scored.models().size();
    double[][] sums = new double[scored.tasks().size()][models];
    double[][] squares = new double[sums.length][models];
    int[] counts = new int[sums.length];
    for (int row = 0; row < scored.rows(); row++) {
      int task = scored.task(row);
      counts[task]++;
      for (int model = 0; model < models; model++) {
        double reward = scale.mapped(scale.raw(scored, row, model));
        sums[task][model] += reward;
        squares[task][model] += reward * reward;
      }
    }
    List<PriorCell> cells = new ArrayList<>();
    for (int task = 0; task < counts.length; task++) {
      for (int model = 0; model < models; model++) {
        cells.add(
            new PriorCell(
                scored.tasks().get(task),
                scored.models().get(model),
                Math.min(counts[task], mostWeight),
                Math.clamp(sums[task][model] / counts[task], 0, 1),
                Math.clamp(squares[task][model] / counts[task], 0, 1),
                null));
      }
    }
    return cells;
  }

  /** Told after every order; a progress bar, say. */
  public interface Progress {
    /** So many of all orders are done. */
    void done(int orders, int of);
  }

  /** Replays all orders, one after the other on the calling thread. */
  public ReplayResult run(Progress progress) {
    long started = System.nanoTime();
    double[] regrets = new double[settings.orders()];
    double[] finals = new double[settings.orders()];
    for (int order = 0; order < settings.orders(); order++) {
      Order result = replay(order);
      regrets[order] = result.regret;
      finals[order] = result.finalReward;
      progress.done(order + 1, settings.orders());
    }
    Moments regret = Moments.of(regrets);
    Moments reward = test == null ? null : Moments.of(finals);
    return new ReplayResult(
        data.source(),
        settings,
        data.rows(),
        data.models().size(),
        data.tasks().size(),
        data.hasCosts(),
        scale,
        regret.mean(),
        regret.standardError(),
        regretOfChance(),
        hindsight / data.rows(),
        reward == null ? null : reward.mean(),
        reward == null ? null : reward.standardError(),
        (System.nanoTime() - started) / 1e9);
  }

  /** The expected regret of choosing every model alike. */
  private double regretOfChance() {
    double obtained = 0;
    for (double[] row : raw) {
      for (double reward : row) {
        obtained += reward / row.length;
      }
    }
    return hindsight - obtained;
  }

  private record Order(double regret, double finalReward) {}

  private record Pending(int dueRound, Instant decidedAt, int task, int model, double reward) {}

  private Order replay(int order) {
    SplittableRandom random = new SplittableRandom(settings.seed()).split();
    for (int skip = 0; skip < order; skip++) {
      random = random.split();
    }
    int[] rows = shuffled(data.rows(), random);
    LearningLoop loop = new LearningLoop(setup(), maker(), START, random.nextLong());
    if (!known.isEmpty()) {
      loop.know(known, START);
    }
    ArrayDeque<Pending> pending = new ArrayDeque<>();
    double obtained = 0;
    for (int round = 0; round < rows.length; round++) {
      Instant now = START.plusSeconds(round);
      deliver(pending, round, loop, now);
      int row = rows[round];
      String task = data.tasks().get(data.task(row));
      Decision decision = loop.decide(loop.nextEpisode(now), task, 0);
      loop.decided(now, task, decision.chosenVariant());
      int model = decision.candidates().indexOf(decision.chosenVariant());
      obtained += raw[row][model];
      if (settings.feedbackRate() == 1 || random.nextDouble() < settings.feedbackRate()) {
        pending.add(
            new Pending(
                round + 1 + settings.delayRounds(),
                now,
                data.task(row),
                model,
                scale.mapped(raw[row][model])));
      }
    }
    deliver(pending, Integer.MAX_VALUE, loop, START.plusSeconds(rows.length));
    return new Order(hindsight - obtained, finalReward(loop));
  }

  private void deliver(ArrayDeque<Pending> pending, int round, LearningLoop loop, Instant now) {
    for (Pending next; (next = pending.peek()) != null && next.dueRound <= round; ) {
      pending.remove();
      loop.rewarded(
          next.decidedAt, data.tasks().get(next.task), data.models().get(next.model), next.reward);
      loop.revise(now);
    }
  }

  private static int[] shuffled(int size, SplittableRandom random) {
    int[] result = new int[size];
    for (int i = 0; i < size; i++) {
      int j = random.nextInt(i + 1);
      result[i] = result[j];
      result[j] = i;
    }
    return result;
  }

  private double finalReward(LearningLoop loop) {
    ReplayData held = test;
    if (held == null) {
      return Double.NaN;
    }
    Instant end = START.plusSeconds(data.rows());
    Map<String, Integer> modelOfTask = new LinkedHashMap<>();
    double total = 0;
    for (int row = 0; row < held.rows(); row++) {
      String task = held.tasks().get(held.task(row));
      Integer model = modelOfTask.get(task);
      if (model == null) {
        model = held.models().indexOf(loop.greedy(end, task, 0).chosenVariant());
        modelOfTask.put(task, model);
      }
      total += scale.raw(held, row, model);
    }
    return total / held.rows();
  }

  private LearningLoop.Setup setup() {
    LearnedSettings learned =
        new LearnedSettings(
            settings.algorithm().label(),
            data.models(),
            null,
            LearnedSettings.Weights.NONE,
            new LearnedSettings.Exploration(
                settings.minProbability(), Double.POSITIVE_INFINITY, LearnedSettings.Nursery.OFF),
            null,
            LearnedSettings.Options.DEFAULT,
            LearnedSettings.Limits.NONE);
    return new LearningLoop.Setup(
        FUNCTION,
        learned,
        RewardRule.Type.FLOAT,
        LaneShares.POLICY_ONLY,
        prices(),
        settings.detectChanges());
  }

  private List<@Nullable TokenPrice> prices() {
    return Collections.nCopies(data.models().size(), null);
  }

  private LearningLoop.PolicyMaker maker() {
    return switch (settings.algorithm()) {
      case SQUARECB,
          THOMPSON,
          TOP_TWO,
          EPSILON_GREEDY,
          LINUCB,
          LINTS,
          LOGISTIC_THOMPSON,
          TRACK_AND_STOP -> {
        LearnedSettings learned = setup().settings();
        LearnedAlgorithm algorithm = LearnedAlgorithm.of(learned.algorithm());
        yield (version, statistics, at) ->
            algorithm.policy(version, learned, statistics, prices(), settings.estimator());
      }
      case UCB1 ->
          (version, statistics, at) ->
              UpperBoundPolicy.of(
                  version, UpperBoundPolicy.Index.UCB1, setup().settings(), statistics);
      case KL_UCB ->
          (version, statistics, at) ->
              UpperBoundPolicy.of(
                  version, UpperBoundPolicy.Index.KL_UCB, setup().settings(), statistics);
      case UNIFORM -> {
        UniformPolicy uniform = new UniformPolicy(data.models());
        yield (version, statistics, at) -> uniform;
      }
      case ORACLE -> {
        Map<String, String> best = new LinkedHashMap<>();
        for (int task = 0; task < bestOfTask.length; task++) {
          best.put(data.tasks().get(task), data.models().get(bestOfTask[task]));
        }
        if (test != null) {
          // A task that was never in the stream has no best model in hindsight.
          List<String> unknown = new ArrayList<>(test.tasks());
          unknown.removeAll(data.tasks());
          unknown.forEach(task -> best.put(task, scale.strongModel()));
        }
        OraclePolicy oracle = new OraclePolicy(data.models(), best);
        yield (version, statistics, at) -> oracle;
      }
    };
  }

  /** Mean and its standard error, null for a single value. */
  private record Moments(double mean, @Nullable Double standardError) {
    static Moments of(double[] values) {
      double mean = 0;
      for (double value : values) {
        mean += value / values.length;
      }
      if (values.length < 2) {
        return new Moments(mean, null);
      }
      double squares = 0;
      for (double value : values) {
        squares += (value - mean) * (value - mean);
      }
      double variance = squares / (values.length - 1);
      return new Moments(mean, Math.sqrt(variance / values.length));
    }
  }
}
