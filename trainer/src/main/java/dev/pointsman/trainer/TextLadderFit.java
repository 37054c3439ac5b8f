package dev.pointsman.trainer;

import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.TextPublication;
import dev.pointsman.routing.features.ConversationModel;
import dev.pointsman.trainer.text.NeighbourFit;
import dev.pointsman.trainer.text.NeighbourSample;
import dev.pointsman.trainer.text.SegmentMean;
import dev.pointsman.trainer.text.TextFit;
import dev.pointsman.trainer.text.TextSample;
import dev.pointsman.trainer.text.TextSettings;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fits the models of a {@link TextLadder}: text models, or neighbours where the function has an
 * embedding model. Safe to run on any thread; it reads the store and changes nothing.
 */
final class TextLadderFit {

  private final EventStore store;
  private final RewardRule rule;

  TextLadderFit(EventStore store, RewardRule rule) {
    this.store = store;
    this.rule = rule;
  }

  /** The next model; nothing where too few conversations were logged. */
  Optional<TextLadder.Fitted> run(TextLadder.Moment moment) {
    Instant now = moment.now();
    Fit fit = moment.learned().embedding() == null ? fitText(moment) : fitNeighbours(moment);
    if (fit == null) {
      return Optional.empty();
    }
    String provenance =
        new TextProvenance(
                now,
                moment.logPosition(),
                moment.generation(),
                rule.metric(),
                moment.feedbacks(),
                fit.from(),
                fit.to(),
                fit.samples(),
                moment.codeVersion(),
                fit.recipe())
            .toJson();
    TextPublication publication =
        new TextPublication(
            rule.functionName(),
            fit.model().id(),
            now,
            provenance,
            Base64.getEncoder().encodeToString(fit.model().encode()));
    return Optional.of(new TextLadder.Fitted(publication, moment));
  }

  /** A finished model of either kind. */
  private record Fit(
      ConversationModel model,
      Instant from,
      Instant to,
      int samples,
      TextProvenance.Recipe recipe) {}

  private @Nullable Fit fitText(TextLadder.Moment moment) {
    List<String> candidates = moment.settings().candidates();
    List<TextSample> samples = new TextSampler(store).samples(rule, candidates, moment.now());
    if (samples.size() < TextLadder.LEAST_SAMPLES) {
      return null;
    }
    TextSettings settings = TextSettings.DEFAULT;
    TextFit.Fitted fitted =
        new TextFit(candidates, settings, before -> means(moment, before, Outcome::of))
            .fit(samples);
    return new Fit(
        fitted.model(),
        samples.getFirst().decidedAt(),
        samples.getLast().decidedAt(),
        samples.size(),
        TextProvenance.text(settings, fitted));
  }

  private @Nullable Fit fitNeighbours(TextLadder.Moment moment) {
    List<String> candidates = moment.settings().candidates();
    List<NeighbourSample> samples = NeighbourSampler.samples(store, rule, candidates, moment.now());
    if (samples.size() < TextLadder.LEAST_SAMPLES) {
      return null;
    }
    NeighbourFit.Fitted fitted =
        new NeighbourFit(
                candidates,
                before -> {
                  Function<String, SegmentMean> means = means(moment, before, Outcome::of);
                  return segment -> means.apply(segment).quality();
                })
            .fit(samples);
    return new Fit(
        fitted.model(),
        samples.getFirst().decidedAt(),
        samples.getLast().decidedAt(),
        samples.size(),
        TextProvenance.neighbours(fitted));
  }

  /** What a mean needs of a sample. */
  private record Outcome(
      Instant decidedAt, String segment, int arm, double reward, double outputTokens) {

    static Outcome of(TextSample sample) {
      return new Outcome(
          sample.decidedAt(),
          sample.segment(),
          sample.arm(),
          sample.reward(),
          sample.outputTokens());
    }

    /** Neighbours tell nothing of tokens. */
    static Outcome of(NeighbourSample sample) {
      return new Outcome(
          sample.decidedAt(), sample.segment(), sample.arm(), sample.reward(), Double.NaN);
    }
  }

  /** The means by segment that the function's own policy has on some samples. */
  private <T> Function<String, SegmentMean> means(
      TextLadder.Moment moment, List<T> samples, Function<T, Outcome> look) {
    LearnedSettings settings = moment.settings();
    TrainerState state = new FunctionTrainer(settings, rule.type()).begin();
    Instant last = moment.now();
    for (T one : samples) {
      Outcome sample = look.apply(one);
      last = sample.decidedAt();
      String variant = settings.candidates().get(sample.arm());
      state.decided(sample.decidedAt(), sample.segment(), variant);
      state.rewarded(sample.decidedAt(), sample.segment(), variant, sample.reward());
      if (!Double.isNaN(sample.outputTokens())) {
        long tokens = Math.round(sample.outputTokens());
        state.answered(sample.decidedAt(), sample.segment(), variant, tokens, 0);
      }
    }
    return SegmentMean.of(moment.policy(state.statistics(last)));
  }
}
