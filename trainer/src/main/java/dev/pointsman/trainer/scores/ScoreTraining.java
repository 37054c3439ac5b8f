package dev.pointsman.trainer.scores;

import dev.pointsman.analysis.offpolicy.MeanBounds;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.BudgetPacer;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionChances;
import dev.pointsman.routing.DecisionRequest;
import dev.pointsman.routing.Exclusion;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.LearnedAlgorithm;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.MeanEstimator;
import dev.pointsman.routing.Policy;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.SegmentVocabulary;
import dev.pointsman.routing.SoftRules;
import dev.pointsman.routing.TextShift;
import dev.pointsman.routing.TokenPrice;
import dev.pointsman.routing.features.FeatureVector;
import dev.pointsman.routing.features.TextQuality;
import dev.pointsman.trainer.FunctionTrainer;
import dev.pointsman.trainer.PriorCell;
import dev.pointsman.trainer.text.SegmentMean;
import dev.pointsman.trainer.text.TextFit;
import dev.pointsman.trainer.text.TextSample;
import dev.pointsman.trainer.text.TextSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What scores from outside the log teach about a function before its first request, and what the
 * generation that starts from it is worth on prompts it has not seen.
 *
 * <p>A part of the prompts is held out: those whose hash, as a number in 0..1, lies below the share.
 * A prompt's rows are all on one side, and the same on every machine and at every call. Rows of the
 * same request (system text, prompt, segment) and variant are answers to the same question and are
 * averaged first. The others' means become {@link PriorCell}s, each worth as many rewards as it has
 * requests, {@code mostWeight} at most, so that a few dozen feedbacks of the function's own outweigh
 * what was measured elsewhere.
 *
 * <p>On the held-out requests everybody is judged by what was recorded under the variants that he
 * chooses: Σ p(a)·score(a). A request counts for him if every variant with p(a) > 0 was scored for
 * it; the others are counted and left out, never guessed. Means are over prompts, each counting
 * once; differences are of the same prompts. Intervals are Student's, at 95 %; those of scores with
 * two more values at each end of the range, as Agresti and Coull (1998) advise for proportions, so
 * that sixty good answers of sixty are not a certainty. No propensities enter, for there are none:
 * the answers were not drawn.
 *
 * <p>Where the function reads conversations, a text model is fitted on the prompts that teach, as it
 * is from the log ({@link TextFit}), and compared on those held out with deciding by segments alone;
 * it is taken over only if it is better there.
 *
 * <p>Judged is what is learnt from the file alone, within the function's limits as the router keeps
 * them: {@code min_quality} by the means of segments, {@code latency_slo} where the file tells how long
 * answers took, neither while a variant is in its nursery; and a dollar target by the router's own {@link
 * BudgetPacer}, which has paced so many requests of the same kind before that it has found its price.
 */
public final class ScoreTraining {

  private static final double HALF_OUTSIDE = 0.025;
  private static final int VALUES_AT_EACH_END = 2;
  private static final double LEAST_PROBABILITY = 1e-12;

  /** Fewer scored answers are not worth a text model. */
  static final int LEAST_SAMPLES = 300;

  /** A fit takes seconds with these. */
  private static final int MOST_SAMPLES = 6_000;

  /** A pacer has found its price by then. */
  private static final int PACED_BEFORE = 2_000;

  /** Nothing is known of what would be chosen. */
  private static final double[] UNKNOWN = {};

  private static final double NANOS_PER_DOLLAR = 1e9;
  private static final UUID EPISODE = new UUID(0, 0);
  private static final Exclusion TOO_SLOW =
      new Exclusion(Exclusion.Level.SOFT, "latency_slo, often exceeded");

  private final RewardRule rule;
  private final Experimentation.Learned learned;
  private final LearnedSettings settings;
  private final List<String> candidates;
  private final List<@Nullable TokenPrice> prices;

  /**
   * Of a function.
   *
   * @param rule its reward
   * @param learned how it learns
   * @param prices today's price per candidate, null where unknown
   */
  public ScoreTraining(
      RewardRule rule, Experimentation.Learned learned, List<@Nullable TokenPrice> prices) {
    this.rule = rule;
    this.learned = learned;
    this.settings = learned.settings();
    this.candidates = settings.candidates();
    this.prices = prices;
  }

