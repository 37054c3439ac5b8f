package dev.pointsman.trainer.text;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.pointsman.routing.features.TextQuality;
import dev.pointsman.routing.features.TextTokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Fits what a router adds to segment means: of quality, and of output tokens where these are known,
 * each as {@link ForwardFit} says. The same samples, means, settings and seed give the same bytes.
 *
 * <p>Tokens are more uneven than qualities, a long answer being as long as ten others; so the text's word
 * on them serves per variant, and only where its squared error on later rows was smaller than that of
 * the segment's mean by {@value #DEVIATIONS} standard errors of the difference, which happens by chance
 * once in twenty times.
 */
public final class TextFit {

  private static final double DEVIATIONS = 1.645;

  private final List<String> variants;
  private final TextSettings settings;
  private final Function<List<TextSample>, Function<String, SegmentMean>> means;

  /**
   * A way to fit.
   *
   * @param variants names of the variants, in the order of the samples' arms
   * @param means what is expected in a segment, by samples to learn from
   */
  public TextFit(
      List<String> variants,
      TextSettings settings,
      Function<List<TextSample>, Function<String, SegmentMean>> means) {
    this.variants = List.copyOf(variants);
    this.settings = settings;
    this.means = means;
  }

  /**
   * What came out.
   *
   * @param model for the router
   * @param calibration one per variant, in order
   * @param tokens one per variant, in order; empty where too few samples tell their tokens
   * @param provenance Tribuo's own of each fit of the scores
   */
  public record Fitted(
      TextQuality model,
      List<CalibrationFigures> calibration,
      List<TokenFigures> tokens,
      List<String> provenance) {

    /** Writes weight, figures and provenance into an object that was begun. */
    public void writeTo(JsonGenerator json) throws IOException {
      json.writeNumberField("weight", model.weight());
      json.writeArrayFieldStart("calibration");
      for (CalibrationFigures figures : calibration) {
        figures.writeTo(json);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("output_tokens");
      for (TokenFigures figures : tokens) {
        figures.writeTo(json);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("fits");
      for (String fit : provenance) {
        json.writeString(fit);
      }
      json.writeEndArray();
    }
  }

  /**
   * The model of some samples.
   *
   * @param samples by the time of their decisions, at least one per block
   * @throws IllegalArgumentException if there are fewer
   */
  public Fitted fit(List<TextSample> samples) {
    if (samples.size() < ForwardFit.BLOCKS) {
      throw new IllegalArgumentException(
          "samples must be at least %d: %d".formatted(ForwardFit.BLOCKS, samples.size()));
    }
    ForwardFit.Result quality =
        new ForwardFit(variants, settings, means, TextTarget.QUALITY).fit(samples);
    List<String> provenance = new ArrayList<>(quality.scores().provenance());
    List<TokenFigures> figures = List.of();
    TextTokens tokens = null;
    List<TextSample> told = samples.stream().filter(TextSample::tokensKnown).toList();
    if (told.size() >= ForwardFit.BLOCKS) {
      ForwardFit.Result result =
          new ForwardFit(variants, settings, means, TextTarget.TOKENS).fit(told);
      figures = tokenFigures(result.judged());
      tokens = tokens(result, figures);
      provenance.addAll(result.scores().provenance());
    }
    return new Fitted(
        TextQuality.of(quality.scores().scorer(), quality.curves(), quality.weight(), tokens),
        calibration(quality.judged()),
        figures,
        provenance);
  }

  private static @Nullable TextTokens tokens(ForwardFit.Result result, List<TokenFigures> figures) {
    double[] weights =
        figures.stream().mapToDouble(one -> one.serves() ? result.weight() : 0).toArray();
    boolean any = IntStream.range(0, weights.length).anyMatch(arm -> weights[arm] > 0);
    return any ? TextTokens.of(result.scores().scorer(), result.curves(), weights) : null;
  }

  private List<CalibrationFigures> calibration(List<ForwardFit.Judged> judged) {
    ForwardErrors errors = new ForwardErrors(variants.size());
    for (ForwardFit.Judged one : judged) {
      errors.tell(one.arm(), one.mean(), one.shift(), one.outcome(), one.weight());
    }
    return errors.figures(variants);
  }

  private List<TokenFigures> tokenFigures(List<ForwardFit.Judged> judged) {
    List<TokenFigures> figures = new ArrayList<>();
    for (int arm = 0; arm < variants.size(); arm++) {
      int n = 0;
      double bySegments = 0;
      double byText = 0;
      double squares = 0;
      for (ForwardFit.Judged one : judged) {
        if (one.arm() == arm) {
          double ofMean = one.unit() * (one.outcome() - one.mean());
          double ofText = ofMean - one.unit() * one.weight() * one.shift();
          double gain = ofMean * ofMean - ofText * ofText;
          n++;
          bySegments += ofMean * ofMean;
          byText += ofText * ofText;
          squares += gain * gain;
        }
      }
      double gain = (bySegments - byText) / n;
      double error = Math.sqrt(Math.max(0, squares / n - gain * gain) / n);
      figures.add(
          new TokenFigures(
              variants.get(arm),
              n,
              Math.sqrt(bySegments / n),
              Math.sqrt(byText / n),
              n >= ForwardFit.LEAST_FOR_CURVE && gain > DEVIATIONS * error));
    }
    return figures;
  }
}
