package dev.pointsman.routing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Composes the shares of a decision and draws from them; the only place where a choice is made.
 *
 * <p>The order of things, for one unit:
 *
 * <ol>
 *   <li>E and Es are what the exclusions leave of the candidates. Nothing left: the fallbacks.
 *   <li>The policy spreads π over Es; F raises arms to their floors.
 *   <li>The stratum: {@code no_explore} takes the greedy arm with probability 1. Experiments would
 *       come next; none can be configured yet, so all else is {@code main}.
 *   <li>In {@code main} a lane, by an interval of the keyed hash of (function, episode). The
 *       propensity of an arm is the mixture of the lanes' vectors, whichever lane is drawn.
 *   <li>In the lane an exponential race: the arm with the least −ln(U)/q wins, U the keyed hash of
 *       (function, episode, variant), so P(arm) = q exactly. The order of arrival is the order of
 *       fallback.
 * </ol>
 *
 * <p>No policy version is in a hash key, so that a unit keeps its variant when a revision moves the
 * probabilities a little: two nodes whose vectors differ by total variation d disagree with
 * probability at most 2d/(1+d).
 *
 * <p>Immutable and safe for concurrent use.
 */
public final class DecisionSampler {

  private final KeyedHash hash;

  /**
   * A sampler keyed with an installation's salt.
   *
   * @param salt 16 bytes
   */
  public DecisionSampler(byte[] salt) {
    this.hash = new KeyedHash(salt);
  }

  /**
   * Decides for one unit.
   *
   * @throws NoEligibleVariantException if every candidate and every fallback is excluded
   * @throws IllegalArgumentException if the request's lists do not fit the routing's
   */
  public Decision decide(FunctionRouting routing, DecisionRequest request) {
    check(routing, request);
    Eligibility eligibility = Eligibility.of(request.exclusions());
    if (eligibility.eligibleCount() == 0) {
      return forced(routing, request);
    }
    return routing.draw() == FunctionRouting.Draw.TENSORZERO
        ? drawLikeTensorZero(routing, request, eligibility)
        : drawKeyed(routing, request, eligibility);
  }

  private static void check(FunctionRouting routing, DecisionRequest request) {
    int arms = routing.policy().candidates().size();
    if (request.exclusions().size() != arms) {
      throw new IllegalArgumentException(
          "functions.%s: one exclusion (or null) per candidate is needed: %d candidates, %d given"
              .formatted(routing.functionName(), arms, request.exclusions().size()));
    }
    if (request.fallbackExclusions().size() != routing.fallbackVariants().size()) {
      throw new IllegalArgumentException(
          "functions.%s: one exclusion (or null) per fallback is needed: %d fallbacks, %d given"
              .formatted(
                  routing.functionName(),
                  routing.fallbackVariants().size(),
                  request.fallbackExclusions().size()));
    }
    if (request.text() != null && request.text().shifts().length != arms) {
      throw new IllegalArgumentException(
          "functions.%s: one text shift per candidate is needed: %d candidates, %d given"
              .formatted(routing.functionName(), arms, request.text().shifts().length));
    }
  }

