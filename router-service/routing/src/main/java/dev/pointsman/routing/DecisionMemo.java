package dev.pointsman.routing;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Answers of one policy that were computed before, by what they depend on: segment, selectable arms,
 * prices, the weight of a dollar and input tokens (these two already rounded), the tier of the request
 * where it counts. A direct-mapped table: an
 * answer takes the place of another one with the same slot. Since a policy's answer is a function of
 * the key, losing an answer or computing it twice changes nothing, and no lock is needed.
 */
final class DecisionMemo {

  private static final int SLOTS = 1024;

  private final AtomicReferenceArray<@Nullable Entry> slots = new AtomicReferenceArray<>(SLOTS);

  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  private record Entry(
      int row,
      boolean[] selectable,
      List<@Nullable TokenPrice> prices,
      int inputTokens,
      double utilityWeight,
      @Nullable String tier,
      ArmProbabilities answer) {

    boolean answers(
        DecisionContext context, int rowAsked, double weight, @Nullable String tierAsked) {
      return row == rowAsked
          && Objects.equals(tier, tierAsked)
          && utilityWeight == weight
          && inputTokens == context.inputTokens()
          && Arrays.equals(selectable, context.selectable())
          && prices.equals(context.prices());
    }
  }

  /** The answer for that context, null when it is not at hand. Its arrays are shared. */
  @Nullable ArmProbabilities find(
      DecisionContext context, int row, double weight, @Nullable String tier) {
    Entry entry = slots.get(slot(context, row, weight, tier));
    return entry != null && entry.answers(context, row, weight, tier) ? entry.answer : null;
  }

  /** Keeps an answer and returns it. */
  ArmProbabilities keep(
      DecisionContext context,
      int row,
      double weight,
      @Nullable String tier,
      ArmProbabilities answer) {
    Entry entry =
        new Entry(
            row,
            context.selectable().clone(),
            context.prices(),
            context.inputTokens(),
            weight,
            tier,
            answer);
    slots.set(slot(context, row, weight, tier), entry);
    return answer;
  }

  private static int slot(DecisionContext context, int row, double weight, @Nullable String tier) {
    int hash = (31 * row + context.inputTokens()) * 31 + Arrays.hashCode(context.selectable());
    hash = 31 * hash + Double.hashCode(weight);
    hash = 31 * hash + Objects.hashCode(tier);
    hash *= 0x9E3779B9;
    return hash >>> 22;
  }
}