  /**
   * How rows are split and weighed.
   *
   * @param heldOut the share of prompts that judge and do not teach, above 0 and below 1
   * @param mostWeight how many rewards a segment and variant count for at most, above 0
   */
  public record Plan(double heldOut, double mostWeight) {

    /** Three prompts of ten judge; a segment and variant count for 20 rewards at most. */
    public static final Plan DEFAULT = new Plan(0.3, 20);

    private static final double LARGEST_WEIGHT = 1_000;

    public Plan {
      if (!(heldOut > 0 && heldOut < 1)) {
        throw new IllegalArgumentException(
            "the share of prompts held out must lie between 0 and 1: " + heldOut);
      }
      if (!(mostWeight > 0 && mostWeight <= LARGEST_WEIGHT)) {
        throw new IllegalArgumentException(
            "the weight of a segment and variant must be above 0 and at most %.0f rewards: %s"
                .formatted(LARGEST_WEIGHT, mostWeight));
      }
    }
  }

  /**
   * A mean over prompts.
   *
   * @param mean null without any prompt
   * @param low lower end of the 95 % interval, null with fewer than two prompts
   * @param high upper end
   */
  public record Figure(@Nullable Double mean, @Nullable Double low, @Nullable Double high) {
    private static final Figure UNKNOWN = new Figure(null, null, null);
  }

  /**
   * What one way to choose is worth on the requests held out.
   *
   * @param name {@code first generation}; where there is a text model {@code by segments alone} or
   *     {@code by text}, whichever the first generation is not; {@code as it will serve}; with soft
   *     rules {@code after the nursery}; {@code always VARIANT} or {@code uniform}
   * @param requests that it is judged on
   * @param unscored requests left out, because a variant that it chooses was not scored there, or
   *     because it reads conversations and this one was not kept
   * @param score mean score, in the unit of the metric
   * @param costUsd mean dollars of an answer; unknown where no cost was recorded
   * @param scoreDifference the first generation's score minus this one's, over the requests where
   *     both are known; null for the first generation itself
   * @param costDifference the same of dollars
   * @param compared requests behind {@code scoreDifference}
   */
  public record Line(
      String name,
      int requests,
      int unscored,
      Figure score,
      Figure costUsd,
      @Nullable Figure scoreDifference,
      @Nullable Figure costDifference,
      int compared) {}

  /**
   * What is chosen in a segment.
   *
   * @param segment the segment
   * @param requests held out there
   * @param chosen requests by the variant that the first generation chooses
   * @param served mean chance of each candidate, by name, as it will serve
   */
  public record Choice(
      String segment, int requests, Map<String, Integer> chosen, Map<String, Double> served) {}

  /**
   * What came of it.
   *
   * @param cells what is learnt, by segment and variant
   * @param taughtRows rows that the cells were computed from
   * @param taughtRequests their requests
   * @param heldOutRows rows that judged
   * @param heldOutRequests their requests
   * @param rowsWithCost rows of either side with a cost
   * @param lines the first generation, as it will serve, every candidate alone, uniform
   * @param choices by segment
   * @param text what the text of prompts tells; null where the function reads none, or too few answers
   *     of kept conversations teach
   * @param costPrice mean λ of the dollar target as it will serve; null without a target
   */
  public record Result(
      List<PriorCell> cells,
      int taughtRows,
      int taughtRequests,
      int heldOutRows,
      int heldOutRequests,
      int rowsWithCost,
      List<Line> lines,
      List<Choice> choices,
      @Nullable ScoreText text,
      @Nullable Double costPrice) {}

