package dev.pointsman.trainer;

import dev.pointsman.analysis.AsymptoticConfidenceSequence;
import dev.pointsman.analysis.offpolicy.FeedbackRates;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.LoggedDecision;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.ArmProbabilities;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionContext;
import dev.pointsman.routing.LearnedAlgorithm;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.LoggedInputs;
import dev.pointsman.routing.MeanEstimator;
import dev.pointsman.routing.Policy;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.TextPublication;
import dev.pointsman.routing.TextShift;
import dev.pointsman.routing.ThresholdPolicy;
import dev.pointsman.routing.TokenPrice;
import dev.pointsman.routing.features.ConversationModel;
import dev.pointsman.routing.features.FeatureVector;
import dev.pointsman.routing.features.NeighbourQuality;
import dev.pointsman.routing.features.PromptVector;
import dev.pointsman.routing.features.TextQuality;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The two rungs of one function: deciding by segments, and deciding by segments
 * and what the conversation says. Has models fitted now and then by {@link TextLadderFit}, judges them
 * on decisions that came after them, and says which rung decides.
 *
 * <p>A model is fitted when the function's rewards have grown by a quarter since the last one. It is
 * judged without serving: on each matured decision after its log cut, what the policy would have
 * done by segments and by text, both on the evidence at that cut, is compared by
 *
 * <pre>φ = Σ_a Δ(a)·û(a) + Δ(a_i)/p_i·((q_i − q̂(a_i))/ρ_i − W·(d_i − d̂(a_i))),   Δ = π_text − π_segments</pre>
 *
 * the doubly robust paired difference of utilities u = q − W·d (quality − cost weight · dollars), q̂
 * and d̂ by segments. ρ_i is the rate at which feedback comes to decisions of that segment and variant,
 * by {@link FeedbackRates} of those before: where none came the quality's correction is left out,
 * and others make up for it. A failure's quality is always known and counts once; else failures
 * would outweigh answers wherever feedback is rare.
 * A decision judges only models that were fitted before it, so the mean of φ over successive models is
 * a sum of differences that nothing has looked ahead to, and its anytime bounds hold for the recipe.
 * Decisions without a logged conversation judge nothing.
 *
 * <p>A model learnt from scores in a file decides from the start, judged on prompts held out there;
 * φ then compares with it instead of with segments alone, so that what replaces it has proved better.
 *
 * <p>With {@code context = "auto"} text is adopted when the lower bound is above 0, and dropped when
 * the upper bound is below 0 or a change of quality was found; at most one switch in an attribution
 * window. With {@code "text"} it is used as soon as there is a model that says anything.
 *
 * <p>Not safe for concurrent use.
 */
final class TextLadder {

  /** Fewer rewarded decisions are not worth a model. */
  static final int LEAST_SAMPLES = 300;

  private static final double GROWTH = 1.25;
  private static final Duration BETWEEN_FITS = Duration.ofMinutes(3);

  /** A function of which no text comes is looked at each hour and a half. */
  private static final int MOST_DOUBLINGS = 5;

  private static final Duration BETWEEN_JUDGEMENTS = Duration.ofSeconds(10);
  private static final int MOST_JUDGED_AT_ONCE = 5_000;
  private static final int MOST_MODELS = 4;
  private static final int MOST_READ_AGAIN = 500;

  /** How many decisions the rates of feedback are of: the past that is like the present. */
  private static final int RATED_DECISIONS = 5_000;

  /** A challenger's revisions lie between those of what serves. */
  private static final int LATEST_REVISIONS = 20;

  private final EventStore store;
  private final TextSampler sampler;
  private final TextLadderFit fit;
  private final RewardRule rule;
  private final Deque<Judge> judges = new ArrayDeque<>();

  private TextStanding standing = TextStanding.NONE;

  /** Learnt from scores; it decides while the standing says so. */
  private @Nullable TextQuality prior;

  private @Nullable Instant lastLook;

  /** How many rewards were known then: as many give no other model. */
  private long lookedFrom;

