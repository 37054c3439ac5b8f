package dev.pointsman.trainer.text;

import dev.pointsman.routing.features.ConversationFeatures;
import dev.pointsman.routing.features.FeatureVector;
import dev.pointsman.routing.features.LinearScorer;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.tribuo.MutableDataset;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.optimisers.SGD;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.sgd.linear.LinearSGDModel;
import org.tribuo.regression.sgd.linear.LinearSGDTrainer;
import org.tribuo.regression.sgd.objectives.SquaredLoss;

/**
 * Fits what the text tells beyond the segment: a linear regression per variant, with Tribuo, of how
 * far a unit's outcome lies from the mean of its segment.
 *
 * <pre>  outcome(x, v) ≈ mean(segment(x), v) + residual(x, v),   residual = intercept(v) + weights(v) · features(x)</pre>
 *
 * <p>Descent begins at residual 0, the segment mean, and few small steps keep it near: where the text
 * tells nothing, the segment mean is what remains. Quality and the logarithm of tokens are both fitted
 * so; a quality is a fraction, and the squares of fractions are its Brier score.
 */
public final class TextTrainer {

  private static final String[] NAMES = new String[ConversationFeatures.DIMENSION];

  /** A model is dated by its revision, not by the hour in which it was fitted. */
  private static final OffsetDateTime NO_TIME =
      OffsetDateTime.of(2000, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

  /** Tribuo tells of every fit; held here, since a logger that nobody holds forgets its level. */
  private static final Logger TRIBUO = Logger.getLogger("org.tribuo");

  static {
    TRIBUO.setLevel(Level.WARNING);
    for (int i = 0; i < NAMES.length; i++) {
      NAMES[i] = "f%05d".formatted(i);
    }
  }

  private final List<String> variants;
  private final TextSettings settings;

  /**
   * A trainer.
   *
   * @param variants names of the variants, in the order of the rows' residuals
   */
  public TextTrainer(List<String> variants, TextSettings settings) {
    this.variants = List.copyOf(variants);
    this.settings = settings;
  }

  /**
   * The model of some rows. Where every row has all residuals, one fit serves all variants; otherwise
   * each variant is fitted on the rows that have its own. A variant without rows has residual 0.
   *
   * @throws IllegalArgumentException if there are no rows, or a residual is infinite
   */
  public TextModel train(List<TextRow> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("rows is empty: a model needs at least one");
    }
    int k = variants.size();
    for (TextRow row : rows) {
      if (row.residual().length != k
          || Arrays.stream(row.residual()).anyMatch(Double::isInfinite)) {
        throw new IllegalArgumentException(
            "a row must have %d finite residuals, NaN where nothing was seen: %s"
                .formatted(k, Arrays.toString(row.residual())));
      }
    }
    FeatureScale scale = FeatureScale.of(rows);
    double[] intercepts = new double[k];
    double[] weights = new double[k * ConversationFeatures.DIMENSION];
    List<String> provenance = new ArrayList<>();
    for (Fit fit : fits(rows, scale)) {
      unfold(fit, scale, intercepts, weights);
      provenance.add(fit.model().getProvenance().toString());
    }
    return new TextModel(LinearScorer.of(variants, intercepts, weights), provenance);
  }

  /** A model of Tribuo and the variants that are its outputs. */
  @SuppressWarnings("ArrayRecordComponent") // read once, never compared
  record Fit(int[] together, LinearSGDModel model) {}

  /** The fits of all variants that have rows. */
  List<Fit> fits(List<TextRow> rows, FeatureScale scale) {
    List<Fit> fits = new ArrayList<>();
    for (int[] together : groups(rows)) {
      MutableDataset<Regressor> data = dataset(rows, scale, together);
      if (data.size() > 0) {
        fits.add(new Fit(together, trainer().train(data)));
      }
    }
    return fits;
  }

  private LinearSGDTrainer trainer() {
    return new LinearSGDTrainer(
        new SquaredLoss(),
        SGD.getSqrtDecaySGD(settings.learningRate()),
        settings.epochs(),
        -1,
        1,
        settings.seed());
  }

  /** Variants that are fitted together: all of them, or each alone. */
  private List<int[]> groups(List<TextRow> rows) {
    for (TextRow row : rows) {
      if (Arrays.stream(row.residual()).anyMatch(Double::isNaN)) {
        return IntStream.range(0, variants.size())
            .mapToObj(variant -> new int[] {variant})
            .toList();
      }
    }
    return List.of(IntStream.range(0, variants.size()).toArray());
  }

  private MutableDataset<Regressor> dataset(
      List<TextRow> rows, FeatureScale scale, int[] together) {
    RegressionFactory outputs = new RegressionFactory();
    String[] names = Arrays.stream(together).mapToObj(variants::get).toArray(String[]::new);
    MutableDataset<Regressor> data =
        new MutableDataset<>(
            new SimpleDataSourceProvenance(String.join(", ", names), NO_TIME, outputs), outputs);
    for (TextRow row : rows) {
      double[] targets = Arrays.stream(together).mapToDouble(v -> row.residual()[v]).toArray();
      if (!Double.isNaN(targets[0])) {
        data.add(example(row.features(), scale, new Regressor(names, targets)));
      }
    }
    return data;
  }

  /** A row as Tribuo sees it. */
  static ArrayExample<Regressor> example(
      FeatureVector features, FeatureScale scale, Regressor output) {
    String[] names = new String[features.size() + 1];
    double[] values = new double[features.size() + 1];
    int used = 0;
    for (int pair = 0; pair < features.size(); pair++) {
      int index = features.index(pair);
      if (scale.isUsed(index)) {
        names[used] = NAMES[index];
        values[used++] = scale.scaled(index, features.value(pair));
      }
    }
    if (used == 0) {
      names[used++] = NAMES[0]; // Tribuo refuses a row without features; this one is at its mean
    }
    return new ArrayExample<>(output, Arrays.copyOf(names, used), Arrays.copyOf(values, used));
  }

  private void unfold(Fit fit, FeatureScale scale, double[] intercepts, double[] weights) {
    LinearSGDModel model = fit.model();
    DenseMatrix matrix = model.getWeightsCopy();
    int k = intercepts.length;
    int bias = matrix.getDimension2Size() - 1;
    for (int variant : fit.together()) {
      int output = model.getOutputIDInfo().getID(new Regressor(variants.get(variant), 0));
      double[] scaled = new double[ConversationFeatures.DIMENSION];
      for (var info : model.getFeatureIDMap()) {
        int index = Integer.parseInt(info.getName().substring(1));
        double weight = matrix.get(output, model.getFeatureIDMap().getID(info.getName()));
        scaled[index] = weight;
        weights[index * k + variant] = scale.unscaled(index, weight);
      }
      intercepts[variant] = matrix.get(output, bias) + scale.shift(scaled);
    }
  }
}
