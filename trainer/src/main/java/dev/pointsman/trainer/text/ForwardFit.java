package dev.pointsman.trainer.text;

import dev.pointsman.routing.features.RisingCurve;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Fits scores, calibration and weight of one figure, everything forward in time, because the log of a
 * policy that learns has no exchangeable folds.
 *
 * <p>The samples are cut into {@value #BLOCKS} blocks by time. For each block after the first, means
 * and scores come from the blocks before it and predict the block. On these predictions, in order:
 *
 * <ul>
 *   <li>the curve of a variant is the isotonic regression of (outcome − mean) on its scores in the
 *       blocks before; of all variants together where it has fewer than {@value #LEAST_FOR_CURVE};
 *   <li>the weight is the w of least mean square of outcome − mean − w·curve(score), clipped to 0..1,
 *       over blocks whose curves are from blocks before;
 *   <li>errors are told on blocks whose weight is from blocks before, too.
 * </ul>
 *
 * <p>What comes out has scores from all samples, and curves and weight from all predictions.
 */
final class ForwardFit {

  static final int BLOCKS = 6;
  static final int LEAST_FOR_CURVE = 100;

  private final List<String> variants;
  private final TextSettings settings;
  private final Function<List<TextSample>, Function<String, SegmentMean>> means;
  private final TextTarget target;

  ForwardFit(
      List<String> variants,
      TextSettings settings,
      Function<List<TextSample>, Function<String, SegmentMean>> means,
      TextTarget target) {
    this.variants = variants;
    this.settings = settings;
    this.means = means;
    this.target = target;
  }

  /**
   * A prediction and what came, of a block whose curves and weight are from blocks before.
   *
   * @param unit what 1 is worth in the others
   * @param mean what the segment's mean expected
   * @param shift what the text added to it, before it is weighted
   * @param weight how much it was believed
   * @param outcome what came
   */
  record Judged(int arm, double unit, double mean, double shift, double weight, double outcome) {}

  /** What came out. */
  record Result(TextModel scores, List<RisingCurve> curves, double weight, List<Judged> judged) {}

  private record Predicted(
      int block, int arm, double unit, double mean, double score, double outcome) {}

  /**
   * The fit of some samples.
   *
   * @param samples by the time of their decisions, at least one per block
   */
  Result fit(List<TextSample> samples) {
    List<Predicted> predicted = new ArrayList<>(samples.size());
    for (int block = 1; block < BLOCKS; block++) {
      int from = begin(samples, block);
      List<TextSample> before = samples.subList(0, from);
      Function<String, SegmentMean> bySegment = means.apply(before);
      TextModel scores = train(before, bySegment);
      for (TextSample sample : samples.subList(from, begin(samples, block + 1))) {
        SegmentMean mean = bySegment.apply(sample.segment());
        predicted.add(
            new Predicted(
                block,
                sample.arm(),
                target.unit(mean, sample),
                target.mean(mean, sample),
                scores.scorer().scores(sample.features())[sample.arm()],
                target.outcome(mean, sample)));
      }
    }
    ForwardWeight forward = new ForwardWeight();
    List<Judged> judged = new ArrayList<>();
    for (int block = 2; block < BLOCKS; block++) {
      int until = block;
      List<RisingCurve> curves =
          curves(predicted.stream().filter(one -> one.block() < until).toList());
      double weight = forward.weight();
      for (Predicted one : predicted) {
        if (one.block() == block) {
          double shift = curves.get(one.arm()).of(one.score());
          forward.add(one.mean(), shift, one.outcome());
          if (block > 2) {
            judged.add(new Judged(one.arm(), one.unit(), one.mean(), shift, weight, one.outcome()));
          }
        }
      }
    }
    return new Result(
        train(samples, means.apply(samples)), curves(predicted), forward.weight(), judged);
  }

  private static int begin(List<TextSample> samples, int block) {
    return (int) ((long) samples.size() * block / BLOCKS);
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
        from.stream().mapToDouble(one -> one.outcome() - one.mean()).toArray());
  }

  private TextModel train(List<TextSample> samples, Function<String, SegmentMean> bySegment) {
    List<TextRow> rows = new ArrayList<>(samples.size());
    for (TextSample sample : samples) {
      double[] residual = new double[variants.size()];
      Arrays.fill(residual, Double.NaN);
      residual[sample.arm()] = target.learnt(bySegment.apply(sample.segment()), sample);
      rows.add(new TextRow(sample.features(), residual));
    }
    return new TextTrainer(variants, settings).train(rows);
  }
}