  /**
   * Learns and judges.
   *
   * @param file whose rows
   * @param now the moment that the evidence is of
   * @throws ScoresRefusedException if there is nothing on one of the sides, or more segments than a
   *     function may have
   */
  public Result run(ScoreFile file, Plan plan, Instant now) {
    Map<Request, Answers> taught = new LinkedHashMap<>();
    Map<Request, Answers> judged = new LinkedHashMap<>();
    int taughtRows = 0;
    int rowsWithCost = 0;
    for (ScoredRow row : file.rows()) {
      boolean isHeldOut = isHeldOut(row, plan);
      taughtRows += isHeldOut ? 0 : 1;
      rowsWithCost += row.costUsd() == null ? 0 : 1;
      (isHeldOut ? judged : taught)
          .computeIfAbsent(
              new Request(row.promptHash(), row.requestHash(), row.segment()),
              request -> new Answers(candidates.size(), row.inputTokens()))
          .add(candidates.indexOf(row.variant()), row);
    }
    if (taught.isEmpty() || judged.isEmpty()) {
      throw new ScoresRefusedException(
          ("%s: of its %d requests %d are held out, and both sides need some: give more prompts, or"
                  + " another share by --held-out")
              .formatted(file.name(), taught.size() + judged.size(), judged.size()));
    }
    List<PriorCell> cells = cells(taught, plan.mostWeight());
    checkSegments(file.name(), cells);
    List<TextSample> samples = samples(taught, file.conversations(), now);
    TextFit.Fitted fitted =
        samples.size() < LEAST_SAMPLES
            ? null
            : new TextFit(
                    candidates,
                    TextSettings.DEFAULT,
                    before -> means(before, plan.mostWeight(), now))
                .fit(samples);
    PolicyStatistics statistics = statistics(cells, now);
    Judging judging =
        new Judging(statistics, tooSlow(file.rows(), plan), fitted, judged, file.conversations());
    ScoreText text =
        fitted == null
            ? null
            : new ScoreText(
                fitted, samples.size(), judging.gain.figure(), judging.gain.values, judging.byText);
    return new Result(
        cells,
        taughtRows,
        taught.size(),
        file.rows().size() - taughtRows,
        judged.size(),
        rowsWithCost,
        judging.lines(),
        judging.choices(),
        text,
        judging.served.costPrice());
  }

  private static boolean isHeldOut(ScoredRow row, Plan plan) {
    return (row.promptHash() >>> 11) * 0x1p-53 < plan.heldOut();
  }

  /** Answers that teach and whose conversation was kept, in an order that tells nothing. */
  private List<TextSample> samples(
      Map<Request, Answers> taught, Map<Long, FeatureVector> conversations, Instant now) {
    List<Request> kept =
        taught.keySet().stream()
            .filter(request -> conversations.containsKey(request.requestHash()))
            .sorted(
                Comparator.comparing(Request::requestHash, Long::compareUnsigned)
                    .thenComparing(Request::segment))
            .toList();
    List<TextSample> samples = new ArrayList<>();
    for (Request request : kept) {
      Answers answers = Objects.requireNonNull(taught.get(request));
      FeatureVector features = Objects.requireNonNull(conversations.get(request.requestHash()));
      for (int arm = 0; arm < candidates.size() && samples.size() < MOST_SAMPLES; arm++) {
        if (answers.isScored(arm)) {
          samples.add(
              new TextSample(
                  now,
                  features,
                  request.segment(),
                  arm,
                  Math.clamp(answers.reward(arm), 0, 1),
                  answers.tokens(arm, prices.get(arm))));
        }
      }
    }
    return samples;
  }

  /** What the first generation would expect by segment if only these had taught it. */
  private Function<String, SegmentMean> means(
      List<TextSample> before, double mostWeight, Instant now) {
    TreeMap<String, Moments[]> bySegment = new TreeMap<>();
    for (TextSample sample : before) {
      bySegment.computeIfAbsent(sample.segment(), s -> Moments.of(candidates.size()))[sample.arm()]
          .add(sample.reward(), sample.reward() * sample.reward(), sample.outputTokens());
    }
    return SegmentMean.of(policy(settings, statistics(cells(bySegment, mostWeight), now)));
  }

  /** Which candidates are slower than {@code latency_slo} too often, by what teaches. */
  private boolean[] tooSlow(List<ScoredRow> rows, Plan plan) {
    boolean[] result = new boolean[candidates.size()];
    Duration objective = settings.limits().latencySlo();
    if (objective != null) {
      long[] calls = new long[result.length];
      long[] slow = new long[result.length];
      for (ScoredRow row : rows) {
        Double latency = row.latencyMs();
        if (latency != null && !isHeldOut(row, plan)) {
          int arm = candidates.indexOf(row.variant());
          calls[arm]++;
          slow[arm] += latency * 1e6 > objective.toNanos() ? 1 : 0;
        }
      }
      for (int arm = 0; arm < result.length; arm++) {
        result[arm] = SoftRules.isTooSlow(slow[arm], calls[arm]);
      }
    }
    return result;
  }