  /** Looks since the last model. */
  private int inVain;

  /** Whether what was judged before is to be looked at again for the thresholds that divide it. */
  private boolean dividedAnew;

  /** Null before the first judgement of this process. */
  private @Nullable FeedbackRates rates;

  /**
   * A model and the policy that it is judged with.
   *
   * @param cut only decisions from here on may judge it
   */
  private record Judge(
      Instant cut, ConversationModel model, PolicyStatistics evidence, Deque<Inputs> divided) {

    static Judge of(Instant cut, ConversationModel model, PolicyStatistics evidence) {
      return new Judge(cut, model, evidence, new ArrayDeque<>());
    }

    /** Takes what a threshold is to divide. */
    void divide(@Nullable DecisionContext plain, @Nullable DecisionContext moved) {
      if (plain != null && moved != null) {
        divided.add(new Inputs(plain, moved));
        if (divided.size() > ThresholdSample.MOST_DECISIONS) {
          divided.remove();
        }
      }
    }
  }

  /** Takes a decision with what a model says of it. */
  private interface AskedTaker {

    /** Takes one; the features are null where the model reads the prompt's embedding instead. */
    void take(LoggedDecision row, @Nullable FeatureVector features, TextShift said);
  }

  /** What a policy looks at by segments, and by text. */
  private record Inputs(DecisionContext plain, DecisionContext moved) {}

  /** The two policies that are compared; the same one, unless it has a threshold. */
  private record Compared(Policy plain, Policy moved) {}

  /**
   * What a ladder needs to know of its function now.
   *
   * @param settings what the serving generation computes with, which need not be what is configured
   * @param generation the serving generation
   * @param statistics the evidence at {@code now}
   * @param alarmed whether a change of quality was found since the last revision
   */
  record Moment(
      FunctionCatalog catalog,
      FunctionDefinition function,
      Experimentation.Learned learned,
      LearnedSettings settings,
      String generation,
      PolicyStatistics statistics,
      boolean alarmed,
      long logPosition,
      String codeVersion,
      Instant now) {

    /** Rewarded decisions so far. */
    long feedbacks() {
      return statistics.variants().stream()
          .mapToLong(PolicyStatistics.VariantEvidence::feedbacks)
          .sum();
    }

    /** The function's own policy on that evidence. */
    Policy policy(PolicyStatistics evidence) {
      LearnedAlgorithm algorithm = LearnedAlgorithm.of(settings.algorithm());
      return algorithm.policy(
          new PolicyVersion(algorithm.label(), generation, 0),
          settings,
          evidence,
          prices(),
          MeanEstimator.ADDITIVE_RIDGE);
    }

    /** Today's price per candidate, null where it is unknown. */
    List<@Nullable TokenPrice> prices() {
      return catalog.prices(function, settings.candidates());
    }
  }

  /** A switch of rungs, for the log. */
  record Switch(String before, String after, String reason) {}

  TextLadder(EventStore store, RewardRule rule) {
    this.store = store;
    this.sampler = new TextSampler(store);
    this.fit = new TextLadderFit(store, rule);
    this.rule = rule;
  }

  /**
   * Goes on where a stored revision left off: with its judgement, and with the models that judge what
   * has not matured yet, each beside the evidence that it was fitted beside.
   */
  void resume(PolicyRevision latest) {
    standing = TextStanding.ofProvenance(latest.provenance());
    standing.earlier().forEach(one -> resume(one.model(), one.cut(), latest.generation()));
    String id = standing.model();
    Instant cut = standing.fittedAt();
    if (id != null && cut != null) {
      resume(id, cut, latest.generation());
    }
    dividedAnew = true;
  }

  private void resume(String id, Instant cut, String generation) {
    TextPublication publication = store.history().textModel(rule.functionName(), id);
    PolicyRevision then = revisionAt(cut, generation);
    if (publication != null && then != null) {
      ConversationModel model =
          ConversationModel.decode(Base64.getDecoder().decode(publication.body()));
      judges.add(Judge.of(cut, model, then.statistics()));
    }
  }