  private Decision drawKeyed(
      FunctionRouting routing, DecisionRequest request, Eligibility eligibility) {
    boolean[] selectable = eligibility.selectable();
    Map<String, String> features = features(request, eligibility.softDropped());
    Policy challenger = request.explore() ? routing.challenger() : null;
    if (challenger != null) {
      features.put(Decision.CHALLENGER, challenger.version().name());
    }
    DecisionContext context =
        new DecisionContext(
            request.segment(),
            selectable,
            routing.prices(),
            request.inputTokens(),
            features,
            request.costPrice() == null ? 0 : request.costPrice(),
            request.text());
    ArmProbabilities answer = routing.policy().probabilities(context);
    double[] floors = ProbabilityFloors.applicable(answer.floors(), selectable);
    double[] served = ProbabilityFloors.raise(answer.probabilities(), floors);

    String episode = request.episodeId().toString();
    double[] clocks = clocks(routing, episode, eligibility.eligible());
    if (!request.explore()) {
      double[] greedy = new double[served.length];
      greedy[greedyArm(answer.scores(), served, selectable)] = 1;
      Composition composition =
          new Composition(Decision.NO_EXPLORE, null, Map.of(), served, Decision.NONE, greedy);
      return decision(
          routing, request, eligibility, answer, floors, features, composition, greedy, clocks);
    }

    double[] challenged = Decision.NONE;
    if (challenger != null) {
      ArmProbabilities rival = challenger.probabilities(context);
      challenged =
          ProbabilityFloors.raise(
              rival.probabilities(), ProbabilityFloors.applicable(rival.floors(), selectable));
    }
    int baseline = eligibleBaseline(routing, eligibility);
    LaneShares.Open shares = routing.shares().open(baseline >= 0, challenger != null);

    double[] uniform = Arms.uniform(eligibility.eligible());
    double[] propensities = new double[served.length];
    for (int arm = 0; arm < propensities.length; arm++) {
      propensities[arm] =
          shares.uniform() * uniform[arm]
              + (arm == baseline ? shares.holdout() : 0)
              + shares.policy() * served[arm]
              + (challenger == null ? 0 : shares.canary() * challenged[arm]);
    }
    if (eligibility.eligibleCount() == 1) {
      propensities = eligibilityAsVector(eligibility);
    }

    double at = hash.message("lane", routing.functionName(), episode).uniform();
    Lane lane;
    double[] vector;
    if (at < shares.uniform()) {
      lane = Lane.UNIFORM;
      vector = uniform;
    } else if (at < shares.uniform() + shares.holdout()) {
      lane = Lane.HOLDOUT;
      vector = new double[served.length];
      vector[baseline] = 1;
    } else if (shares.canary() > 0 && at >= 1 - shares.canary()) {
      lane = Lane.CANARY;
      vector = challenged;
    } else {
      lane = Lane.POLICY;
      vector = served;
    }
    Composition composition =
        new Composition(Decision.MAIN, lane, shares.byLabel(), served, challenged, propensities);
    return decision(
        routing, request, eligibility, answer, floors, features, composition, vector, clocks);
  }

  /** What was drawn from, before the race. */
  @SuppressWarnings("ArrayRecordComponent") // internal, lives for one decision, never compared
  private record Composition(
      String stratum,
      @Nullable Lane lane,
      Map<String, Double> shares,
      double[] served,
      double[] challenged,
      double[] propensities) {}

  private static Decision decision(
      FunctionRouting routing,
      DecisionRequest request,
      Eligibility eligibility,
      ArmProbabilities answer,
      double[] floors,
      Map<String, String> features,
      Composition composition,
      double[] vector,
      double[] clocks) {
    List<String> order = new ArrayList<>(vector.length + routing.fallbackVariants().size());
    int chosen = appendArrivals(routing, eligibility, composition.served(), vector, clocks, order);
    appendFallbacks(routing, request, order);
    return finished(routing, request, answer, floors, features, composition, chosen, order);
  }

  private static Decision finished(
      FunctionRouting routing,
      DecisionRequest request,
      ArmProbabilities answer,
      double[] floors,
      Map<String, String> features,
      Composition composition,
      int chosen,
      List<String> order) {
    List<String> candidates = routing.policy().candidates();
    ArmScores scores = answer.scores();
    double greatest = Arrays.stream(composition.served()).max().orElseThrow();
    return new Decision(
        DecisionKind.DECISION,
        null,
        routing.policy().version(),
        request.segment(),
        composition.stratum(),
        null,
        null,
        Map.of(),
        Map.of(),
        composition.lane() == null ? null : composition.lane().label(),
        composition.shares(),
        candidates,
        exclusionTexts(request.exclusions()),
        scores == null ? Decision.NONE : scores.predictedQuality(),
        scores == null ? Decision.NO_COUNTS : scores.predictedCostNanos(),
        scores == null ? Decision.NO_COUNTS : scores.predictedLatencyUs(),
        scores == null ? Decision.NONE : scores.utility(),
        floors,
        composition.served(),
        composition.challenged(),
        composition.propensities(),
        scores == null ? null : scores.utilityWeight(),
        scores == null ? null : scores.gamma(),
        features,
        candidates.get(chosen),
        composition.propensities()[chosen],
        composition.served()[chosen] < greatest,
        order);
  }

  /** Exponential clocks of the eligible arms, −ln(U); infinite for the others. */
  private double[] clocks(FunctionRouting routing, String episode, boolean[] eligible) {
    KeyedHash.Message message = hash.message("arm", routing.functionName(), episode);
    List<String> candidates = routing.policy().candidates();
    double[] result = new double[eligible.length];
    for (int arm = 0; arm < result.length; arm++) {
      result[arm] =
          eligible[arm]
              ? -StrictMath.log(message.uniformWith(candidates.get(arm)))
              : Double.POSITIVE_INFINITY;
    }
    return result;
  }

