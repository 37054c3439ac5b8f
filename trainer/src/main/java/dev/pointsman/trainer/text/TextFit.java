package dev.pointsman.trainer.text;

import dev.pointsman.routing.features.RisingCurve;
import dev.pointsman.routing.features.TextQuality;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Fits what a router adds to segment means: scores, calibration and weight, everything forward in
 * time, because the log of a policy that learns has no exchangeable folds.
 *
 * <p>The samples are cut into {@value #BLOCKS} blocks by time. For each block after the first, means
 * and scores come from the blocks before it and predict the block. On these predictions, in order:
 *
 * <ul>
 *   <li>the curve of a variant is the isotonic regression of (reward − mean) on its scores in the
 *       blocks before; of all variants together where it has fewer than {@value #LEAST_FOR_CURVE};
 *   <li>the weight is the w of least mean square of reward − mean − w·curve(score), clipped to 0..1,
 *       over blocks whose curves are from blocks before;
 *   <li>errors are told on blocks whose weight is from blocks before, too.
 * </ul>
 *
 * <p>The model that comes out has scores from all samples, and curves and weight from all
 * predictions. The same samples, means, settings and seed give the same bytes.
 */
public final class TextFit {

  static final int BLOCKS = 6;
  static final int LEAST_FOR_CURVE = 100;

  private final List<String> variants;
  private final TextSettings settings;
  private final Function<List<TextSample>, Function<String, double[]>> means;

  /**
   * A way to fit.
   *
   * @param variants names of the variants, in the order of the samples' arms
   * @param means the mean quality of each variant in a segment, by samples to learn from
   */
  public TextFit(
      List<String> variants,
      TextSettings settings,
      Function<List<TextSample>, Function<String, double[]>> means) {
    this.variants = List.copyOf(variants);
    this.settings = settings;
    this.means = means;
  }

  /**
   * What came out.
   *
   * @param model for the router
   * @param calibration one per variant, in order
   * @param provenance Tribuo's own of each fit of the scores
   */
  public record Fitted(
      TextQuality model, List<CalibrationFigures> calibration, List<String> provenance) {}

  /** A prediction and what came. */
  private record Predicted(int block, int arm, double mean, double score, double reward) {}

  /**
   * The model of some samples.
   *
   * @param samples by the time of their decisions, at least one per block
   * @throws IllegalArgumentException if there are fewer
   */
  public Fitted fit(List<TextSample> samples) {
    if (samples.size() < BLOCKS) {
      throw new IllegalArgumentException(
          "samples must be at least %d: %d".formatted(BLOCKS, samples.size()));
    }
    List<Predicted> predicted = new ArrayList<>(samples.size());
    for (int block = 1; block < BLOCKS; block++) {
      int from = begin(samples, block);
      List<TextSample> before = samples.subList(0, from);
      Function<String, double[]> mean = means.apply(before);
      TextModel scores = train(before, mean);
      for (TextSample sample : samples.subList(from, begin(samples, block + 1))) {
        predicted.add(
            new Predicted(
                block,
                sample.arm(),
                mean.apply(sample.segment())[sample.arm()],
                scores.scorer().scores(sample.features())[sample.arm()],
                sample.reward()));
      }
    }
    ForwardWeight forward = new ForwardWeight(variants.size());
    for (int block = 2; block < BLOCKS; block++) {
      List<RisingCurve> curves = curves(before(predicted, block));
      double weight = forward.weight();
      for (Predicted one : predicted) {
        if (one.block() == block) {
          double shift = curves.get(one.arm()).of(one.score());
          forward.add(one.mean(), shift, one.reward());
          if (block > 2) {
            forward.tell(one.arm(), one.mean(), shift, one.reward(), weight);
          }
        }
      }
    }
    TextModel scores = train(samples, means.apply(samples));
    TextQuality model = TextQuality.of(scores.scorer(), curves(predicted), forward.weight());
    return new Fitted(model, forward.figures(variants), scores.provenance());
  }

  private static int begin(List<TextSample> samples, int block) {
    return (int) ((long) samples.size() * block / BLOCKS);
  }

  private static List<Predicted> before(List<Predicted> predicted, int block) {
    return predicted.stream().filter(one -> one.block() < block).toList();
  }

  private List<RisingCurve> curves(List<Predicted> from) {
    RisingCurve together = curve(from);
    List<RisingCurve> curves = new ArrayList<>(variants.size());
    for (int arm = 0; arm < variants.size(); arm++) {
      int own = arm;
      List<Predicted> ofArm = from.stream().filter(one -> one.arm() == own).toList();
      curves.add(ofArm.size() < LEAST_FOR_CURVE ? together : curve(ofArm));
    }
    return curves;
  }

  private static RisingCurve curve(List<Predicted> from) {
    return IsotonicRegression.of(
        from.stream().mapToDouble(Predicted::score).toArray(),
        from.stream().mapToDouble(one -> one.reward() - one.mean()).toArray());
  }

  private TextModel train(List<TextSample> samples, Function<String, double[]> mean) {
    List<TextRow> rows = new ArrayList<>(samples.size());
    for (TextSample sample : samples) {
      double[] residual = new double[variants.size()];
      Arrays.fill(residual, Double.NaN);
      residual[sample.arm()] = sample.reward() - mean.apply(sample.segment())[sample.arm()];
      rows.add(new TextRow(sample.features(), residual));
    }
    return new TextTrainer(variants, settings).train(rows);
  }
}
