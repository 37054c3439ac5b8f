package dev.pointsman.trainer.text;

import dev.pointsman.routing.features.NeighbourQuality;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Fits neighbours: how many are asked, what the mean counts for beside them, and how much they are
 * believed, everything forward in time, because the log of a policy that learns has no exchangeable
 * folds.
 *
 * <p>The samples, of one space and dimension, are cut into {@value #BLOCKS} blocks by time, and each
 * block after the first is predicted from the blocks before it. In order:
 *
 * <ul>
 *   <li>k and c are the pair of {@link #NEAREST} × {@link #PSEUDO_COUNTS} of least Brier score of mean
 *       + shift over the blocks before; of equals the first;
 *   <li>the weight is the w of least mean square of reward − mean − w·shift, clipped to 0..1, over
 *       blocks whose k and c are from blocks before;
 *   <li>errors are told on blocks whose weight is from blocks before, too. Where they are not less than
 *       those of the segments' means, the weight is 0.
 * </ul>
 *
 * <p>The model that comes out has all samples as neighbours. The same samples and means give the same
 * bytes.
 */
public final class NeighbourFit {

  static final int BLOCKS = 6;

  /** The k that are tried. */
  static final List<Integer> NEAREST = List.of(20, 40, 80, 160);

  /** The c that are tried. */
  static final List<Double> PSEUDO_COUNTS = List.of(2.0, 8.0, 32.0);

  private static final int MOST_NEAREST = NEAREST.getLast();

  private final List<String> variants;
  private final Function<List<NeighbourSample>, Function<String, double[]>> means;

  /**
   * A way to fit.
   *
   * @param variants names of the variants, in the order of the samples' arms
   * @param means the mean quality of each variant in a segment, by samples to learn from
   */
  public NeighbourFit(
      List<String> variants, Function<List<NeighbourSample>, Function<String, double[]>> means) {
    this.variants = List.copyOf(variants);
    this.means = means;
  }

  /**
   * What came out.
   *
   * @param model for the router
   * @param calibration one per variant, in order; {@code text} is the mean moved all the way to what
   *     the neighbours say
   */
  public record Fitted(NeighbourQuality model, List<CalibrationFigures> calibration) {}

  /** A prediction by every pair of k and c, and what came. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Predicted(int block, int arm, double mean, double[] shifts, double reward) {

    double error(int pair) {
      double predicted = Math.clamp(mean + shifts[pair], 0, 1);
      return (predicted - reward) * (predicted - reward);
    }
  }

  /**
   * The neighbours among some samples.
   *
   * @param samples by the time of their decisions, at least one per block
   * @throws IllegalArgumentException if there are fewer, or their vectors cannot be compared
   */
  public Fitted fit(List<NeighbourSample> samples) {
    if (samples.size() < BLOCKS) {
      throw new IllegalArgumentException(
          "samples must be at least %d: %d".formatted(BLOCKS, samples.size()));
    }
    List<Predicted> predicted = new ArrayList<>(samples.size());
    for (int block = 1; block < BLOCKS; block++) {
      predict(samples, block, predicted);
    }
    double[] errors = new double[NEAREST.size() * PSEUDO_COUNTS.size()];
    ForwardWeight forward = new ForwardWeight();
    ForwardErrors told = new ForwardErrors(variants.size());
    for (int block = 1; block < BLOCKS; block++) {
      int pair = least(errors);
      double weight = forward.weight();
      for (Predicted one : predicted) {
        if (one.block() == block) {
          if (block > 1) {
            forward.add(one.mean(), one.shifts()[pair], one.reward());
          }
          if (block > 2) {
            told.tell(one.arm(), one.mean(), one.shifts()[pair], one.reward(), weight);
          }
          for (int each = 0; each < errors.length; each++) {
            errors[each] += one.error(each);
          }
        }
      }
    }
    int pair = least(errors);
    return new Fitted(
        neighbours(
            samples,
            means.apply(samples),
            nearest(pair),
            pseudoCounts(pair),
            told.beatsTheMean() ? forward.weight() : 0),
        told.figures(variants));
  }

  private void predict(List<NeighbourSample> samples, int block, List<Predicted> predicted) {
    int from = (int) ((long) samples.size() * block / BLOCKS);
    int to = (int) ((long) samples.size() * (block + 1) / BLOCKS);
    List<NeighbourSample> before = samples.subList(0, from);
    Function<String, double[]> mean = means.apply(before);
    NeighbourQuality earlier = neighbours(before, mean, MOST_NEAREST, 1, 1);
    for (NeighbourSample sample : samples.subList(from, to)) {
      NeighbourQuality.Nearest found = earlier.nearest(sample.vector(), sample.arm(), MOST_NEAREST);
      double[] shifts = new double[NEAREST.size() * PSEUDO_COUNTS.size()];
      for (int pair = 0; pair < shifts.length; pair++) {
        shifts[pair] = found.shift(nearest(pair), pseudoCounts(pair));
      }
      predicted.add(
          new Predicted(
              block,
              sample.arm(),
              mean.apply(sample.segment())[sample.arm()],
              shifts,
              sample.reward()));
    }
  }

  private static int nearest(int pair) {
    return NEAREST.get(pair / PSEUDO_COUNTS.size());
  }

  private static double pseudoCounts(int pair) {
    return PSEUDO_COUNTS.get(pair % PSEUDO_COUNTS.size());
  }

  private static int least(double[] errors) {
    int least = 0;
    for (int pair = 1; pair < errors.length; pair++) {
      if (errors[pair] < errors[least]) {
        least = pair;
      }
    }
    return least;
  }

  private NeighbourQuality neighbours(
      List<NeighbourSample> samples,
      Function<String, double[]> mean,
      int nearest,
      double pseudoCounts,
      double weight) {
    List<NeighbourQuality.Row> rows = new ArrayList<>(samples.size());
    for (NeighbourSample sample : samples) {
      rows.add(
          new NeighbourQuality.Row(
              sample.vector(),
              sample.arm(),
              sample.reward() - mean.apply(sample.segment())[sample.arm()]));
    }
    NeighbourSample any = samples.getFirst();
    return NeighbourQuality.of(
        new NeighbourQuality.Settings(
            any.vector().space(), any.vector().dimension(), nearest, pseudoCounts, weight),
        variants,
        rows);
  }
}
