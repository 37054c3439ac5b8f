package dev.pointsman.trainer;

import dev.pointsman.analysis.offpolicy.PairedDecision;
import dev.pointsman.analysis.offpolicy.PairedEvaluation;
import dev.pointsman.analysis.offpolicy.PairedLog;
import dev.pointsman.analysis.offpolicy.PromotionRule;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.VariantDefinition;
import dev.pointsman.control.ControlStore;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.EvidenceAges;
import dev.pointsman.eventstore.EvidenceRow;
import dev.pointsman.eventstore.LoggedDecision;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.ArmProbabilities;
import dev.pointsman.routing.ArmScores;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionContext;
import dev.pointsman.routing.Lane;
import dev.pointsman.routing.LearnedAlgorithm;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.LoggedInputs;
import dev.pointsman.routing.MeanEstimator;
import dev.pointsman.routing.Policy;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.TextShift;
import dev.pointsman.routing.ThresholdPolicy;
import dev.pointsman.routing.TokenPrice;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Judges a challenger on the log, before it serves. Matured decisions of the main stratum are read
 * in order; on each the challenger is asked what it would have done with what was known then, and
 * what it would have done is compared with what the serving generation did, as logged.
 *
 * <p>No decision judges what it trained. A frozen generation is judged on decisions after its log
 * cut, and asking for earlier ones is refused. A recipe is judged progressively: the decisions are
 * cut into {@value #BLOCKS} blocks, and on each the policy is the one that the evidence before the
 * block gives; blocks without any evidence before them are left out.
 *
 * <p>Cost is today's price of the tokens logged; where those are not all known, or another variant
 * answered, it is what was logged. A decision that nothing could answer counts as {@code
 * reward_on_error}.
 */
public final class ChallengerEvaluator {

  /** Into how many parts the decisions are cut when a recipe is judged. */
  static final int BLOCKS = 20;

  /** The latest decisions that are read at most; earlier ones are left out and counted. */
  public static final int MOST_DECISIONS = 100_000;

  private static final double ALPHA = 0.05;

  /** With a dollar target: this part of the decisions, the earliest, finds the prices. */
  private static final int PRICED_PART = 5;

  private static final int MOST_PRICED = 1_000;

  private final EventStore store;
  private final FunctionCatalog catalog;
  private final Function<String, @Nullable LearnedSettings> settingsOf;

  /**
   * Over a store, of generations that compute with what is configured.
   *
   * @param catalog what is configured: rewards, weights and prices
   */
  public ChallengerEvaluator(EventStore store, FunctionCatalog catalog) {
    this(store, catalog, generation -> null);
  }

  /**
   * Over a store.
   *
   * @param catalog what is configured: rewards, weights and prices
   * @param settingsOf what a generation computes with, by its id; null where it is not known, then
   *     what is configured stands in
   */
  public ChallengerEvaluator(
      EventStore store,
      FunctionCatalog catalog,
      Function<String, @Nullable LearnedSettings> settingsOf) {
    this.store = store;
    this.catalog = catalog;
    this.settingsOf = settingsOf;
  }

  /** Over a store, of generations that are registered. */
  public static ChallengerEvaluator of(
      EventStore store, FunctionCatalog catalog, ControlStore control) {
    return new ChallengerEvaluator(
        store,
        catalog,
        id ->
            control
                .generation(id)
                .map(generation -> GenerationSettings.settingsOf(generation.settings()))
                .orElse(null));
  }

  /**
   * What is asked.
   *
   * @param functionName a function that learns
   * @param challenger who is judged
   * @param from the first decision to judge; null for all that may
   * @param margin how much quality may be lost, in points of 0..1
   * @param now decides what is matured
   */
  public record Question(
      String functionName,
      Challenger challenger,
      @Nullable Instant from,
      double margin,
      Instant now) {}

  /**
   * The judgement. Reads the store for long; not for a request thread.
   *
   * @throws EvaluationRefusedException if there is nothing to judge by, or it would be judged by what
   *     trained it
   */
  public ChallengerEvaluation evaluate(Question question) {
    Configured configured = configured(question.functionName());
    FunctionDefinition function = configured.function();
    Experimentation.Learned learned = configured.learned();
    RewardRule rule = RewardRules.of(catalog, question.functionName(), learned);
    check(question, function, rule);
    List<GuardedMetric> guards = guards(configured);
    Map<String, Long> leftOut = new TreeMap<>();
    List<Valued> valued =
        rows(rule, others(configured, guards), from(question), question.now(), leftOut);
    List<LoggedDecision> rows = decisions(valued);
    if (rows.isEmpty()) {
      throw nothing(question, rule, leftOut);
    }
    List<String> arms = arms(rows, question.challenger().settings());
    Pairing pairing = new Pairing(arms, function, learned, rows);
    List<PairedDecision> paired = pairing.pairs(question.challenger(), rule, leftOut);
    Instant first = pairing.first;
    if (first == null) {
      throw nothing(question, rule, leftOut);
    }
    PromotionRule promotion =
        new PromotionRule(question.margin(), learned.settings().weights().cost(), ALPHA);
    PairedEvaluation figures;
    try {
      figures = PairedEvaluation.of(compared(configured, guards, arms, paired, valued), promotion);
    } catch (IllegalArgumentException noFeedback) {
      throw new EvaluationRefusedException(
          "%s: %s".formatted(question.functionName(), noFeedback.getMessage()));
    }
    LoggedDecision last = rows.getLast();
    return new ChallengerEvaluation(
        question.functionName(),
        question.challenger().name(),
        question.challenger().settings().algorithm(),
        rule.metric(),
        last.generation() == null ? "what served" : last.generation(),
        figures.ruling().verdict().words(),
        question.margin(),
        learned.settings().weights().cost(),
        first,
        last.decidedAt(),
        question.challenger() instanceof Challenger.Frozen frozen ? frozen.logCut() : null,
        leftOut,
        figures,
        pairing.target);
  }

  /**
   * What the serving generation did, as the gate would see it: its decisions beside those of a
   * challenger that always takes its first choice and explores nothing.
   *
   * @param now decides what is matured
   * @throws EvaluationRefusedException if the function learns nothing, or no decision has matured
   */
  DecisionLog log(String functionName, Instant now) {
    Configured configured = configured(functionName);
    RewardRule rule = RewardRules.of(catalog, functionName, configured.learned());
    Map<String, Long> leftOut = new TreeMap<>();
    List<LoggedDecision> rows = decisions(rows(rule, List.of(), Instant.EPOCH, now, leftOut));
    if (rows.isEmpty()) {
      throw new EvaluationRefusedException(
          "no decision of %s has matured: decisions mature after %s, left out were %s"
              .formatted(
                  functionName, rule.attributionWindow(), leftOut.isEmpty() ? "none" : leftOut));
    }
    return log(configured, rule, rows);
  }

  /**
   * Two generations beside each other, as the router logged both.
   *
   * @param log matured decisions in order; thinned evenly when there were too many
   * @param thinning one of so many decisions was kept
   */
  record SideBySide(PairedLog log, int thinning) {}

  /**
   * Matured decisions of the main stratum that one generation made while another one's vector was
   * computed beside it.
   *
   * @param serving the generation that made them
   * @param beside the other one
   * @param judged which of the two is the challenger of the comparison
   * @param taker is given every row that both have, matured or not
   * @param guardTaker is given every matured one with a reward by a guarded metric
   */
  SideBySide sideBySide(
      String functionName,
      String serving,
      String beside,
      String judged,
      Instant from,
      Instant now,
      Consumer<LoggedDecision> taker,
      GuardTaker guardTaker) {
    Configured configured = configured(functionName);
    RewardRule rule = RewardRules.of(catalog, functionName, configured.learned());
    List<GuardedMetric> guards = guards(configured);
    ThinnedRows<Valued> kept =
        new ThinnedRows<>(MOST_DECISIONS, valued -> valued.row().episodeId());
    store
        .functions()
        .decisions(
            rule,
            others(configured, guards),
            from,
            now,
            now,
            (row, others) -> {
              if (isBeside(row, serving, beside)) {
                taker.accept(row);
                if (row.matured()) {
                  for (int at = 0; at < guards.size(); at++) {
                    Double reward = others.get(at);
                    if (reward != null) {
                      guardTaker.accept(guards.get(at), row, reward);
                    }
                  }
                  kept.accept(new Valued(row, others));
                }
              }
            });
    List<Valued> valued = kept.rows();
    List<LoggedDecision> rows = decisions(valued);
    List<String> arms = arms(rows, configured.learned().settings());
    Pairing pairing = new Pairing(arms, configured.function(), configured.learned(), rows);
    List<PairedDecision> pairs =
        learnedTarget(configured) == null
            ? pairing.asLogged(judged.equals(serving))
            : pairing.asLoggedAtTarget(judged.equals(serving));
    return new SideBySide(compared(configured, guards, arms, pairs, valued), kept.thinning());
  }

  private static PairedLog compared(
      Configured configured,
      List<GuardedMetric> guards,
      List<String> arms,
      List<PairedDecision> pairs,
      List<Valued> valued) {
    String baseline = configured.learned().settings().baselineVariant();
    Beside beside = new Beside(pairs, valued);
    return PairedLog.of(arms, pairs, baseline == null ? -1 : arms.indexOf(baseline))
        .withGuarded(beside.guarded(guards))
        .withSurrogates(beside.surrogates(configured, guards));
  }

  /** Takes a matured decision with its reward by a guarded metric, 0..1. */
  @FunctionalInterface
  interface GuardTaker {
    void accept(GuardedMetric metric, LoggedDecision row, double reward);
  }

  /**
   * A decision with its rewards by the function's other metrics: the guarded ones that were asked for,
   * then its surrogates.
   */
  private record Valued(LoggedDecision row, List<@Nullable Double> others) {}

  private static List<LoggedDecision> decisions(List<Valued> valued) {
    return valued.stream().map(Valued::row).toList();
  }

  /** The rewards by other metrics of decisions that were paired. */
  private static final class Beside {
    private final List<PairedDecision> pairs;
    private final Map<String, List<@Nullable Double>> byEpisode = new HashMap<>();

    Beside(List<PairedDecision> pairs, List<Valued> valued) {
      this.pairs = pairs;
      valued.forEach(one -> byEpisode.put(one.row().episodeId().toString(), one.others()));
    }

    /** Values of those metrics, which are the first of what was read. */
    List<PairedLog.Guarded> guarded(List<GuardedMetric> guards) {
      List<PairedLog.Guarded> guarded = new ArrayList<>(guards.size());
      for (int at = 0; at < guards.size(); at++) {
        guarded.add(new PairedLog.Guarded(guards.get(at).rule(), column(at)));
      }
      return guarded;
    }

    /** Values of the function's surrogates, which were read behind those metrics. */
    List<PairedLog.Surrogate> surrogates(Configured configured, List<GuardedMetric> guards) {
      List<String> names = configured.learned().rules().surrogates();
      List<PairedLog.Surrogate> surrogates = new ArrayList<>(names.size());
      for (int at = 0; at < names.size(); at++) {
        surrogates.add(new PairedLog.Surrogate(names.get(at), column(guards.size() + at)));
      }
      return surrogates;
    }

    private List<@Nullable Double> column(int at) {
      List<@Nullable Double> column = new ArrayList<>(pairs.size());
      for (PairedDecision pair : pairs) {
        column.add(byEpisode.getOrDefault(pair.episode(), List.of()).get(at));
      }
      return column;
    }
  }

  private List<GuardedMetric> guards(Configured configured) {
    return GuardedMetric.of(catalog, configured.function().name(), configured.learned());
  }

  /** What is read beside the reward: those metrics, then the function's surrogates. */
  private List<RewardRule> others(Configured configured, List<GuardedMetric> guards) {
    Experimentation.Learned learned = configured.learned();
    List<RewardRule> others = new ArrayList<>();
    guards.forEach(guard -> others.add(guard.reward()));
    for (String metric : learned.rules().surrogates()) {
      others.add(RewardRules.of(catalog, configured.function().name(), learned, metric));
    }
    return others;
  }

  private static boolean isBeside(LoggedDecision row, String serving, String beside) {
    String name = row.features().get(Decision.CHALLENGER);
    return serving.equals(row.generation())
        && name != null
        && name.startsWith(beside + "/")
        && row.stratum().equals(Decision.MAIN)
        && row.challengerProbabilities().length == row.candidates().size()
        && row.propensities().length > 0
        && row.chosenArm() >= 0;
  }

  private DecisionLog log(Configured configured, RewardRule rule, List<LoggedDecision> rows) {
    List<String> arms = arms(rows, configured.learned().settings());
    return new DecisionLog(
        configured.learned(),
        rule.metric(),
        rows.isEmpty() ? "" : String.valueOf(rows.getLast().generation()),
        arms,
        new Pairing(arms, configured.function(), configured.learned(), rows).greedily(),
        rows.isEmpty() ? Instant.EPOCH : rows.getFirst().decidedAt(),
        rows.isEmpty() ? Instant.EPOCH : rows.getLast().decidedAt());
  }

  /**
   * Decisions of the serving generation.
   *
   * @param generation the one that decided
   * @param arms the arms' names
   * @param decisions in order
   * @param from the first
   * @param to the last
   */
  record DecisionLog(
      Experimentation.Learned learned,
      String metric,
      String generation,
      List<String> arms,
      List<PairedDecision> decisions,
      Instant from,
      Instant to) {}

  private static @Nullable Double learnedTarget(Configured configured) {
    return configured.learned().settings().limits().targetUsd();
  }

  private record Configured(FunctionDefinition function, Experimentation.Learned learned) {}

  private Configured configured(String functionName) {
    FunctionDefinition function = catalog.functions().get(functionName);
    if (function == null
        || !(function.experimentation() instanceof Experimentation.Learned learned)) {
      throw new EvaluationRefusedException(
          "functions.%s is not configured as a function that learns".formatted(functionName));
    }
    return new Configured(function, learned);
  }

  private List<Valued> rows(
      RewardRule rule,
      List<RewardRule> others,
      Instant from,
      Instant now,
      Map<String, Long> leftOut) {
    Deque<Valued> judged = new ArrayDeque<>();
    store
        .functions()
        .decisions(
            rule,
            others,
            from,
            now,
            now,
            (row, values) -> take(new Valued(row, values), judged, leftOut));
    onlyLastGeneration(judged, leftOut);
    return new ArrayList<>(judged);
  }

  private static void check(Question question, FunctionDefinition function, RewardRule rule) {
    Challenger challenger = question.challenger();
    if (!challenger.metric().equals(rule.metric())) {
      throw new EvaluationRefusedException(
          "%s learns from metric %s, %s from %s: their values cannot be compared"
              .formatted(
                  challenger.name(), challenger.metric(), question.functionName(), rule.metric()));
    }
    for (String candidate : challenger.settings().candidates()) {
      if (!function.variants().containsKey(candidate)) {
        throw new EvaluationRefusedException(
            "%s may choose %s, which is no variant of functions.%s any more"
                .formatted(challenger.name(), candidate, question.functionName()));
      }
    }
    if (challenger instanceof Challenger.Frozen frozen
        && question.from() != null
        && question.from().isBefore(frozen.logCut())) {
      throw new EvaluationRefusedException(
          ("%s was trained on decisions up to %s, and rows from %s were asked for: a policy looks"
               + " better on what trained it than it is. Ask from %s on, or judge its recipe with"
               + " --progressive")
              .formatted(challenger.name(), frozen.logCut(), question.from(), frozen.logCut()));
    }
  }

  private static Instant from(Question question) {
    Instant from = question.from();
    if (from != null) {
      return from;
    }
    return question.challenger() instanceof Challenger.Frozen frozen
        ? frozen.logCut()
        : Instant.EPOCH;
  }

  private static EvaluationRefusedException nothing(
      Question question, RewardRule rule, Map<String, Long> leftOut) {
    return new EvaluationRefusedException(
        ("no decision of %s since %s can judge %s: decisions mature after %s, left out were %s%s")
            .formatted(
                question.functionName(),
                from(question),
                question.challenger().name(),
                rule.attributionWindow(),
                leftOut.isEmpty() ? "none" : leftOut,
                question.challenger() instanceof Challenger.Frozen
                    ? "; it was trained on all before, so wait, or judge its recipe with"
                        + " --progressive"
                    : ""));
  }

  private static void take(Valued valued, Deque<Valued> judged, Map<String, Long> leftOut) {
    LoggedDecision row = valued.row();
    String reason =
        !row.matured()
            ? "not matured yet"
            : !row.stratum().equals(Decision.MAIN)
                ? "outside the main stratum"
                : row.propensities().length == 0 || row.chosenArm() < 0
                    ? "without propensities"
                    : null;
    if (reason != null) {
      leftOut.merge(reason, 1L, Long::sum);
      return;
    }
    judged.add(valued);
    if (judged.size() > MOST_DECISIONS) {
      judged.remove();
      leftOut.merge("before the latest %,d".formatted(MOST_DECISIONS), 1L, Long::sum);
    }
  }

  /** What an earlier generation did is no measure of the one that serves. */
  private static void onlyLastGeneration(Deque<Valued> judged, Map<String, Long> leftOut) {
    if (judged.isEmpty()) {
      return;
    }
    String serving = String.valueOf(judged.getLast().row().generation());
    judged.removeIf(
        valued -> {
          boolean other = !serving.equals(String.valueOf(valued.row().generation()));
          if (other) {
            leftOut.merge("decided by an earlier generation", 1L, Long::sum);
          }
          return other;
        });
  }

  private static List<String> arms(List<LoggedDecision> rows, LearnedSettings challenger) {
    TreeSet<String> arms = new TreeSet<>(challenger.candidates());
    List<String> last = List.of();
    for (LoggedDecision row : rows) {
      if (row.candidates() != last && !row.candidates().equals(last)) {
        last = row.candidates();
        arms.addAll(last);
      }
    }
    return List.copyOf(arms);
  }

  /** The challenger beside each row. */
  private final class Pairing {
    private final List<String> arms;
    private final FunctionDefinition function;
    private final Experimentation.Learned learned;
    private final List<LoggedDecision> rows;

    /** The first row that is judged. */
    private @Nullable Instant first;

    /** The prices that hold the dollar target; null without one. */
    private ChallengerEvaluation.@Nullable Target target;

    private final Map<String, @Nullable Policy> revisions = new HashMap<>();

    Pairing(
        List<String> arms,
        FunctionDefinition function,
        Experimentation.Learned learned,
        List<LoggedDecision> rows) {
      this.arms = arms;
      this.function = function;
      this.learned = learned;
      this.rows = rows;
    }

    List<PairedDecision> pairs(Challenger challenger, RewardRule rule, Map<String, Long> leftOut) {
      List<Judged> judged = new ArrayList<>(rows.size());
      switch (challenger) {
        case Challenger.Frozen frozen ->
            judge(
                rows,
                policy(frozen.settings(), frozen.revision().statistics(), frozen.name()),
                judged,
                leftOut);
        case Challenger.Recipe recipe -> judgeProgressively(recipe, rule, judged, leftOut);
      }
      return learned.settings().limits().targetUsd() == null
          ? paired(judged)
          : atTarget(judged, leftOut);
    }

    /**
     * A row that judges.
     *
     * @param policy the challenger as it was to be at that time
     * @param answer what it would have served without a price of cost
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Judged(
        LoggedDecision row, LoggedInputs inputs, Policy policy, double[] answer) {}

    private List<PairedDecision> paired(List<Judged> judged) {
      List<PairedDecision> pairs = new ArrayList<>(judged.size());
      for (Judged one : judged) {
        pairs.add(paired(one.row(), one.inputs(), byArm(one.policy().candidates(), one.answer())));
        first = first == null ? one.row().decidedAt() : first;
      }
      return pairs;
    }

    /**
     * A row and the policies of it that are compared at prices of their own.
     *
     * @param serving what served, from its stored revision
     * @param challenger the other one
     */
    private record Priced(
        LoggedDecision row, LoggedInputs inputs, Policy serving, Policy challenger) {}

    private List<PairedDecision> atTarget(List<Judged> judged, Map<String, Long> leftOut) {
      List<Priced> priced = new ArrayList<>(judged.size());
      for (Judged one : judged) {
        Policy serving = served(one.row());
        if (serving == null) {
          leftOut.merge("whose revision is not in the store", 1L, Long::sum);
        } else {
          priced.add(new Priced(one.row(), one.inputs(), serving, one.policy()));
        }
      }
      List<PairedDecision> pairs = atTarget(priced);
      int before = priced.size() - pairs.size();
      if (before > 0) {
        leftOut.merge("find the prices that hold the dollar target", (long) before, Long::sum);
      }
      return pairs;
    }

    /**
     * Both policies at the one price each that makes it meet the target on the first rows, which are
     * not judged: of these no reward is looked at.
     */
    private List<PairedDecision> atTarget(List<Priced> rowsOfBoth) {
      double usd = Objects.requireNonNull(learned.settings().limits().targetUsd());
      int block = Math.min(MOST_PRICED, Math.ceilDiv(rowsOfBoth.size(), PRICED_PART));
      List<Priced> earlier = rowsOfBoth.subList(0, block);
      double ofServing = TargetPrice.of(price -> cost(earlier, Priced::serving, price), usd);
      double ofChallenger = TargetPrice.of(price -> cost(earlier, Priced::challenger, price), usd);
      target =
          new ChallengerEvaluation.Target(
              usd,
              block,
              ofServing,
              ofChallenger,
              cost(earlier, Priced::serving, ofServing),
              cost(earlier, Priced::challenger, ofChallenger));
      List<PairedDecision> pairs = new ArrayList<>(rowsOfBoth.size() - block);
      for (Priced one : rowsOfBoth.subList(block, rowsOfBoth.size())) {
        pairs.add(
            paired(
                one.row(),
                one.inputs(),
                served(one, one.serving(), ofServing),
                served(one, one.challenger(), ofChallenger)));
        first = first == null ? one.row().decidedAt() : first;
      }
      return pairs;
    }

    private double[] served(Priced one, Policy policy, double price) {
      ArmProbabilities answer =
          Objects.requireNonNull(one.inputs().answerAt(policy, prices(policy.candidates()), price));
      return byArm(policy.candidates(), answer.probabilities());
    }

    /**
     * Mean dollars of a decision if a policy had the policy's lanes at a price, doubly robust:
     *
     * <pre>  mean of Σ_a e(a)·ĉ_a + e(a_i)/p_i · (c_i − ĉ_{a_i})</pre>
     *
     * with e the mixture of all lanes, since the target is for all of them.
     */
    private double cost(List<Priced> some, Function<Priced, Policy> whose, double price) {
      double sum = 0;
      for (Priced one : some) {
        Policy policy = whose.apply(one);
        LoggedDecision row = one.row();
        ArmProbabilities answer =
            Objects.requireNonNull(
                one.inputs().answerAt(policy, prices(policy.candidates()), price));
        double[] vector = byArm(policy.candidates(), answer.probabilities());
        double[] mixture = byArm(row.candidates(), row.propensities());
        double[] logged = byArm(row.candidates(), row.policyProbabilities());
        double[] canary = byArm(row.candidates(), row.challengerProbabilities());
        double policyShare = row.laneShares().getOrDefault(Lane.POLICY.label(), 0.0);
        double canaryShare = row.laneShares().getOrDefault(Lane.CANARY.label(), 0.0);
        double[] expected = byArm(policy.candidates(), expectedDollars(answer));
        int chosen = arms.indexOf(row.chosenVariant());
        Double paid = dollars(row);
        for (int arm = 0; arm < vector.length; arm++) {
          double chance =
              Math.max(
                  0,
                  mixture[arm]
                      + policyShare * (vector[arm] - logged[arm])
                      + canaryShare * (vector[arm] - canary[arm]));
          sum += chance * expected[arm];
          if (arm == chosen && paid != null) {
            sum += chance / mixture[arm] * (paid - expected[arm]);
          }
        }
      }
      return some.isEmpty() ? 0 : sum / some.size();
    }

    /** An unknown price counts as the dearest known one, as in the router. */
    private static double[] expectedDollars(ArmProbabilities answer) {
      ArmScores scores = answer.scores();
      if (scores == null) {
        return new double[answer.probabilities().length];
      }
      long[] nanos = scores.predictedCostNanos();
      long dearest = Math.max(0, Arrays.stream(nanos).max().orElse(0));
      return Arrays.stream(nanos).mapToDouble(n -> (n < 0 ? dearest : n) * 1e-9).toArray();
    }

    /** The policy that decided a row; null where its revision is not kept. */
    private @Nullable Policy served(LoggedDecision row) {
      String generation = row.generation();
      return generation == null ? null : revision(generation, row.revision());
    }

    /** The policy computed beside a row. */
    private @Nullable Policy beside(LoggedDecision row) {
      String name = row.features().get(Decision.CHALLENGER);
      int slash = name == null ? -1 : name.lastIndexOf('/');
      return name == null || slash < 0
          ? null
          : revision(name.substring(0, slash), Long.parseLong(name.substring(slash + 1)));
    }

    private @Nullable Policy revision(String generation, long number) {
      String key = generation + "/" + number;
      if (!revisions.containsKey(key)) {
        PolicyRevision stored = store.history().revision(function.name(), generation, number);
        LearnedSettings settings = settingsOf.apply(generation);
        revisions.put(
            key,
            stored == null
                ? null
                : policy(
                    settings == null ? learned.settings() : settings, stored.statistics(), key));
      }
      return revisions.get(key);
    }

    /** Each row with what its two policies would have done at the prices that hold the target. */
    List<PairedDecision> asLoggedAtTarget(boolean servingIsJudged) {
      List<Priced> both = new ArrayList<>(rows.size());
      for (LoggedDecision row : rows) {
        Policy serving = served(row);
        Policy other = beside(row);
        if (serving != null && other != null) {
          LoggedInputs inputs =
              new LoggedInputs(row.candidates(), row.exclusions(), row.segment(), row.features());
          both.add(
              servingIsJudged
                  ? new Priced(row, inputs, other, serving)
                  : new Priced(row, inputs, serving, other));
        }
      }
      return atTarget(both);
    }

    private void judgeProgressively(
        Challenger.Recipe recipe, RewardRule rule, List<Judged> judged, Map<String, Long> leftOut) {
      Instant now = rows.getLast().decidedAt();
      store.refreshStatistics(rule, now);
      EvidenceAges ages = EvidenceAges.at(now, List.of());
      List<EvidenceRow> evidence =
          store.evidence(rule.functionName(), rule.metric(), Instant.EPOCH, ages);
      FunctionTrainer trainer = new FunctionTrainer(recipe.settings(), rule.type());
      for (int block = 0; block < BLOCKS; block++) {
        List<LoggedDecision> own =
            rows.subList(
                (int) ((long) rows.size() * block / BLOCKS),
                (int) ((long) rows.size() * (block + 1) / BLOCKS));
        if (own.isEmpty()) {
          continue;
        }
        // No bucket before it reaches over it.
        Instant cut = ages.floor(own.getFirst().decidedAt());
        List<EvidenceRow> before =
            evidence.stream().filter(row -> row.start().isBefore(cut)).toList();
        PolicyStatistics statistics = trainer.statistics(before, List.of(), Map.of(), cut);
        if (judged.isEmpty() && statistics.feedbackCount() == 0) {
          leftOut.merge("train only: nothing was learnt before them", (long) own.size(), Long::sum);
          continue;
        }
        judge(
            own,
            policy(recipe.settings(), divided(recipe.settings(), statistics, own), recipe.name()),
            judged,
            leftOut);
      }
    }

    /** With the threshold that divides a block as wanted, of which no reward is looked at. */
    private PolicyStatistics divided(
        LearnedSettings settings, PolicyStatistics statistics, List<LoggedDecision> block) {
      if (settings.options().strongShare() == null) {
        return statistics;
      }
      List<@Nullable TokenPrice> prices = prices(settings.candidates());
      List<DecisionContext> decisions = new ArrayList<>();
      for (LoggedDecision row : block) {
        // Where text is in use the challenger goes by it, too.
        TextShift text = TextShift.ofFeatures(row.features(), row.candidates().size());
        DecisionContext context =
            ThresholdSample.context(
                row,
                settings.candidates(),
                prices,
                row.candidates().equals(settings.candidates()) ? text : null);
        if (context != null) {
          decisions.add(context);
        }
      }
      return ThresholdPolicy.calibrated(settings, statistics, prices, decisions);
    }

    private Policy policy(LearnedSettings settings, PolicyStatistics statistics, String name) {
      LearnedAlgorithm algorithm = LearnedAlgorithm.of(settings.algorithm());
      return algorithm.policy(
          new PolicyVersion(algorithm.label(), name, 0),
          settings,
          statistics,
          prices(settings.candidates()),
          MeanEstimator.ADDITIVE_RIDGE);
    }

    private List<@Nullable TokenPrice> prices(List<String> candidates) {
      return catalog.prices(function, candidates);
    }

    private void judge(
        List<LoggedDecision> own, Policy policy, List<Judged> judged, Map<String, Long> leftOut) {
      List<@Nullable TokenPrice> prices = prices(policy.candidates());
      for (LoggedDecision row : own) {
        LoggedInputs inputs =
            new LoggedInputs(row.candidates(), row.exclusions(), row.segment(), row.features());
        double[] served;
        try {
          served = inputs.served(policy, prices);
        } catch (IllegalArgumentException unreadable) {
          leftOut.merge("whose logged inputs cannot be read", 1L, Long::sum);
          continue;
        }
        if (served.length == 0) {
          leftOut.merge("none of the challenger's candidates could serve", 1L, Long::sum);
          continue;
        }
        judged.add(new Judged(row, inputs, policy, served));
      }
    }

    /** Each row with the two vectors that it holds. */
    List<PairedDecision> asLogged(boolean servingIsJudged) {
      List<PairedDecision> pairs = new ArrayList<>(rows.size());
      for (LoggedDecision row : rows) {
        LoggedInputs inputs =
            new LoggedInputs(row.candidates(), row.exclusions(), row.segment(), row.features());
        double[] served = byArm(row.candidates(), row.policyProbabilities());
        double[] beside = byArm(row.candidates(), row.challengerProbabilities());
        pairs.add(
            servingIsJudged
                ? paired(row, inputs, beside, served)
                : paired(row, inputs, served, beside));
      }
      return pairs;
    }

    /** Beside each row the first choice of what served. */
    List<PairedDecision> greedily() {
      List<PairedDecision> pairs = new ArrayList<>(rows.size());
      for (LoggedDecision row : rows) {
        double[] greedy = new double[arms.size()];
        int best = 0;
        for (int at = 1; at < row.policyProbabilities().length; at++) {
          best = row.policyProbabilities()[at] > row.policyProbabilities()[best] ? at : best;
        }
        greedy[arms.indexOf(row.candidates().get(best))] = 1;
        pairs.add(
            paired(
                row,
                new LoggedInputs(row.candidates(), row.exclusions(), row.segment(), row.features()),
                greedy));
      }
      return pairs;
    }

    private PairedDecision paired(LoggedDecision row, LoggedInputs inputs, double[] challenger) {
      return paired(row, inputs, byArm(row.candidates(), row.policyProbabilities()), challenger);
    }

    private PairedDecision paired(
        LoggedDecision row, LoggedInputs inputs, double[] serving, double[] challenger) {
      return new PairedDecision(
          row.episodeId().toString(),
          row.segment(),
          row.lane(),
          row.laneShares(),
          arms.indexOf(row.chosenVariant()),
          eligible(row, inputs),
          byArm(row.candidates(), row.propensities()),
          serving,
          challenger,
          quality(row),
          row.reward() != null && !row.filled(),
          row.failed(),
          dollars(row));
    }

    private boolean[] eligible(LoggedDecision row, LoggedInputs inputs) {
      boolean[] logged = inputs.eligible();
      boolean[] eligible = new boolean[arms.size()];
      for (int at = 0; at < logged.length; at++) {
        eligible[arms.indexOf(row.candidates().get(at))] = logged[at];
      }
      return eligible;
    }

    private double[] byArm(List<String> candidates, double[] vector) {
      double[] result = new double[arms.size()];
      for (int at = 0; at < vector.length; at++) {
        result[arms.indexOf(candidates.get(at))] = vector[at];
      }
      return result;
    }

    /** A filled reward is a policy's rule for what is missing, and so a value. */
    private @Nullable Double quality(LoggedDecision row) {
      Double reward = row.reward();
      return reward == null && row.failed()
          ? Double.valueOf(learned.attribution().onError())
          : reward;
    }

    private @Nullable Double dollars(LoggedDecision row) {
      VariantDefinition variant = function.variants().get(row.chosenVariant());
      TokenPrice price = variant == null ? null : catalog.price(variant.model());
      Long input = row.inputTokens();
      Long output = row.outputTokens();
      if (price != null && input != null && output != null && row.servedAsChosen()) {
        return (price.inputNanos() * input + price.outputNanos() * output) / 1e9;
      }
      Long nanos = row.costNanos();
      return nanos == null ? null : nanos / 1e9;
    }
  }
}