  private static void checkSegments(String file, List<PriorCell> cells) {
    long count = cells.stream().map(PriorCell::segment).distinct().count();
    if (count > SegmentVocabulary.LARGEST) {
      throw new ScoresRefusedException(
          "%s: its rows are of %d segments, and a function has %d at most: segment by a tag with fewer values"
              .formatted(file, count, SegmentVocabulary.LARGEST));
    }
  }

  private List<PriorCell> cells(Map<Request, Answers> taught, double mostWeight) {
    TreeMap<String, Moments[]> bySegment = new TreeMap<>();
    taught.forEach(
        (request, answers) -> {
          Moments[] moments =
              bySegment.computeIfAbsent(request.segment(), s -> Moments.of(candidates.size()));
          for (int arm = 0; arm < moments.length; arm++) {
            if (answers.isScored(arm)) {
              moments[arm].add(
                  answers.reward(arm), answers.squares(arm), answers.tokens(arm, prices.get(arm)));
            }
          }
        });
    return cells(bySegment, mostWeight);
  }

  private List<PriorCell> cells(TreeMap<String, Moments[]> bySegment, double mostWeight) {
    List<PriorCell> cells = new ArrayList<>();
    bySegment.forEach(
        (segment, moments) -> {
          for (int arm = 0; arm < moments.length; arm++) {
            if (moments[arm].count > 0) {
              cells.add(moments[arm].cell(segment, candidates.get(arm), mostWeight));
            }
          }
        });
    return List.copyOf(cells);
  }

  private PolicyStatistics statistics(List<PriorCell> cells, Instant now) {
    return new FunctionTrainer(settings, rule.type())
        .statistics(List.of(), List.of(), Map.of(), cells, now, now);
  }

  private Policy policy(LearnedSettings with, PolicyStatistics statistics) {
    LearnedAlgorithm algorithm = LearnedAlgorithm.of(with.algorithm());
    return algorithm.policy(
        new PolicyVersion(algorithm.label(), "first", 1),
        with,
        statistics,
        prices,
        MeanEstimator.ADDITIVE_RIDGE);
  }

  /** The function's settings as they work once every variant has been tried. */
  private LearnedSettings afterNursery() {
    LearnedSettings.Exploration exploration = settings.exploration();
    return new LearnedSettings(
        settings.algorithm(),
        settings.candidates(),
        settings.baselineVariant(),
        settings.weights(),
        new LearnedSettings.Exploration(
            exploration.minProbability(), exploration.limit(), LearnedSettings.Nursery.OFF),
        settings.halfLife(),
        settings.options(),
        settings.limits());
  }

  private FunctionRouting routing(LearnedSettings with, PolicyStatistics statistics) {
    return new FunctionRouting(
        rule.functionName(),
        policy(with, statistics),
        FunctionRouting.Draw.KEYED,
        learned.shares(),
        settings.baselineVariant(),
        List.of(),
        prices);
  }

  /** What was asked, as far as rows tell. */
  private record Request(long promptHash, long requestHash, String segment) {}

  /** The answers to one request, summed by variant. */
  private static final class Answers {
    private final int inputTokens;
    private final int[] count;
    private final double[] scores;
    private final double[] rewards;
    private final double[] rewardSquares;
    private final int[] costCount;
    private final double[] costs;
    private final int[] tokenCount;
    private final double[] tokens;

    Answers(int arms, int inputTokens) {
      this.inputTokens = inputTokens;
      count = new int[arms];
      scores = new double[arms];
      rewards = new double[arms];
      rewardSquares = new double[arms];
      costCount = new int[arms];
      costs = new double[arms];
      tokenCount = new int[arms];
      tokens = new double[arms];
    }

    void add(int arm, ScoredRow row) {
      count[arm]++;
      scores[arm] += row.score();
      rewards[arm] += row.reward();
      rewardSquares[arm] += row.reward() * row.reward();
      Double cost = row.costUsd();
      if (cost != null) {
        costCount[arm]++;
        costs[arm] += cost;
      }
      Double length = row.outputTokens();
      if (length != null) {
        tokenCount[arm]++;
        tokens[arm] += length;
      }
    }

    boolean isScored(int arm) {
      return count[arm] > 0;
    }

    /** NaN where it was not scored. */
    double score(int arm) {
      return scores[arm] / count[arm];
    }

    /** NaN where it was not scored. */
    double reward(int arm) {
      return rewards[arm] / count[arm];
    }

    double squares(int arm) {
      return rewardSquares[arm] / count[arm];
    }

