package dev.pointsman.replay;

import dev.pointsman.analysis.routing.CostQualityHull;
import dev.pointsman.analysis.routing.CostQualityHull.Point;
import dev.pointsman.analysis.routing.HullGain;
import dev.pointsman.analysis.routing.PairCurve;
import dev.pointsman.routing.features.RequestComplexity;
import dev.pointsman.trainer.text.TextSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How well a router that learnt from one file of recorded outcomes serves another: its curve of cost
 * and quality against the best mix of single models, the best model per task, and an oracle.
 *
 * <p>The weak model is the cheapest on training rows, the strong one the best there (at equal quality
 * the cheaper). A router is run at every price of a dollar λ in {0, a logarithmic grid, ∞}: each row
 * goes to the model with the largest {@code quality − λ · cost}, both as it foresees them; what it
 * costs and is worth is what was recorded. Nothing is chosen on the rows it is judged on.
 */
public final class RoutingBenchmark {

  private static final int STEPS_PER_DECADE = 20;
  private static final int DECADES = 4;

  private static final List<TextSettings> CANDIDATES =
      List.of(new TextSettings(3, 0.3, 1), new TextSettings(3, 1, 1));

  private final ReplayData train;
  private final ReplayData test;
  private final long seed;

  /**
   * A benchmark.
   *
   * @param train rows to learn from
   * @param test rows to be judged on, of the same models
   * @param seed decides folds and bootstrap draws
   * @throws IllegalArgumentException if the models differ, a cost is unknown, or no model is both
   *     better and dearer than the cheapest
   */
  public RoutingBenchmark(ReplayData train, ReplayData test, long seed) {
    if (!train.models().equals(test.models())) {
      throw new IllegalArgumentException(
          "both files must have the same models: %s and %s"
              .formatted(train.models(), test.models()));
    }
    if (!train.hasCosts() || !test.hasCosts()) {
      throw new IllegalArgumentException(
          "a cost is unknown: record cost_usd, or put models.json with list prices beside the"
              + " file");
    }
    this.train = train;
    this.test = test;
    this.seed = seed;
  }

  /** What a router believes of each row and model. */
  @SuppressWarnings("ArrayRecordComponent") // filled once, read once, never compared
  private record Foreseen(double[][] quality, double[][] cost) {}

  /** Learns and judges. */
  public RoutingBenchmarkResult run() {
    long began = System.nanoTime();
    int k = train.models().size();
    int[] rows = new int[train.rows()];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = row;
    }
    double[] trainCost = TaskMeans.of(train, rows, k, train::costUsd).overall();
    double[] trainQuality = TaskMeans.of(train, rows, k, train::quality).overall();
    int weak = 0;
    int strong = 0;
    for (int model = 1; model < k; model++) {
      weak = trainCost[model] < trainCost[weak] ? model : weak;
      boolean better = trainQuality[model] > trainQuality[strong];
      boolean equal = trainQuality[model] == trainQuality[strong];
      strong = better || (equal && trainCost[model] < trainCost[strong]) ? model : strong;
    }
    List<HullGain.Outcomes> singles = new ArrayList<>();
    for (int model = 0; model < k; model++) {
      int[] always = new int[test.rows()];
      Arrays.fill(always, model);
      singles.add(outcomes(always));
    }
    Point weakPoint = singles.get(weak).mean();
    Point strongPoint = singles.get(strong).mean();
    if (!(strongPoint.cost() > weakPoint.cost() && strongPoint.quality() > weakPoint.quality())) {
      throw new IllegalArgumentException(
          ("nothing to route between: on the rows to judge on, the best model of the training"
                  + " rows, %s, must be better and dearer than the cheapest, %s: %s against %s")
              .formatted(
                  train.models().get(strong), train.models().get(weak), strongPoint, weakPoint));
    }
    double unit = 1 / (strongPoint.cost() - weakPoint.cost());

