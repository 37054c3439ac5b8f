package dev.pointsman.trainer;

import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.LoggedDecision;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.features.PromptVector;
import dev.pointsman.trainer.text.NeighbourSample;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The latest rewarded decisions of a function with their prompts' embeddings, as neighbours are made
 * of them. Decisions whose embedding was left out, or is of another model than the latest, are not
 * among them.
 */
final class NeighbourSampler {

  /** The latest that are taken: every one is looked at by every request. */
  static final int MOST_SAMPLES = 4_000;

  private NeighbourSampler() {}

  /**
   * The samples, by the time of their decisions; all of one space and dimension.
   *
   * @param variants the variants to learn about; samples' arms are their indices
   * @param now the log cut: decisions and rewards before it
   */
  static List<NeighbourSample> samples(
      EventStore store, RewardRule rule, List<String> variants, Instant now) {
    List<NeighbourSample> all =
        LatestDecisions.of(
                store,
                rule,
                now,
                MOST_SAMPLES,
                row ->
                    row.reward() != null
                        && row.servedAsChosen()
                        && variants.contains(row.chosenVariant())
                        && vector(row) != null)
            .stream()
            .map(
                row ->
                    new NeighbourSample(
                        row.decidedAt(),
                        Objects.requireNonNull(vector(row)),
                        row.segment(),
                        variants.indexOf(row.chosenVariant()),
                        Objects.requireNonNull(row.reward())))
            .toList();
    if (all.isEmpty()) {
      return all;
    }
    PromptVector latest = all.getLast().vector();
    return all.stream()
        .filter(
            sample ->
                sample.vector().space().equals(latest.space())
                    && sample.vector().dimension() == latest.dimension())
        .toList();
  }

  /** The prompt's vector in a row; null where it has none that can be read. */
  static @Nullable PromptVector vector(LoggedDecision row) {
    String text = row.features().get(Decision.EMBEDDING);
    if (text == null) {
      return null;
    }
    try {
      return PromptVector.parse(text);
    } catch (IllegalArgumentException unreadable) {
      return null;
    }
  }
}
