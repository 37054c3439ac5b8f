package dev.pointsman.analysis.routing;

import dev.pointsman.analysis.routing.CostQualityHull.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.StatUtils;

/**
 * d_hull: how much of the gap between the weak and the strong model a router wins over the best mix
 * of single models, nAIQ(router) − nAIQ(single models), with the error of a bootstrap that draws
 * the same prompts for both.
 *
 * @param router nAIQ of the router
 * @param singles nAIQ of the hull of single models
 * @param standardError of their difference, over {@value #DRAWS} draws of prompts
 */
public record HullGain(double router, double singles, double standardError) {

  /** Number of bootstrap draws. */
  public static final int DRAWS = 2000;

  /**
   * What every choice of one setting of a router, or one single model, cost and was worth.
   *
   * @param cost USD per prompt
   * @param quality per prompt
   */
  public record Outcomes(List<Double> cost, List<Double> quality) {
    public Outcomes {
      cost = List.copyOf(cost);
      quality = List.copyOf(quality);
      if (cost.size() != quality.size() || cost.isEmpty()) {
        throw new IllegalArgumentException(
            "cost and quality must have one number per prompt: %d and %d"
                .formatted(cost.size(), quality.size()));
      }
    }

    /** Mean cost and quality of all prompts. */
    public Point mean() {
      return mean(IntStream.range(0, cost.size()).toArray());
    }

    private Point mean(int[] prompts) {
      double costs = 0;
      double qualities = 0;
      for (int prompt : prompts) {
        costs += cost.get(prompt);
        qualities += quality.get(prompt);
      }
      return new Point(costs / prompts.length, qualities / prompts.length);
    }
  }

  /**
   * The gain on one set of prompts.
   *
   * @param settings the router at each of its trade-offs between cost and quality
   * @param singles each single model
   * @param weak index of the weak model among them, chosen on training data
   * @param strong index of the strong model among them, chosen on training data
   * @param seed the same seed gives the same error
   */
  public static HullGain of(
      List<Outcomes> settings, List<Outcomes> singles, int weak, int strong, long seed) {
    int n = singles.get(weak).cost().size();
    for (Outcomes outcomes : concat(settings, singles)) {
      if (outcomes.cost().size() != n) {
        throw new IllegalArgumentException(
            "all must have answered the same %d prompts: %d".formatted(n, outcomes.cost().size()));
      }
    }
    int[] all = new int[n];
    for (int i = 0; i < n; i++) {
      all[i] = i;
    }
    double[] whole = normalised(settings, singles, weak, strong, all);
    SplittableRandom random = new SplittableRandom(seed);
    double[] gains = new double[DRAWS];
    int used = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
      int[] prompts = random.ints(n, 0, n).toArray();
      Point cheap = singles.get(weak).mean(prompts);
      Point dear = singles.get(strong).mean(prompts);
      if (dear.quality() > cheap.quality() && dear.cost() > cheap.cost()) {
        double[] drawn = normalised(settings, singles, weak, strong, prompts);
        gains[used++] = drawn[0] - drawn[1];
      }
      // A draw in which the strong model is not better has no gap to normalise by.
    }
    double error =
        used < 2 ? Double.POSITIVE_INFINITY : Math.sqrt(StatUtils.variance(gains, 0, used));
    return new HullGain(whole[0], whole[1], error);
  }

  /** d_hull. */
  public double gain() {
    return router - singles;
  }

  /** Whether the router is worth running: the gain exceeds twice its standard error. */
  public boolean isWorthRunning() {
    return gain() > 2 * standardError;
  }

  private static double[] normalised(
      List<Outcomes> settings, List<Outcomes> singles, int weak, int strong, int[] prompts) {
    Point cheap = singles.get(weak).mean(prompts);
    Point dear = singles.get(strong).mean(prompts);
    return new double[] {
      CostQualityHull.anchored(means(settings, prompts), cheap).normalised(cheap, dear),
      CostQualityHull.anchored(means(singles, prompts), cheap).normalised(cheap, dear)
    };
  }

  private static List<Point> means(List<Outcomes> outcomes, int[] prompts) {
    return outcomes.stream().map(each -> each.mean(prompts)).toList();
  }

  private static List<Outcomes> concat(List<Outcomes> settings, List<Outcomes> singles) {
    List<Outcomes> both = new ArrayList<>(settings);
    both.addAll(singles);
    return both;
  }
}