    /** NaN when unknown. */
    double cost(int arm) {
      return costCount[arm] == 0 ? Double.NaN : costs[arm] / costCount[arm];
    }

    /**
     * Output tokens: as recorded, else those that cost at today's price what was recorded beyond the
     * input's; NaN when neither can be said. So prices that change later act on what was learnt.
     */
    double tokens(int arm, @Nullable TokenPrice price) {
      if (tokenCount[arm] > 0) {
        return tokens[arm] / tokenCount[arm];
      }
      if (price == null || price.outputNanos() == 0 || costCount[arm] == 0) {
        return Double.NaN;
      }
      double nanos = cost(arm) * NANOS_PER_DOLLAR - price.inputNanos() * inputTokens;
      return Math.max(0, nanos / price.outputNanos());
    }
  }

  /** Sums over the requests of a segment that a variant answered. */
  private static final class Moments {
    private int count;
    private double rewards;
    private double squares;
    private int tokenCount;
    private double tokens;

    static Moments[] of(int arms) {
      Moments[] all = new Moments[arms];
      Arrays.setAll(all, arm -> new Moments());
      return all;
    }

    void add(double reward, double square, double length) {
      count++;
      rewards += reward;
      squares += square;
      if (!Double.isNaN(length)) {
        tokenCount++;
        tokens += length;
      }
    }

    PriorCell cell(String segment, String variant, double mostWeight) {
      return new PriorCell(
          segment,
          variant,
          Math.min(count, mostWeight),
          Math.clamp(rewards / count, 0, 1),
          Math.clamp(squares / count, 0, 1),
          tokenCount == 0 ? null : Double.valueOf(tokens / tokenCount));
    }
  }

  /** One way to choose: its chances of each arm at each held-out request, by the requests' order. */
  private record Chooser(String name, List<double[]> chances) {}

  /**
   * What a generation would choose at each held-out request.
   *
   * @param first its greedy choice
   * @param served its chances with floors, holdout and uniform slice
   * @param costPrice mean λ meanwhile; null without a dollar target
   */
  private record Chosen(List<double[]> first, List<double[]> served, @Nullable Double costPrice) {}

  /** The requests held out, and what everybody would choose there. */
  private final class Judging {
    private final List<Request> requests;
    private final List<Answers> answers;
    private final List<@Nullable FeatureVector> conversations = new ArrayList<>();
    private final boolean[] slow;

    /** What will serve. */
    private final Chosen served;

    private final @Nullable Chosen afterNursery;

    /** By segments alone if {@code served} is by text, by text otherwise; null without a model. */
    private final @Nullable Chosen other;

    private final boolean byText;

    /** Utility by text − utility by segments. */
    private final ByPrompt gain = new ByPrompt();

    Judging(
        PolicyStatistics statistics,
        boolean[] slow,
        TextFit.@Nullable Fitted fitted,
        Map<Request, Answers> judged,
        Map<Long, FeatureVector> kept) {
      requests = List.copyOf(judged.keySet());
      answers = List.copyOf(judged.values());
      this.slow = slow;
      requests.forEach(request -> conversations.add(kept.get(request.requestHash())));
      TextQuality model = fitted == null ? null : fitted.model();
      Chosen bySegments = chosen(settings, statistics, null);
      Chosen moved = model == null ? null : chosen(settings, statistics, model);
      if (moved != null) {
        for (int i = 0; i < requests.size(); i++) {
          gain.add(
              requests.get(i).promptHash(),
              utility(i, moved.first().get(i)) - utility(i, bySegments.first().get(i)));
        }
      }
      Double least = gain.figure().low();
      byText = moved != null && least != null && least > 0;
      served = byText ? Objects.requireNonNull(moved) : bySegments;
      other = byText ? bySegments : moved;
      boolean soft =
          settings.limits().minQuality() != null || settings.limits().latencySlo() != null;
      boolean putOff =
          soft && !settings.exploration().nursery().equals(LearnedSettings.Nursery.OFF);
      afterNursery = putOff ? chosen(afterNursery(), statistics, byText ? model : null) : null;
    }