  /**
   * Appends the arms as they arrive: those of the lane's vector, then the rest of Es by the race on
   * F(π), then what only E has.
   *
   * @return the first arm
   */
  private static int appendArrivals(
      FunctionRouting routing,
      Eligibility eligibility,
      double[] served,
      double[] vector,
      double[] clocks,
      List<String> order) {
    List<String> candidates = routing.policy().candidates();
    int arms = vector.length;
    int[] group = new int[arms];
    double[] arrival = new double[arms];
    for (int arm = 0; arm < arms; arm++) {
      if (!eligibility.eligible()[arm]) {
        group[arm] = 3;
      } else if (vector[arm] > 0) {
        group[arm] = 0;
        arrival[arm] = clocks[arm] / vector[arm];
      } else if (eligibility.selectable()[arm]) {
        group[arm] = 1;
        arrival[arm] = served[arm] > 0 ? clocks[arm] / served[arm] : Double.POSITIVE_INFINITY;
      } else {
        group[arm] = 2;
        arrival[arm] = clocks[arm];
      }
    }
    int first = -1;
    for (int taken = 0; taken < eligibility.eligibleCount(); taken++) {
      int next = -1;
      for (int arm = 0; arm < arms; arm++) {
        if (group[arm] < 3
            && (next < 0
                || group[arm] < group[next]
                || (group[arm] == group[next] && arrival[arm] < arrival[next]))) {
          next = arm;
        }
      }
      order.add(candidates.get(next));
      group[next] = 3;
      if (taken == 0) {
        first = next;
      }
    }
    return first;
  }

  /** Appends the listed fallbacks that are not excluded and not in the order yet. */
  private static void appendFallbacks(
      FunctionRouting routing, DecisionRequest request, List<String> order) {
    List<String> fallbacks = routing.fallbackVariants();
    for (int at = 0; at < fallbacks.size(); at++) {
      String name = fallbacks.get(at);
      if (!hard(request.fallbackExclusions().get(at))
          && !order.contains(name)
          && !excludedCandidate(routing, request, name)) {
        order.add(name);
      }
    }
  }

  private static boolean excludedCandidate(
      FunctionRouting routing, DecisionRequest request, String name) {
    int arm = routing.policy().candidates().indexOf(name);
    return arm >= 0 && hard(request.exclusions().get(arm));
  }

  private static boolean hard(@Nullable Exclusion exclusion) {
    return exclusion != null && exclusion.level() != Exclusion.Level.SOFT;
  }

  /**
   * TensorZero's draw: one number per (function, episode) against the cumulative weights in name
   * order; an arm that fails is removed and the same number is used again, which gives the order of
   * fallback. An arm without weight is never tried unless it is a listed fallback.
   */
  private static Decision drawLikeTensorZero(
      FunctionRouting routing, DecisionRequest request, Eligibility eligibility) {
    List<String> candidates = routing.policy().candidates();
    double[] weights =
        routing.policy() instanceof StaticPolicy policy
            ? policy.weights()
            : eligibilityAsVector(eligibility);
    if (total(weights, eligibility.eligible()) == 0) {
      return forced(routing, request);
    }
    boolean onlySoftHaveWeight = total(weights, eligibility.selectable()) == 0;
    boolean[] selectable = onlySoftHaveWeight ? eligibility.eligible() : eligibility.selectable();
    Map<String, String> features =
        features(request, eligibility.softDropped() || onlySoftHaveWeight);
    double[] probabilities = new double[weights.length];
    double total = total(weights, selectable);
    for (int arm = 0; arm < weights.length; arm++) {
      probabilities[arm] = selectable[arm] ? weights[arm] / total : 0;
    }
    double u = TensorZeroDraw.uniform(routing.functionName(), request.episodeId());
    List<String> order = new ArrayList<>(weights.length + routing.fallbackVariants().size());
    int chosen = -1;
    boolean[] left = selectable.clone();
    for (int arm; (arm = TensorZeroDraw.pick(weights, left, u)) >= 0; left[arm] = false) {
      chosen = chosen < 0 ? arm : chosen;
      order.add(candidates.get(arm));
    }
    boolean[] softlyExcluded = new boolean[weights.length];
    for (int arm = 0; arm < weights.length; arm++) {
      softlyExcluded[arm] = eligibility.eligible()[arm] && !selectable[arm];
    }
    for (int arm; (arm = TensorZeroDraw.pick(weights, softlyExcluded, u)) >= 0; ) {
      softlyExcluded[arm] = false;
      order.add(candidates.get(arm));
    }
    appendFallbacks(routing, request, order);
    Composition composition =
        new Composition(
            Decision.MAIN,
            Lane.STATIC,
            Map.of(Lane.STATIC.label(), 1.0),
            probabilities,
            Decision.NONE,
            probabilities);
    return finished(
        routing,
        request,
        new ArmProbabilities(probabilities, new double[weights.length], null),
        new double[weights.length],
        features,
        composition,
        chosen,
        order);
  }

