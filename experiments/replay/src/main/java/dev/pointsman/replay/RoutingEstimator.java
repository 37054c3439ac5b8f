package dev.pointsman.replay;

import dev.pointsman.routing.features.ConversationFeatures;
import dev.pointsman.routing.features.FeatureVector;
import dev.pointsman.trainer.text.TextModel;
import dev.pointsman.trainer.text.TextRow;
import dev.pointsman.trainer.text.TextSettings;
import dev.pointsman.trainer.text.TextTrainer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The quality of each model on a prompt, learnt from recorded outcomes: the task's mean, and
 * what a model that reads the prompt adds to it.
 *
 * <pre>  q(x, m) = mean(task(x), m) + w · residual(x, m)</pre>
 *
 * <p>The settings of the text model and its weight {@code w} are those of the least error on training
 * rows that were held out of their fit. The error is the Brier score of the models' <em>differences</em>,
 * the mean square of (q − q̄ over models) − (outcome − its mean over models): routing compares models
 * on one prompt, and what all models have in common, how hard the prompt is, decides nothing.
 */
final class RoutingEstimator {

  private static final int FOLDS = 3;
  private static final double[] WEIGHTS = {0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3};

  private final TaskMeans means;
  private final @Nullable TextModel text;
  private final RoutingChoice choice;

  private RoutingEstimator(TaskMeans means, @Nullable TextModel text, RoutingChoice choice) {
    this.means = means;
    this.text = text;
    this.choice = choice;
  }

  /** Fits on all rows of the data. */
  static RoutingEstimator of(ReplayData data, List<TextSettings> candidates, long seed) {
    int[] all = new int[data.rows()];
    for (int row = 0; row < all.length; row++) {
      all[row] = row;
    }
    TaskMeans means = qualityMeans(data, all);
    if (!data.hasPrompts()) {
      return new RoutingEstimator(
          means, null, new RoutingChoice(TextSettings.DEFAULT, 0, Double.NaN, Double.NaN));
    }
    List<FeatureVector> features = features(data);
    RoutingChoice choice = choose(data, features, candidates, seed);
    TextModel text =
        choice.weight() == 0
            ? null
            : new TextTrainer(data.models(), choice.settings())
                .train(textRows(data, features, all, means));
    return new RoutingEstimator(means, text, choice);
  }

  RoutingChoice choice() {
    return choice;
  }

  /** The estimated quality of each model on a row of the same or of other data. */
  double[] of(ReplayData data, int row) {
    String task = TaskMeans.taskName(data, row);
    double[] quality = means.of(task).clone();
    if (text != null) {
      add(
          quality,
          text.scorer()
              .scores(ConversationFeatures.ofPrompt(Objects.requireNonNull(data.prompt(row)))),
          choice.weight());
    }
    return quality;
  }

  private static void add(double[] quality, double[] residual, double weight) {
    for (int model = 0; model < quality.length; model++) {
      quality[model] += weight * residual[model];
    }
  }

  static TaskMeans qualityMeans(ReplayData data, int[] rows) {
    return TaskMeans.of(data, rows, data.models().size(), data::quality);
  }

  private static List<FeatureVector> features(ReplayData data) {
    List<FeatureVector> features = new ArrayList<>(data.rows());
    for (int row = 0; row < data.rows(); row++) {
      features.add(ConversationFeatures.ofPrompt(Objects.requireNonNull(data.prompt(row))));
    }
    return features;
  }

  /** Rows whose residuals are centred over models: what all have in common is not to be learnt. */
  private static List<TextRow> textRows(
      ReplayData data, List<FeatureVector> features, int[] rows, TaskMeans means) {
    List<TextRow> result = new ArrayList<>(rows.length);
    for (int row : rows) {
      result.add(
          new TextRow(
              features.get(row), centred(data, row, means.of(TaskMeans.taskName(data, row)))));
    }
    return result;
  }

  /** Outcome minus estimate of each model, minus the mean of that over models. */
  private static double[] centred(ReplayData data, int row, double[] estimate) {
    double[] difference = new double[estimate.length];
    double shift = 0;
    for (int model = 0; model < difference.length; model++) {
      difference[model] = data.quality(row, model) - estimate[model];
      shift += difference[model] / difference.length;
    }
    for (int model = 0; model < difference.length; model++) {
      difference[model] -= shift;
    }
    return difference;
  }

  private static RoutingChoice choose(
      ReplayData data, List<FeatureVector> features, List<TextSettings> candidates, long seed) {
    int n = data.rows();
    int[] fold = new int[n];
    SplittableRandom random = new SplittableRandom(seed);
    for (int row = 0; row < n; row++) {
      fold[row] = random.nextInt(FOLDS);
    }
    RoutingChoice best = null;
    double[][] errors = new double[candidates.size()][WEIGHTS.length];
    for (int held = 0; held < FOLDS; held++) {
      int[] fitRows = new int[n];
      int used = 0;
      for (int row = 0; row < n; row++) {
        if (fold[row] != held) {
          fitRows[used++] = row;
        }
      }
      int[] fitted = Arrays.copyOf(fitRows, used);
      TaskMeans means = qualityMeans(data, fitted);
      List<TextRow> fit = textRows(data, features, fitted, means);
      for (int c = 0; c < candidates.size(); c++) {
        TextModel model = new TextTrainer(data.models(), candidates.get(c)).train(fit);
        for (int row = 0; row < n; row++) {
          if (fold[row] == held) {
            addErrors(
                errors[c],
                data,
                row,
                means.of(TaskMeans.taskName(data, row)),
                model.scorer().scores(features.get(row)));
          }
        }
      }
    }
    for (int c = 0; c < candidates.size(); c++) {
      for (int w = 0; w < WEIGHTS.length; w++) {
        double error = errors[c][w] / n;
        if (best == null || error < best.error()) {
          best = new RoutingChoice(candidates.get(c), WEIGHTS[w], error, errors[c][0] / n);
        }
      }
    }
    return Objects.requireNonNull(best);
  }

  private static void addErrors(
      double[] errors, ReplayData data, int row, double[] mean, double[] residual) {
    for (int w = 0; w < WEIGHTS.length; w++) {
      double[] quality = mean.clone();
      add(quality, residual, WEIGHTS[w]);
      for (double error : centred(data, row, quality)) {
        errors[w] += error * error / mean.length;
      }
    }
  }
}