  private @Nullable PolicyRevision revisionAt(Instant cut, String generation) {
    return store
        .history()
        .revisions(rule.functionName(), Instant.EPOCH, cut.plusNanos(1_000), LATEST_REVISIONS)
        .stream()
        .filter(line -> line.generation().equals(generation))
        .findFirst()
        .map(line -> store.history().revision(rule.functionName(), generation, line.revision()))
        .orElse(null);
  }

  /** Where it stands. */
  TextStanding standing() {
    return standing;
  }

  /** The id of the model that decisions use now, null while they go by segments alone. */
  @Nullable String inUse() {
    return standing.inUse();
  }

  /**
   * Whether a model learnt from scores may be taken: it reads words, so not where neighbours are
   * configured, nor before those that were have ceased to decide.
   */
  boolean takesPrior(Experimentation.Learned learned) {
    return learned.readsWords() && !standing.ofNeighbours();
  }

  /**
   * Takes a model that was learnt from scores, or takes it away. It decides until one from the log
   * proves better than it, or a change of quality is found; where one from the log decides already,
   * it is not used.
   *
   * @param model null for none
   */
  void setPrior(@Nullable TextQuality model) {
    prior = model;
    standing = standing.withPrior(model == null ? null : model.id());
  }

  /** What the model learnt from scores says, null while it does not decide. */
  private @Nullable TextShift priorSaid(
      @Nullable FeatureVector features, LearnedSettings settings) {
    TextQuality model = prior;
    return model == null || features == null || standing.prior() == null
        ? null
        : said(model, features, settings);
  }

  /** A model that is to be in the log before anything names it, with the moment of its log cut. */
  record Fitted(TextPublication publication, Moment moment) {}

  /**
   * The fit that is due, to be run on any thread, since it touches nothing of this ladder; it gives
   * nothing where too few conversations were logged. Take what it gives into use with {@link #fitted};
   * ask for none while one runs. After fits in vain the next ones come ever later, and none before
   * there are more rewards.
   */
  Optional<Callable<Optional<Fitted>>> due(Moment moment) {
    Instant now = moment.now();
    long feedbacks = moment.feedbacks();
    Duration rest = BETWEEN_FITS.multipliedBy(1L << Math.min(inVain, MOST_DOUBLINGS));
    boolean due =
        moment.learned().readsText()
            && moment.function().logText()
            && feedbacks >= LEAST_SAMPLES
            && feedbacks >= GROWTH * standing.feedbacks()
            && (lastLook == null || (feedbacks != lookedFrom && !lastLook.plus(rest).isAfter(now)));
    if (!due) {
      return Optional.empty();
    }
    lastLook = now;
    lookedFrom = feedbacks;
    inVain++;
    return Optional.of(() -> fit.run(moment));
  }

  /** Takes a model that is in the log now. */
  void fitted(Fitted fitted) {
    TextPublication publication = fitted.publication();
    Moment moment = fitted.moment();
    ConversationModel model =
        ConversationModel.decode(Base64.getDecoder().decode(publication.body()));
    inVain = 0;
    standing = standing.fitted(publication.model(), moment.feedbacks(), publication.publishedAt());
    judges.add(Judge.of(publication.publishedAt(), model, moment.statistics()));
    if (judges.size() > MOST_MODELS) {
      judges.remove();
    }
    noteJudges();
  }

  /** What has to be known of the judges after a restart. */
  private void noteJudges() {
    List<TextStanding.Earlier> earlier = new ArrayList<>();
    for (Judge judge : judges) {
      if (judge != judges.peekLast()) {
        earlier.add(new TextStanding.Earlier(judge.model().id(), judge.cut()));
      }
    }
    standing = standing.besides(earlier);
  }

  /** Takes a decision with what the text says of it; null while decisions go by segments alone. */
  interface SaidTaker {
    void take(LoggedDecision row, @Nullable TextShift said);
  }

  private static TextShift said(
      TextQuality model, FeatureVector features, LearnedSettings settings) {
    return new TextShift(
        model.id(), model.forecast(features, model.outputsOf(settings.candidates())));
  }