  private static double total(double[] weights, boolean[] among) {
    double total = 0;
    for (int arm = 0; arm < weights.length; arm++) {
      total += among[arm] ? weights[arm] : 0;
    }
    return total;
  }

  /** The listed fallbacks, when no candidate may serve. */
  private static Decision forced(FunctionRouting routing, DecisionRequest request) {
    List<String> candidates = routing.policy().candidates();
    List<String> order = new ArrayList<>();
    appendFallbacks(routing, request, order);
    if (order.isEmpty()) {
      throw noneEligible(routing, request);
    }
    return Decision.forced(
        candidates,
        exclusionTexts(request.exclusions()),
        order,
        request.segment(),
        request.features());
  }

  private static NoEligibleVariantException noneEligible(
      FunctionRouting routing, DecisionRequest request) {
    LinkedHashSet<String> reasons = new LinkedHashSet<>();
    boolean requestToBlame = true;
    List<String> candidates = routing.policy().candidates();
    for (int arm = 0; arm < candidates.size(); arm++) {
      Exclusion exclusion = request.exclusions().get(arm);
      reasons.add(candidates.get(arm) + " (" + reason(exclusion) + ")");
      requestToBlame &= exclusion != null && exclusion.level() == Exclusion.Level.REQUEST;
    }
    for (int at = 0; at < routing.fallbackVariants().size(); at++) {
      String name = routing.fallbackVariants().get(at);
      Exclusion exclusion = request.fallbackExclusions().get(at);
      int arm = candidates.indexOf(name);
      if (exclusion == null && arm >= 0) {
        exclusion = request.exclusions().get(arm);
      }
      reasons.add(name + " (" + reason(exclusion) + ")");
      requestToBlame &= exclusion != null && exclusion.level() == Exclusion.Level.REQUEST;
    }
    return new NoEligibleVariantException(
        "functions.%s: no variant can serve this request: %s"
            .formatted(routing.functionName(), String.join(", ", reasons)),
        requestToBlame);
  }

  private static String reason(@Nullable Exclusion exclusion) {
    return exclusion == null ? "no weight" : exclusion.text();
  }

  /** The arm of greatest utility, or of greatest probability where the policy scores nothing. */
  static int greedyArm(@Nullable ArmScores scores, double[] served, boolean[] selectable) {
    return Arms.best(scores == null ? served : scores.utility(), selectable);
  }

  private static int eligibleBaseline(FunctionRouting routing, Eligibility eligibility) {
    String name = routing.baselineVariant();
    int arm = name == null ? -1 : routing.policy().candidates().indexOf(name);
    return arm >= 0 && eligibility.eligible()[arm] ? arm : -1;
  }

  private static double[] eligibilityAsVector(Eligibility eligibility) {
    double[] result = new double[eligibility.eligible().length];
    Arrays.setAll(result, arm -> eligibility.eligible()[arm] ? 1 : 0);
    return result;
  }

  /** The request's features and what else the policy's answer depends on. */
  private static Map<String, String> features(DecisionRequest request, boolean softDropped) {
    Map<String, String> result = new TreeMap<>(request.features());
    result.put(Decision.INPUT_TOKENS, Integer.toString(request.inputTokens()));
    if (softDropped) {
      result.put(Decision.SOFT_EXCLUSIONS, "dropped");
    }
    if (request.costPrice() != null) {
      result.put(Decision.COST_PRICE, Double.toString(request.costPrice()));
    }
    if (request.text() != null) {
      request.text().writeTo(result);
    }
    return result;
  }

  private static List<String> exclusionTexts(List<@Nullable Exclusion> exclusions) {
    int arms = exclusions.size();
    String[] result = null;
    for (int arm = 0; arm < arms; arm++) {
      Exclusion exclusion = exclusions.get(arm);
      if (exclusion != null) {
        if (result == null) {
          result = new String[arms];
          Arrays.fill(result, "");
        }
        result[arm] = exclusion.text();
      }
    }
    return result == null ? Collections.nCopies(arms, "") : List.of(result);
  }
}