    RoutingEstimator estimator = RoutingEstimator.of(train, CANDIDATES, seed);
    CostForecast forecast = CostForecast.of(train, rows);
    TaskMeans taskQuality = RoutingEstimator.qualityMeans(train, rows);
    TaskMeans taskCost = TaskMeans.of(train, rows, k, train::costUsd);
    int n = test.rows();
    Foreseen learnt = new Foreseen(new double[n][], new double[n][]);
    Foreseen taskOnly = new Foreseen(new double[n][], new double[n][]);
    Foreseen recorded = new Foreseen(new double[n][k], new double[n][k]);
    double[] weakQuality = new double[n];
    double[] strongQuality = new double[n];
    double[] wish = new double[n];
    double[] tier = new double[n];
    for (int row = 0; row < n; row++) {
      String task = TaskMeans.taskName(test, row);
      learnt.quality()[row] = estimator.of(test, row);
      learnt.cost()[row] = forecast.of(test, row);
      taskOnly.quality()[row] = taskQuality.of(task);
      taskOnly.cost()[row] = taskCost.of(task);
      for (int model = 0; model < k; model++) {
        recorded.quality()[row][model] = test.quality(row, model);
        recorded.cost()[row][model] = test.costUsd(row, model);
      }
      weakQuality[row] = test.quality(row, weak);
      strongQuality[row] = test.quality(row, strong);
      wish[row] = learnt.quality()[row][strong] - learnt.quality()[row][weak];
      String prompt = test.prompt(row);
      tier[row] = prompt == null ? 0 : RequestComplexity.of(prompt).ordinal();
    }
    List<HullGain.Outcomes> router = curve(learnt, unit);
    HullGain gain = HullGain.of(router, singles, weak, strong, seed);
    Map<String, Point> singlePoints = new LinkedHashMap<>();
    for (int model = 0; model < k; model++) {
      singlePoints.put(train.models().get(model), singles.get(model).mean());
    }
    return new RoutingBenchmarkResult(
        test.source(),
        train.rows(),
        test.rows(),
        train.hasPrompts() && test.hasPrompts(),
        train.hasAssumedCosts() || test.hasAssumedCosts(),
        train.models().get(weak),
        train.models().get(strong),
        singlePoints,
        gain,
        CostQualityHull.anchored(points(router), weakPoint),
        CostQualityHull.anchored(points(curve(taskOnly, unit)), weakPoint),
        CostQualityHull.anchored(points(curve(recorded, unit)), weakPoint),
        PairCurve.of(weakQuality, strongQuality, wish),
        wish,
        PairCurve.of(weakQuality, strongQuality, tier),
        estimator.choice(),
        (System.nanoTime() - began) / 1e9);
  }

  private static List<Point> points(List<HullGain.Outcomes> curve) {
    return curve.stream().map(HullGain.Outcomes::mean).toList();
  }

  /** What the router's choices cost and were worth at each λ; settings that choose alike once. */
  private List<HullGain.Outcomes> curve(Foreseen foreseen, double unit) {
    List<Double> lambdas = new ArrayList<>();
    lambdas.add(0.0);
    for (int i = -DECADES * STEPS_PER_DECADE; i <= DECADES * STEPS_PER_DECADE; i++) {
      lambdas.add(unit * Math.pow(10, (double) i / STEPS_PER_DECADE));
    }
    lambdas.add(Double.POSITIVE_INFINITY);
    Set<List<Integer>> seen = new HashSet<>();
    List<HullGain.Outcomes> curve = new ArrayList<>();
    for (double lambda : lambdas) {
      int[] chosen = new int[foreseen.quality().length];
      for (int row = 0; row < chosen.length; row++) {
        chosen[row] = best(foreseen.quality()[row], foreseen.cost()[row], lambda);
      }
      if (seen.add(Arrays.stream(chosen).boxed().toList())) {
        curve.add(outcomes(chosen));
      }
    }
    return curve;
  }

  private static int best(double[] quality, double[] cost, double lambda) {
    int best = 0;
    for (int model = 1; model < quality.length; model++) {
      double lead =
          lambda == Double.POSITIVE_INFINITY
              ? cost[best] - cost[model]
              : quality[model] - quality[best] - lambda * (cost[model] - cost[best]);
      best = lead > 0 ? model : best;
    }
    return best;
  }

  private HullGain.Outcomes outcomes(int[] chosen) {
    List<Double> cost = new ArrayList<>(chosen.length);
    List<Double> quality = new ArrayList<>(chosen.length);
    for (int row = 0; row < chosen.length; row++) {
      cost.add(test.costUsd(row, chosen[row]));
      quality.add(test.quality(row, chosen[row]));
    }
    return new HullGain.Outcomes(cost, quality);
  }
}