    /** In the order of the requests' hashes, so that a pacer sees the same whoever wrote the file. */
    private Chosen chosen(
        LearnedSettings with, PolicyStatistics statistics, @Nullable TextQuality model) {
      FunctionRouting routing = routing(with, statistics);
      SoftRules rules = SoftRules.of(with, statistics, prices);
      Double target = with.limits().targetUsd();
      BudgetPacer pacer = target == null ? null : new BudgetPacer(target);
      int[] outputs = model == null ? new int[0] : model.outputsOf(candidates);
      List<Integer> order =
          IntStream.range(0, requests.size())
              .boxed()
              .sorted(
                  Comparator.comparing(
                          (Integer i) -> requests.get(i).requestHash(), Long::compareUnsigned)
                      .thenComparing(i -> requests.get(i).segment()))
              .toList();
      int rounds = pacer == null ? 1 : 1 + Math.ceilDiv(PACED_BEFORE, requests.size());
      double[][] first = new double[requests.size()][];
      double[][] all = new double[requests.size()][];
      double prices = 0;
      for (int round = 1; round <= rounds; round++) {
        prices = 0;
        for (int i : order) {
          FeatureVector conversation = conversations.get(i);
          if (model != null && conversation == null) {
            first[i] = UNKNOWN;
            all[i] = UNKNOWN;
            continue;
          }
          Double price = pacer == null ? null : Double.valueOf(pacer.price());
          TextShift said =
              model == null || conversation == null
                  ? null
                  : new TextShift(model.id(), model.forecast(conversation, outputs));
          Decision decision =
              DecisionChances.decision(routing, request(i, rules, price, said, true));
          all[i] = decision.propensities();
          if (round == rounds) {
            first[i] = DecisionChances.of(routing, request(i, rules, price, said, false));
          }
          if (pacer != null) {
            prices += pacer.price();
            double expected = decision.expectedCostUsd();
            double paid = cost(i, all[i]);
            pacer.charge(expected);
            pacer.settle(expected, Double.isNaN(paid) ? expected : paid);
          }
        }
      }
      return new Chosen(
          List.of(first), List.of(all), pacer == null ? null : prices / requests.size());
    }

    private DecisionRequest request(
        int request,
        @Nullable SoftRules rules,
        @Nullable Double price,
        @Nullable TextShift said,
        boolean explore) {
      String segment = requests.get(request).segment();
      @Nullable Exclusion[] exclusions = new @Nullable Exclusion[candidates.size()];
      for (int arm = 0; rules != null && arm < exclusions.length; arm++) {
        exclusions[arm] = slow[arm] && rules.applyTo(arm) ? TOO_SLOW : rules.quality(segment, arm);
      }
      return new DecisionRequest(
          EPISODE,
          segment,
          Map.of(),
          answers.get(request).inputTokens,
          Arrays.asList(exclusions),
          List.of(),
          explore,
          price,
          said);
    }

    List<Line> lines() {
      Chooser leader = new Chooser("first generation", served.first());
      List<Line> lines = new ArrayList<>();
      lines.add(line(leader, null));
      if (other != null) {
        String name = byText ? "by segments alone" : "by text";
        lines.add(line(new Chooser(name, other.first()), leader));
      }
      lines.add(line(new Chooser("as it will serve", served.served()), leader));
      if (afterNursery != null) {
        lines.add(line(new Chooser("after the nursery", afterNursery.served()), leader));
      }
      for (int arm = 0; arm < candidates.size(); arm++) {
        double[] only = new double[candidates.size()];
        only[arm] = 1;
        lines.add(
            line(
                new Chooser(
                    "always " + candidates.get(arm), Collections.nCopies(requests.size(), only)),
                leader));
      }
      double[] even = new double[candidates.size()];
      Arrays.fill(even, 1.0 / even.length);
      lines.add(line(new Chooser("uniform", Collections.nCopies(requests.size(), even)), leader));
      return List.copyOf(lines);
    }

    private Line line(Chooser chooser, @Nullable Chooser leader) {
      ByPrompt scores = new ByPrompt();
      ByPrompt costs = new ByPrompt();
      ByPrompt scoreDifferences = new ByPrompt();
      ByPrompt costDifferences = new ByPrompt();
      for (int i = 0; i < requests.size(); i++) {
        long prompt = requests.get(i).promptHash();
        double[] chances = chooser.chances().get(i);
        double score = score(i, chances);
        double cost = cost(i, chances);
        scores.add(prompt, score);
        costs.add(prompt, cost);
        if (leader != null) {
          double[] leading = leader.chances().get(i);
          scoreDifferences.add(prompt, score(i, leading) - score);
          costDifferences.add(prompt, cost(i, leading) - cost);
        }
      }
      return new Line(
          chooser.name(),
          scores.values,
          requests.size() - scores.values,
          scores.figure(rule.low(), rule.high()),
          costs.figure(),
          leader == null ? null : scoreDifferences.figure(),
          leader == null ? null : costDifferences.figure(),
          scoreDifferences.values);
    }

