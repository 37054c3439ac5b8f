package dev.pointsman.eventstore;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A decision of the main stratum as the checks of a log look at it: how it was drawn, and its reward.
 * A fifth of what a {@link LoggedDecision} costs to read.
 *
 * @param draw one instance for all decisions of a reading that were drawn alike
 * @param failed whether nothing could answer the deciding inference
 * @param reward 0..1, null when unknown
 * @param filled whether the reward is the rule's {@code noFeedback}
 */
public record DrawnDecision(
    UUID episodeId, Draw draw, boolean failed, @Nullable Double reward, boolean filled) {

  /**
   * How it was drawn. Arrays are in the order of {@code candidates}.
   *
   * @param generation the generation that decided, empty where no policy did
   */
  @SuppressWarnings("ArrayRecordComponent") // rows of numbers on their way to a test
  public record Draw(
      String segment,
      String lane,
      String generation,
      String chosenVariant,
      List<String> candidates,
      List<String> exclusions,
      double[] policyProbabilities,
      double[] propensities,
      Map<String, Double> laneShares) {

    /** Of the text that the statement makes; its last part, the segment, may hold anything. */
    static Draw parse(String text) {
      String[] parts = text.split("\u001f", 10);
      Map<String, Double> shares = new LinkedHashMap<>();
      String[] lanes = items(parts[7]);
      double[] chances = reals(parts[8]);
      for (int i = 0; i < lanes.length; i++) {
        shares.put(lanes[i], chances[i]);
      }
      List<String> candidates = List.of(items(parts[3]));
      return new Draw(
          parts[9],
          parts[0],
          parts[1],
          parts[2],
          candidates,
          // One candidate that could be chosen has an empty text here, too.
          List.of(candidates.isEmpty() ? new String[0] : parts[4].split("\u001e", -1)),
          reals(parts[5]),
          reals(parts[6]),
          Map.copyOf(shares));
    }

    private static String[] items(String text) {
      return text.isEmpty() ? new String[0] : text.split("\u001e", -1);
    }

    private static double[] reals(String text) {
      String[] items = items(text);
      double[] reals = new double[items.length];
      for (int i = 0; i < reals.length; i++) {
        reals[i] = Double.parseDouble(items[i]);
      }
      return reals;
    }

    /** The index of the chosen variant among the candidates, −1 when it was none of them. */
    public int chosenArm() {
      return candidates.indexOf(chosenVariant);
    }
  }
}
