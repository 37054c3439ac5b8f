package dev.pointsman.analysis.offpolicy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A log whose quality people say about few decisions and surrogates, such as judges, about all: the
 * quality that {@link SurrogateRewards} combines of them, with what is to be known about it.
 *
 * <p>Strata are (segment, arm): people may be asked about one arm more often than about another, but
 * within a stratum whom they are asked about must not depend on the quality beyond what the
 * surrogates see. What a rule gives (to a failure) stays as it is. A decision without any score keeps
 * what people said.
 *
 * @param combined the same decisions with the combined quality, which may leave 0..1
 * @param scored the same decisions with their mean score as their quality; what the checks of the
 *     log look at, for it is there on all rows, and a changed judge shows in it
 * @param judge what is to be known
 */
public record JudgedLog(List<PairedDecision> combined, List<PairedDecision> scored, Judge judge) {

  /** More decisions than this share in strata that people said nothing about allow no verdict. */
  public static final double MOST_UNLABELLED = 0.02;

  /**
   * Surrogates beside people.
   *
   * @param scored decisions with a score
   * @param labelled of these with people's word
   * @param meanScore mean of the mean scores of the labelled ones, NaN when there is none
   * @param meanWord mean of people's word about the same, NaN when there is none
   * @param unlabelled (segment, arm) where people said nothing, by name; the surrogates stand
   *     alone there
   * @param unlabelledShare share of the scored decisions in those, 0..1
   */
  public record Judge(
      long scored,
      long labelled,
      double meanScore,
      double meanWord,
      List<String> unlabelled,
      double unlabelledShare) {
    public Judge {
      unlabelled = List.copyOf(unlabelled);
    }
  }

  public JudgedLog {
    combined = List.copyOf(combined);
    scored = List.copyOf(scored);
  }

  /**
   * Combines the two.
   *
   * @param arms the arms' names
   * @param log with people's word as its quality, in order of decision
   * @param surrogates at least one
   */
  public static JudgedLog of(
      List<String> arms, List<PairedDecision> log, List<PairedLog.Surrogate> surrogates) {
    for (PairedLog.Surrogate surrogate : surrogates) {
      if (surrogate.scores().size() != log.size()) {
        throw new IllegalArgumentException(
            "%d scores by %s for %d decisions"
                .formatted(surrogate.scores().size(), surrogate.metric(), log.size()));
      }
    }
    List<SurrogateRewards.Row> rows = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    List<PairedDecision> scored = new ArrayList<>(log);
    Map<String, Long> sizes = new TreeMap<>();
    double scoreSum = 0;
    double wordSum = 0;
    for (int i = 0; i < log.size(); i++) {
      PairedDecision row = log.get(i);
      if (row.ruled()) {
        continue;
      }
      List<@Nullable Double> scores = new ArrayList<>(surrogates.size());
      for (PairedLog.Surrogate surrogate : surrogates) {
        scores.add(surrogate.scores().get(i));
      }
      if (scores.stream().allMatch(Objects::isNull)) {
        scored.set(i, row.withQuality(null));
        continue;
      }
      String stratum = stratum(arms, row);
      sizes.merge(stratum, 1L, Long::sum);
      SurrogateRewards.Row scoredRow = new SurrogateRewards.Row(stratum, scores, row.quality());
      double score = scoredRow.meanScore();
      scored.set(i, row.withQuality(score));
      rows.add(scoredRow);
      places.add(i);
      Double word = row.quality();
      if (word != null) {
        scoreSum += score;
        wordSum += word;
      }
    }
    SurrogateRewards rewards = SurrogateRewards.combine(rows);
    List<PairedDecision> combined = new ArrayList<>(log);
    for (int i = 0; i < places.size(); i++) {
      int place = places.get(i);
      combined.set(place, log.get(place).withQuality(rewards.rewards()[i]));
    }
    long alone =
        rewards.unlabelled().stream().mapToLong(stratum -> sizes.getOrDefault(stratum, 0L)).sum();
    long labelled = rewards.labelled();
    return new JudgedLog(
        combined,
        scored,
        new Judge(
            rows.size(),
            labelled,
            labelled == 0 ? Double.NaN : scoreSum / labelled,
            labelled == 0 ? Double.NaN : wordSum / labelled,
            rewards.unlabelled(),
            rows.isEmpty() ? 0 : (double) alone / rows.size()));
  }

  private static String stratum(List<String> arms, PairedDecision row) {
    return row.segment().isEmpty()
        ? arms.get(row.arm())
        : "%s of segment %s".formatted(arms.get(row.arm()), row.segment());
  }
}