  /**
   * Hands on those decisions with what the model in use says of their conversations, nothing while
   * none is; those that another model was asked about, or none, are read again if they are among the
   * latest, and left out where their conversation was not logged.
   *
   * @param settings whose candidates it is said of
   */
  void withText(List<LoggedDecision> rows, LearnedSettings settings, SaidTaker taker) {
    String id = inUse();
    if (id == null) {
      rows.forEach(row -> taker.take(row, null));
      return;
    }
    List<LoggedDecision> unread = new ArrayList<>();
    for (LoggedDecision row : rows) {
      TextShift logged =
          row.candidates().equals(settings.candidates())
              ? TextShift.ofFeatures(row.features(), row.candidates().size())
              : null;
      if (logged != null && logged.model().equals(id)) {
        taker.take(row, logged);
      } else if (id.startsWith(NeighbourQuality.ID_PREFIX)
          && row.features().containsKey(Decision.EMBEDDING_LEFT_OUT)) {
        taker.take(row, null); // what it decided without, and would again
      } else {
        unread.add(row);
      }
    }
    Judge latest = judges.peekLast();
    ConversationModel model = standing.used() ? (latest == null ? null : latest.model()) : prior;
    if (model != null && model.id().equals(id)) {
      asked(
          unread.subList(Math.max(0, unread.size() - MOST_READ_AGAIN), unread.size()),
          row -> model,
          settings,
          (row, features, said) -> taker.take(row, said));
    }
  }

  /**
   * Asks models about decisions, in order; those of which nothing was logged that a model reads are
   * left out.
   *
   * @param modelOf who is asked; null for none
   * @param settings whose candidates it is said of
   */
  private void asked(
      List<LoggedDecision> rows,
      Function<LoggedDecision, @Nullable ConversationModel> modelOf,
      LearnedSettings settings,
      AskedTaker taker) {
    List<LoggedDecision> ofText = new ArrayList<>();
    for (LoggedDecision row : rows) {
      ConversationModel model = modelOf.apply(row);
      if (model instanceof NeighbourQuality neighbours) {
        PromptVector vector = NeighbourSampler.vector(row);
        double[] shifts =
            vector == null
                ? null
                : neighbours.shifts(vector, neighbours.outputsOf(settings.candidates()));
        if (shifts != null) {
          taker.take(row, null, new TextShift(neighbours.id(), shifts));
        }
      } else if (model != null) {
        ofText.add(row);
      }
    }
    sampler.withFeatures(
        ofText,
        (row, features) -> {
          if (modelOf.apply(row) instanceof TextQuality text) {
            taker.take(row, features, said(text, features, settings));
          }
        });
  }

  /** Judges what has matured since the last judgement, and steps where the rule says so. */
  Optional<Switch> judge(Moment moment) {
    if (!moment.learned().readsText()) {
      return standing.inUse() != null
          ? Optional.of(step(moment, false, "The configuration says to read no text."))
          : Optional.empty();
    }
    boolean neighbours = moment.learned().embedding() != null;
    if ((standing.model() != null && neighbours != standing.ofNeighbours())
        || (neighbours && standing.prior() != null)) {
      return beginAnew(moment);
    }
    judgeMatured(moment);
    Judge latest = judges.peekLast();
    boolean says = latest != null && latest.model().tells();
    if (moment.learned().context().equals("text")) {
      return says && !standing.used()
          ? Optional.of(step(moment, true, "The configuration says to read the text."))
          : Optional.empty();
    }
    Instant switchedAt = standing.switchedAt();
    if (switchedAt != null && moment.now().isBefore(switchedAt.plus(rule.attributionWindow()))) {
      return Optional.empty();
    }
    AsymptoticConfidenceSequence.Bounds bounds = standing.judgement().bounds();
    boolean beatsScores = standing.prior() != null && latest != null;
    if (!standing.used() && (says || beatsScores) && bounds.lower() > 0) {
      return Optional.of(step(moment, true, told("gains", bounds)));
    }
    if (standing.prior() != null && moment.alarmed()) {
      return Optional.of(
          step(moment, false, "A change of quality was found, which the scores do not know."));
    }
    if (standing.used() && moment.alarmed()) {
      return Optional.of(
          step(moment, false, "A change of quality was found, which the model has not seen."));
    }
    if (standing.used() && bounds.upper() < 0) {
      return Optional.of(step(moment, false, told("loses", bounds)));
    }
    return Optional.empty();
  }