    /** NaN where a variant that is chosen was not scored. */
    private double score(int request, double[] chances) {
      return mean(chances, arm -> answers.get(request).score(arm));
    }

    /** NaN where the cost of a variant that is chosen is not known. */
    private double cost(int request, double[] chances) {
      return mean(chances, arm -> answers.get(request).cost(arm));
    }

    /** Reward − cost_weight · dollars; NaN where either is not known. */
    private double utility(int request, double[] chances) {
      double reward = mean(chances, arm -> answers.get(request).reward(arm));
      return settings.weights().cost() == 0
          ? reward
          : reward - settings.weights().cost() * cost(request, chances);
    }

    /** NaN where the figure of a variant that is chosen is, or nothing is known of the choice. */
    private static double mean(double[] chances, IntToDoubleFunction figure) {
      if (chances.length == 0) {
        return Double.NaN;
      }
      double sum = 0;
      for (int arm = 0; arm < chances.length; arm++) {
        if (chances[arm] > LEAST_PROBABILITY) {
          sum += chances[arm] * figure.applyAsDouble(arm);
        }
      }
      return sum;
    }

    List<Choice> choices() {
      TreeMap<String, List<Integer>> bySegment = new TreeMap<>();
      for (int i = 0; i < requests.size(); i++) {
        bySegment.computeIfAbsent(requests.get(i).segment(), segment -> new ArrayList<>()).add(i);
      }
      List<Choice> choices = new ArrayList<>();
      bySegment.forEach(
          (segment, members) -> {
            TreeMap<String, Integer> chosen = new TreeMap<>();
            TreeMap<String, Double> chances = new TreeMap<>();
            List<Integer> known =
                members.stream().filter(i -> served.first().get(i).length > 0).toList();
            for (int i : known) {
              for (int arm = 0; arm < candidates.size(); arm++) {
                if (served.first().get(i)[arm] > LEAST_PROBABILITY) {
                  chosen.merge(candidates.get(arm), 1, Integer::sum);
                }
                chances.merge(
                    candidates.get(arm), served.served().get(i)[arm] / known.size(), Double::sum);
              }
            }
            choices.add(new Choice(segment, known.size(), chosen, chances));
          });
      return List.copyOf(choices);
    }
  }

  /** Values of requests, averaged by their prompt: what goes together counts once. */
  private static final class ByPrompt {
    private final Map<Long, double[]> sums = new LinkedHashMap<>();
    private int values;

    /** Leaves out what is no number. */
    void add(long prompt, double value) {
      if (!Double.isNaN(value)) {
        double[] sum = sums.computeIfAbsent(prompt, p -> new double[2]);
        sum[0] += value;
        sum[1]++;
        values++;
      }
    }

    /** Of values without bounds. */
    Figure figure() {
      double[] means = means();
      return means.length < 2
          ? few(means)
          : around(mean(means), means, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /** Of values that cannot lie outside. */
    Figure figure(double low, double high) {
      double[] means = means();
      if (means.length < 2) {
        return few(means);
      }
      double[] more = Arrays.copyOf(means, means.length + 2 * VALUES_AT_EACH_END);
      Arrays.fill(more, means.length, means.length + VALUES_AT_EACH_END, low);
      Arrays.fill(more, means.length + VALUES_AT_EACH_END, more.length, high);
      return around(mean(means), more, low, high);
    }

    private double[] means() {
      return sums.values().stream().mapToDouble(sum -> sum[0] / sum[1]).toArray();
    }

    private static Figure few(double[] means) {
      return means.length == 0 ? Figure.UNKNOWN : new Figure(means[0], null, null);
    }

    private static Figure around(double mean, double[] values, double low, double high) {
      double lower = MeanBounds.studentT(values, HALF_OUTSIDE);
      double upper = 2 * mean(values) - lower;
      return new Figure(
          mean, Math.max(low, Math.min(mean, lower)), Math.min(high, Math.max(mean, upper)));
    }

    private static double mean(double[] values) {
      return Arrays.stream(values).average().orElseThrow();
    }
  }
}
