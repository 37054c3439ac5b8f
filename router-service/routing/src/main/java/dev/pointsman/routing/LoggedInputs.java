package dev.pointsman.routing;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was known when a logged decision was made, so that any policy can be asked what it would have
 * done. Lists are in the order of {@code candidates}.
 *
 * @param candidates the candidates of the policy that decided
 * @param exclusions why each could not be chosen, {@code ""} where it could
 * @param segment the segment
 * @param features the features, {@code input_tokens} among them
 */
public record LoggedInputs(
    List<String> candidates,
    List<String> exclusions,
    String segment,
    Map<String, String> features) {

  /** Copies what it is given and checks that there is one exclusion per candidate. */
  public LoggedInputs {
    candidates = List.copyOf(candidates);
    exclusions = List.copyOf(exclusions);
    features = Map.copyOf(features);
    if (candidates.size() != exclusions.size()) {
      throw new IllegalArgumentException(
          "one exclusion per candidate is needed: %d candidates, %d given"
              .formatted(candidates.size(), exclusions.size()));
    }
  }

  /**
   * Which candidates could be chosen at all (E of the design).
   *
   * @throws IllegalArgumentException if an exclusion is not readable
   */
  public boolean[] eligible() {
    return Eligibility.ofLogged(exclusions).eligible();
  }

  /**
   * What a policy would have served in its lane: its probabilities over Es, raised to their floors.
   * A candidate of the policy that the decision did not know counts as selectable: nothing is known
   * against it. Where a text model was in use, its logged word counts for this policy too: a
   * function has one.
   *
   * @param policy any policy
   * @param prices today's price per candidate of the policy, null where unknown
   * @return by candidate of the policy; empty when none of them could be chosen
   * @throws IllegalArgumentException if an exclusion, the number of tokens or what the text said is
   *     not readable
   */
  public double[] served(Policy policy, List<@Nullable TokenPrice> prices) {
    ArmProbabilities answer = answer(policy, prices, textOf(policy.candidates()));
    return answer == null ? new double[0] : answer.probabilities();
  }

  /**
   * The same at a price of cost, with what it believed.
   *
   * @param costPrice λ, see {@link LearnedSettings#utilityWeight}
   * @return with the probabilities it would have served; null when none of its candidates could be
   *     chosen
   * @throws IllegalArgumentException if an exclusion, the number of tokens or what the text said is
   *     not readable
   */
  public @Nullable ArmProbabilities answerAt(
      Policy policy, List<@Nullable TokenPrice> prices, double costPrice) {
    return answer(
        policy, context(policy.candidates(), prices, textOf(policy.candidates()), costPrice));
  }

  /** What the text said of another policy's candidates; nothing of one the decision did not know. */
  private @Nullable TextShift textOf(List<String> others) {
    TextShift logged = TextShift.ofFeatures(features, candidates.size());
    return logged == null ? null : logged.of(candidates, others);
  }

  /**
   * The same with what it believed, and with a text model's word.
   *
   * @param text by candidate of the policy; null for none
   * @return with the probabilities it would have served and the floors that were applied; null when
   *     none of its candidates could be chosen
   * @throws IllegalArgumentException if an exclusion or the number of tokens is not readable
   */
  public @Nullable ArmProbabilities answer(
      Policy policy, List<@Nullable TokenPrice> prices, @Nullable TextShift text) {
    return answer(policy, context(policy.candidates(), prices, text));
  }

  private static @Nullable ArmProbabilities answer(
      Policy policy, @Nullable DecisionContext context) {
    if (context == null) {
      return null;
    }
    ArmProbabilities answer = policy.probabilities(context);
    double[] floors = ProbabilityFloors.applicable(answer.floors(), context.selectable());
    return new ArmProbabilities(
        ProbabilityFloors.raise(answer.probabilities(), floors), floors, answer.scores());
  }

  /**
   * What a policy with other candidates would have looked at, without a dollar target.
   *
   * @param text by candidate; null for none
   * @return null when none of the candidates could be chosen
   * @throws IllegalArgumentException if an exclusion or the number of tokens is not readable
   */
  public @Nullable DecisionContext context(
      List<String> others, List<@Nullable TokenPrice> prices, @Nullable TextShift text) {
    return context(others, prices, text, 0);
  }

  private @Nullable DecisionContext context(
      List<String> others,
      List<@Nullable TokenPrice> prices,
      @Nullable TextShift text,
      double costPrice) {
    boolean[] logged = Eligibility.ofLogged(exclusions).selectable();
    boolean[] selectable = new boolean[others.size()];
    boolean any = false;
    for (int arm = 0; arm < selectable.length; arm++) {
      int at = candidates.indexOf(others.get(arm));
      selectable[arm] = at < 0 || logged[at];
      any |= selectable[arm];
    }
    if (!any) {
      return null;
    }
    String tokens = Objects.requireNonNullElse(features.get(Decision.INPUT_TOKENS), "none");
    return new DecisionContext(
        segment, selectable, prices, Integer.parseInt(tokens), features, costPrice, text);
  }
}