  /** A kind of model is left, and with it what was judged of it. */
  private Optional<Switch> beginAnew(Moment moment) {
    Optional<Switch> step =
        standing.inUse() != null
            ? Optional.of(
                step(
                    moment,
                    false,
                    moment.learned().embedding() == null
                        ? "The configuration names no embedding model any more."
                        : "The configuration names an embedding model, which has to be learnt"
                            + " from."))
            : Optional.empty();
    standing = standing.begunAnew();
    judges.clear();
    lastLook = null;
    return step;
  }

  private String told(String verb, AsymptoticConfidenceSequence.Bounds bounds) {
    TextJudgement judgement = standing.judgement();
    return String.format(
        Locale.ROOT,
        "On %d matured decisions that no model had seen, %d with an outcome, deciding by text %s"
            + " %.4f points of utility a request%s, between %.4f and %.4f at every look together"
            + " (alpha %.4f).",
        judgement.judged(),
        judgement.outcomes(),
        verb,
        Math.abs(judgement.mean()),
        standing.prior() == null ? "" : " against the model learnt from scores",
        bounds.lower(),
        bounds.upper(),
        judgement.alpha());
  }

  private Switch step(Moment moment, boolean use, String reason) {
    String before = inputs();
    standing = standing.switched(use, moment.now());
    return new Switch(
        before,
        inputs(),
        "%s decides by %s from now on. %s"
            .formatted(rule.functionName(), use ? "segments and text" : "segments alone", reason));
  }

  private String inputs() {
    TextJudgement judgement = standing.judgement();
    AsymptoticConfidenceSequence.Bounds bounds = judgement.bounds();
    boolean bounded = Double.isFinite(bounds.lower());
    return "{\"rung\":\"%s\",\"model\":%s,\"judged\":%d,\"outcomes\":%d,\"delta_utility\":%s,\"lower\":%s,\"upper\":%s,\"alpha\":%s}"
        .formatted(
            standing.rung(),
            standing.model() == null ? "null" : "\"" + standing.model() + "\"",
            judgement.judged(),
            judgement.outcomes(),
            judgement.mean(),
            bounded ? bounds.lower() : "null",
            bounded ? bounds.upper() : "null",
            judgement.alpha());
  }

  private void judgeMatured(Moment moment) {
    Judge oldest = judges.peekFirst();
    Instant to = moment.now().minus(rule.attributionWindow());
    if (oldest == null) {
      return;
    }
    Instant from =
        standing.judgedUntil().isAfter(oldest.cut()) ? standing.judgedUntil() : oldest.cut();
    if (Duration.between(from, to).compareTo(BETWEEN_JUDGEMENTS) < 0) {
      return;
    }
    DecisionBatch batch =
        DecisionBatch.read(store, rule, from, to, moment.now(), MOST_JUDGED_AT_ONCE);
    List<LoggedDecision> rows = batch.rows();
    Instant until = batch.until();
    Map<UUID, Double> rateOf = rates(moment, from, rows);
    TextJudgement judgement = standing.judgement();
    List<@Nullable TokenPrice> prices = moment.prices();
    List<Read> read = new ArrayList<>();
    asked(
        rows,
        this::modelOf,
        moment.settings(),
        (row, features, said) ->
            read.add(
                new Read(
                    row,
                    Objects.requireNonNull(judgeOf(row.decidedAt())),
                    priorSaid(features, moment.settings()),
                    said,
                    rateOf.getOrDefault(row.inferenceId(), 1.0))));
    if (moment.settings().options().strongShare() != null) {
      if (dividedAnew) {
        divideAgain(moment, from, prices);
      }
      read.forEach(one -> divide(moment, one.judge(), one.row(), one.before(), one.said(), prices));
    }
    dividedAnew = false;
    Map<Judge, Compared> policies = new IdentityHashMap<>();
    for (Read one : read) {
      Compared compared =
          policies.computeIfAbsent(one.judge(), judge -> compared(moment, judge, prices));
      double difference = difference(moment, compared, prices, one);
      if (!Double.isNaN(difference)) {
        judgement = judgement.with(difference, quality(moment, one.row()) != null);
      }
    }
    standing = standing.judgedTo(until, judgement);
    while (judges.size() > 1 && !second().cut().isAfter(until)) {
      judges.remove();
    }
    noteJudges();
  }

  private static void divide(
      Moment moment,
      Judge judge,
      LoggedDecision row,
      @Nullable TextShift before,
      TextShift said,
      List<@Nullable TokenPrice> prices) {
    List<String> candidates = moment.settings().candidates();
    judge.divide(
        ThresholdSample.context(row, candidates, prices, before),
        ThresholdSample.context(row, candidates, prices, said));
  }

  /** What the models were asked about before a restart, which is in the log. */
  private void divideAgain(Moment moment, Instant until, List<@Nullable TokenPrice> prices) {
    asked(
        LatestDecisions.before(
            store,
            rule,
            until,
            moment.now(),
            ThresholdSample.MOST_DECISIONS * judges.size(),
            row -> judgeOf(row.decidedAt()) != null),
        this::modelOf,
        moment.settings(),
        (row, features, said) ->
            divide(
                moment,
                Objects.requireNonNull(judgeOf(row.decidedAt())),
                row,
                priorSaid(features, moment.settings()),
                said,
                prices));
  }

  /**
   * A decision with what a model says of its conversation.
   *
   * @param before what the model says that is to be beaten; null where segments alone are
   * @param rate at which feedback came to its like before it
   */
  private record Read(
      LoggedDecision row, Judge judge, @Nullable TextShift before, TextShift said, double rate) {}

  /**
   * At which rate feedback had come to the like of each decision before it; those whose quality a rule
   * gives have none.
   */
  private Map<UUID, Double> rates(Moment moment, Instant from, List<LoggedDecision> rows) {
    FeedbackRates known = rates;
    if (known == null) {
      // What was judged before, by another process maybe, is in the log.
      known = new FeedbackRates(RATED_DECISIONS);
      for (LoggedDecision row :
          LatestDecisions.before(
              store, rule, from, moment.now(), RATED_DECISIONS, row -> isRated(moment, row))) {
        accept(known, row);
      }
      rates = known;
    }
    Map<UUID, Double> result = new HashMap<>();
    for (LoggedDecision row : rows) {
      if (isRated(moment, row)) {
        result.put(row.inferenceId(), known.rate(row.segment(), row.chosenArm()));
        accept(known, row);
      }
    }
    return result;
  }

  private static void accept(FeedbackRates rates, LoggedDecision row) {
    rates.accept(row.segment(), row.chosenArm(), row.reward() != null);
  }

  /** Whether people alone could give it a quality. */
  private static boolean isRated(Moment moment, LoggedDecision row) {
    boolean ruled = row.filled() || (row.failed() && row.reward() == null);
    return !ruled && isComparable(moment, row);
  }

  private static boolean isComparable(Moment moment, LoggedDecision row) {
    List<String> candidates = moment.settings().candidates();
    return row.chosenArm() >= 0
        && row.stratum().equals(Decision.MAIN)
        && row.candidates().equals(candidates)
        && row.propensities().length == candidates.size();
  }

  /** A decision's quality, null where nobody said anything. */
  private static @Nullable Double quality(Moment moment, LoggedDecision row) {
    return row.reward() == null && row.failed()
        ? Double.valueOf(moment.learned().attribution().onError())
        : row.reward();
  }

  /**
   * A threshold is another one by text than by segments, or the two would not give the strong variant
   * the same share; both are found on what was judged so far, of which no reward is looked at.
   */
  private Compared compared(Moment moment, Judge judge, List<@Nullable TokenPrice> prices) {
    if (moment.settings().options().strongShare() == null) {
      Policy policy = moment.policy(judge.evidence());
      return new Compared(policy, policy);
    }
    return new Compared(
        divided(moment, judge, prices, Inputs::plain),
        divided(moment, judge, prices, Inputs::moved));
  }

  private Policy divided(
      Moment moment,
      Judge judge,
      List<@Nullable TokenPrice> prices,
      Function<Inputs, DecisionContext> looksAt) {
    return moment.policy(
        ThresholdPolicy.calibrated(
            moment.settings(),
            judge.evidence(),
            prices,
            judge.divided().stream().map(looksAt).toList()));
  }

  private Judge second() {
    return judges.stream().skip(1).findFirst().orElseThrow();
  }

  /** The latest model that was there before a decision. */
  private @Nullable Judge judgeOf(Instant decidedAt) {
    Judge found = null;
    for (Judge judge : judges) {
      if (!judge.cut().isAfter(decidedAt)) {
        found = judge;
      }
    }
    return found;
  }

  private @Nullable ConversationModel modelOf(LoggedDecision row) {
    Judge judge = judgeOf(row.decidedAt());
    return judge == null ? null : judge.model();
  }

  /** φ of one decision, NaN where it says nothing. */
  private static double difference(
      Moment moment, Compared compared, List<@Nullable TokenPrice> prices, Read read) {
    LoggedDecision row = read.row();
    if (!isComparable(moment, row)) {
      return Double.NaN;
    }
    LoggedInputs inputs =
        new LoggedInputs(row.candidates(), row.exclusions(), row.segment(), row.features());
    ArmProbabilities plain;
    ArmProbabilities moved;
    try {
      plain = inputs.answer(compared.plain(), prices, read.before());
      moved = inputs.answer(compared.moved(), prices, read.said());
    } catch (IllegalArgumentException unreadable) {
      return Double.NaN;
    }
    if (plain == null || moved == null || plain.scores() == null) {
      return Double.NaN;
    }
    double costWeight = moment.settings().weights().cost();
    double[] expectedQuality = plain.scores().predictedQuality();
    double[] expectedCost = dollars(plain.scores().predictedCostNanos());
    double difference = 0;
    for (int arm = 0; arm < expectedCost.length; arm++) {
      double moves = moved.probabilities()[arm] - plain.probabilities()[arm];
      difference += moves * (expectedQuality[arm] - costWeight * expectedCost[arm]);
    }
    int chosen = row.chosenArm();
    double weight =
        (moved.probabilities()[chosen] - plain.probabilities()[chosen])
            / row.propensities()[chosen];
    Double quality = quality(moment, row);
    if (quality != null) {
      difference += weight / read.rate() * (quality - expectedQuality[chosen]);
    }
    Double paid = dollars(row, prices.get(chosen));
    if (paid != null) {
      difference -= weight * costWeight * (paid - expectedCost[chosen]);
    }
    return difference;
  }

  /** An unknown price counts as the dearest known one, as in the router. */
  private static double[] dollars(long[] nanos) {
    double[] result = new double[nanos.length];
    long dearest = Math.max(0, Arrays.stream(nanos).max().orElse(0));
    for (int arm = 0; arm < result.length; arm++) {
      result[arm] = (nanos[arm] < 0 ? dearest : nanos[arm]) * 1e-9;
    }
    return result;
  }

  private static @Nullable Double dollars(LoggedDecision row, @Nullable TokenPrice price) {
    Long input = row.inputTokens();
    Long output = row.outputTokens();
    if (price != null && input != null && output != null && row.servedAsChosen()) {
      return (price.inputNanos() * input + price.outputNanos() * output) * 1e-9;
    }
    Long nanos = row.costNanos();
    return nanos == null ? null : Double.valueOf(nanos * 1e-9);
  }
}
